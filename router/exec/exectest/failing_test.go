package exectest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/weft-graphql/weft/router/exec"
	"github.com/weft-graphql/weft/router/plan/plantest"
	"github.com/weft-graphql/weft/router/upstream"
)

// shop is a graph of products whose prices and shipping other subgraphs know.
type shop struct {
	*servedFixture
	config exec.Config
	// answers may answer for a subgraph instead of the fixture.
	answers map[string]func(body []byte) (string, int, error)
	// asked counts the requests to each subgraph.
	asked map[string]*atomic.Int32
}

func newShop(t *testing.T, products int) *shop {
	t.Helper()
	var refs, objects []string
	for i := range products {
		refs = append(refs, fmt.Sprintf(`"@p%d"`, i))
		objects = append(objects, fmt.Sprintf(`{"@":"p%d","__typename":"Product","upc":"%d","name":"n%d","price":%d,"weight":2,"shipping":5,"maker":"@m","parts":["@q","@r"]}`, i, i, i, i))
	}
	world, err := plantest.NewWorld(`[{"@":"Query","products":[` + strings.Join(refs, ",") + `],"first":"@p0"},{"@":"m","__typename":"Maker","name":"M","code":"c","size":3},
		{"@":"q","__typename":"Part","code":"d","size":4},{"@":"r","__typename":"Part","code":"e","size":5},` +
		strings.Join(objects, ",") + `]`)
	if err != nil {
		t.Fatal(err)
	}
	f, err := plantest.New(map[string]string{
		"catalog":  plantest.Link + `type Query{products:[Product] first:Product} type Product@key(fields:"upc"){upc:ID! name:String maker:Maker@shareable parts:[Part]@shareable} type Maker{name:String@shareable code:ID} type Part{code:ID}`,
		"prices":   plantest.Link + `type Product@key(fields:"upc"){upc:ID! price:Int weight:Int! maker:Maker@shareable parts:[Part]@shareable} type Maker{name:String@shareable size:Int} type Part{size:Int}`,
		"shipping": plantest.Link + `type Product@key(fields:"upc"){upc:ID! price:Int@external shipping:Int@requires(fields:"price")}`,
	}, world, nil)
	if err != nil {
		t.Fatal(err)
	}
	return &shop{
		servedFixture: &servedFixture{Fixture: f},
		answers:       map[string]func([]byte) (string, int, error){}, asked: map[string]*atomic.Int32{},
	}
}

type shopSubgraph struct {
	fixtureSubgraph
	shop *shop
}

func (s *shopSubgraph) Do(ctx context.Context, req *upstream.Request, resp *upstream.Response) error {
	s.shop.asked[s.name].Add(1)
	if answer := s.shop.answers[s.name]; answer != nil {
		body, status, err := answer(req.Body)
		if body != "" || err != nil {
			resp.Body, resp.Status = []byte(body), status
			return err
		}
	}
	return s.fixtureSubgraph.Do(ctx, req, resp)
}

// ask runs a query.
func (s *shop) ask(t *testing.T, query string) *Answer {
	t.Helper()
	op, vars, err := s.Prepare(query, "", nil)
	if err != nil {
		t.Fatal(err)
	}
	p, err := s.Planner.Plan(op)
	if err != nil {
		t.Fatal(err)
	}
	config := s.config
	for _, sub := range s.Supergraph.Subgraphs {
		s.asked[sub.Name] = new(atomic.Int32)
		config.Subgraphs = append(config.Subgraphs, &shopSubgraph{fixtureSubgraph{name: sub.Name, fixture: s.servedFixture}, s})
	}
	program, err := exec.New(config).Compile(p)
	if err != nil {
		t.Fatal(err)
	}
	var resp exec.Response
	program.Execute(context.Background(), &exec.Request{Variables: vars}, &resp)
	var got Answer
	if err := json.Unmarshal(resp.Body, &got); err != nil {
		t.Fatalf("%v: %s", err, resp.Body)
	}
	if err := located(query, got.Errors); err != nil {
		t.Error(err)
	}
	return &got
}

// paths are the paths of errors, sorted.
func paths(errors []ReferenceError) []string {
	var all []string
	for _, e := range errors {
		all = append(all, strings.Join(steps(e.Path), "."))
	}
	slices.Sort(all)
	return all
}

func TestErrorsOfFailedCallsStandAtTheNulls(t *testing.T) {
	unreachable := func([]byte) (string, int, error) { return "", 0, upstream.ErrUnreachable }
	always := func(body string, status int) func([]byte) (string, int, error) {
		return func([]byte) (string, int, error) { return body, status, nil }
	}
	for name, c := range map[string]struct {
		products int
		query    string
		subgraph string
		answer   func([]byte) (string, int, error)
		want     string
	}{
		"the call's own fields":  {2, `{products{name price}}`, "prices", unreachable, "products.0.price products.1.price"},
		"fields that may not be": {2, `{products{name weight}}`, "prices", unreachable, "products.0.weight products.1.weight"},
		"fields of later calls":  {2, `{products{name shipping}}`, "prices", unreachable, "products.0.shipping products.1.shipping"},
		"both":                   {1, `{products{price shipping}}`, "prices", unreachable, "products.0.price products.0.shipping"},
		"aliases":                {1, `{products{a:price b:price}}`, "prices", unreachable, "products.0.a products.0.b"},
		"only this call's":       {1, `{products{price shipping}}`, "shipping", unreachable, "products.0.shipping"},
		"parts of shared values": {1, `{products{maker{code size}}}`, "prices", unreachable, "products.0.maker.size"},
		"the same entity twice":  {1, `{first{price} products{price}}`, "prices", unreachable, "first.price products.0.price"},
		"a root call":            {1, `{first{price} products{price}}`, "catalog", unreachable, "first products"},
		"many":                   {65, `{products{price}}`, "prices", unreachable, "products"},
		"many fields": {33, `{products{name price shipping}}`, "prices", unreachable, func() string {
			var all []string
			for i := range 33 {
				all = append(all, fmt.Sprint("products.", i))
			}
			slices.Sort(all)
			return strings.Join(all, " ")
		}()},
		"no data":               {1, `{products{price}}`, "prices", always(`{"data":null,"errors":[{"message":"a"},{"message":"b"}]}`, 200), " products.0.price"},
		"no data at the root":   {1, `{products{price}}`, "catalog", always(`{"errors":[{"message":"a"}]}`, 500), "products"},
		"a list that is null":   {1, `{products{price}}`, "prices", always(`{"data":{"_entities":null},"errors":[{"message":"a","path":["_entities"]}]}`, 200), "products.0.price"},
		"an entity with errors": {2, `{products{price weight}}`, "prices", always(`{"data":{"_entities":[{"price":1,"weight":2},null]},"errors":[{"message":"a","path":["_entities",1]}]}`, 200), "products.1.price products.1.weight"},
		"a list left out":       {1, `{products{price}}`, "prices", always(`{"data":{}}`, 200), "products.0.price"},
		"a shared value left out by one": {
			1, `{products{maker{code size}}}`, "prices", always(`{"data":{"_entities":[{}]}}`, 200), "products.0.maker.size",
		},
		"a shared value left out by the other": {
			1, `{products{maker{code size}}}`, "catalog", always(`{"data":{"products":[{"upc":"0"}]}}`, 200), "products.0.maker.code",
		},
		"a shared value of another form": {
			1, `{products{maker{code size}}}`, "prices", always(`{"data":{"_entities":[{"maker":7}]}}`, 200), "products.0.maker.size",
		},
		"a shared value of another form in the other": {
			1, `{products{maker{code size}}}`, "catalog", always(`{"data":{"products":[{"upc":"0","maker":7}]}}`, 200), "products.0.maker",
		},
		"a shared list of another length": {
			1, `{products{parts{code size}}}`, "prices", always(`{"data":{"_entities":[{"parts":[{"size":1}]}]}}`, 200),
			"products.0.parts.0.size products.0.parts.1.size",
		},
		"an element of another form": {
			1, `{products{parts{code size}}}`, "prices", always(`{"data":{"_entities":[{"parts":[{"size":1},"x"]}]}}`, 200), "products.0.parts.1.size",
		},
		"a list of another form": {
			1, `{products{parts{code size}}}`, "prices", always(`{"data":{"_entities":[{"parts":{}}]}}`, 200),
			"products.0.parts.0.size products.0.parts.1.size",
		},
		"a key left out": {1, `{products{price}}`, "catalog", always(`{"data":{"products":[{}]}}`, 200), "products.0.price"},
	} {
		s := newShop(t, c.products)
		s.answers[c.subgraph] = c.answer
		got := s.ask(t, c.query)
		if found := strings.Join(paths(got.Errors), " "); found != c.want {
			t.Errorf("%s: errors at %q instead of %q: %s %v", name, found, c.want, got.Data, got.Errors)
		}
	}
}

// poisoned answers batches with a product of an odd number above 4 by an error and nothing else.
func poisoned(status int, answer string) func(body []byte) (string, int, error) {
	return func(body []byte) (string, int, error) {
		for _, upc := range []string{"5", "7"} {
			if strings.Contains(string(body), `"upc":"`+upc+`"`) {
				return answer, status, nil
			}
		}
		return "", 0, nil
	}
}

func TestBatchesThatFailAreHalved(t *testing.T) {
	const bad = `{"data":null,"errors":[{"message":"bad"}]}`
	for name, c := range map[string]struct {
		most   int
		answer func([]byte) (string, int, error)
		asked  int32
		lost   string
	}{
		"off":             {0, poisoned(200, bad), 1, "0 1 2 3 4 5 6 7"},
		"two of eight":    {16, poisoned(200, bad), 9, "5 7"},
		"with a status":   {16, poisoned(500, bad), 9, "5 7"},
		"a null list":     {16, poisoned(200, `{"data":{"_entities":null},"errors":[{"message":"bad","path":["_entities"]}]}`), 9, "5 7"},
		"errors only":     {16, poisoned(400, `{"errors":[{"message":"bad"}]}`), 9, "5 7"},
		"bounded":         {2, poisoned(200, bad), 3, "4 5 6 7"},
		"bounded by four": {5, poisoned(200, bad), 5, "4 5 6 7"},
		"refused":         {16, poisoned(403, bad), 1, "0 1 2 3 4 5 6 7"},
		"overloaded":      {16, poisoned(429, bad), 1, "0 1 2 3 4 5 6 7"},
		"no GraphQL":      {16, poisoned(502, "<html>"), 1, "0 1 2 3 4 5 6 7"},
		"timeout":         {16, func([]byte) (string, int, error) { return "", 0, upstream.ErrTimeout }, 1, "0 1 2 3 4 5 6 7"},
		"unreachable":     {16, func([]byte) (string, int, error) { return "", 0, upstream.ErrUnreachable }, 1, "0 1 2 3 4 5 6 7"},
	} {
		for _, cached := range []bool{false, true} {
			s := newShop(t, 8)
			cache := NewCache()
			if cached {
				s.config.Cache = cache
			}
			s.answers["prices"] = c.answer
			s.config.Halving = make([]int, len(s.Supergraph.Subgraphs))
			for i := range s.config.Halving {
				s.config.Halving[i] = c.most
			}
			got := s.ask(t, `{products{name price}}`)
			if cached && strings.HasPrefix(name, "bounded") {
				continue // the cache divides the batch in another way
			}
			var want []string
			for _, upc := range strings.Fields(c.lost) {
				want = append(want, "products."+upc+".price")
			}
			if found := paths(got.Errors); !slices.Equal(found, want) {
				t.Errorf("%s, cached %v: errors at %q instead of %q", name, cached, found, want)
			}
			if strings.Count(string(got.Data), `"price":null`) != len(want) {
				t.Errorf("%s, cached %v: got %s", name, cached, got.Data)
			}
			if asked := s.asked["prices"].Load(); !cached && asked != c.asked {
				t.Errorf("%s: %d requests instead of %d", name, asked, c.asked)
			}
			if !cached {
				continue
			}
			// What was found is in the cache, and what failed is not: it comes as soon as the subgraph can answer.
			s.answers["prices"] = nil
			got = s.ask(t, `{products{name price}}`)
			if len(got.Errors) > 0 || strings.Contains(string(got.Data), "null") {
				t.Errorf("%s: when the subgraph has recovered, there are %v in %s", name, got.Errors, got.Data)
			}
			if c.lost == "5 7" && cache.Hits < 6 {
				t.Errorf("%s: only %d hits", name, cache.Hits)
			}
		}
	}
}

// TestLostConnectionsEndHalving loses the connection after the batch has failed as a whole.
func TestLostConnectionsEndHalving(t *testing.T) {
	s := newShop(t, 8)
	s.config.Halving = []int{16, 16, 16}
	s.answers["prices"] = func([]byte) (string, int, error) {
		if s.asked["prices"].Load() > 1 {
			return "", 0, errors.New("connection reset")
		}
		return `{"errors":[{"message":"bad"}]}`, 200, nil
	}
	got := s.ask(t, `{products{price}}`)
	if asked := s.asked["prices"].Load(); asked != 2 || len(got.Errors) != 8 {
		t.Errorf("%d requests and the errors %v", asked, got.Errors)
	}
}

// TestWhatMakesNoSenseIsNotCached has answers of which a part has a wrong form: when the subgraph has recovered, it is
// asked for that again, and what was fine need not be.
func TestWhatMakesNoSenseIsNotCached(t *testing.T) {
	for _, c := range []struct {
		answer string
		asked  string
	}{
		{`{"_entities":[{"price":0,"maker":{"size":3}},{"price":1,"maker":7}]}`, `"upc":"1"`},
		{`{"_entities":[{"price":0,"maker":{"size":3}},{"price":1,"maker":[{"size":3}]}]}`, `"upc":"1"`},
		{`{"_entities":[{"price":0,"maker":{"size":3}},"x"]}`, `"upc":"1"`},
		{`{"_entities":[{"price":0,"maker":{"size":3}}]}`, `"upc":"0"},{"__typename":"Product","upc":"1"`},
		{`{"_entities":[null,null,null]}`, `"upc":"0"},{"__typename":"Product","upc":"1"`},
	} {
		s := newShop(t, 2)
		cache := NewCache()
		cache.counter = 2 // both products are asked for at once
		s.config.Cache = cache
		s.answers["prices"] = func([]byte) (string, int, error) { return `{"data":` + c.answer + `}`, 200, nil }
		const query = `{products{price maker{size}}}`
		if got := s.ask(t, query); len(got.Errors) == 0 {
			t.Errorf("%s has no errors", c.answer)
		}
		var asked string
		s.answers["prices"] = func(body []byte) (string, int, error) {
			asked = string(body)
			return "", 0, nil
		}
		got := s.ask(t, query)
		if len(got.Errors) > 0 || strings.Contains(string(got.Data), "null") {
			t.Errorf("after %s there are %v in %s", c.answer, got.Errors, got.Data)
		}
		if !strings.Contains(asked, c.asked) || c.asked == `"upc":"1"` && strings.Contains(asked, `"upc":"0"`) {
			t.Errorf("after %s the subgraph was asked %s", c.answer, asked)
		}
	}
}

// TestACallThatMakesNoSenseLeavesTheOthers has requests with two lists of entities, one of which is of no use.
func TestACallThatMakesNoSenseLeavesTheOthers(t *testing.T) {
	for _, lists := range []string{
		`"e0":[{"price":0}]`, `"e0":[{"price":0}],"e1":null`, `"e0":[{"price":0}],"e1":7`, `"e1":{},"e0":[{"price":0}]`,
		`"e0":[{"price":0}],"e1":[]`, `"e0":[{"price":0}],"e1":[{"weight":1,"maker":{"size":9}}]`,
		`"e1":[{"weight":1,"maker":{"size":9}},{"weight":2,"maker":{"size":9}},null],"e0":[{"price":0}]`,
	} {
		for _, errors := range []string{``, `,"errors":[{"message":"m","path":["e1"]}]`, `,"errors":[{"message":"m","path":["e1",0]}]`, `,"errors":[{"message":"m","path":["e0",0,"price"]}]`} {
			for _, cached := range []bool{false, true} {
				s := newShop(t, 2)
				if cached {
					s.config.Cache = NewCache()
				}
				s.answers["prices"] = func([]byte) (string, int, error) { return `{"data":{` + lists + `}` + errors + `}`, 200, nil }
				const query = `{first{price} products{upc weight maker{size}}}`
				if !cached {
					got := s.ask(t, query)
					if string(got.Data) != `{"first":{"price":0},"products":[null,null]}` {
						t.Errorf("%s%s\n gives %s", lists, errors, got.Data)
					}
					where := strings.TrimPrefix(strings.Join(paths(got.Errors), " "), "first.price ")
					if where != "products.0.maker products.0.weight products.1.maker products.1.weight" {
						t.Errorf("%s%s\n has errors at %s", lists, errors, where)
					}
					continue
				}
				s.ask(t, query)
				s.answers["prices"] = nil
				if got := s.ask(t, query); strings.Contains(string(got.Data), "null") {
					t.Errorf("after %s%s there is %s %v", lists, errors, got.Data, got.Errors)
				}
			}
		}
	}
}

package exectest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"

	"github.com/weft-graphql/weft/router/exec"
	"github.com/weft-graphql/weft/router/plan"
	"github.com/weft-graphql/weft/router/plan/plantest"
	"github.com/weft-graphql/weft/router/upstream"
)

// fixtureSubgraph is a subgraph of the planner's fixtures.
type fixtureSubgraph struct {
	name    string
	fixture *servedFixture
}

// servedFixture is a fixture that several requests use at the same time.
type servedFixture struct {
	*plantest.Fixture
	mu sync.Mutex
}

func (s *fixtureSubgraph) Do(_ context.Context, req *upstream.Request, resp *upstream.Response) error {
	var request plantest.Request
	if err := json.Unmarshal(req.Body, &request); err != nil {
		return err
	}
	s.fixture.mu.Lock()
	defer s.fixture.mu.Unlock()
	answer, err := s.fixture.Fetch(s.name, &request)
	if err != nil {
		return err
	}
	out := map[string]any{"data": answer.Data}
	if len(answer.Errors) > 0 {
		var list []map[string]string
		for _, e := range answer.Errors {
			list = append(list, map[string]string{"message": e.Message})
		}
		out["errors"] = list
	}
	resp.Status = 200
	resp.Body, err = json.Marshal(out)
	return err
}

// answerTo plans and executes a query over a fixture.
func answerTo(f *servedFixture, query string) (got *Answer, want string, p *plan.Plan, err error) {
	return answerWith(f, query, "", nil)
}

// answerWith plans and executes a query with variables and override labels.
func answerWith(f *servedFixture, query, variables string, labels []string) (
	got *Answer, want string, p *plan.Plan, err error,
) {
	op, vars, err := f.Prepare(query, variables, labels)
	if err != nil {
		return nil, "", nil, errors.Join(errInvalid, err)
	}
	if p, err = f.Planner.Plan(op); err != nil {
		return nil, "", nil, err
	}
	config := exec.Config{}
	for _, s := range f.Supergraph.Subgraphs {
		config.Subgraphs = append(config.Subgraphs, &fixtureSubgraph{name: s.Name, fixture: f})
	}
	program, err := exec.New(config).Compile(p)
	if err != nil {
		return nil, "", p, err
	}
	var resp exec.Response
	program.Execute(context.Background(), &exec.Request{Variables: vars}, &resp)
	got = &Answer{}
	if err := json.Unmarshal(resp.Body, got); err != nil {
		return nil, "", p, err
	}
	return got, f.World.Answer(f.Supergraph, op, vars).Data, p, nil
}

// errInvalid is joined to the error when a random operation is not valid.
var errInvalid = errors.New("the operation is not valid")

func documents(p *plan.Plan) (text string) {
	if p == nil {
		return ""
	}
	for _, r := range p.Requests {
		text += "\n  " + r.Subgraph.Name + " " + r.Document
	}
	return text
}

// TestRandomGraphsAgreeWithOneGraph runs operations over random graphs: with nested keys, @provides, unions, interfaces
// and interface objects. A seed makes a graph and one of the operations over it.
func TestRandomGraphsAgreeWithOneGraph(t *testing.T) {
	const perGraph = 8
	var mu sync.Mutex
	known := map[uint64]*servedFixture{}
	composed := 0
	// graph composes each graph once; its operations come one after the other.
	graph := func(number uint64) (*servedFixture, error) {
		mu.Lock()
		defer mu.Unlock()
		if f, ok := known[number]; ok {
			return f, nil
		}
		f, err := randomGraph(rand.New(rand.NewPCG(number, 7)))
		if err != nil {
			return nil, err
		}
		if known[number] = f; f != nil {
			composed++
		}
		delete(known, number-32)
		return f, nil
	}
	campaign(t, 10, func(seed uint64) (bool, error) {
		f, err := graph(seed / perGraph)
		if f == nil {
			return false, err
		}
		query := plantest.RandomQuery(rand.New(rand.NewPCG(seed, 8)), f.Supergraph.API, 3)
		got, want, p, err := answerTo(f, query)
		if err != nil {
			if errors.Is(err, errInvalid) {
				return false, nil
			}
			return false, fmt.Errorf("%w\n%s%s", err, query, documents(p))
		}
		if string(got.Data) != want {
			return true, fmt.Errorf("the data differ: %s%s\n got %s %v\nwant %s", query, documents(p), got.Data, got.Errors, want)
		}
		return true, nil
	})
	t.Logf("%d graphs", composed)
}

// randomGraph composes a random graph; nil when it cannot be composed, which random graphs need not.
func randomGraph(rnd *rand.Rand) (*servedFixture, error) {
	sdls, text := plantest.RandomGraph(rnd, plantest.Shape{
		Subgraphs: 2 + rnd.IntN(3), Entities: 1 + rnd.IntN(3), Values: rnd.IntN(2),
		Abstract: rnd.IntN(2) == 0, Nested: rnd.IntN(3) == 0, Provides: rnd.IntN(2) == 0, Objects: rnd.IntN(3) == 0,
		Chains: rnd.IntN(2) == 0,
	})
	world, err := plantest.NewWorld(text)
	if err != nil {
		return nil, err
	}
	f, err := plantest.New(sdls, world, nil)
	if err != nil {
		return nil, nil
	}
	return &servedFixture{Fixture: f}, nil
}

// TestContexts fills arguments from the nearest object above that sets the context, also where the same entity stands
// below several of them.
func TestContexts(t *testing.T) {
	world, err := plantest.NewWorld(`[{"@":"Query","user":"@u","teams":["@t","@s"]},
		{"@":"u","__typename":"User","id":"1","locale":"de","task":"@k"},
		{"@":"t","__typename":"Team","id":"1","lang":"en","tasks":["@k","@l"],"lead":"@u"},
		{"@":"s","__typename":"Team","id":"2","lang":"fr","tasks":["@l"],"lead":"@u"},
		{"@":"k","__typename":"Task","id":"1","title":"K","next":"@l","due":"soon"},
		{"@":"l","__typename":"Task","id":"2","title":"L","next":null,"due":"late"}]`)
	if err != nil {
		t.Fatal(err)
	}
	f, err := plantest.New(map[string]string{
		"a": plantest.Link + `type Query{user:User teams:[Team]}
			type User@key(fields:"id")@context(name:"who"){id:ID! locale:String! task:Task}
			type Team@key(fields:"id")@context(name:"who"){id:ID! lang:String! tasks:[Task] lead:User}
			type Task@key(fields:"id"){id:ID! title(lang:String@fromContext(field:"$who ... on User { locale } ... on Team { lang }")):String next:Task}`,
		"b": plantest.Link + `type Task@key(fields:"id"){id:ID! due:String}`,
	}, world, nil)
	if err != nil {
		t.Fatal(err)
	}
	served := servedFixture{Fixture: f}
	for _, query := range []string{
		`{user{task{title}}}`,
		`{teams{tasks{title due}}}`,
		`{teams{lang tasks{t:title next{title}} lead{task{title}}}}`,
		`{teams{tasks{next{next{title} title}}} user{task{next{title}}}}`,
	} {
		got, want, p, err := answerTo(&served, query)
		if err != nil {
			t.Fatalf("%s: %v", query, err)
		}
		if string(got.Data) != want || len(got.Errors) > 0 {
			t.Errorf("%s%s\n got %s %v\nwant %s", query, documents(p), got.Data, got.Errors, want)
		}
	}
}

// TestEverySourceOfAnObjectIsLinked runs operations whose objects come from two calls at once, of which each has what
// further calls need for some of them.
func TestEverySourceOfAnObjectIsLinked(t *testing.T) {
	for _, c := range []struct {
		name, world string
		subgraphs   map[string]string
		queries     []string
	}{
		{
			name: "an interface object is entered for each type by the key of another source",
			world: `[{"@":"Query","node":"@g","list":["@g","@d"]},{"@":"g","__typename":"Garage","id":"1","stamp":"st","code":"co","heat":"42","made":"@g"},
				{"@":"d","__typename":"Device","id":"2","code":"do","heat":"43","made":"@g"}]`,
			subgraphs: map[string]string{
				"a": `type Query{node:Node@shareable list:[Node]@shareable} interface Node{id:ID!} type Garage implements Node@key(fields:"id"){id:ID! stamp:String} type Device implements Node@key(fields:"id"){id:ID!}`,
				"b": `type Node@key(fields:"id")@interfaceObject{id:ID! heat:String made:Node}`,
				"c": `type Query{node:Node@shareable list:[Node]@shareable} interface Node@key(fields:"id"){id:ID! code:String} type Garage implements Node@key(fields:"id"){id:ID! code:String} type Device implements Node@key(fields:"id"){id:ID! code:String}`,
			},
			queries: []string{
				`{node{...on Garage{stamp} code heat}}`,
				`{node{heat ...on Garage{stamp} code}}`,
				`{list{...on Garage{stamp} code heat made{heat code ...on Garage{stamp}}}}`,
			},
		},
		{
			name: "one call has the key, and what was entered from another has the requirement",
			world: `[{"@":"Query","home":"@h"},{"@":"h","__typename":"Home","id":"1","number":"7","room":"@r"},
				{"@":"r","__typename":"Room","id":"2","home":"@h","label":"l","sum":"s","part":"@p"},{"@":"p","__typename":"Part","id":"3","face":"@f"},{"@":"f","__typename":"Face","id":"4","mood":"m"}]`,
			subgraphs: map[string]string{
				"a": `type Query{home:Home} type Home@key(fields:"id"){id:ID!@shareable} type Room@key(fields:"id"){id:ID! label:String}`,
				"b": `type Home@key(fields:"id"){id:ID!@shareable number:ID!@shareable room:Room@external}
					type Room@key(fields:"id"){id:ID! part:Part home:Home@shareable@provides(fields:"room{id}") label:String@external sum:String@requires(fields:"label")} type Part@key(fields:"id"){id:ID!} type Face@key(fields:"id"){id:ID! mood:String}`,
				"c": `type Home@key(fields:"number"){number:ID!@shareable room:Room@shareable} type Room@key(fields:"id"){id:ID! home:Home@shareable} type Part@key(fields:"id"){id:ID! face:Face} type Face@key(fields:"id"){id:ID!}`,
			},
			queries: []string{`{home{room{home{room{part{face{mood}} sum}}}}}`, `{home{room{home{room{sum part{face{mood}}}}}}}`},
		},
	} {
		world, err := plantest.NewWorld(c.world)
		if err != nil {
			t.Fatal(err)
		}
		sdls := map[string]string{}
		for name, sdl := range c.subgraphs {
			sdls[name] = plantest.Link + sdl
		}
		f, err := plantest.New(sdls, world, nil)
		if err != nil {
			t.Fatalf("%s: %v", c.name, err)
		}
		served := servedFixture{Fixture: f}
		for _, query := range c.queries {
			got, want, p, err := answerTo(&served, query)
			if err != nil {
				t.Fatalf("%s: %s: %v", c.name, query, err)
			}
			if string(got.Data) != want || len(got.Errors) > 0 {
				t.Errorf("%s: %s%s\n got %s %v\nwant %s", c.name, query, documents(p), got.Data, got.Errors, want)
			}
		}
	}
}

// TestConformances executes what the planner's conformances ask.
func TestConformances(t *testing.T) {
	for _, c := range plantest.Conformances() {
		t.Run(c.Name, func(t *testing.T) {
			fixture, err := c.Fixture()
			if err != nil {
				t.Fatal(err)
			}
			for _, a := range c.Asks {
				if strings.HasPrefix(a.Query, "subscription") {
					continue // their events do not come as answers
				}
				got, want, p, err := answerWith(&servedFixture{Fixture: fixture}, a.Query, a.Variables, c.Labels)
				if err != nil {
					t.Errorf("%s: %v", a.Query, err)
				} else if string(got.Data) != want {
					t.Errorf("%s%s\n got %s %v\nwant %s", a.Query, documents(p), got.Data, got.Errors, want)
				}
			}
		})
	}
}

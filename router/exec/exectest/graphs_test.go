package exectest

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
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
	op, vars, err := f.Prepare(query, "", nil)
	if err != nil {
		return nil, "", nil, err
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

func documents(p *plan.Plan) (text string) {
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
			if p == nil {
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

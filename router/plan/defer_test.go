package plan_test

import (
	"testing"

	"github.com/weft-graphql/weft/router/plan/plantest"
)

func TestDeferredParts(t *testing.T) {
	world, err := plantest.NewWorld(`[{"@":"Query","user":"@u","slow":"s"},{"@":"u","__typename":"User","id":"1","name":"A","age":"3","score":"9","label":"l"}]`)
	if err != nil {
		t.Fatal(err)
	}
	f, err := plantest.New(map[string]string{
		"a": plantest.Link + `type Query{user:User} type User@key(fields:"id"){id:ID! name:String}`,
		"b": plantest.Link + `type Query{slow:String} type User@key(fields:"id"){id:ID! age:String label:String}`,
		"c": plantest.Link + `type User@key(fields:"id"){id:ID! age:String@external score:String@requires(fields:"age")}`,
	}, world, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		query string
		// first and later are the subgraphs asked for the first part and for deferred ones.
		first, later []string
	}{
		{`{user{name ...@defer{age}}}`, []string{"a"}, []string{"b"}},
		{`{user{name label ...@defer{age score}}}`, []string{"a", "b"}, []string{"c"}},
		{`{user{name ...@defer{age ...@defer{score}}}}`, []string{"a"}, []string{"b", "c"}},
		{`{user{name score ...@defer{age}}}`, []string{"a", "b", "c"}, nil},
		{`{user{...@defer{age}} ...@defer{slow}}`, []string{"a"}, []string{"b", "b"}},
		{`{user{age ...@defer(if:false){label}}}`, []string{"a", "b"}, nil},
		{`{user{...@defer{age} age}}`, []string{"a", "b"}, nil},
	} {
		op, vars, err := f.Prepare(c.query, "", nil)
		if err != nil {
			t.Fatal(err)
		}
		want := f.World.Answer(f.Supergraph, op, vars)
		p, got, err := f.Run(op, vars)
		if err != nil {
			t.Fatalf("%s: %v", c.query, err)
		}
		if got.Data != want.Data {
			t.Errorf("%s: got %s, want %s", c.query, got.Data, want.Data)
		}
		var first, later []string
		for _, r := range p.Requests {
			if r.Defer != nil {
				later = append(later, r.Subgraph.Name)
				continue
			}
			first = append(first, r.Subgraph.Name)
			for _, id := range r.After {
				if p.Requests[id].Defer != nil {
					t.Errorf("%s: the first part waits for a deferred one", c.query)
				}
			}
		}
		if !equal(first, c.first) || !equal(later, c.later) {
			t.Errorf("%s: first %v, later %v; want %v and %v", c.query, first, later, c.first, c.later)
			for _, r := range p.Requests {
				t.Log(r.ID, r.Subgraph.Name, r.After, r.Document)
			}
		}
	}
}

func equal(a, b []string) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i] != b[i] {
			return false
		}
	}
	return true
}

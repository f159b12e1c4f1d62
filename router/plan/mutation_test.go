package plan_test

import (
	"strings"
	"testing"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/weft-graphql/weft/router/operation"
	"github.com/weft-graphql/weft/router/plan"
	"github.com/weft-graphql/weft/router/plan/plantest"
	"github.com/weft-graphql/weft/router/supergraph"
)

// Composers that do not look for it let through mutation fields that no subgraph can answer alone. Such a field is not
// run twice.
func TestMutationThatOnlySeveralSubgraphsCanAnswerIsRefused(t *testing.T) {
	sg, err := supergraph.Load(`
		schema @link(url: "https://specs.apollo.dev/link/v1.0") @link(url: "https://specs.apollo.dev/join/v0.3", for: EXECUTION) { query: Query mutation: Mutation }
		directive @link(url: String, as: String, for: link__Purpose, import: [link__Import]) repeatable on SCHEMA
		enum link__Purpose { SECURITY EXECUTION } scalar link__Import scalar join__FieldSet
		enum join__Graph { A @join__graph(name: "a", url: "http://a") B @join__graph(name: "b", url: "http://b") }
		directive @join__graph(name: String!, url: String!) on ENUM_VALUE
		directive @join__type(graph: join__Graph!, key: join__FieldSet) repeatable on OBJECT
		directive @join__field(graph: join__Graph) repeatable on FIELD_DEFINITION
		type Query @join__type(graph: A) { q: Int }
		type Mutation @join__type(graph: A) @join__type(graph: B) { save: V }
		type V @join__type(graph: A) @join__type(graph: B) { x: Int @join__field(graph: A) y: Int @join__field(graph: B) }`)
	if err != nil {
		t.Fatal(err)
	}
	for query, says := range map[string]string{
		`mutation{save{x y}}`: "the mutation field is shared by a, b, but may be run by one of them only",
		`mutation{save{y}}`:   "",
	} {
		p, errs := operation.Prepare(sg, query, "", operation.Limits{})
		if len(errs) > 0 {
			t.Fatal(errs)
		}
		_, err := plan.New(sg).Plan(p.Operation(operation.ConditionSet{}))
		switch {
		case says == "" && err != nil:
			t.Errorf("%s: %v", query, err)
		case says != "" && (err == nil || !strings.Contains(err.Error(), says)):
			t.Errorf("%s: the error is %v", query, err)
		}
	}
}

// What is deferred below a mutation field is not a reason to run it again.
func TestDeferredPartsDoNotRunMutationsAgain(t *testing.T) {
	world, err := plantest.NewWorld(`[{"@":"Query","q":"q"},{"@":"Mutation","save":"@v","own":"@v"},{"@":"v","__typename":"V","id":"1","x":"x","y":"y","z":"z","part":{"__typename":"Part","n":"n"}}]`)
	if err != nil {
		t.Fatal(err)
	}
	f, err := plantest.New(map[string]string{
		"a": plantest.Link + `type Query{q:String} type Mutation{save:V@shareable own:V} type V@key(fields:"id"){id:ID! x:String part:Part@shareable} type Part@shareable{n:String}`,
		"b": plantest.Link + `type Mutation{save:V@shareable} type V@key(fields:"id"){id:ID! y:String z:String part:Part@shareable} type Part@shareable{n:String}`,
	}, world, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, query := range []string{
		`mutation{save{x ...@defer{y}}}`, `mutation{save{...@defer{x part{n}}}}`, `mutation{save{y ...@defer{x z}}}`, `mutation{save{id ...@defer{part{n} x y}}}`,
		`mutation{save{x ...@defer{y}} own{id ...@defer{x}}}`,
	} {
		op, vars, err := f.Prepare(query, "", nil)
		if err != nil {
			t.Fatal(err)
		}
		want := f.World.Answer(f.Supergraph, op, vars)
		p, got, err := f.Run(op, vars)
		if err != nil {
			t.Fatalf("%s: %v", query, err)
		}
		if got.Data != want.Data {
			t.Errorf("%s: got %s, want %s", query, got.Data, want.Data)
		}
		roots := 0
		for _, r := range p.Requests {
			if r.Kind == ast.Mutation {
				roots++
			}
			for _, id := range r.After {
				if r.Defer == nil && p.Requests[id].Defer != nil {
					t.Errorf("%s: the first part waits for a deferred one", query)
				}
			}
		}
		if roots != len(op.Root.Fields) {
			t.Errorf("%s: %d fields are run by %d requests", query, len(op.Root.Fields), roots)
			for _, r := range p.Requests {
				t.Log(r.ID, r.Subgraph.Name, r.After, r.Document)
			}
		}
	}
}

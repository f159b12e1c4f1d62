package plan_test

import (
	"testing"

	"github.com/weft-graphql/weft/router/plan"
	"github.com/weft-graphql/weft/router/plan/plantest"
)

// Whoever reads a representation of a @requires with fragments needs the __typename of the objects in it, also where
// the type is known without asking because an implementation narrows the field.
func TestFragmentsInRequirementsComeWithTheType(t *testing.T) {
	world, err := plantest.NewWorld(`[{"@":"Query","e":"@e"},{"@":"e","__typename":"E","id":"1","n":"@a","sum":"s"},{"@":"a","__typename":"A","m":"@a","x":"x"}]`)
	if err != nil {
		t.Fatal(err)
	}
	f, err := plantest.New(map[string]string{
		"a": plantest.Link + `type Query{e:E} type E@key(fields:"id"){id:ID! n:N@external sum:String@requires(fields:"n{m{...on A{x} ...on B{y}}}")}
			interface N{m:M} type A implements N&M@shareable{m:A x:String} type B implements N&M@shareable{m:B y:String} interface M{m:M}`,
		"b": plantest.Link + `type E@key(fields:"id"){id:ID! n:N} interface N{m:M} type A implements N&M@shareable{m:A x:String}
			type B implements N&M@shareable{m:B y:String} interface M{m:M}`,
	}, world, nil)
	if err != nil {
		t.Fatal(err)
	}
	op, vars, err := f.Prepare(`{e{sum}}`, "", nil)
	if err != nil {
		t.Fatal(err)
	}
	p, _, err := f.Run(op, vars)
	if err != nil {
		t.Fatal(err)
	}
	last := p.Requests[len(p.Requests)-1]
	n := named(last.Calls[0].Input[0].Fields, "n")
	if n == nil {
		t.Fatalf("the last request has no representation with n: %s", last.Document)
	}
	found := 0
	for _, m := range n.Fields {
		if m.Name == "m" {
			found++
			if named(m.Fields, "__typename") == nil {
				t.Errorf("m is sent without its __typename for %v", m.On)
			}
		}
	}
	if found == 0 {
		t.Error("m is not sent")
	}
}

func named(fields []*plan.RepresentationField, name string) *plan.RepresentationField {
	for _, f := range fields {
		if f.Name == name {
			return f
		}
	}
	return nil
}

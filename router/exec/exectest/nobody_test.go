package exectest

import (
	"testing"

	"github.com/weft-graphql/weft/router/plan/plantest"
)

// TestInterfacesOfNobodyAreNull asks for values of interfaces that no type implements, with fields that only subgraphs
// have which cannot be asked.
func TestInterfacesOfNobodyAreNull(t *testing.T) {
	world, err := plantest.NewWorld(`[{"@": "Query", "i": null, "list": [null, null], "a": "one"}]`)
	if err != nil {
		t.Fatal(err)
	}
	f, err := plantest.New(map[string]string{
		"a": plantest.Link + `type Query { i: I list: [I] } interface I { x: Int }`,
		"b": plantest.Link + `type Query { a: String } interface I { y: Int! down: I }`,
	}, world, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, query := range []string{"{i{x y} a}", "{list{__typename down{y down{x}} x}}", "{i{down{y}}}"} {
		got, want, p, err := answerTo(&servedFixture{Fixture: f}, query)
		if err != nil {
			t.Errorf("%s: %v%s", query, err, documents(p))
		} else if string(got.Data) != want || len(got.Errors) > 0 {
			t.Errorf("%s%s\n got %s %v\nwant %s", query, documents(p), got.Data, got.Errors, want)
		}
	}
}

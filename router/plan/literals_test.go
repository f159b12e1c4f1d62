package plan_test

import (
	"strings"
	"testing"

	"github.com/weft-graphql/weft/router/operation"
	"github.com/weft-graphql/weft/router/plan/plantest"
)

// A single value may stand where a list is expected, but not a variable of its type: the variable for it is a list.
func TestLiteralsThatStandForLists(t *testing.T) {
	world, err := plantest.NewWorld(`[{"@":"Query","u":"@u"},{"@":"u","__typename":"U","id":"1","find":"x"}]`)
	if err != nil {
		t.Fatal(err)
	}
	f, err := plantest.New(map[string]string{
		"a": plantest.Link + `input In{n:Int} scalar JSON type Query{u(in:In):U} type U@key(fields:"id"){id:ID!}`,
		"b": plantest.Link + `scalar JSON type U@key(fields:"id"){id:ID! find(list:[[JSON]] one:JSON!):String}`,
	}, world, nil)
	if err != nil {
		t.Fatal(err)
	}
	op, vars, err := f.Prepare(`query($i:Int){u{find(list:{i:$i},one:{i:$i})}}`, `{"i":5}`, nil)
	if err != nil {
		t.Fatal(err)
	}
	p, err := f.Planner.Plan(op)
	if err != nil {
		t.Fatal(err)
	}
	r := p.Requests[1]
	if want := "query($r:[_Any!]!$weft_literal1:[[JSON!]!]!$weft_literal2:JSON!)"; !strings.HasPrefix(r.Document, want) {
		t.Errorf("the document is %s, want %s", r.Document, want)
	}
	if len(r.Variables) > 0 || len(r.Literals) != 2 {
		t.Fatalf("%d variables and %d literals", len(r.Variables), len(r.Literals))
	}
	for i, want := range []string{`[[{"i":5}]]`, `{"i":5}`} {
		if got := operation.AppendJSON(nil, r.Literals[i].Value, func(string) []byte { return vars.Raw(0) }); string(got) != want {
			t.Errorf("%s is %s, want %s", r.Literals[i].Name, got, want)
		}
	}
}

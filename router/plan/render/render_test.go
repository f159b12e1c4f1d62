package render_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/weft-graphql/weft/router/compose"
	"github.com/weft-graphql/weft/router/operation"
	"github.com/weft-graphql/weft/router/plan"
	"github.com/weft-graphql/weft/router/plan/render"
	"github.com/weft-graphql/weft/router/supergraph"
)

func planned(t *testing.T, query string) *plan.Plan {
	t.Helper()
	const link = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@key", "@external", "@requires"]) `
	composed, errs := compose.Compose([]compose.Subgraph{
		{Name: "products", SDL: link + `type Query{top(n:Int):[Product]} type Product@key(fields:"upc"){upc:ID! weight:Int}`},
		{Name: "stock", SDL: link + `type Product@key(fields:"upc"){upc:ID! weight:Int@external shipping:Int@requires(fields:"weight")}`},
	}, compose.Options{})
	if len(errs) > 0 {
		t.Fatal(errs)
	}
	sg, err := supergraph.Load(composed.SupergraphSDL)
	if err != nil {
		t.Fatal(err)
	}
	p, gerrs := operation.Prepare(sg, query, "", operation.Limits{})
	if len(gerrs) > 0 {
		t.Fatal(gerrs)
	}
	pl, err := plan.New(sg).Plan(p.Operation(operation.ConditionSet{}))
	if err != nil {
		t.Fatal(err)
	}
	return pl
}

const query = `query Q($n:Int){top(n:$n){shipping}}`

func TestText(t *testing.T) {
	const want = `2 requests in 2 waves
├─ wave 1
│  └─ #0 products
│       query ($n: Int) {
│         top(n: $n) {
│           upc
│           weight
│         }
│       }
└─ wave 2
   └─ #1 stock after #0
      for top.@ by {__typename upc weight}
        query ($r: [_Any!]!) {
          _entities(representations: $r) {
            ... on Product {
              shipping
            }
          }
        }
`
	if got := render.Text(planned(t, query)); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	if got := render.Text(planned(t, `{__typename}`)); !strings.Contains(got, "no requests") {
		t.Errorf("got %s", got)
	}
}

func TestJSON(t *testing.T) {
	const want = `{"kind":"QueryPlan","node":{"kind":"Sequence","nodes":[` +
		`{"kind":"Fetch","serviceName":"products","variableUsages":["n"],"operation":"query($n:Int){top(n:$n){upc weight}}","operationKind":"query","id":0},` +
		`{"kind":"Flatten","path":["top","@"],"node":{"kind":"Fetch","serviceName":"stock","requires":[{"kind":"InlineFragment","typeCondition":"Product","selections":[` +
		`{"kind":"Field","name":"__typename"},{"kind":"Field","name":"upc"},{"kind":"Field","name":"weight"}]}],` +
		`"operation":"query($r:[_Any!]!){_entities(representations:$r){...on Product{shipping}}}","operationKind":"query","id":1,"after":[0]}}]}}`
	got, err := render.JSON(planned(t, query), "")
	if err != nil || string(got) != want {
		t.Errorf("got  %s (%v)\nwant %s", got, err, want)
	}
	if got, _ := render.JSON(planned(t, `{__typename}`), ""); string(got) != `{"kind":"QueryPlan"}` {
		t.Errorf("got %s", got)
	}
}

// TestTextOf reads the form of JSON and wants of it what Text makes of the plan, with what is known of the requests.
func TestTextOf(t *testing.T) {
	for _, query := range []string{query, `{top(n:1){upc}}`, `{__typename}`, `{a:top{shipping} b:top{upc shipping}}`} {
		p := planned(t, query)
		text, err := render.JSON(p, "")
		if err != nil {
			t.Fatal(err)
		}
		var shown render.Node
		if err := json.Unmarshal(text, &shown); err != nil {
			t.Fatal(err)
		}
		noted := 0
		got := render.TextOf(&shown, func(id int) string {
			noted++
			return fmt.Sprintf("note %d", id)
		})
		for id := range p.Requests {
			note := fmt.Sprintf(": note %d\n", id)
			if !strings.Contains(got, note) {
				t.Errorf("%s: %q is missing in\n%s", query, note, got)
			}
			got = strings.Replace(got, note, "\n", 1)
		}
		// A representation's type is named by what it is in the subgraph.
		if want := strings.ReplaceAll(render.Text(p), "{__typename ", "{Product "); got != want || noted != len(p.Requests) {
			t.Errorf("%s: %d notes\ngot\n%s\nwant\n%s", query, noted, got, want)
		}
	}
}

func TestDot(t *testing.T) {
	got := render.Dot(planned(t, query))
	for _, want := range []string{`r0 [label="#0 products"`, `r1 [label="#1 stock\ntop.@"`, `r0 -> r1`} {
		if !strings.Contains(got, want) {
			t.Errorf("%s is missing in\n%s", want, got)
		}
	}
}

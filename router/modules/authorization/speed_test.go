package authorization

import (
	"fmt"
	"strings"
	"testing"

	"github.com/weft-graphql/weft/router/caller"
	"github.com/weft-graphql/weft/router/compose"
	"github.com/weft-graphql/weft/router/operation"
	"github.com/weft-graphql/weft/router/supergraph"
)

// large is an operation of 200 fields that ask for so many different things, and a caller with 20 scopes who may see all
// but the last.
func large(t testing.TB, different int) (*asked, *operation.Prepared, *caller.Caller, []string) {
	t.Helper()
	var sdl, query strings.Builder
	sdl.WriteString(`extend schema @link(url: "https://specs.apollo.dev/federation/v2.9",
		import: ["@authenticated", "@requiresScopes", "@policy"])` + "\ntype Query {\n")
	query.WriteString("{")
	for i := range 200 {
		n := i % different
		switch {
		case n == different-1:
			fmt.Fprintf(&sdl, "f%d: Int @requiresScopes(scopes: [[\"never\"]])\n", i)
		case n%3 == 0:
			fmt.Fprintf(&sdl, "f%d: Int @policy(policies: [[\"p%d\"]])\n", i, n)
		default:
			fmt.Fprintf(&sdl, "f%d: Int @authenticated @requiresScopes(scopes: [[\"x%d\", \"y\"], [\"scope%d\", \"scope%d\"]])\n",
				i, n, n%20, n/20)
		}
		fmt.Fprintf(&query, " f%d", i)
	}
	sdl.WriteString("}")
	query.WriteString("}")
	composed, problems := compose.Compose([]compose.Subgraph{{Name: "a", URL: "http://a", SDL: sdl.String()}}, compose.Options{})
	if len(problems) > 0 {
		t.Fatal(problems[0])
	}
	sg, err := supergraph.Load(composed.SupergraphSDL)
	if err != nil {
		t.Fatal(err)
	}
	p, errs := operation.Prepare(sg, query.String(), "", operation.Limits{RootFields: -1})
	if len(errs) > 0 {
		t.Fatal(errs)
	}
	compiled, errs := (&Authorization{}).CompileDocument(p)
	if len(errs) > 0 {
		t.Fatal(errs)
	}
	scopes := make([]string, 20)
	for i := range scopes {
		scopes[i] = fmt.Sprint("scope", i)
	}
	who := &caller.Caller{Subject: "ada", Claims: map[string]any{"scope": strings.Join(scopes, " ")}}
	return compiled.(*asked), p, who, compiled.(*asked).names
}

func decided(asks *asked, p *operation.Prepared, who *caller.Caller, policies []string) operation.ConditionSet {
	return asks.by(who, []string{"scope", "scp", "scopes"}, policies, p.FirstAccess(), operation.ConditionSet{})
}

// TestDecidingTakesNoMemory has as many requirements as fields.
func TestDecidingTakesNoMemory(t *testing.T) {
	for _, different := range []int{10, 200} {
		asks, p, who, policies := large(t, different)
		set := decided(asks, p, who, policies)
		refused := 0
		for i, c := range p.Access() {
			if !set.Has(p.FirstAccess() + i) {
				refused++
				if c.Access.Alternatives[0][0] != "never" {
					t.Errorf("%s is refused", c.Label)
				}
			}
		}
		if refused != 1 {
			t.Errorf("%d requirements of %d are not fulfilled", refused, len(p.Access()))
		}
		if n := testing.AllocsPerRun(100, func() { decided(asks, p, who, policies) }); n > 0 {
			t.Errorf("%v allocations for %d requirements", n, len(p.Access()))
		}
	}
}

func BenchmarkDecide(b *testing.B) {
	for _, different := range []int{10, 200} {
		asks, p, who, policies := large(b, different)
		b.Run(fmt.Sprintf("200 fields, %d requirements", len(p.Access())), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				decided(asks, p, who, policies)
			}
		})
	}
}

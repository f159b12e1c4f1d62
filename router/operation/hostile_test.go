package operation_test

import (
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/weft-graphql/weft/router/growthtest"
	"github.com/weft-graphql/weft/router/operation"
)

// each writes format, which may use its number as %[1]d, for 0 to n-1.
func each(n int, format string) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, format, i)
	}
	return b.String()
}

// TestHostileDocuments prepares documents of a megabyte, with all limits out of the way. Those whose operations share
// fragments thousandfold are refused: validating them takes the square of their size.
func TestHostileDocuments(t *testing.T) {
	sg := load(t)
	none := operation.Limits{Tokens: -1, Depth: -1, Fields: -1, Aliases: -1, Directives: -1, RootFields: -1, Variables: -1, ListItems: -1}
	for _, c := range []struct {
		name  string
		query func(size int) string
		// broken is part of the first error; empty for a valid document.
		broken string
	}{
		{name: "one field again and again", query: func(size int) string { return "{" + strings.Repeat("dog{id}", size/7) + "}" }},
		{name: "aliases", query: func(size int) string { return "{" + each(size/16, "a%d:dog{id}") + "}" }},
		{name: "inline fragments", query: func(size int) string { return "{node{" + strings.Repeat("...on Dog{id}", size/13) + "}}" }},
		{name: "fragments", query: func(size int) string {
			n := size / 45
			return "{dog{" + each(n, "...F%d ") + "}}" + each(n, "fragment F%d on Dog{id name}")
		}},
		{name: "a chain of fragments", query: func(size int) string {
			n := size / 45
			var b strings.Builder
			b.WriteString("{dog{...F0}}")
			for i := range n {
				fmt.Fprintf(&b, "fragment F%d on Dog{id ...F%d}", i, i+1)
			}
			fmt.Fprintf(&b, "fragment F%d on Dog{id}", n)
			return b.String()
		}},
		{name: "one large fragment in many", query: func(size int) string {
			n := size / 60
			return "{dog{" + each(n, "...F%d ") + "}}" + each(n, "fragment F%d on Dog{...G}") + "fragment G on Dog{" + each(n, "a%d:id ") + "}"
		}},
		{name: "one large fragment in many operations", query: func(size int) string {
			n := size / 60
			return "query Q{dog{...G}}" + each(n, "query Q%d{dog{...G}}") + "fragment G on Dog{" + each(n, "a%d:id ") + "}"
		}, broken: "too complex"},
		{name: "fields that may be merged in many ways", query: func(int) string {
			// Each level doubles the ways in which what is below it can be merged.
			chain := func(n int) string { return strings.Repeat("self{", n) + "id" + strings.Repeat("}", n) }
			query := "id"
			for n := range 30 {
				query = "...on Dog{" + chain(n) + "}...on Cat{" + chain(n) + "}...on Rock{" + chain(n) + "}self{" + query + "}"
			}
			return "{node{" + query + "}}"
		}, broken: "too complex"},
		{name: "one long value in many fragments", query: func(size int) string {
			n := size / 45
			return "{list{...G} dog{" + each(n, "...F%d ") + "}}" + each(n, "fragment F%d on Dog{self{...G}}") + "fragment G on Node{self{... on Cat{lives(of:[" + each(n, "%d ") + "])}}}"
		}, broken: "Int cannot represent"},
		{name: "variables", query: func(size int) string {
			n := size / 300 // gqlparser goes through all variables for each use of one
			return "query(" + each(n, "$v%d:ID!") + "){" + each(n, "a%[1]d:pet(id:$v%[1]d){id} #%0250d\n") + "}"
		}},
		{name: "conditions", query: func(size int) string {
			n := size / 50
			return "query(" + each(n, "$v%d:Boolean!") + "){" + each(n, "a%[1]d:dog@skip(if:$v%[1]d){id}") + "}"
		}},
		{name: "operations", query: func(size int) string { return "query Q{dog{id}}" + each(size/20, "query Q%d{dog{id}}") }},
		{name: "list values", query: func(size int) string { return "{list(ids:[" + each(size/7, "%d,") + "]){id}}" }},
		{name: "list values compared", query: func(size int) string {
			list := each(size/700, "%d,")
			return "{" + strings.Repeat("list(ids:["+list+"]){id}", 50) + "}"
		}},
		{name: "strings", query: func(size int) string {
			return `{pet(id:"` + strings.Repeat(`\u00e9`, size/12) + `"){id} p:pet(id:"""` + strings.Repeat("  é\n", size/12) + `"""){id}}`
		}},
		{name: "deep values", query: func(size int) string {
			return "{" + each(size/8000, "a%d:list(any:"+strings.Repeat("[", 990)+strings.Repeat("]", 990)+"){id}") + "}"
		}},
		{name: "deep fields", query: func(size int) string {
			deep := strings.Repeat("self{", 990) + "id" + strings.Repeat("}", 990)
			return "{" + each(size/len(deep), "a%d:node{"+deep+"}") + "}"
		}},
		{name: "deep fields merged", query: func(size int) string {
			deep := strings.Repeat("self{", 990) + "id" + strings.Repeat("}", 990)
			return "{node{" + strings.Repeat(deep, size/len(deep)) + "}}"
		}},
		{name: "unknown fields", query: func(size int) string { return "{dog{" + each(size/8, "nam%d ") + "}}" }, broken: "Cannot query field"},
		{name: "unknown arguments", query: func(size int) string { return "{dog(" + each(size/10, "nam%d:1 ") + "){id}}" }, broken: "Unknown argument"},
		{name: "unknown fragments", query: func(size int) string { return "{dog{" + each(size/8, "...F%d ") + "}}" }, broken: "Unknown fragment"},
		{name: "unused fragments", query: func(size int) string { return "{dog{id}}" + each(size/30, "fragment F%d on Dog{id}") }, broken: "never used"},
		{name: "fragments of the same name", query: func(size int) string { return "{dog{...F}}" + strings.Repeat("fragment F on Dog{id}", size/21) }, broken: "only one fragment"},
		{name: "a large cycle of fragments", query: func(size int) string {
			n := size / 45
			var b strings.Builder
			b.WriteString("{dog{...F0}}")
			for i := range n {
				fmt.Fprintf(&b, "fragment F%d on Dog{id ...F%d}", i, (i+1)%n)
			}
			return b.String()
		}, broken: "within itself"},
		{name: "unknown variables", query: func(size int) string { return "{" + each(size/25, "a%[1]d:pet(id:$v%[1]d){id}") + "}" }, broken: "not defined"},
		{name: "unused variables", query: func(size int) string { return "query(" + each(size/12, "$v%d:ID ") + "){dog{id}}" }, broken: "never used"},
		{name: "variables of the same name", query: func(size int) string { return "query(" + strings.Repeat("$v:ID!", size/6) + "){pet(id:$v){id}}" }, broken: "only one variable"},
		{name: "wrong values", query: func(size int) string { return "{" + each(size/30, "a%[1]d:list(ids:[\"a\"]){id}") + "}" }, broken: "Int cannot represent"},
		{name: "unknown directives", query: func(size int) string { return "{dog{id " + each(size/8, "@nam%d ") + "}}" }, broken: "Unknown directive"},
		{name: "conflicts", query: func(size int) string { return "{dog{" + each(size/20, "a%[1]d:id a%[1]d:name ") + "}}" }, broken: "conflict"},
		{name: "unclosed fields", query: func(size int) string { return strings.Repeat("{a", size/2) }, broken: "nesting depth"},
		{name: "unclosed values", query: func(size int) string { return "{a(a:" + strings.Repeat("[", size) }, broken: "nesting depth"},
		{name: "unclosed types", query: func(size int) string { return "query($a:" + strings.Repeat("[", size) }, broken: "nesting depth"},
		{name: "unclosed strings", query: func(size int) string { return `{a(a:"""` + strings.Repeat("a\n", size/2) }, broken: "Unterminated"},
	} {
		t.Run(c.name, func(t *testing.T) {
			growthtest.Linear(t, func(size int) func() {
				query, name := c.query(size), ""
				if strings.HasSuffix(c.name, "operations") {
					name = "Q"
				}
				return func() {
					p, errs := operation.Prepare(sg, query, name, none)
					switch {
					case len(errs) == 0 && c.broken != "":
						t.Errorf("it is valid, want an error about %q", c.broken)
					case len(errs) > 0 && (c.broken == "" || !strings.Contains(errs[0].Message, c.broken)):
						t.Errorf("%d errors, the first: %.300s", len(errs), errs[0].Message)
					case len(errs) > 101:
						t.Errorf("%d errors are reported", len(errs))
					case len(errs) == 0:
						p.Operation(operation.ConditionSet{})
					}
				}
			})
		})
	}
}

// TestErrorsAreCutOff has more mistakes than are reported, and says how many are missing.
func TestErrorsAreCutOff(t *testing.T) {
	_, errs := operation.Prepare(load(t), "{"+each(250, "x%d ")+"}", "", operation.Limits{})
	if len(errs) != 101 || !strings.Contains(errs[100].Message, "150 more errors") || errs[100].Extensions["code"] != "GRAPHQL_VALIDATION_FAILED" {
		t.Errorf("%d errors, the last: %v", len(errs), errs[len(errs)-1])
	}
}

// TestErrorsQuoteOnlySoMuch has a long value in the wrong place.
func TestErrorsQuoteOnlySoMuch(t *testing.T) {
	_, errs := operation.Prepare(load(t), "{dog{id} pet(id:["+strings.Repeat("\"é\" ", 5000)+"]){id}}", "", operation.Limits{})
	if len(errs) == 0 || len(errs[0].Message) > 1100 || !utf8.ValidString(errs[0].Message) || !strings.HasSuffix(errs[0].Message, "…") {
		t.Errorf("%.2000v", errs)
	}
}

// TestFragmentsOfRealDocuments has as many fragments as large clients send, each spreading dozens of others.
func TestFragmentsOfRealDocuments(t *testing.T) {
	var b strings.Builder
	b.WriteString("{dog{...F0}}")
	const n = 400
	for i := range n {
		fmt.Fprintf(&b, "fragment F%d on Dog{id name barks old", i)
		for j := i + 1; j < min(i+12, n); j++ {
			fmt.Fprintf(&b, " a%d:self{...F%d}", j, j)
		}
		b.WriteString("}")
	}
	if _, errs := operation.Prepare(load(t), b.String(), "", operation.Limits{Depth: -1, Fields: -1, Aliases: -1}); len(errs) > 0 {
		t.Error(errs[0])
	}
}

// TestHostileVariables coerces variables whose names and values are spelled with escapes, each of which there are
// thousands of names to compare with.
func TestHostileVariables(t *testing.T) {
	sg := load(t)
	for _, c := range []struct{ name, member string }{
		{"declared", `"\u0076%d":true,`},
		{"not declared", `"\u0077%d":true,`},
	} {
		t.Run(c.name, func(t *testing.T) {
			growthtest.Linear(t, func(size int) func() {
				n := size / 600
				document := "query(" + each(n, "$v%d:Boolean!=true ") + "){" + each(n, "a%[1]d:dog@skip(if:$v%[1]d){id}") + "}"
				p, errs := operation.Prepare(sg, document, "", operation.Limits{RootFields: -1, Variables: -1})
				if len(errs) > 0 {
					t.Fatal(errs)
				}
				variables := []byte("{" + strings.TrimSuffix(strings.Repeat(each(n, c.member), 30), ",") + "}")
				return func() {
					if _, errs := p.CoerceVariables(variables); len(errs) > 0 {
						t.Error(errs)
					}
				}
			})
		})
	}
}

package cost

import (
	"fmt"
	"strings"
	"testing"

	"github.com/weft-graphql/weft/router/operation"
)

// large is an operation of 200 fields with lengths and inputs from variables.
func large(t testing.TB) (*program, operation.Variables) {
	t.Helper()
	graph := composed(t, `
type Query {
  items(first: Int, page: Page): [Item!]
    @listSize(slicingArguments: ["first", "page.size"], requireOneSlicingArgument: false)
}
input Page { size: Int @cost(weight: 2) after: String }
type Item { a: Int @cost(weight: 1) b: String c: Item }`)
	text := strings.Builder{}
	text.WriteString("query($n: Int, $page: Page) {")
	for i := range 40 {
		fmt.Fprintf(&text, " f%d: items(first: $n, page: $page) {a b c {a}}", i)
	}
	text.WriteString("}")
	prepared, errs := operation.Prepare(graph, text.String(), "", operation.Limits{Aliases: -1})
	if len(errs) > 0 {
		t.Fatal(errs)
	}
	variables, errs := prepared.CoerceVariables([]byte(`{"n": 20, "page": {"size": 10, "after": "x\"y"}}`))
	if len(errs) > 0 {
		t.Fatal(errs)
	}
	p := newSchema(graph).compileOperation(prepared.Operation(operation.ConditionSet{}), 10)
	if len(p.fields) != 200 {
		t.Fatalf("%d fields", len(p.fields))
	}
	return p, variables
}

func TestEvaluatingTakesNoMemory(t *testing.T) {
	p, variables := large(t)
	// An item has its own weight and a's, and another item with these; the page costs 1 and its size 2.
	if cost, unsliced := p.evaluate(&variables); cost != 40*(3+20*(2+2)) || unsliced != nil {
		t.Errorf("costs %v, %v", cost, unsliced)
	}
	if n := testing.AllocsPerRun(100, func() { p.evaluate(&variables) }); n > 0 {
		t.Errorf("%v allocations", n)
	}
}

func BenchmarkEvaluate(b *testing.B) {
	p, variables := large(b)
	b.ReportAllocs()
	for b.Loop() {
		p.evaluate(&variables)
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(len(p.fields)), "ns/field")
}

package cost

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/weft-graphql/weft/router/operation"
	"github.com/weft-graphql/weft/router/supergraph"
)

// reference computes the cost of an operation as the specification words it: recursively, type by type, with values as
// encoding/json decodes them.
type reference struct {
	graph     *supergraph.Supergraph
	listSize  float64
	variables map[string]any
}

func (r *reference) weight(directives ast.DirectiveList) (float64, bool) {
	d := directives.ForName("cost")
	if d == nil {
		return 0, false
	}
	var weight float64
	_, _ = fmt.Sscan(d.Arguments.ForName("weight").Value.Raw, &weight)
	return weight, true
}

func (r *reference) typeWeight(t *supergraph.Type) float64 {
	if weight, ok := r.weight(t.Definition.Directives); ok {
		return weight
	}
	if t.Kind == ast.Scalar || t.Kind == ast.Enum {
		return 0
	}
	return 1
}

// lookup is what a path leads to; nil when it leads nowhere.
func lookup(v any, path []string) any {
	for _, name := range path {
		object, _ := v.(map[string]any)
		v = object[name]
	}
	return v
}

// value decodes a value of the document.
func (r *reference) value(v *ast.Value) any {
	var decoded any
	_ = json.Unmarshal(operation.AppendJSON(nil, v, func(name string) []byte {
		value, given := r.variables[name]
		if !given {
			return nil
		}
		text, _ := json.Marshal(value)
		return text
	}), &decoded)
	return decoded
}

// size is the length that the @listSize of a field says.
func (r *reference) size(f *operation.Field, d *ast.Directive) float64 {
	length := -1.0
	if a := d.Arguments.ForName("assumedSize"); a != nil {
		_, _ = fmt.Sscan(a.Value.Raw, &length)
	}
	if length < 0 {
		length = r.listSize
	}
	said := -1.0
	slicing := d.Arguments.ForName("slicingArguments")
	if slicing == nil {
		return length
	}
	for _, c := range slicing.Value.Children {
		path := strings.Split(c.Value.Raw, ".")
		for _, a := range f.Args {
			if n, ok := lookup(r.value(a.Value), path[1:]).(float64); ok && a.Name == path[0] {
				said = max(said, n)
			}
		}
	}
	if said >= 0 {
		return said
	}
	for _, c := range slicing.Value.Children {
		if def := f.Def.Definition.Arguments.ForName(c.Value.Raw); def != nil && def.DefaultValue != nil {
			n, _ := r.value(def.DefaultValue).(float64)
			said = max(said, n)
		}
	}
	if said >= 0 {
		return said
	}
	return length
}

func (r *reference) argument(v any, directives ast.DirectiveList, typ string) (cost float64) {
	t := r.graph.Type(typ)
	weight, ok := r.weight(directives)
	if !ok {
		weight = r.typeWeight(t)
	}
	switch v := v.(type) {
	case nil:
		return 0
	case []any:
		for _, e := range v {
			cost += r.argument(e, directives, typ)
		}
		return cost
	case map[string]any:
		for name, e := range v {
			f := t.Definition.Fields.ForName(name)
			cost += r.argument(e, f.Directives, f.Type.Name())
		}
		return cost + weight
	}
	return weight
}

// field is the cost of a field; sized are the lengths that fields around it say of fields below them, by path.
func (r *reference) field(f *operation.Field, sized map[string]float64) float64 {
	if f.Def == nil {
		return 0
	}
	cost := 0.0
	for _, a := range f.Args {
		def := f.Def.Definition.Arguments.ForName(a.Name)
		cost += r.argument(r.value(a.Value), def.Directives, def.Type.Name())
	}
	below := map[string]float64{}
	times := 1.0
	if f.Def.Type.Elem != nil {
		times = r.listSize
	}
	if length, said := sized[f.Name]; said && f.Def.Type.Elem != nil {
		times = length
	}
	for path, length := range sized {
		if rest, leads := strings.CutPrefix(path, f.Name+"."); leads {
			below[rest] = length
		}
	}
	if d := f.Def.Definition.Directives.ForName("listSize"); d != nil {
		length := r.size(f, d)
		if fields := d.Arguments.ForName("sizedFields"); fields != nil {
			for _, c := range fields.Value.Children {
				below[c.Value.Raw] = length
			}
		} else if f.Def.Type.Elem != nil {
			times = length
		}
	}
	if f.Def.Type.Elem != nil {
		for t := f.Def.Type.Elem; t.Elem != nil; t = t.Elem {
			times *= r.listSize
		}
	}
	weight, explicit := r.weight(f.Def.Definition.Directives)
	if f.Selection == nil {
		if !explicit {
			weight = r.typeWeight(f.Def.Named)
		}
		return cost + times*weight
	}
	return cost + times*r.selection(f.Selection, below, func(t *supergraph.Type) float64 {
		if explicit {
			return weight
		}
		return r.typeWeight(t)
	})
}

func (r *reference) selection(set *operation.SelectionSet, sized map[string]float64, weigh weigher) float64 {
	first, most := true, 0.0
	for o := range set.Parent.Possible.All {
		cost := weigh(r.graph.Objects[o])
		for _, f := range set.Fields {
			if f.On.Has(o) {
				cost += r.field(f, sized)
			}
		}
		if first || cost > most {
			first, most = false, cost
		}
	}
	return most
}

func (r *reference) operation(op *operation.Operation) float64 {
	cost := r.selection(op.Root, nil, func(*supergraph.Type) float64 { return 0 })
	if op.Kind == ast.Mutation {
		cost += 10
	}
	return cost
}

// composed is the graph of one schema.
func composed(t testing.TB, sdl string) *supergraph.Supergraph {
	t.Helper()
	graph, err := supergraph.Load(`
schema @link(url: "https://specs.apollo.dev/link/v1.0") @link(url: "https://specs.apollo.dev/join/v0.3", for: EXECUTION)
	@link(url: "https://specs.apollo.dev/cost/v0.1", import: ["@cost", "@listSize"]) { query: Query }
directive @cost(weight: Int!) on
	ARGUMENT_DEFINITION | ENUM | FIELD_DEFINITION | INPUT_FIELD_DEFINITION | OBJECT | SCALAR
directive @listSize(assumedSize: Int, slicingArguments: [String!], sizedFields: [String!],
	requireOneSlicingArgument: Boolean = true) on FIELD_DEFINITION
enum join__Graph { ONE @join__graph(name: "one", url: "http://one.invalid") }
` + sdl)
	if err != nil {
		t.Fatal(err)
	}
	return graph
}

// randomSchema is a schema with weights all over it.
func randomSchema(rnd *rand.Rand) string {
	cost := func() string {
		if rnd.IntN(3) > 0 {
			return ""
		}
		return fmt.Sprintf(" @cost(weight: %d)", rnd.IntN(7))
	}
	leaf := func() string { return []string{"Int", "[Int]", "[[Int!]!]", "E", "S"}[rnd.IntN(5)] + cost() }
	listSize := func() string {
		text := " @listSize(requireOneSlicingArgument: false"
		if rnd.IntN(2) == 0 {
			text += fmt.Sprintf(", assumedSize: %d", rnd.IntN(20))
		}
		if rnd.IntN(4) > 0 {
			text += `, slicingArguments: ["first", "last", "page.size"]`
		}
		switch rnd.IntN(4) {
		case 0:
			text += `, sizedFields: ["items"]`
		case 1:
			text += `, sizedFields: ["inner.items", "n1"]`
		}
		return text + ")"
	}
	fields := func(root bool) string {
		text := ""
		for i := range 4 {
			typ := []string{"A", "B", "I", "U", "[A]", "[I!]!", "[[B]]", "[U]"}[rnd.IntN(8)]
			args := fmt.Sprintf("(first: Int last: Int = %d%s page: Page%s filter: [Page!]%s)",
				rnd.IntN(9), cost(), cost(), cost())
			text += fmt.Sprintf(" %c%d%s: %s%s", map[bool]rune{true: 'r', false: 'n'}[root], i, args, typ, cost())
			if rnd.IntN(2) == 0 {
				text += listSize()
			}
		}
		return text
	}
	text := "enum E" + cost() + " { X Y } scalar S" + cost() + " input Page" + cost() +
		" { size: Int" + cost() + " next: Page" + cost() + " es: [E!]" + cost() + " }\n"
	shared := " items: [A]" + cost() + " inner: I" + cost()
	text += "interface I { items: [A] inner: I } union U = A | B\n"
	for _, name := range []string{"A", "B"} {
		text += "type " + name + " implements I" + cost() + " {" + shared + " l1: " + leaf() + " l2: " + leaf() +
			fields(false) + " }\n"
	}
	return text + "type Query {" + fields(true) + " }\n"
}

// writer writes random documents.
type writer struct {
	rnd  *rand.Rand
	text strings.Builder
}

func (w *writer) selection(typ string, depth int) {
	w.text.WriteString("{__typename")
	one := func(on string) {
		key := fmt.Sprintf(" k%d:", w.rnd.IntN(1_000_000))
		switch pick := w.rnd.IntN(6); {
		case pick == 0 && depth > 0 && on != "U":
			w.text.WriteString(key + "items")
			w.selection("A", depth-1)
		case pick == 1 && depth > 0 && on != "U":
			w.text.WriteString(key + "inner")
			w.selection("I", depth-1)
		case on == "A" || on == "B":
			fmt.Fprintf(&w.text, "%s l%d", key, 1+w.rnd.IntN(2))
		}
	}
	for range w.rnd.IntN(4) {
		one(typ)
	}
	for _, on := range []string{"A", "B"} {
		if typ != on && typ != "I" && typ != "U" || w.rnd.IntN(2) == 0 {
			continue
		}
		w.text.WriteString(" ... on " + on + "{__typename")
		for range w.rnd.IntN(4) {
			one(on)
		}
		w.text.WriteString("}")
	}
	w.text.WriteString("}")
}

// nested adds fields with arguments below a type, as the schema has them.
func (w *writer) nested(graph *supergraph.Supergraph, of *supergraph.Type, depth int) {
	w.text.WriteString("{__typename")
	for _, f := range of.Fields {
		if len(f.Args) == 0 || w.rnd.IntN(2) == 0 {
			continue
		}
		fmt.Fprintf(&w.text, " k%d:%s%s", w.rnd.IntN(1_000_000), f.Name, w.arguments())
		if next := f.Named; depth > 0 && next.Kind == ast.Object && w.rnd.IntN(2) == 0 {
			w.nested(graph, next, depth-1)
		} else {
			w.selection(next.Name, 3)
		}
	}
	w.text.WriteString("}")
}

func (w *writer) arguments() string {
	var given []string
	for name, values := range map[string][]string{
		"first": {"3", "$n", "$absent", "null", "0"}, "last": {"7", "$n"},
		"page":   {"{size: 4}", "$page", "{size: $n, next: {es: [X, Y], next: $page}}", "null"},
		"filter": {"[{size: 1}, $page2]", "$filter", "{es: X}"},
	} {
		if w.rnd.IntN(2) == 0 {
			given = append(given, name+": "+values[w.rnd.IntN(len(values))])
		}
	}
	if len(given) == 0 {
		return ""
	}
	return "(" + strings.Join(given, ", ") + ")"
}

const declared = "query($n: Int $absent: Int $page: Page $page2: Page! = {size: 2} $filter: [Page!])"

// TestCostsAreThoseOfTheReference compares the flat program with the recursive reference, on random graphs, operations
// and variables.
func TestCostsAreThoseOfTheReference(t *testing.T) {
	differing := 0
	for seed := range uint64(60) {
		rnd := rand.New(rand.NewPCG(seed, 14))
		sdl := randomSchema(rnd)
		graph := composed(t, sdl)
		compiledSchema := newSchema(graph)
		for range 20 {
			w := &writer{rnd: rnd}
			w.nested(graph, graph.Query, 2)
			// Variables must be used.
			document := declared + strings.TrimSuffix(w.text.String(), "}") +
				" u: r0(first: $n, last: $absent, page: $page, filter: [$page2]) {__typename} v: r0(filter: $filter) {__typename}}"
			prepared, errs := operation.Prepare(graph, document, "", operation.Limits{Depth: -1, Fields: -1, Aliases: -1})
			if len(errs) > 0 {
				t.Fatalf("seed %d: %v\n%s", seed, errs, document)
			}
			op := prepared.Operation(operation.ConditionSet{})
			variables := map[string]any{
				"n":      float64(rnd.IntN(30)),
				"page":   map[string]any{"size": float64(rnd.IntN(50)), "next": map[string]any{"es": []any{"X"}}},
				"filter": []any{map[string]any{}, map[string]any{"size": 2.0}},
			}
			text, _ := json.Marshal(variables)
			coerced, errs := prepared.CoerceVariables(text)
			if len(errs) > 0 {
				t.Fatal(errs)
			}
			variables["page2"] = map[string]any{"size": 2.0}
			listSize := float64(rnd.IntN(5))
			got, _ := compiledSchema.compileOperation(op, listSize).evaluate(&coerced)
			want := (&reference{graph, listSize, variables}).operation(op)
			if got != want {
				t.Fatalf("seed %d: %v, the reference says %v\n%s\n%s", seed, got, want, document, sdl)
			}
			if want > 0 {
				differing++
			}
		}
	}
	if differing < 1000 {
		t.Errorf("only %d operations cost anything: the test says little", differing)
	}
}

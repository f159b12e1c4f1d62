package plantest

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/weft-graphql/weft/router/operation"
	"github.com/weft-graphql/weft/router/plan"
	"github.com/weft-graphql/weft/router/supergraph"
)

// maxCoverage bounds the operations of Coverage, and of each how deep it can be.
const (
	maxCoverage = 3000
	maxDepth    = 12
)

// Unplanned loads a supergraph and plans operations over it: those of Coverage and so many random ones. It returns why
// the first of them has no plan; nil when all have, but for those with plan.UntypedError.
func Unplanned(sdl string, rnd *rand.Rand, walks int) error {
	sg, err := supergraph.Load(sdl)
	if err != nil {
		return fmt.Errorf("loading: %w", err)
	}
	planner := plan.New(sg).WithBudget(1000)
	operations := Coverage(sg.API)
	for range walks {
		operations = append(operations, Walk(rnd, sg.API))
	}
	for _, text := range operations {
		if err := planned(planner, sg, text); err != nil {
			return fmt.Errorf("%s: %w", text, err)
		}
	}
	return nil
}

// planned plans an operation with every combination of the first three override labels.
func planned(planner *plan.Planner, sg *supergraph.Supergraph, text string) error {
	p, errs := operation.Prepare(sg, text, "", operation.Limits{})
	if len(errs) > 0 {
		return errs
	}
	vars, errs := p.CoerceVariables(nil)
	if len(errs) > 0 {
		return errs
	}
	labels := sg.OverrideLabels[:min(3, len(sg.OverrideLabels))]
	for on := range 1 << len(labels) {
		conditions := p.ConditionSet(&vars, func(l string) bool {
			i := slices.Index(labels, l)
			return i >= 0 && on&(1<<i) != 0
		})
		_, err := planner.Plan(p.Operation(p.Incremental(conditions, &vars)))
		if untyped := (*plan.UntypedError)(nil); err != nil && !errors.As(err, &untyped) {
			return err
		}
	}
	return nil
}

// Coverage returns operations over an API schema that select every field of every type, after every pair of fields and
// type conditions by which a client can come to it.
func Coverage(schema *ast.Schema) []string {
	c := &coverage{schema: schema, seen: map[string]bool{}}
	for _, root := range []struct {
		kind string
		def  *ast.Definition
	}{{"query", schema.Query}, {"mutation", schema.Mutation}, {"subscription", schema.Subscription}} {
		if root.def == nil {
			continue
		}
		for _, f := range clientFields(root.def) {
			c.out = append(c.out, root.kind+"{"+c.open(f)+c.all(c.typeOf(f), "")+"}")
			c.reach(arrival{path: []string{root.kind + "{" + c.open(f)}, def: c.typeOf(f)}, root.def.Name+"."+f.Name)
		}
	}
	for len(c.queue) > 0 && len(c.out) < maxCoverage {
		at := c.queue[0]
		c.queue = c.queue[1:]
		c.leave(at)
	}
	return c.out
}

type coverage struct {
	schema *ast.Schema
	out    []string
	// seen are the ways to types that are queued or done: a field and the type that its value is taken for.
	seen  map[string]bool
	queue []arrival
}

// arrival is a place in an operation whose value is of a type; path are the texts that lead there, each with one brace
// left open by what follows it.
type arrival struct {
	path []string
	def  *ast.Definition
}

// reach queues a place, once for each way to come there in one step.
func (c *coverage) reach(at arrival, way string) {
	if !at.def.IsCompositeType() || c.seen[way+" "+at.def.Name] || len(at.path) > maxDepth {
		return
	}
	c.seen[way+" "+at.def.Name] = true
	c.queue = append(c.queue, at)
}

// leave takes every step away from a place.
func (c *coverage) leave(at arrival) {
	if at.def.IsAbstractType() {
		for _, t := range c.schema.GetPossibleTypes(at.def) {
			for _, f := range clientFields(t) {
				c.step(at, "{...on "+t.Name+"{"+c.open(f), "}", t, f)
			}
		}
	}
	for _, f := range clientFields(at.def) {
		c.step(at, "{"+c.open(f), "", at.def, f)
	}
}

func (c *coverage) step(at arrival, open, closing string, on *ast.Definition, f *ast.FieldDefinition) {
	named := c.typeOf(f)
	if !named.IsCompositeType() {
		return // selected with all the others, when the place was reached
	}
	text := strings.Join(at.path, "") + open + c.all(named, "") + closing
	c.out = append(c.out, text+strings.Repeat("}", strings.Count(text, "{")-strings.Count(text, "}")))
	c.reach(arrival{path: append(slices.Clone(at.path), open), def: named}, on.Name+"."+f.Name)
}

// all is a selection of everything that a type has, one level deep. Below type conditions fields have aliases, since
// those of one name need not have one type.
func (c *coverage) all(def *ast.Definition, alias string) string {
	if !def.IsCompositeType() {
		return ""
	}
	text := "{__typename"
	for _, f := range clientFields(def) {
		text += " " + alias + c.open(f)
		if c.typeOf(f).IsCompositeType() {
			text += "{__typename}"
		}
	}
	if alias == "" && def.IsAbstractType() {
		for _, t := range c.schema.GetPossibleTypes(def) {
			text += " ...on " + t.Name + c.aliased(t)
		}
	}
	return text + "}"
}

func (c *coverage) aliased(def *ast.Definition) string {
	text := "{__typename"
	for _, f := range clientFields(def) {
		text += " " + def.Name + "_" + f.Name + ":" + c.open(f)
		if c.typeOf(f).IsCompositeType() {
			text += "{__typename}"
		}
	}
	return text + "}"
}

func (c *coverage) typeOf(f *ast.FieldDefinition) *ast.Definition {
	return c.schema.Types[f.Type.Name()]
}

// open is a field with the arguments it must have.
func (c *coverage) open(f *ast.FieldDefinition) string {
	return f.Name + required(c.schema, f.Arguments)
}

// Walk makes a random operation that goes deep along few fields.
func Walk(rnd *rand.Rand, schema *ast.Schema) string {
	w := &walk{rnd: rnd, schema: schema}
	root, text := schema.Query, "query"
	if schema.Mutation != nil && rnd.IntN(4) == 0 {
		root, text = schema.Mutation, "mutation"
	}
	return text + w.selection(root, 1+rnd.IntN(7))
}

type walk struct {
	rnd    *rand.Rand
	schema *ast.Schema
	alias  int
}

func (w *walk) selection(def *ast.Definition, depth int) string {
	fields := clientFields(def)
	var text string
	for range 1 + w.rnd.IntN(3) {
		on := def
		if possible := w.schema.GetPossibleTypes(def); def.IsAbstractType() && len(possible) > 0 && w.rnd.IntN(2) == 0 {
			on = possible[w.rnd.IntN(len(possible))]
			fields = clientFields(on)
		}
		if len(fields) == 0 {
			continue
		}
		f := fields[w.rnd.IntN(len(fields))]
		named := w.schema.Types[f.Type.Name()]
		selection := ""
		if named.IsCompositeType() {
			selection = "{__typename}"
			if depth > 0 {
				selection = w.selection(named, depth-1)
			}
		}
		w.alias++
		field := fmt.Sprintf("a%d:%s%s%s", w.alias, f.Name, required(w.schema, f.Arguments), selection)
		if on != def {
			field = "...on " + on.Name + "{" + field + "}"
		}
		text += " " + field
		fields = clientFields(def)
	}
	if text == "" || w.rnd.IntN(6) == 0 {
		text += " __typename"
	}
	return "{" + strings.TrimPrefix(text, " ") + "}"
}

// clientFields are the fields of a type without those of introspection.
func clientFields(def *ast.Definition) []*ast.FieldDefinition {
	var out []*ast.FieldDefinition
	for _, f := range def.Fields {
		if !strings.HasPrefix(f.Name, "__") {
			out = append(out, f)
		}
	}
	return out
}

// required writes the arguments that must be given, in parentheses.
func required(schema *ast.Schema, arguments ast.ArgumentDefinitionList) string {
	var out []string
	for _, a := range arguments {
		if a.Type.NonNull && a.DefaultValue == nil {
			out = append(out, a.Name+":"+literal(schema, a.Type))
		}
	}
	if out == nil {
		return ""
	}
	return "(" + strings.Join(out, " ") + ")"
}

// literal is some value of an input type.
func literal(schema *ast.Schema, t *ast.Type) string {
	if t.Elem != nil {
		return "[]"
	}
	def := schema.Types[t.NamedType]
	switch {
	case def.Kind == ast.Enum:
		return def.EnumValues[0].Name
	case def.Kind == ast.InputObject && def.Directives.ForName("oneOf") != nil:
		return "{" + def.Fields[0].Name + ":" + literal(schema, def.Fields[0].Type) + "}"
	case def.Kind == ast.InputObject:
		var out []string
		for _, f := range def.Fields {
			if f.Type.NonNull && f.DefaultValue == nil {
				out = append(out, f.Name+":"+literal(schema, f.Type))
			}
		}
		return "{" + strings.Join(out, " ") + "}"
	case def.Name == "Boolean":
		return "true"
	case def.Name == "ID", def.Name == "String":
		return `"1"`
	}
	return "1"
}

package fedtest

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
)

// operationWriter writes random operations in another way than writer: names trade places, fields are asked for again
// with other selections, fragments are spread in several places, and variables stand in all positions of arguments.
type operationWriter struct {
	schema    *ast.Schema
	rnd       *rand.Rand
	budget    int
	declared  []string
	variables map[string]json.RawMessage
	// fragments are the definitions, and spreads their names by the type they are on.
	fragments []string
	spreads   map[string][]string
	// said are the arguments that were written for a field.
	said map[string]string
	// marks tells that fields and fragments get the directive @mark.
	marks bool
}

// writeOperation writes a valid operation; nil when it could not find one.
func (r *rig) writeOperation(rnd *rand.Rand, queries bool) *randomOperation {
	for range 40 {
		e := &operationWriter{schema: r.whole, rnd: rnd, budget: 2 + rnd.IntN(50), variables: map[string]json.RawMessage{},
			spreads: map[string][]string{}, said: map[string]string{}, marks: r.graph.marked}
		kind, root := "query", r.whole.Query
		if !queries && r.whole.Mutation != nil && rnd.IntN(5) == 0 {
			kind, root = "mutation", r.whole.Mutation
		}
		body := e.set(root, nil, 0)
		text := kind + " Main"
		if len(e.declared) > 0 {
			text += "(" + strings.Join(e.declared, " ") + ")"
		}
		text += body + strings.Join(e.fragments, "")
		if doc, errs := loadQuery(r.whole, text); len(errs) == 0 && !marksNothing(doc) {
			return &randomOperation{text, e.variables}
		}
	}
	return nil
}

func (e *operationWriter) one(in int) bool { return e.rnd.IntN(in) == 0 }

// set writes a selection set of a type; around are the types of the fragments around it.
func (e *operationWriter) set(t *ast.Definition, around []string, depth int) string {
	var parts []string
	add := func(s string) {
		if s != "" {
			parts = append(parts, s)
		}
	}
	fields := e.fieldsOf(t)
	for range 1 + e.rnd.IntN(4) {
		switch n := e.rnd.IntN(100); {
		case n < 8:
			add(pick(e.rnd, []string{"", "", "kind: ", "id: ", "_: ", "__t: "}) + "__typename" + e.condition())
		case n < 10 && t == e.schema.Query:
			add(pick(e.rnd, []string{`__type(name: "Node0") { name kind }`, `s: __schema { queryType { name } }`}))
		case n < 18 && len(e.spreads[t.Name]) > 0:
			add("..." + pick(e.rnd, e.spreads[t.Name]) + e.mark() + e.condition())
		case n < 30, t.IsAbstractType() && n < 70, len(fields) == 0:
			add(e.fragment(t, around, depth))
		default:
			f := pick(e.rnd, fields)
			add(e.field(t, f, fields, depth))
			if e.one(6) {
				add(e.field(t, f, fields, depth))
			}
		}
	}
	if len(parts) == 0 {
		parts = []string{"__typename"}
	}
	return " { " + strings.Join(parts, " ") + " }"
}

func (e *operationWriter) fieldsOf(t *ast.Definition) ast.FieldList {
	return slices.DeleteFunc(slices.Clone(t.Fields), func(f *ast.FieldDefinition) bool { return strings.HasPrefix(f.Name, "__") })
}

// fragment writes a fragment on any type that has an object in common with t.
func (e *operationWriter) fragment(t *ast.Definition, around []string, depth int) string {
	if depth > 8 {
		return ""
	}
	var on []*ast.Definition
	mine := e.schema.GetPossibleTypes(t)
	for _, name := range sortedTypes(e.schema) {
		d := e.schema.Types[name]
		if d.IsCompositeType() && !d.BuiltIn && slices.ContainsFunc(e.schema.GetPossibleTypes(d), func(o *ast.Definition) bool { return slices.Contains(mine, o) }) {
			on = append(on, d)
		}
	}
	if len(on) == 0 {
		return ""
	}
	d := pick(e.rnd, on)
	body := e.set(d, append(around, d.Name), depth+1)
	if e.one(5) {
		name := pick(e.rnd, []string{"F", "on_", "Ent", "fragment_"}) + strconv.Itoa(len(e.fragments))
		e.fragments = append(e.fragments, " fragment "+name+" on "+d.Name+body)
		e.spreads[d.Name] = append(e.spreads[d.Name], name)
		return "..." + name + e.mark() + e.condition()
	}
	if d == t && e.one(2) {
		return "..." + e.mark() + e.condition() + body
	}
	return "... on " + d.Name + e.mark() + e.condition() + body
}

func sortedTypes(schema *ast.Schema) []string {
	var out []string
	for name := range schema.Types {
		out = append(out, name)
	}
	slices.Sort(out)
	return out
}

// condition writes nothing, @skip, @include or both.
func (e *operationWriter) condition() string {
	if !e.one(10) {
		return ""
	}
	one := func(name string) string {
		value := pick(e.rnd, []string{"true", "false"})
		if !e.one(4) {
			value = e.variable("Boolean!", value, value)
		}
		return " @" + name + "(if: " + value + ")"
	}
	switch e.rnd.IntN(5) {
	case 0:
		return one("skip") + one("include")
	case 1, 2:
		return one("skip")
	}
	return one("include")
}

func (e *operationWriter) field(t *ast.Definition, f *ast.FieldDefinition, siblings ast.FieldList, depth int) string {
	to := e.schema.Types[f.Type.Name()]
	if to.IsCompositeType() && (depth > 8 || e.budget <= 0) {
		return ""
	}
	e.budget--
	text := f.Name
	switch n := e.rnd.IntN(100); {
	case n < 10:
		// A name that is another field's.
		text = pick(e.rnd, siblings).Name + ": " + text
	case n < 18:
		text = pick(e.rnd, []string{"id", "number", "_0", "a", "ref", "_entities", "__key", "text", "representations", "tags", "on", "null", "true"}) + ": " + text
	case n < 25:
		text = fmt.Sprintf("%s_%d: %s", f.Name, e.rnd.IntN(2), text)
	}
	key := t.Name + "." + f.Name
	args, ok := e.said[key]
	if !ok || e.one(5) {
		args = e.arguments(f)
		e.said[key] = args
	}
	text += args + e.mark() + e.condition()
	if to.IsCompositeType() {
		text += e.set(to, nil, depth+1)
	}
	return text
}

func (e *operationWriter) arguments(f *ast.FieldDefinition) string {
	var parts []string
	for _, i := range e.rnd.Perm(len(f.Arguments)) {
		a := f.Arguments[i]
		if (!a.Type.NonNull || a.DefaultValue != nil) && e.one(3) {
			continue
		}
		parts = append(parts, a.Name+": "+e.value(a.Type, a.DefaultValue != nil, 3).literal)
	}
	if len(parts) == 0 {
		return ""
	}
	return "(" + strings.Join(parts, ", ") + ")"
}

// written is a value as a literal, with variables, and as JSON; whole tells that there are no variables in it.
type written struct {
	literal, json string
	whole         bool
}

// value writes a value of an input type.
func (e *operationWriter) value(t *ast.Type, hasDefault bool, depth int) written {
	if e.one(3) {
		v := e.constant(t, depth)
		name := t.String()
		def := e.constant(t, depth)
		if t.NonNull && e.one(4) || t.NonNull && hasDefault && e.one(2) {
			// A nullable variable may stand here when it has a default that is not null.
			name = strings.TrimSuffix(name, "!")
			return written{literal: e.variable(name+" = "+def.literal, v.json, "")}
		}
		return written{literal: e.variable(name, v.json, def.literal)}
	}
	return e.direct(t, depth, e.value)
}

// constant writes a value without variables.
func (e *operationWriter) constant(t *ast.Type, depth int) written {
	return e.direct(t, depth, func(t *ast.Type, _ bool, depth int) written { return e.constant(t, depth) })
}

func (e *operationWriter) direct(t *ast.Type, depth int, inner func(*ast.Type, bool, int) written) written {
	if !t.NonNull && e.one(9) {
		return written{"null", "null", true}
	}
	if t.Elem != nil {
		if e.one(5) && t.Elem.Elem == nil {
			// A single value stands for a list of one.
			if v := e.constant(t.Elem, depth); v.json != "null" {
				return v
			}
		}
		lits, raws := []string{}, []string{}
		for range e.rnd.IntN(3) {
			v := inner(t.Elem, false, depth)
			lits, raws = append(lits, v.literal), append(raws, v.json)
		}
		return written{"[" + strings.Join(lits, ", ") + "]", "[" + strings.Join(raws, ",") + "]", true}
	}
	def := e.schema.Types[t.NamedType]
	if def.Kind == ast.InputObject {
		lits, raws := []string{}, []string{}
		for _, i := range e.rnd.Perm(len(def.Fields)) {
			f := def.Fields[i]
			if !f.Type.NonNull && (depth <= 0 || e.one(2)) {
				continue
			}
			v := inner(f.Type, f.DefaultValue != nil, depth-1)
			lits, raws = append(lits, f.Name+": "+v.literal), append(raws, strconv.Quote(f.Name)+":"+v.json)
		}
		return written{"{ " + strings.Join(lits, ", ") + " }", "{" + strings.Join(raws, ",") + "}", true}
	}
	if def.Kind == ast.Enum {
		v := pick(e.rnd, def.EnumValues).Name
		return written{v, strconv.Quote(v), true}
	}
	same := func(values ...string) written {
		v := pick(e.rnd, values)
		return written{v, v, true}
	}
	switch t.NamedType {
	case "Int":
		return same("0", "-1", "2147483647", "12")
	case "Float":
		return same("0.5", "-1e10", "3", "1.25E-2")
	case "Boolean":
		return same("true", "false")
	case "ID":
		return pick(e.rnd, []written{{`"a"`, `"a"`, true}, {"7", "7", true}, {`"7"`, `"7"`, true}, {`"ü\n"`, `"ü\n"`, true}})
	case "String":
		return pick(e.rnd, []written{{`"x"`, `"x"`, true}, {`"\u00e9 \"q\" \\"`, `"é \"q\" \\"`, true}, {"\"\"\"\n  block \"text\"\n    more\n\"\"\"", `"block \"text\"\n  more"`, true}, {`"$v {"`, `"$v {"`, true}})
	}
	return pick(e.rnd, []written{{`{ a: [1, { b: null }], type: RED }`, `{"a":[1,{"b":null}],"type":"RED"}`, true}, {"[[], {}]", "[[],{}]", true}, {`"s"`, `"s"`, true}, {"1.50", "1.50", true}})
}

// variable declares a variable of a type with a value; def, if not empty, may become its default.
func (e *operationWriter) variable(t, value, def string) string {
	for _, d := range e.declared {
		if strings.HasSuffix(d, ": "+t) && e.one(3) {
			return d[:strings.Index(d, ":")]
		}
	}
	name := fmt.Sprintf("$%s%d", pick(e.rnd, []string{"v", "id", "representations", "a_"}), len(e.declared))
	text := name + ": " + t
	given := true
	switch {
	case def != "" && e.one(4):
		text += " = " + def
		given = !e.one(2)
	case strings.Contains(t, " = "):
		given = !e.one(2)
	case !strings.HasSuffix(t, "!"):
		given = !e.one(6)
	}
	if given {
		e.variables[name[1:]] = json.RawMessage(value)
	}
	e.declared = append(e.declared, text)
	return name
}

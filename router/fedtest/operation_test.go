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

// randomOperation is an operation with its variables.
type randomOperation struct {
	text      string
	variables map[string]json.RawMessage
}

// writer writes random operations.
type writer struct {
	rig    *rig
	rnd    *rand.Rand
	budget int
	// declared are the variables in order, fragments the named fragments.
	declared  []string
	variables map[string]json.RawMessage
	fragments []string
	// usual are the arguments that fields mostly get, so that the same key mostly has the same arguments.
	usual map[string]string
}

// operation writes a valid operation; nil when it could not find one.
func (r *rig) operation(rnd *rand.Rand, queries bool) *randomOperation {
	for range 30 {
		w := &writer{rig: r, rnd: rnd, budget: 3 + rnd.IntN(40), variables: map[string]json.RawMessage{}, usual: map[string]string{}}
		kind, root := "query", r.whole.Query
		if !queries && r.whole.Mutation != nil && rnd.IntN(6) == 0 {
			kind, root = "mutation", r.whole.Mutation
		}
		body := w.selection(root, 0)
		text := kind
		if len(w.declared) > 0 {
			text += " (" + strings.Join(w.declared, ", ") + ")"
		}
		text += " " + body + strings.Join(w.fragments, " ")
		if _, errs := loadQuery(r.whole, text); len(errs) == 0 {
			return &randomOperation{text, w.variables}
		}
	}
	return nil
}

func (w *writer) one(in int) bool { return w.rnd.IntN(in) == 0 }

func (w *writer) selection(t *ast.Definition, depth int) string {
	var parts []string
	for range 1 + w.rnd.IntN(4) {
		switch {
		case w.one(10):
			parts = append(parts, pick(w.rnd, []string{"", "", "t: ", "id: "})+"__typename"+w.condition())
		case t == w.rig.whole.Query && w.one(25):
			parts = append(parts, pick(w.rnd, []string{"__schema { queryType { name } }", `__type(name: "Entity0") { name kind }`, `x: __type(name: "Nothing") { name kind }`}))
		case t.Kind == ast.Union || t.Kind == ast.Interface && !w.one(3) || w.one(14):
			parts = append(parts, w.fragment(t, depth))
		default:
			if f := w.field(t, depth); f != "" {
				parts = append(parts, f)
			}
		}
	}
	parts = slices.DeleteFunc(parts, func(s string) bool { return s == "" })
	if len(parts) == 0 {
		parts = []string{"__typename"}
	}
	return "{ " + strings.Join(parts, " ") + " }"
}

// fragment writes a fragment on a type that overlaps with t.
func (w *writer) fragment(t *ast.Definition, depth int) string {
	if depth > 9 {
		return ""
	}
	schema := w.rig.whole
	possible := schema.GetPossibleTypes(t)
	if len(possible) == 0 {
		return ""
	}
	on := pick(w.rnd, possible)
	if w.one(3) {
		// An abstract type that some of them belong to, or the type itself.
		if wider := slices.DeleteFunc(slices.Clone(schema.GetImplements(on)), func(d *ast.Definition) bool { return d.BuiltIn }); len(wider) > 0 {
			on = pick(w.rnd, wider)
		}
	}
	if t.Kind == ast.Object && w.one(2) {
		on = t
	}
	body := w.selection(on, depth+1)
	if w.one(6) {
		name := "F" + strconv.Itoa(len(w.fragments))
		w.fragments = append(w.fragments, " fragment "+name+" on "+on.Name+" "+body)
		return "..." + name + w.condition()
	}
	if on == t && w.one(2) {
		return "..." + w.condition() + " " + body
	}
	return "... on " + on.Name + w.condition() + " " + body
}

// condition writes @skip or @include, mostly nothing.
func (w *writer) condition() string {
	if !w.one(9) {
		return ""
	}
	value := pick(w.rnd, []string{"true", "false"})
	if !w.one(3) {
		value = w.variable("Boolean!", pick(w.rnd, []string{"true", "false"}), 3)
	}
	return " @" + pick(w.rnd, []string{"skip", "include"}) + "(if: " + value + ")"
}

// variable declares a variable with a value; of "same" variables of a type one is taken again.
func (w *writer) variable(t, value string, same int) string {
	n := w.rnd.IntN(same)
	name := fmt.Sprintf("%s%d", pick(w.rnd, []string{"v", "v", "r", "representations"}), n)
	for i := 0; ; i++ {
		full := name
		if i > 0 {
			full += "_" + strconv.Itoa(i)
		}
		known := slices.IndexFunc(w.declared, func(d string) bool { return strings.HasPrefix(d, "$"+full+":") })
		if known < 0 {
			declared := "$" + full + ": " + t
			if w.one(4) && !strings.HasSuffix(t, "!") || value == "null" && strings.HasSuffix(t, "!") {
				// Not given: it stays absent or takes its default.
				if w.one(2) && value != "null" && !strings.HasPrefix(t, "Filter") && !strings.HasPrefix(t, "Blob") {
					if t == "Enum0" {
						value = strings.Trim(value, `"`)
					}
					declared += " = " + value
				}
			} else {
				w.variables[full] = json.RawMessage(value)
			}
			w.declared = append(w.declared, declared)
			return "$" + full
		}
		if d := w.declared[known]; d == "$"+full+": "+t || strings.HasPrefix(d, "$"+full+": "+t+" =") {
			return "$" + full
		}
	}
}

func (w *writer) field(t *ast.Definition, depth int) string {
	fields := slices.DeleteFunc(slices.Clone(t.Fields), func(f *ast.FieldDefinition) bool { return strings.HasPrefix(f.Name, "__") })
	if len(fields) == 0 {
		return ""
	}
	f := pick(w.rnd, fields)
	to := w.rig.whole.Types[f.Type.Name()]
	composite := to.IsCompositeType()
	if composite && (depth > 7 || w.budget <= 0) {
		return ""
	}
	w.budget--
	text := f.Name
	switch {
	case w.one(8):
		text = pick(w.rnd, []string{"id", "code", "s0", "a", "b", "_entities", "e0", "r0", "ref", "_a1", "low"}) + ": " + f.Name
	case w.one(12):
		text = fmt.Sprintf("%s_%d: %s", f.Name, w.rnd.IntN(2), f.Name)
	}
	text += w.arguments(t, f) + w.condition()
	if composite {
		text += " " + w.selection(to, depth+1)
	}
	return text
}

func (w *writer) arguments(t *ast.Definition, f *ast.FieldDefinition) string {
	if len(f.Arguments) == 0 {
		return ""
	}
	where := f.Name
	if u, ok := w.usual[where]; ok && !w.one(5) {
		return u
	}
	var parts []string
	for _, a := range f.Arguments {
		if !a.Type.NonNull && w.one(3) {
			continue
		}
		parts = append(parts, a.Name+": "+w.argument(a))
	}
	text := ""
	if len(parts) > 0 {
		text = "(" + strings.Join(parts, ", ") + ")"
	}
	if _, ok := w.usual[where]; !ok {
		w.usual[where] = text
	}
	return text
}

// argument writes a value for an argument: a literal, with variables in it now and then, or a variable.
func (w *writer) argument(a *ast.ArgumentDefinition) string {
	type value struct{ literal, json string }
	var v value
	switch a.Type.Name() {
	case "Int":
		v = pick(w.rnd, []value{{"1", "1"}, {"-2", "-2"}, {"3", "3"}})
	case "String":
		v = pick(w.rnd, []value{{`"x"`, `"x"`}, {`"a \"b\" \u00e9 ü"`, `"a \"b\" \u00e9 ü"`}, {`"""block "text" """`, `"block"`}, {`""`, `""`}})
	case "Enum0":
		v = pick(w.rnd, []value{{"V0", `"V0"`}, {"V1", `"V1"`}})
	case "ID":
		v = pick(w.rnd, []value{{`["a"]`, `["a"]`}, {`"b"`, `"b"`}, {"5", "5"}, {"[]", "[]"}, {`["c", 7]`, `["c", "7"]`}})
	case "Filter":
		v = pick(w.rnd, []value{{`{}`, `{}`}, {`{ text: "t", numbers: [1] }`, `{"numbers":[1],"text":"t"}`},
			{`{ numbers: 4, and: { kind: V1, text: null } }`, `{"numbers":4,"and":{"kind":"V1","text":null}}`}})
		if w.one(4) {
			return "{ text: " + w.variable("String", `"inner"`, 3) + ", and: { kind: " + w.variable("Enum0", `"V1"`, 3) + " } }"
		}
	default:
		v = pick(w.rnd, []value{{`{ a: [1, "b", null] }`, `{"a":[1,"b",null]}`}, {"true", "true"}, {`"s"`, `"s"`}})
		if w.one(4) {
			return "{ a: " + w.variable("Int", "5", 3) + " }"
		}
	}
	if !a.Type.NonNull && w.one(8) {
		v = value{"null", "null"}
	}
	if w.one(2) {
		return w.variable(a.Type.String(), v.json, 3)
	}
	return v.literal
}

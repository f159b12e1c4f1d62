package operationtest

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/parser"
)

// variableSets writes several JSON objects with values for what an operation declares.
func (w *documentWriter) variableSets(declared []*variable) []string {
	if len(declared) == 0 {
		return []string{pick(w.Rand, []string{"{}", "{}", `{"unknown": [1, {"a": null}]}`})}
	}
	var out []string
	for range 2 {
		wrong := pick(w.Rand, []int{0, 0, 20, 100})
		v := &documentWriter{Rand: w.Rand, schema: w.schema, wrong: wrong}
		out = append(out, v.variableSet(declared))
	}
	return out
}

func (w *documentWriter) variableSet(declared []*variable) string {
	var parts []string
	for _, v := range declared {
		doc, err := parser.ParseQuery(&ast.Source{Input: "query($x:" + v.typ + "){x}"})
		if err != nil {
			continue
		}
		t := doc.Operations[0].VariableDefinitions[0].Type
		if required := t.NonNull && v.defaultValue == ""; w.mistake() || !required && w.IntN(3) == 0 {
			continue
		}
		parts = append(parts, w.key(v.name)+":"+w.json(t, 3))
		if w.mistake() {
			parts = append(parts, w.key(v.name)+":"+w.json(t, 3))
		}
	}
	if w.IntN(10) == 0 {
		parts = append(parts, `"unknown":`+w.anyJSON(2))
	}
	w.Shuffle(len(parts), func(i, j int) { parts[i], parts[j] = parts[j], parts[i] })
	return "{" + strings.Join(parts, pick(w.Rand, []string{",", ", ", " ,\n"})) + "}"
}

// key writes a key, sometimes with escapes.
func (w *documentWriter) key(name string) string {
	if w.IntN(10) > 0 {
		return `"` + name + `"`
	}
	var b strings.Builder
	for _, c := range name {
		fmt.Fprintf(&b, `\u%04x`, c)
	}
	return `"` + b.String() + `"`
}

// json writes a value of a type as JSON.
func (w *documentWriter) json(t *ast.Type, depth int) string {
	if w.mistake() {
		return w.anyJSON(2)
	}
	if !t.NonNull && w.IntN(10) == 0 {
		return "null"
	}
	if t.Elem != nil {
		if depth <= 0 {
			return "[]"
		}
		if w.IntN(5) == 0 {
			elem := *t.Elem
			elem.NonNull = true
			return w.json(&elem, depth-1)
		}
		var items []string
		for range w.IntN(4) {
			items = append(items, w.json(t.Elem, depth-1))
		}
		return "[" + strings.Join(items, pick(w.Rand, []string{",", " , "})) + "]"
	}
	def := w.schema.Types[t.NamedType]
	switch {
	case def == nil:
		return w.anyJSON(1)
	case def.Kind == ast.Enum:
		return w.key(pick(w.Rand, def.EnumValues).Name)
	case def.Kind == ast.InputObject:
		return w.objectJSON(def, depth)
	case def.Name == "Int":
		return pick(w.Rand, []string{
			"0", "1", "-1", "2147483647", "-2147483648", "1.0", "1e2", "-0", "-0.0", "20e-1", strconv.Itoa(w.IntN(100)),
		})
	case def.Name == "Float":
		return pick(w.Rand, []string{
			"0", "1.5", "-0.0", "1E5", "1e-400", "123456789012345678901234567890", "0.1", "1e+2", "-7",
		})
	case def.Name == "String":
		return w.jsonString()
	case def.Name == "Boolean":
		return pick(w.Rand, []string{"true", "false"})
	case def.Name == "ID":
		return pick(w.Rand, []string{`"x"`, "7", `"\u00e9"`, "1.0", "-3", "-0", "1e3", "12345", `""`, "1e20"})
	}
	return w.anyJSON(depth)
}

func (w *documentWriter) objectJSON(def *ast.Definition, depth int) string {
	var parts []string
	if def.Directives.ForName("oneOf") != nil && !w.mistake() {
		f := w.oneOfField(def, depth)
		typ := *f.Type
		typ.NonNull = true
		return "{" + w.key(f.Name) + ":" + w.json(&typ, depth-1) + "}"
	}
	for _, f := range def.Fields {
		required := f.Type.NonNull && f.DefaultValue == nil
		if w.mistake() || !required && (depth <= 0 || w.IntN(2) == 0) {
			continue
		}
		name := f.Name
		if w.mistake() {
			name = pick(w.Rand, []string{"nope", "__proto__", "constructor"})
		}
		parts = append(parts, w.key(name)+": "+w.json(f.Type, depth-1))
		if w.mistake() {
			parts = append(parts, w.key(name)+": "+w.json(f.Type, depth-1))
		}
	}
	w.Shuffle(len(parts), func(i, j int) { parts[i], parts[j] = parts[j], parts[i] })
	return "{" + strings.Join(parts, ",") + "}"
}

func (w *documentWriter) jsonString() string {
	var b strings.Builder
	b.WriteByte('"')
	for range w.IntN(5) {
		b.WriteString(pick(w.Rand, []string{
			"a", "é", "😀", `\"`, `\\`, `\/`, `\n`, `\u0041`, `\u00e9`, `\ud83d\ude00`, `\u0000`, "\x7f", "\u2028",
			" ",
		}))
	}
	b.WriteByte('"')
	return b.String()
}

func (w *documentWriter) anyJSON(depth int) string {
	switch n := w.IntN(10); {
	case n == 0 && depth > 0:
		return "[" + w.anyJSON(depth-1) + ", " + w.anyJSON(depth-1) + "]"
	case n == 1 && depth > 0:
		return `{"a": ` + w.anyJSON(depth-1) + "}"
	case n == 2:
		return w.jsonString()
	}
	return pick(w.Rand, []string{
		"null", "1", "1.5", "true", `"text"`, "[]", "{}", "2147483648", "-2147483649", "1e400", "1e20", "1.0",
		`"1"`, `"A"`, "[null]", "[[1]]", `{"a":null}`, `"true"`, "1e-1",
	})
}

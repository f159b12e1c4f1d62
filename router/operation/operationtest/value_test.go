package operationtest

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
)

// value writes a value for a place of a type, or a variable. defaulted says that the place has a default value.
func (w *documentWriter) value(t *ast.Type, defaulted bool, depth int) string {
	if w.IntN(6) == 0 {
		return "$" + w.variable(t, defaulted)
	}
	return w.literal(t, depth, true)
}

// variable returns the name of a variable for a place of a type.
func (w *documentWriter) variable(t *ast.Type, defaulted bool) string {
	typ := *t
	var names []string
	for _, n := range slices.Sorted(maps.Keys(w.used)) {
		if w.used[n].typ == t.String() || w.mistake() {
			names = append(names, n)
		}
	}
	if len(names) > 0 && w.IntN(2) == 0 {
		name := pick(w.Rand, names)
		w.at.variables[name] = true
		return name
	}
	v := &variable{name: fmt.Sprintf("v%d", len(w.used))}
	switch {
	case !typ.NonNull && w.IntN(3) == 0:
		typ.NonNull = true
	case typ.NonNull && (defaulted || w.mistake()) && w.IntN(3) > 0:
		typ.NonNull = false
	case typ.NonNull && w.IntN(3) == 0:
		typ.NonNull = false
		if v.defaultValue = w.literal(t, 2, false); v.defaultValue == "null" && !w.mistake() {
			typ.NonNull, v.defaultValue = true, ""
		}
	}
	if typ.Elem != nil && w.IntN(4) == 0 {
		elem := *typ.Elem
		elem.NonNull = !elem.NonNull && !w.mistake() || typ.Elem.NonNull
		typ.Elem = &elem
	}
	v.typ = typ.String()
	if w.mistake() {
		v.typ = pick(w.Rand, []string{
			"Int", "Int!", "[Int]", "[String!]!", "String", "Boolean!", "ID", "Query", "Nope",
		})
	}
	if v.defaultValue == "" && w.IntN(4) == 0 {
		v.defaultValue = w.literal(&typ, 2, false)
	}
	w.used[v.name] = v
	w.at.variables[v.name] = true
	return v.name
}

// literal writes a literal of a type; with variables in it if it may have them.
func (w *documentWriter) literal(t *ast.Type, depth int, variables bool) string {
	if w.mistake() {
		return w.anyLiteral(2)
	}
	if !t.NonNull && w.IntN(12) == 0 {
		return "null"
	}
	inner := func(t *ast.Type, defaulted bool) string {
		if variables {
			return w.value(t, defaulted, depth-1)
		}
		return w.literal(t, depth-1, false)
	}
	if t.Elem != nil {
		if depth <= 0 {
			return "[]"
		}
		if w.IntN(5) == 0 {
			// A single value; a variable would have to be a list.
			elem := *t.Elem
			elem.NonNull = true
			return w.literal(&elem, depth-1, variables)
		}
		var items []string
		for range w.IntN(4) {
			items = append(items, inner(t.Elem, false))
		}
		return "[" + strings.Join(items, pick(w.Rand, []string{", ", " ", ","})) + "]"
	}
	def := w.schema.Types[t.NamedType]
	switch {
	case def == nil:
		return w.anyLiteral(1)
	case def.Kind == ast.Enum:
		return pick(w.Rand, def.EnumValues).Name
	case def.Kind == ast.InputObject:
		return w.objectLiteral(def, depth, inner)
	case def.Name == "Int":
		return pick(w.Rand, []string{
			"0", "1", "-1", "2147483647", "-2147483648", "-0", "42", strconv.Itoa(w.IntN(100)),
		})
	case def.Name == "Float":
		return pick(w.Rand, []string{
			"0", "1.5", "-0.0", "1e400", "1E5", "1e-400", "123456789012345678901234567890", "0.1", "1e+2", "-7",
		})
	case def.Name == "String":
		return w.stringLiteral()
	case def.Name == "Boolean":
		return pick(w.Rand, []string{"true", "false"})
	case def.Name == "ID":
		return pick(w.Rand, []string{`"x"`, "7", `"é"`, "99999999999999999999", "-3", "-0", `"""x"""`, `""`})
	}
	return w.anyValue(depth, inner)
}

func (w *documentWriter) objectLiteral(def *ast.Definition, depth int, inner func(*ast.Type, bool) string) string {
	var parts []string
	if def.Directives.ForName("oneOf") != nil && !w.mistake() {
		f := w.oneOfField(def, depth)
		typ := *f.Type
		typ.NonNull = true
		return "{" + f.Name + ": " + inner(&typ, false) + "}"
	}
	for _, f := range def.Fields {
		required := f.Type.NonNull && f.DefaultValue == nil
		if w.mistake() || !required && (depth <= 0 || w.IntN(2) == 0) {
			continue
		}
		name := f.Name
		if w.mistake() {
			name = "nope"
		}
		parts = append(parts, name+": "+inner(f.Type, f.DefaultValue != nil && f.DefaultValue.Kind != ast.NullValue))
		if w.mistake() {
			parts = append(parts, parts[0])
		}
	}
	w.Shuffle(len(parts), func(i, j int) { parts[i], parts[j] = parts[j], parts[i] })
	return "{" + strings.Join(parts, ", ") + "}"
}

// oneOfField picks a field; at last the last, which does not lead on.
func (w *documentWriter) oneOfField(def *ast.Definition, depth int) *ast.FieldDefinition {
	if depth <= 0 {
		return def.Fields[len(def.Fields)-1]
	}
	return pick(w.Rand, def.Fields)
}

// anyValue writes a value for a custom scalar, variables in it included.
func (w *documentWriter) anyValue(depth int, inner func(*ast.Type, bool) string) string {
	switch w.IntN(8) {
	case 0:
		return "{" + pick(w.Rand, []string{
			"", "a: " + w.anyLiteral(depth-1), "a: " + inner(ast.NamedType("Int", nil), false),
		}) + "}"
	case 1:
		return "[" + w.anyLiteral(depth-1) + " " + inner(ast.NamedType("String", nil), false) + "]"
	}
	return w.anyLiteral(depth - 1)
}

// anyLiteral writes a literal of any kind.
func (w *documentWriter) anyLiteral(depth int) string {
	switch n := w.IntN(10); {
	case n == 0 && depth > 0:
		return "[" + w.anyLiteral(depth-1) + "]"
	case n == 1 && depth > 0:
		return "{a: " + w.anyLiteral(depth-1) + pick(w.Rand, []string{"", ", b: 1", ", a: 2"}) + "}"
	case n == 2:
		return w.stringLiteral()
	}
	return pick(w.Rand, []string{
		"1", "1.0", "1e0", "true", "null", "RED", `"text"`, "[]", "{}", "2147483648", "-2147483649", "1e400",
		"9007199254740993", "$nope",
		"1e999999", "0.0", "-1", `"A"`, "A", "[[]]", "[null]",
	})
}

// stringLiteral writes a string with all the ways characters can be written; a few are wrong.
func (w *documentWriter) stringLiteral() string {
	if w.IntN(2) == 0 {
		return pick(w.Rand, []string{`"a"`, `""`, `"plain text"`, `"é"`})
	}
	if w.IntN(3) == 0 {
		return w.blockString()
	}
	var b strings.Builder
	b.WriteByte('"')
	for range w.IntN(6) {
		pieces := stringPieces
		if w.mistake() || w.wrong > 0 && w.IntN(40) == 0 {
			pieces = wrongStringPieces
		}
		b.WriteString(pick(w.Rand, pieces))
	}
	b.WriteByte('"')
	return b.String()
}

var stringPieces = []string{
	"a", "é", "😀", `\"`, `\\`, `\/`, `\b`, `\f`, `\n`, `\r`, `\t`, `\u0041`, `\u00e9`, `\u00E9`, `\uFFFF`,
	`\ud83d\ude00`, `\uD83D\uDE00`, `\u{41}`, `\u{1F600}`,
	`\u{00000041}`, `\u{10FFFF}`, "\t", "'", "#", "\x7f", "\u0085", "\u2028", "\ufeff", `\u0000`, `\u{0}`, `\u001f`,
	"{", "$x", "\ufffd", `\u007f`, `\u0085`,
}

var wrongStringPieces = []string{
	`\ud83d`, `\ude00`, `\ude00\ud83d`, `\ud83d\u0041`, `\ud83d\u{de00}`, `\u{d83d}`, `\u{d83d}\u{de00}`, `\ud83dx`,
	`\ud83d\n`, `\u{110000}`, `\u{}`, `\u{000000041}`, `\u{4g}`, `\u41`, `\uZZZZ`,
	`\x`, `\a`, `\'`, `\U0041`, `\u{41`, "\n", "\r", "\x00", "\x01", "\x1f", `\`, `\u`, `\u{`, `"`, `""`, `"""`,
	`\ud83d\ud83d\ude00`, "\v", "\f", "\b", `\u{FFFFFFFFF}`, `\u{80000000}`,
}

func (w *documentWriter) blockString() string {
	var b strings.Builder
	b.WriteString(`"""`)
	for range w.IntN(7) {
		pieces := blockPieces
		if w.mistake() || w.wrong > 0 && w.IntN(40) == 0 {
			pieces = wrongStringPieces
		}
		b.WriteString(pick(w.Rand, pieces))
	}
	b.WriteString(`"""`)
	return b.String()
}

var blockPieces = []string{
	"a", "é", "😀", "\n", "\r\n", "\r", "  ", "\n  b", "\n    c", "\t", `\"""`, `\n`, `\u0041`, `\ud83d`, `\\`, " ",
	"\n\n", "x\"y", "\"\"z", "\x7f", "\u2028", "\ufeff", "\u0085", "\u00a0", "'", "#", "$x",
}

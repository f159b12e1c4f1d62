package operationtest

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
)

// schemaWriter writes the SDL of a random schema.
type schemaWriter struct {
	*rand.Rand
	out                                             strings.Builder
	scalars, enums, inputs, oneOfs, objects, unions []string
	enumValues                                      map[string][]string
	inputFields                                     map[string][]inputField
	interfaces                                      []*interfaceType
	// fields are how a field of a name is declared wherever it stands, mostly: names that mean the same everywhere make
	// documents whose fields merge.
	fields map[string]string
}

type inputField struct {
	name, typ  string
	hasDefault bool
}

// interfaceType is an interface with the fields it has, its parents' included.
type interfaceType struct {
	name    string
	parents []string
	fields  []outputField
}

type outputField struct{ name, args, typ string }

var fieldNames = []string{"a", "b", "c", "d", "e", "id", "name", "node", "list", "type"}

// writeSchema returns the SDL of a seed.
func writeSchema(rnd *rand.Rand) string {
	w := &schemaWriter{
		Rand: rnd, enumValues: map[string][]string{}, inputFields: map[string][]inputField{}, fields: map[string]string{},
	}
	for i := range w.IntN(3) {
		w.scalars = append(w.scalars, fmt.Sprintf("Scalar%d", i))
	}
	for i := range 1 + w.IntN(2) {
		w.enums = append(w.enums, fmt.Sprintf("Enum%d", i))
	}
	for i := range 1 + w.IntN(4) {
		w.objects = append(w.objects, fmt.Sprintf("Object%d", i))
	}
	for i := range w.IntN(3) {
		w.unions = append(w.unions, fmt.Sprintf("Union%d", i))
	}
	for range w.IntN(4) {
		w.interfaces = append(w.interfaces, &interfaceType{name: fmt.Sprintf("Interface%d", len(w.interfaces))})
	}
	w.leaves()
	w.inputTypes()
	w.compositeTypes()
	w.directives()
	return w.out.String()
}

func (w *schemaWriter) chance(percent int) bool { return w.IntN(100) < percent }

func pick[T any](rnd *rand.Rand, from []T) T { return from[rnd.IntN(len(from))] }

func (w *schemaWriter) line(format string, args ...any) { fmt.Fprintf(&w.out, format+"\n", args...) }

// description writes a description, sometimes, with all a string can have in it.
func (w *schemaWriter) description() {
	if w.chance(15) {
		w.line("%s", pick(w.Rand, []string{
			`"plain"`, `"with \"quotes\" and \\ and \u00e9\t."`, `"""block"""`,
			"\"\"\"\n    indented\n      more \\\"\"\" é\n\n    \"\"\"", `"\u{1F600}\ud83d\ude00"`,
		}))
	}
}

func (w *schemaWriter) deprecated() string {
	if !w.chance(15) {
		return ""
	}
	return pick(w.Rand, []string{
		" @deprecated", ` @deprecated(reason: "old \"ways\"")`, ` @deprecated(reason: "")`,
		` @deprecated(reason: """ block """)`,
	})
}

func (w *schemaWriter) leaves() {
	for _, name := range w.scalars {
		w.description()
		w.line("scalar %s%s", name, pick(w.Rand, []string{"", ` @specifiedBy(url: "https://example.com/\"x\"")`}))
	}
	for _, name := range w.enums {
		var values []string
		for i := range 1 + w.IntN(4) {
			name := pick(w.Rand, []string{"A", "B", "RED", "type", "on", "query", "fragment", "input"})
			values = append(values, name+strings.Repeat("_", i))
		}
		w.enumValues[name] = values
		w.description()
		w.line("enum %s {", name)
		for _, v := range values {
			w.description()
			w.line("%s%s", v, w.deprecated())
		}
		w.line("}")
	}
}

// inputType returns a type for an argument or input field; those from the input object on are nullable when they could
// make a cycle.
func (w *schemaWriter) inputType(below int) string {
	names := append([]string{"Int", "Float", "String", "Boolean", "ID", "Int", "String"}, w.enums...)
	names = append(names, w.scalars...)
	required := true
	name := pick(w.Rand, names)
	if len(w.inputs) > 0 && w.chance(35) {
		i := w.IntN(len(w.inputs))
		name, required = w.inputs[i], i < below
	}
	if required && w.chance(25) {
		name += "!"
	}
	for range 2 {
		if !w.chance(25) {
			break
		}
		name = "[" + name + "]"
		if w.chance(25) {
			name += "!"
		}
	}
	return name
}

func (w *schemaWriter) inputTypes() {
	count := 1 + w.IntN(3)
	for i := range count {
		w.inputs = append(w.inputs, fmt.Sprintf("Input%d", i))
	}
	for i, name := range w.inputs {
		oneOf := w.chance(30)
		var fields []inputField
		for f := range 1 + w.IntN(4) {
			typ := w.inputType(i)
			if oneOf {
				typ = strings.TrimSuffix(typ, "!")
			}
			fields = append(fields, inputField{name: fieldNames[f], typ: typ})
		}
		if oneOf {
			fields = append(fields, inputField{name: "leaf", typ: "Int"})
		}
		w.inputFields[name] = fields
		if oneOf {
			w.oneOfs = append(w.oneOfs, name)
		}
	}
	for i, name := range w.inputs {
		oneOf := slices.Contains(w.oneOfs, name)
		w.description()
		w.line("input %s%s {", name, map[bool]string{true: " @oneOf"}[oneOf])
		for at := range w.inputFields[name] {
			f := &w.inputFields[name][at]
			w.description()
			w.out.WriteString(f.name + ": " + f.typ)
			if !oneOf && w.chance(30) {
				f.hasDefault = true
				w.out.WriteString(" = " + w.constant(f.typ, i, 2))
			}
			if f.hasDefault || !strings.HasSuffix(f.typ, "!") {
				w.out.WriteString(w.deprecated())
			}
			w.line("")
		}
		w.line("}")
	}
}

// constant writes a default value of a type. Input objects from below on are left out of it: with defaults that have
// defaults a value could contain itself.
func (w *schemaWriter) constant(typ string, below, depth int) string {
	if inner, ok := strings.CutSuffix(typ, "!"); ok {
		return w.nonNull(inner, below, depth)
	}
	if w.chance(10) || slices.Index(w.inputs, typ) >= below {
		return "null"
	}
	return w.nonNull(typ, below, depth)
}

func (w *schemaWriter) nonNull(typ string, below, depth int) string {
	if inner, ok := strings.CutPrefix(typ, "["); ok {
		inner = strings.TrimSuffix(inner, "]")
		named := strings.Trim(inner, "[]!")
		if depth <= 0 || slices.Index(w.inputs, named) >= below {
			return "[]"
		}
		if w.chance(20) {
			return w.nonNull(strings.TrimSuffix(inner, "!"), below, depth) // stands for a list of one
		}
		var items []string
		for range w.IntN(3) {
			items = append(items, w.constant(inner, below, depth-1))
		}
		return "[" + strings.Join(items, ", ") + "]"
	}
	switch typ {
	case "Int":
		return pick(w.Rand, []string{"0", "1", "-1", "2147483647", "-2147483648", "-0"})
	case "Float":
		return pick(w.Rand, []string{
			"0", "1.5", "1.50", "-1e3", "1E-7", "1234567890123456", "0.1e1", "1e21", "123456789.125",
		})
	case "String":
		return pick(w.Rand, []string{`""`, `"a"`, `"\"\\\n\u00e9"`, `"""block"""`, `"17"`, `"é😀"`, `"\u{7F}"`})
	case "Boolean":
		return pick(w.Rand, []string{"true", "false"})
	case "ID":
		return pick(w.Rand, []string{`"x"`, "7", `"7"`, `"07"`, "-3", "12345678901234567890"})
	}
	if values := w.enumValues[typ]; values != nil {
		return pick(w.Rand, values)
	}
	if fields, ok := w.inputFields[typ]; ok {
		return w.object(typ, fields, below, depth)
	}
	return pick(w.Rand, []string{`"text"`, "1", "true", "1.5"})
}

func (w *schemaWriter) object(typ string, fields []inputField, below, depth int) string {
	if slices.Contains(w.oneOfs, typ) {
		// The last field is none that could lead back.
		f := fields[len(fields)-1]
		return "{" + f.name + ": " + w.nonNull(f.typ, below, depth-1) + "}"
	}
	var parts []string
	for _, f := range fields {
		if strings.HasSuffix(f.typ, "!") || depth > 0 && w.chance(40) {
			parts = append(parts, f.name+": "+w.constant(f.typ, below, depth-1))
		}
	}
	return "{" + strings.Join(parts, ", ") + "}"
}

// arguments writes the definitions of a field's arguments.
func (w *schemaWriter) arguments() string {
	if !w.chance(45) {
		return ""
	}
	var parts []string
	for i := range 1 + w.IntN(3) {
		typ := w.inputType(len(w.inputs))
		text := []string{"x", "y", "if"}[i] + ": " + typ
		required := strings.HasSuffix(typ, "!")
		if w.chance(30) {
			text += " = " + w.constant(typ, len(w.inputs), 2)
			required = false
		}
		if !required {
			text += w.deprecated()
		}
		parts = append(parts, text)
	}
	return "(" + strings.Join(parts, ", ") + ")"
}

func (w *schemaWriter) outputType() string {
	names := []string{"Int", "Float", "String", "Boolean", "ID"}
	if w.chance(60) {
		names = append([]string{}, w.objects...)
		for _, i := range w.interfaces {
			names = append(names, i.name, i.name)
		}
		names = append(names, w.unions...)
	} else {
		names = append(append(names, w.enums...), w.scalars...)
	}
	typ := pick(w.Rand, names)
	if w.chance(30) {
		typ += "!"
	}
	if w.chance(25) {
		typ = "[" + typ + "]"
		if w.chance(30) {
			typ += "!"
		}
	}
	return typ
}

// field returns a field of a name as it is declared elsewhere, or, sometimes, in another way.
func (w *schemaWriter) field(name string) outputField {
	declared, ok := w.fields[name]
	if !ok || w.chance(15) {
		args := w.arguments()
		declared = args + "\x00" + w.outputType()
		if !ok {
			w.fields[name] = declared
		}
	}
	args, typ, _ := strings.Cut(declared, "\x00")
	return outputField{name, args, typ}
}

func (w *schemaWriter) ownFields(have []outputField, most int) []outputField {
	for range 1 + w.IntN(most) {
		f := w.field(pick(w.Rand, fieldNames))
		if !slices.ContainsFunc(have, func(h outputField) bool { return h.name == f.name }) {
			have = append(have, f)
		}
	}
	return have
}

// inherit returns interfaces that fit together, with all they imply, and the fields they bring.
func (w *schemaWriter) inherit(from []*interfaceType) (names []string, fields []outputField) {
	for _, i := range from {
		if !w.chance(40) || slices.Contains(names, i.name) {
			continue
		}
		fits := true
		for _, f := range i.fields {
			at := slices.IndexFunc(fields, func(h outputField) bool { return h.name == f.name })
			if at >= 0 && fields[at] != f {
				fits = false
			}
		}
		if !fits {
			continue
		}
		for _, n := range append([]string{i.name}, i.parents...) {
			if !slices.Contains(names, n) {
				names = append(names, n)
			}
		}
		for _, f := range i.fields {
			if !slices.Contains(fields, f) {
				fields = append(fields, f)
			}
		}
	}
	return names, fields
}

func (w *schemaWriter) compositeTypes() {
	for n, i := range w.interfaces {
		i.parents, i.fields = w.inherit(w.interfaces[:n])
		i.fields = w.ownFields(i.fields, 3)
		w.composite("interface", i.name, i.parents, i.fields)
	}
	for _, name := range w.objects {
		parents, fields := w.inherit(w.interfaces)
		fields = w.ownFields(fields, 5)
		for i := range fields {
			if w.chance(10) && len(parents) > 0 && !strings.HasSuffix(fields[i].typ, "!") {
				fields[i].typ += "!"
			}
		}
		w.composite("type", name, parents, fields)
	}
	for _, name := range w.unions {
		members := slices.Clone(w.objects)
		w.Shuffle(len(members), func(i, j int) { members[i], members[j] = members[j], members[i] })
		w.description()
		w.line("union %s = %s", name, strings.Join(members[:1+w.IntN(len(members))], " | "))
	}
	w.composite("type", "Query", nil, w.ownFields(nil, 7))
	if w.chance(60) {
		w.composite("type", "Mutation", nil, w.ownFields(nil, 4))
	}
	if w.chance(60) {
		w.composite("type", "Subscription", nil, w.ownFields(nil, 4))
	}
}

func (w *schemaWriter) composite(keyword, name string, parents []string, fields []outputField) {
	w.description()
	implements := ""
	if len(parents) > 0 {
		implements = " implements " + strings.Join(parents, " & ")
	}
	w.line("%s %s%s {", keyword, name, implements)
	for _, f := range fields {
		w.description()
		w.line("%s%s: %s%s", f.name, f.args, f.typ, w.deprecated())
	}
	w.line("}")
}

// directives writes definitions of executable directives.
func (w *schemaWriter) directives() {
	all := []string{
		"QUERY", "MUTATION", "SUBSCRIPTION", "FIELD", "FRAGMENT_DEFINITION", "FRAGMENT_SPREAD", "INLINE_FRAGMENT",
		"VARIABLE_DEFINITION",
	}
	for i := range w.IntN(3) {
		w.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
		locations := slices.Clone(all[:1+w.IntN(len(all))])
		slices.Sort(locations) // as composition does
		w.description()
		repeatable := pick(w.Rand, []string{"", " repeatable"})
		w.line("directive @dir%d%s%s on %s", i, w.arguments(), repeatable, strings.Join(locations, " | "))
	}
}

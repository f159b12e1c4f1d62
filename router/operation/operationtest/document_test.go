package operationtest

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
)

// document is a random document, with what is sent beside it.
type document struct {
	text, operationName string
	// variables are several sets of values, each a JSON object.
	variables []string
}

// documentWriter writes random documents over a schema.
type documentWriter struct {
	*rand.Rand
	schema *ast.Schema
	// wrong is how many of a thousand decisions are taken without regard to what is valid.
	wrong     int
	names     []string // of all types
	fragments []*fragmentText
	// at is the definition that is being written.
	at *part
	// used are the variables of the document by name: what operations declare them as.
	used    map[string]*variable
	aliases int
}

// part is a definition of the document: what it says and what it uses.
type part struct {
	text      strings.Builder
	variables map[string]bool
	fragments map[string]bool
}

type fragmentText struct {
	name string
	on   *ast.Definition
	part
}

type variable struct{ name, typ, defaultValue string }

func newPart() part { return part{variables: map[string]bool{}, fragments: map[string]bool{}} }

func writeDocument(rnd *rand.Rand, schema *ast.Schema, wrong int) document {
	w := &documentWriter{Rand: rnd, schema: schema, wrong: wrong, used: map[string]*variable{}}
	w.names = slices.Sorted(maps.Keys(schema.Types))
	for i := range w.IntN(4) {
		w.fragments = append(w.fragments, &fragmentText{name: w.fragmentName(i), on: w.compositeType(), part: newPart()})
	}
	for i, f := range w.fragments {
		w.at = &f.part
		w.selectionSet(f.on, 2, w.fragments[i+1:])
	}
	var operations []*part
	var heads []string
	count := 1
	if w.IntN(6) == 0 {
		count += w.IntN(3)
	}
	var names []string
	for i := range count {
		kind, root := w.root()
		p := newPart()
		w.at = &p
		directives := w.directives(strings.ToUpper(kind))
		if kind == "subscription" && !w.mistake() {
			w.at.text.WriteString("{")
			w.field(root, 3, w.fragments)
			w.at.text.WriteString("}")
		} else {
			w.selectionSet(root, 3, w.fragments)
		}
		name := ""
		if count > 1 && !w.mistake() || w.IntN(3) == 0 {
			name = fmt.Sprintf("Op%d", i)
			if w.mistake() {
				name = "Op0"
			}
		}
		names = append(names, name)
		operations = append(operations, &p)
		heads = append(heads, kind+" "+name+"\x00"+directives)
	}
	var d document
	d.operationName = pick(w.Rand, names)
	if count == 1 && w.IntN(2) == 0 {
		d.operationName = ""
	}
	if w.mistake() {
		d.operationName = pick(w.Rand, []string{"", "Op0", "Nope", "Op1"})
	}
	var out []string
	reached := map[string]bool{}
	chosen := 0
	for i := range operations {
		if names[i] == d.operationName {
			chosen = i
		}
	}
	for i, p := range operations {
		declared := w.reach(p, reached)
		if i == chosen {
			d.variables = w.variableSets(declared)
		}
		kind, directives, _ := strings.Cut(heads[i], "\x00")
		head := kind + w.declarations(declared) + directives
		if strings.TrimSpace(head) == "query" && w.IntN(2) == 0 {
			head = ""
		}
		out = append(out, w.described(head)+head+p.text.String())
	}
	for i, f := range w.fragments {
		if !reached[f.name] && !w.mistake() {
			continue
		}
		w.at = &part{variables: map[string]bool{}, fragments: map[string]bool{}}
		text := "fragment " + f.name + " on " + f.on.Name + w.directives("FRAGMENT_DEFINITION") + f.text.String()
		out = append(out, w.described("fragment")+text)
		if w.mistake() {
			out = append(out, "fragment "+w.fragmentName(i)+" on "+pick(w.Rand, w.names)+f.text.String())
		}
	}
	if w.mistake() {
		out = append(out, pick(w.Rand, []string{
			"type T { a: Int }", "extend type Query { x: Int }", "schema { query: Query }", "directive @x on FIELD",
		}))
	}
	w.Shuffle(len(out), func(i, j int) { out[i], out[j] = out[j], out[i] })
	d.text = strings.Join(out, pick(w.Rand, []string{"\n", " ", "\r\n", "\n# comment é\n", ",", "\ufeff"}))
	return d
}

func (w *documentWriter) mistake() bool { return w.IntN(1000) < w.wrong }

func (w *documentWriter) write(format string, args ...any) { fmt.Fprintf(&w.at.text, format, args...) }

// described is a description, sometimes, for a definition that can have one.
func (w *documentWriter) described(head string) string {
	if w.IntN(60) > 0 || head == "" && !w.mistake() {
		return ""
	}
	return pick(w.Rand, []string{`"described" `, `"""described""" `, `"" `})
}

func (w *documentWriter) fragmentName(i int) string {
	if w.mistake() {
		return pick(w.Rand, []string{"on", "Nope", "F0", "true"})
	}
	return fmt.Sprintf("F%d", i)
}

func (w *documentWriter) root() (string, *ast.Definition) {
	roots := map[string]*ast.Definition{
		"query": w.schema.Query, "mutation": w.schema.Mutation, "subscription": w.schema.Subscription,
	}
	kind := pick(w.Rand, []string{"query", "query", "query", "query", "mutation", "subscription"})
	if roots[kind] == nil && !w.mistake() {
		kind = "query"
	}
	if roots[kind] == nil {
		return kind, w.schema.Query
	}
	return kind, roots[kind]
}

func (w *documentWriter) compositeType() *ast.Definition {
	for {
		t := w.schema.Types[pick(w.Rand, w.names)]
		if (t.IsCompositeType() && !strings.HasPrefix(t.Name, "__")) || w.mistake() {
			return t
		}
	}
}

// reach collects what an operation uses: the variables it has to declare; fragments are marked.
func (w *documentWriter) reach(p *part, reached map[string]bool) []*variable {
	names := map[string]bool{}
	seen := map[string]bool{}
	var visit func(p *part)
	visit = func(p *part) {
		for n := range p.variables {
			names[n] = true
		}
		for _, f := range w.fragments {
			if p.fragments[f.name] && !seen[f.name] {
				seen[f.name], reached[f.name] = true, true
				visit(&f.part)
			}
		}
	}
	visit(p)
	var out []*variable
	for _, n := range slices.Sorted(maps.Keys(names)) {
		if !w.mistake() {
			out = append(out, w.used[n])
		}
	}
	if w.mistake() {
		out = append(out, &variable{name: "unused", typ: "Int"})
	}
	if len(out) > 0 && w.mistake() {
		out = append(out, out[0])
	}
	return out
}

func (w *documentWriter) declarations(declared []*variable) string {
	if len(declared) == 0 {
		return ""
	}
	var parts []string
	for _, v := range declared {
		w.at = &part{variables: map[string]bool{}, fragments: map[string]bool{}}
		text := "$" + v.name + ": " + v.typ
		if w.mistake() {
			text = "$" + v.name + ": " + pick(w.Rand, append(w.names, "Nope", "[Int", "Int!!"))
		}
		if v.defaultValue != "" {
			text += " = " + v.defaultValue
		}
		if w.IntN(80) == 0 {
			text = `"described" ` + text
		}
		parts = append(parts, text+w.directives("VARIABLE_DEFINITION"))
	}
	return "(" + strings.Join(parts, pick(w.Rand, []string{", ", " ", "\n"})) + ")"
}

func (w *documentWriter) selectionSet(parent *ast.Definition, depth int, fragments []*fragmentText) {
	w.write("{")
	for i := range 1 + w.IntN(3) {
		if i > 0 {
			w.write("%s", pick(w.Rand, []string{" ", "\n", ", ", "\t"}))
		}
		w.selection(parent, depth, fragments)
	}
	w.write("}")
}

func (w *documentWriter) selection(parent *ast.Definition, depth int, fragments []*fragmentText) {
	switch n := w.IntN(20); {
	case n < 2 && depth > 0:
		w.inlineFragment(parent, depth, fragments)
	case n < 4 && len(fragments) > 0:
		f := pick(w.Rand, fragments)
		if w.mistake() {
			f = pick(w.Rand, w.fragments)
		}
		if !w.overlap(parent, f.on) && !w.mistake() {
			w.field(parent, depth, fragments)
			return
		}
		w.at.fragments[f.name] = true
		name := f.name
		if w.mistake() {
			name = "Unknown"
		}
		w.write("...%s%s", name, w.directives("FRAGMENT_SPREAD"))
	default:
		w.field(parent, depth, fragments)
	}
}

func (w *documentWriter) inlineFragment(parent *ast.Definition, depth int, fragments []*fragmentText) {
	on := parent
	for range 5 {
		if t := w.schema.Types[pick(w.Rand, w.names)]; t.IsCompositeType() && w.overlap(parent, t) {
			on = t
			break
		}
	}
	if w.mistake() {
		on = w.schema.Types[pick(w.Rand, w.names)]
	}
	if on == parent && w.IntN(2) == 0 {
		w.write("...%s", w.directives("INLINE_FRAGMENT"))
	} else {
		w.write("... on %s%s", on.Name, w.directives("INLINE_FRAGMENT"))
	}
	w.selectionSet(on, depth-1, fragments)
}

func (w *documentWriter) possible(t *ast.Definition) []*ast.Definition {
	if t.Kind == ast.Object {
		return []*ast.Definition{t}
	}
	return w.schema.GetPossibleTypes(t)
}

func (w *documentWriter) overlap(a, b *ast.Definition) bool {
	return slices.ContainsFunc(w.possible(a), func(t *ast.Definition) bool { return slices.Contains(w.possible(b), t) })
}

func (w *documentWriter) field(parent *ast.Definition, depth int, fragments []*fragmentText) {
	def := w.chooseField(parent, depth)
	if w.mistake() {
		other := w.schema.Types[pick(w.Rand, w.names)]
		if len(other.Fields) > 0 {
			def = pick(w.Rand, other.Fields)
		}
	}
	w.alias(def)
	w.write("%s", def.Name)
	w.arguments(def.Arguments)
	w.write("%s", w.directives("FIELD"))
	named := w.schema.Types[def.Type.Name()]
	if named != nil && named.IsCompositeType() && !w.mistake() || w.mistake() {
		if named == nil || len(named.Fields) == 0 && named.Kind != ast.Union {
			named = w.schema.Query
		}
		w.selectionSet(named, depth-1, fragments)
	}
}

var typename = &ast.FieldDefinition{Name: "__typename", Type: ast.NonNullNamedType("String", nil)}

// chooseField picks a field, towards the end one without a selection where there is one.
func (w *documentWriter) chooseField(parent *ast.Definition, depth int) *ast.FieldDefinition {
	if len(parent.Fields) == 0 || w.IntN(12) == 0 {
		return typename
	}
	for range 6 {
		f := pick(w.Rand, parent.Fields)
		if strings.HasPrefix(f.Name, "__") && w.IntN(3) > 0 {
			continue
		}
		named := w.schema.Types[f.Type.Name()]
		if depth > 0 && w.IntN(3) == 0 || named.IsLeafType() {
			return f
		}
	}
	if depth > 0 {
		return pick(w.Rand, parent.Fields)
	}
	return typename
}

func (w *documentWriter) alias(def *ast.FieldDefinition) {
	often := 3
	if len(def.Arguments) > 0 {
		often = 8
	}
	switch n := w.IntN(10); {
	case n < often:
		w.aliases++
		w.write("k%d: ", w.aliases)
	case n == 9:
		w.write("%s: ", pick(w.Rand, append([]string{"query", "on", "fragment", "true", "null", "_"}, fieldNames...)))
	}
}

func (w *documentWriter) arguments(defs ast.ArgumentDefinitionList) {
	var parts []string
	for _, def := range defs {
		required := def.Type.NonNull && def.DefaultValue == nil
		if !required && w.IntN(2) == 0 || w.mistake() {
			continue
		}
		name := def.Name
		if w.mistake() {
			name = pick(w.Rand, []string{"nope", "x", "if"})
		}
		parts = append(parts, name+": "+w.argument(def))
		if w.mistake() {
			parts = append(parts, parts[0])
		}
	}
	w.Shuffle(len(parts), func(i, j int) { parts[i], parts[j] = parts[j], parts[i] })
	if len(parts) > 0 || w.IntN(5000) < w.wrong {
		w.write("(%s)", strings.Join(parts, pick(w.Rand, []string{", ", " "})))
	}
}

func (w *documentWriter) argument(def *ast.ArgumentDefinition) string {
	return w.value(def.Type, def.DefaultValue != nil && def.DefaultValue.Kind != ast.NullValue, 3)
}

// directives writes directives for a location.
func (w *documentWriter) directives(location string) string {
	out := ""
	for range 2 {
		if w.IntN(14) > 0 {
			continue
		}
		var fitting []*ast.DirectiveDefinition
		for _, name := range slices.Sorted(maps.Keys(w.schema.Directives)) {
			d := w.schema.Directives[name]
			if name == "defer" {
				continue // graphql-js does not know it
			}
			if slices.Contains(d.Locations, ast.DirectiveLocation(location)) || w.mistake() {
				fitting = append(fitting, d)
			}
		}
		if len(fitting) == 0 {
			continue
		}
		d := pick(w.Rand, fitting)
		name := d.Name
		if strings.Contains(out, "@"+name) && !d.IsRepeatable && !w.mistake() {
			continue
		}
		if w.mistake() {
			name = "nope"
		}
		// The arguments are written aside; location VARIABLE_DEFINITION takes no variables.
		before := w.at
		w.at = &part{variables: before.variables, fragments: before.fragments}
		if location == "VARIABLE_DEFINITION" && !w.mistake() {
			for _, def := range d.Arguments {
				if def.Type.NonNull || w.IntN(2) == 0 {
					if w.at.text.Len() == 0 {
						w.write("(")
					}
					w.write("%s: %s ", def.Name, w.literal(def.Type, 2, false))
				}
			}
			if w.at.text.Len() > 0 {
				w.write(")")
			}
		} else if name == d.Name {
			// graphql-js takes the arguments of an unknown directive for those of the field it is on.
			w.arguments(d.Arguments)
		}
		out += " @" + name + w.at.text.String()
		w.at = before
	}
	return out
}

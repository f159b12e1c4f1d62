package fedtest

import (
	"fmt"
	"slices"
	"strings"
)

// dialect is how a subgraph is written.
type dialect struct {
	// spelling is how it names Federation's directives.
	spelling spelling
	// roots tells that its root types have names of their own.
	roots bool
}

type spelling uint8

const (
	// imported names them as they are, renamed in words of its own, and spaced with the prefix federation__.
	imported spelling = iota
	renamed
	spaced
	// ancient is a subgraph of Federation 1, which has no @link.
	ancient
)

var directives = []string{"key", "shareable", "external", "requires", "provides", "override", "interfaceObject"}

func (d dialect) directive(name string) string {
	switch {
	case name == "inaccessible":
		// What comes into the supergraph has the same name everywhere.
	case d.spelling == renamed:
		return " @my_" + name
	case d.spelling == spaced:
		return " @federation__" + name
	}
	return " @" + name
}

// head is how a subgraph's document begins.
func (d dialect) head(extend string, guards map[string]string) string {
	imports := []string{`"@inaccessible"`}
	for _, name := range guardNames {
		if as := guards[name]; as != "" {
			imports = append(imports, fmt.Sprintf("{ name: %q, as: %q }", "@"+name, "@"+as))
		}
	}
	for _, name := range directives {
		switch d.spelling {
		case imported:
			imports = append(imports, fmt.Sprintf("%q", "@"+name))
		case renamed:
			imports = append(imports, fmt.Sprintf("{ name: %q, as: %q }", "@"+name, "@my_"+name))
		}
	}
	return fmt.Sprintf("%sschema @link(url: \"https://specs.apollo.dev/federation/v2.7\", import: [%s])\n", extend, strings.Join(imports, ", "))
}

// subgraphSDL prints a subgraph for the composer.
func (g *graph) subgraphSDL(s int) string {
	d := g.dialect(s)
	roots := g.rootsSDL(s)
	switch {
	case d.spelling == ancient:
		return roots + g.print(s, true)
	case roots != "":
		return d.head("", g.guards) + strings.TrimPrefix(roots, "schema ") + g.print(s, true)
	}
	return d.head("extend ", g.guards) + g.print(s, true)
}

func (g *graph) dialect(s int) dialect {
	if s < 0 || g.dialects == nil {
		return dialect{}
	}
	return g.dialects[s]
}

// rootsSDL is the schema definition of a subgraph that needs one.
func (g *graph) rootsSDL(s int) string {
	if !g.dialect(s).roots || g.query.at[s] == nil {
		return ""
	}
	out := "schema { query: " + g.nameIn(s, g.query)
	if g.mutation != nil && g.mutation.at[s] != nil {
		out += " mutation: " + g.nameIn(s, g.mutation)
	}
	return out + " }\n"
}

// nameIn is the name of a type in a subgraph.
func (g *graph) nameIn(s int, t *typ) string {
	if t.kind == objectKind && (t == g.query || t == g.mutation) && g.dialect(s).roots && g.query.at[s] != nil {
		return "Root" + t.name
	}
	return t.name
}

// typeIn is the type of a name in a subgraph.
func (g *graph) typeIn(s int, name string) *typ {
	if t := g.typeNamed(strings.TrimPrefix(name, "Root")); t != nil && g.nameIn(s, t) == name {
		return t
	}
	return g.typeNamed(name)
}

// stubSDL prints a subgraph as a plain schema with what a federated service adds to it.
func (g *graph) stubSDL(s int) string {
	sdl := g.rootsSDL(s) + g.print(s, false)
	var entities []string
	for _, t := range g.types {
		if t.at[s] != nil && t.at[s].entity() && (t.kind == objectKind || t.at[s].interfaceObject) {
			entities = append(entities, t.name)
		}
	}
	query := g.nameIn(s, g.query)
	if g.query.at[s] == nil {
		sdl += "type " + query + "\n"
	}
	sdl += "extend type " + query + " { _service: String }\n"
	if len(entities) > 0 {
		sdl += "scalar _Any\nunion _Entity = " + strings.Join(entities, " | ") +
			"\nextend type " + query + " { _entities(representations: [_Any!]!): [_Entity]! }\n"
	}
	return sdl
}

func (p *part) entity() bool {
	return slices.ContainsFunc(p.keys, func(k keyDecl) bool { return k.resolvable })
}

// print prints the types of a subgraph.
func (g *graph) print(s int, federated bool) string {
	out := printer{graph: g, subgraph: s, federated: federated}
	out.WriteString(g.marks())
	for _, t := range g.types {
		if p := t.at[s]; p != nil {
			out.part(t, p)
		}
	}
	return out.String()
}

// printer prints types as a subgraph declares them, or as the undivided graph does.
type printer struct {
	strings.Builder
	graph     *graph
	subgraph  int
	federated bool
}

var words = map[kind]string{scalarKind: "scalar", enumKind: "enum", inputKind: "input", objectKind: "type", interfaceKind: "interface", unionKind: "union"}

func (b *printer) part(t *typ, p *part) {
	d := b.graph.dialect(b.subgraph)
	word := words[t.kind]
	if p.interfaceObject {
		word = "type"
	}
	extended := b.federated && d.spelling == ancient && b.graph.based(b.subgraph, t)
	if extended {
		word = "extend type"
	}
	fmt.Fprintf(b, "%s %s", word, b.graph.nameIn(b.subgraph, t))
	for i, super := range p.implements {
		b.WriteString([]string{" implements ", " & "}[min(i, 1)] + super.name)
	}
	if b.federated {
		for _, k := range p.keys {
			fmt.Fprintf(b, "%s(fields: %q", d.directive("key"), k.fields.String())
			if !k.resolvable {
				b.WriteString(", resolvable: false")
			}
			b.WriteString(")")
		}
		if p.interfaceObject {
			b.WriteString(d.directive("interfaceObject"))
		}
		if p.external {
			b.WriteString(d.directive("external"))
		}
		b.WriteString(b.graph.asksAt(b.subgraph, t.asks))
	}
	switch t.kind {
	case unionKind:
		b.WriteString(" = " + strings.Join(names(p.members), " | "))
	case enumKind:
		b.WriteString(" { " + strings.Join(p.values, " ") + " }")
	case scalarKind:
	default:
		b.WriteString(" {\n")
		for _, c := range p.decls {
			b.decl(c, p, extended && p.inKey(c.field))
		}
		b.WriteString("}")
	}
	b.WriteString("\n")
}

// inKey tells whether a key has a field.
func (p *part) inKey(f *field) bool {
	return slices.ContainsFunc(p.keys, func(k keyDecl) bool {
		return slices.ContainsFunc(k.fields, func(it item) bool { return it.field == f })
	})
}

// based tells whether an entity is extended in a subgraph of Federation 1: when another one before it defines it.
func (g *graph) based(s int, t *typ) bool {
	if t.pool == nil || t.kind != objectKind {
		return false
	}
	return slices.ContainsFunc(t.at[:s], func(p *part) bool { return p != nil })
}

func names(types []*typ) []string {
	out := make([]string, len(types))
	for i, t := range types {
		out[i] = t.name
	}
	return out
}

func (b *printer) decl(c *decl, p *part, external bool) {
	fmt.Fprintf(b, "  %s%s: %s", c.field.name, b.arguments(c.field.args), ref{&typ{name: b.graph.nameIn(b.subgraph, c.typ.named)}, c.typ.nonNull})
	if c.field.def != "" {
		b.WriteString(" = " + c.field.def)
	}
	if d := b.graph.dialect(b.subgraph); b.federated {
		if (c.external || external) && !p.external {
			b.WriteString(d.directive("external"))
		}
		if c.shareable && d.spelling != ancient {
			b.WriteString(d.directive("shareable"))
		}
		if c.hidden {
			b.WriteString(d.directive("inaccessible"))
		}
		if !external && !c.external && !c.dead && (p.interfaceObject || b.graph.resolves(p, c)) {
			b.WriteString(b.graph.asksAt(b.subgraph, c.field.asks))
		}
		if c.override != "" {
			fmt.Fprintf(b, "%s(from: %q", d.directive("override"), c.override)
			if c.label != "" {
				fmt.Fprintf(b, ", label: %q", c.label)
			}
			b.WriteString(")")
		}
		if len(c.requires) > 0 {
			fmt.Fprintf(b, "%s(fields: %q)", d.directive("requires"), c.requires.String())
		}
		if len(c.provides) > 0 {
			fmt.Fprintf(b, "%s(fields: %q)", d.directive("provides"), c.provides.String())
		}
	}
	b.WriteString("\n")
}

func (b *printer) arguments(args []*argument) string {
	var parts []string
	for _, a := range args {
		if b.subgraph == whole && len(a.missing) > 0 || slices.Contains(a.missing, b.subgraph) {
			continue
		}
		text := a.name + ": " + a.typ.String()
		if a.def != "" {
			text += " = " + a.def
		}
		parts = append(parts, text)
	}
	if len(parts) == 0 {
		return ""
	}
	return "(" + strings.Join(parts, ", ") + ")"
}

// wholeSDL prints the undivided graph, as clients see it: the union of what the subgraphs declare.
func (g *graph) wholeSDL() string {
	out := printer{graph: g, subgraph: whole}
	out.WriteString(g.marks())
	for _, t := range g.types {
		if p := g.whole(t); p != nil {
			out.part(t, p)
		}
	}
	return out.String()
}

// everywhere tells whether all subgraphs that have a type have a field of it.
func (g *graph) everywhere(t *typ, f *field) bool {
	return !slices.ContainsFunc(t.at, func(p *part) bool { return p != nil && p.decl(f.name) == nil })
}

// whole merges the parts of a type.
func (g *graph) whole(t *typ) *part {
	var out *part
	add := func(p *part) {
		for _, d := range p.decls {
			if d.field.hidden || t.kind == inputKind && !g.everywhere(t, d.field) {
				continue
			}
			if old := out.decl(d.field.name); old != nil {
				old.typ = old.typ.loosest(d.typ)
			} else {
				out.decls = append(out.decls, &decl{field: d.field, typ: d.typ})
			}
		}
	}
	for _, p := range t.at {
		if p == nil {
			continue
		}
		if out == nil {
			out = &part{}
		}
		add(p)
		for _, super := range p.implements {
			if !slices.Contains(out.implements, super) {
				out.implements = append(out.implements, super)
			}
		}
		for _, m := range p.members {
			if !slices.Contains(out.members, m) {
				out.members = append(out.members, m)
			}
		}
		for _, v := range p.values {
			if !slices.Contains(out.values, v) {
				out.values = append(out.values, v)
			}
		}
	}
	if out != nil && t.kind == objectKind && t.pool != nil && t.pool.face != nil {
		// Fields of interface objects are fields of all implementations, which may have declared them themselves.
		face, own := t.pool.face, len(out.decls)
		for _, s := range t.pool.objects {
			if face.at[s] != nil {
				add(&part{decls: slices.DeleteFunc(slices.Clone(face.at[s].decls), func(d *decl) bool {
					return d.external || d.field.id != notIdentity || slices.ContainsFunc(out.decls[:own], func(o *decl) bool { return o.field.name == d.field.name })
				})})
			}
		}
	}
	return out
}

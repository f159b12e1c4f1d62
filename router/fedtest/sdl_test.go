package fedtest

import (
	"fmt"
	"slices"
	"strings"
)

const link = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.7",
  import: ["@key", "@shareable", "@external", "@requires", "@provides", "@override", "@interfaceObject"])
`

// subgraphSDL prints a subgraph for the composer.
func (g *graph) subgraphSDL(s int) string {
	return link + g.print(s, true)
}

// stubSDL prints a subgraph as a plain schema with what a federated service adds to it.
func (g *graph) stubSDL(s int) string {
	sdl := g.print(s, false)
	var entities []string
	for _, t := range g.types {
		if t.at[s] != nil && t.at[s].entity() && (t.kind == objectKind || t.at[s].interfaceObject) {
			entities = append(entities, t.name)
		}
	}
	if g.query.at[s] == nil {
		sdl += "type Query\n"
	}
	sdl += "extend type Query { _service: String }\n"
	if len(entities) > 0 {
		sdl += "scalar _Any\nunion _Entity = " + strings.Join(entities, " | ") +
			"\nextend type Query { _entities(representations: [_Any!]!): [_Entity]! }\n"
	}
	return sdl
}

func (p *part) entity() bool {
	return slices.ContainsFunc(p.keys, func(k keyDecl) bool { return k.resolvable })
}

// print prints the types of a subgraph.
func (g *graph) print(s int, federated bool) string {
	var b strings.Builder
	for _, t := range g.types {
		if p := t.at[s]; p != nil {
			printPart(&b, t, p, federated)
		}
	}
	return b.String()
}

func printPart(b *strings.Builder, t *typ, p *part, federated bool) {
	word := map[kind]string{scalarKind: "scalar", enumKind: "enum", inputKind: "input", objectKind: "type", interfaceKind: "interface", unionKind: "union"}[t.kind]
	if p.interfaceObject {
		word = "type"
	}
	fmt.Fprintf(b, "%s %s", word, t.name)
	for i, super := range p.implements {
		b.WriteString([]string{" implements ", " & "}[min(i, 1)] + super.name)
	}
	if federated {
		for _, k := range p.keys {
			fmt.Fprintf(b, " @key(fields: %q", k.fields.String())
			if !k.resolvable {
				b.WriteString(", resolvable: false")
			}
			b.WriteString(")")
		}
		if p.interfaceObject {
			b.WriteString(" @interfaceObject")
		}
	}
	switch t.kind {
	case unionKind:
		b.WriteString(" = " + strings.Join(names(p.members), " | "))
	case enumKind:
		b.WriteString(" { " + strings.Join(p.values, " ") + " }")
	case scalarKind:
	default:
		b.WriteString(" {\n")
		for _, d := range p.decls {
			printDecl(b, d, federated)
		}
		b.WriteString("}")
	}
	b.WriteString("\n")
}

func names(types []*typ) []string {
	out := make([]string, len(types))
	for i, t := range types {
		out[i] = t.name
	}
	return out
}

func printDecl(b *strings.Builder, d *decl, federated bool) {
	fmt.Fprintf(b, "  %s%s: %s", d.field.name, printArguments(d.field.args), d.typ)
	if federated {
		if d.external {
			b.WriteString(" @external")
		}
		if d.shareable {
			b.WriteString(" @shareable")
		}
		if d.override != "" {
			fmt.Fprintf(b, " @override(from: %q)", d.override)
		}
		if len(d.requires) > 0 {
			fmt.Fprintf(b, " @requires(fields: %q)", d.requires.String())
		}
		if len(d.provides) > 0 {
			fmt.Fprintf(b, " @provides(fields: %q)", d.provides.String())
		}
	}
	b.WriteString("\n")
}

func printArguments(args []*argument) string {
	if len(args) == 0 {
		return ""
	}
	var parts []string
	for _, a := range args {
		text := a.name + ": " + a.typ.String()
		if a.def != "" {
			text += " = " + a.def
		}
		parts = append(parts, text)
	}
	return "(" + strings.Join(parts, ", ") + ")"
}

// wholeSDL prints the undivided graph, as clients see it: the union of what the subgraphs declare.
func (g *graph) wholeSDL() string {
	var b strings.Builder
	for _, t := range g.types {
		whole := g.whole(t)
		if whole != nil {
			printPart(&b, t, whole, false)
		}
	}
	return b.String()
}

// whole merges the parts of a type.
func (g *graph) whole(t *typ) *part {
	var out *part
	add := func(p *part) {
		for _, d := range p.decls {
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
		// Fields of interface objects are fields of all implementations.
		face := t.pool.face
		for _, s := range t.pool.objects {
			if face.at[s] != nil {
				add(&part{decls: slices.DeleteFunc(slices.Clone(face.at[s].decls), func(d *decl) bool { return d.external || d.field.id != notIdentity })})
			}
		}
	}
	return out
}

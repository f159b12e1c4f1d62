package schema

import (
	"cmp"
	"slices"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
)

// Style says how Print lays a schema out.
type Style struct {
	// Sorted prints directive definitions and types by name rather than in definition order.
	Sorted bool
	// Directives prints the schema definition and every directive application; without it only @deprecated,
	// @specifiedBy and @oneOf are printed, and the schema definition only if it says something.
	Directives bool
}

// Print prints the schema. Directive applications of types come one a line, those of everything else on the line of
// their element.
func Print(s *Schema, style Style) string {
	p := &printer{style: style}
	p.schemaDefinition(s)
	definitions, types := s.definitions, s.types
	if style.Sorted {
		definitions, types = slices.Clone(definitions), slices.Clone(types)
		slices.SortStableFunc(definitions, func(a, b *DirectiveDefinition) int { return compareNames(a.Name, b.Name) })
		slices.SortStableFunc(types, func(a, b *Type) int { return compareNames(a.Name, b.Name) })
	}
	for _, d := range definitions {
		p.directiveDefinition(d)
	}
	for _, t := range types {
		p.typeDefinition(t)
	}
	return p.String()
}

// compareNames orders names as a dictionary does: underscores before digits before letters, and upper case only a
// difference where there is no other.
func compareNames(a, b string) int {
	for i := range min(len(a), len(b)) {
		if d := cmp.Compare(collationKey(a[i]), collationKey(b[i])); d != 0 {
			return d
		}
	}
	return cmp.Or(cmp.Compare(len(a), len(b)), -strings.Compare(a, b))
}

func collationKey(c byte) byte {
	switch {
	case c == '_':
		return 0
	case c >= 'a' && c <= 'z':
		return c - 'a' + 'A'
	default:
		return c
	}
}

type printer struct {
	strings.Builder
	style Style
}

func (p *printer) separate() {
	if p.Len() > 0 {
		p.WriteByte('\n')
	}
}

func (p *printer) schemaDefinition(s *Schema) {
	usual := s.Description == ""
	for _, op := range Operations {
		if name := s.Roots[op].Name; name != "" && name != op.DefaultName() {
			usual = false
		}
	}
	if usual && (!p.style.Directives || len(s.Directives) == 0) {
		return
	}
	p.description(s.Description, "", true)
	p.WriteString("schema")
	if p.style.Directives && len(s.Directives) > 0 {
		p.blockDirectives(s.Directives)
		p.WriteString("\n{\n")
	} else {
		p.WriteString(" {\n")
	}
	for _, op := range Operations {
		if name := s.Roots[op].Name; name != "" {
			p.WriteString("  " + op.String() + ": " + name + "\n")
		}
	}
	p.WriteString("}\n")
}

func (p *printer) directiveDefinition(d *DirectiveDefinition) {
	p.separate()
	p.description(d.Description, "", true)
	p.WriteString("directive @" + d.Name)
	p.arguments(d.Arguments, "")
	if d.Repeatable {
		p.WriteString(" repeatable")
	}
	p.WriteString(" on ")
	for i, l := range d.Locations {
		if i > 0 {
			p.WriteString(" | ")
		}
		p.WriteString(string(l))
	}
	p.WriteByte('\n')
}

var keywords = map[Kind]string{
	ast.Scalar: "scalar", ast.Object: "type", ast.Interface: "interface", ast.Union: "union", ast.Enum: "enum",
	ast.InputObject: "input",
}

func (p *printer) typeDefinition(t *Type) {
	p.separate()
	p.description(t.Description, "", true)
	p.WriteString(keywords[t.Kind] + " " + t.Name)
	for i := range t.Interfaces {
		if i == 0 {
			p.WriteString(" implements ")
		} else {
			p.WriteString(" & ")
		}
		p.WriteString(t.Interfaces[i].Name)
	}
	block := p.style.Directives && len(t.Directives) > 0
	if block {
		p.blockDirectives(t.Directives)
	} else {
		p.directives(t.Directives)
	}
	switch t.Kind {
	case ast.Union:
		if block {
			p.WriteByte('\n')
		}
		for i := range t.Members {
			if i == 0 {
				p.WriteString(" = ")
			} else {
				p.WriteString(" | ")
			}
			p.WriteString(t.Members[i].Name)
		}
	case ast.Enum:
		p.open(block)
		for i, v := range t.Values {
			p.description(v.Description, "  ", i == 0)
			p.WriteString("  " + v.Name)
			p.directives(v.Directives)
			p.WriteByte('\n')
		}
		p.WriteByte('}')
	case ast.Object, ast.Interface, ast.InputObject:
		if len(t.fields) == 0 {
			break
		}
		p.open(block)
		for i, f := range t.fields {
			p.field(f, i == 0)
		}
		p.WriteByte('}')
	}
	p.WriteByte('\n')
}

func (p *printer) open(block bool) {
	if block {
		p.WriteString("\n{\n")
	} else {
		p.WriteString(" {\n")
	}
}

func (p *printer) field(f *Field, first bool) {
	p.description(f.Description, "  ", first)
	p.WriteString("  " + f.Name)
	p.arguments(f.Arguments, "  ")
	p.WriteString(": ")
	writeType(&p.Builder, f.Type)
	if f.Default != nil {
		p.WriteString(" = ")
		writeValue(&p.Builder, f.Default)
	}
	p.directives(f.Directives)
	p.WriteByte('\n')
}

func writeType(b *strings.Builder, t *ast.Type) {
	if t.Elem != nil {
		b.WriteByte('[')
		writeType(b, t.Elem)
		b.WriteByte(']')
	} else {
		b.WriteString(t.NamedType)
	}
	if t.NonNull {
		b.WriteByte('!')
	}
}

func (p *printer) arguments(args []*Argument, indent string) {
	if len(args) == 0 {
		return
	}
	described := slices.ContainsFunc(args, func(a *Argument) bool { return a.Description != "" })
	p.WriteByte('(')
	for i, a := range args {
		if described {
			p.WriteByte('\n')
			p.description(a.Description, indent+"  ", i == 0)
			p.WriteString(indent + "  ")
		} else if i > 0 {
			p.WriteString(", ")
		}
		p.WriteString(a.Name)
		p.WriteString(": ")
		writeType(&p.Builder, a.Type)
		if a.Default != nil {
			p.WriteString(" = ")
			writeValue(&p.Builder, a.Default)
		}
		p.directives(a.Directives)
	}
	if described {
		p.WriteString("\n" + indent)
	}
	p.WriteByte(')')
}

// publicDirectives are the built-in directives that belong to a schema even when directives are not printed.
var publicDirectives = map[string]bool{"deprecated": true, "specifiedBy": true, "oneOf": true}

func (p *printer) blockDirectives(directives []*Directive) {
	for _, d := range directives {
		p.WriteString("\n  ")
		p.directive(d)
	}
}

func (p *printer) directives(directives []*Directive) {
	for _, d := range directives {
		if p.style.Directives || publicDirectives[d.Name] {
			p.WriteByte(' ')
			p.directive(d)
		}
	}
}

func (p *printer) directive(d *Directive) {
	p.WriteByte('@')
	p.WriteString(d.Name)
	for i := range d.Arguments {
		if i == 0 {
			p.WriteByte('(')
		} else {
			p.WriteString(", ")
		}
		p.WriteString(d.Arguments[i].Name)
		p.WriteString(": ")
		writeValue(&p.Builder, d.Arguments[i].Value)
	}
	if len(d.Arguments) > 0 {
		p.WriteByte(')')
	}
}

// longDescription is the length from which a one-line description gets lines of its own.
const longDescription = 70

func (p *printer) description(text, indent string, first bool) {
	if text == "" {
		return
	}
	if !first {
		if indent != "" {
			p.WriteByte('\n')
		}
	}
	multi := strings.Contains(text, "\n") || len(text) > longDescription || strings.HasSuffix(text, `"`) ||
		strings.HasSuffix(text, `\`)
	p.WriteString(indent)
	p.WriteString(`"""`)
	escaped := strings.ReplaceAll(text, `"""`, `\"""`)
	if !multi {
		p.WriteString(escaped)
	} else {
		lead := text[0] == ' ' || text[0] == '\t'
		for i, line := range strings.Split(escaped, "\n") {
			if i > 0 || !lead || strings.Contains(text, "\n") {
				p.WriteByte('\n')
				p.WriteString(indent)
			}
			p.WriteString(line)
		}
		p.WriteByte('\n')
		p.WriteString(indent)
	}
	p.WriteString("\"\"\"\n")
}

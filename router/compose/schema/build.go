package schema

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/vektah/gqlparser/v2/ast"
)

// Conflict is something that keeps a document from being one schema: a definition that exists twice.
type Conflict struct {
	Message string
	Pos     []Pos
}

// Build merges the definitions and extensions of a document into a schema. Directive applications are kept as written;
// nothing is validated but that names are defined once.
func Build(doc *ast.SchemaDocument) (*Schema, []Conflict) {
	b := builder{schema: New()}
	b.schemaDefinitions(doc)
	for _, d := range doc.Directives {
		b.directiveDefinition(d)
	}
	for _, part := range parts(doc) {
		b.typePart(part)
	}
	return b.schema, b.conflicts
}

type builder struct {
	schema    *Schema
	conflicts []Conflict
}

func (b *builder) conflict(format string, name string, pos ...Pos) {
	b.conflicts = append(b.conflicts, Conflict{fmt.Sprintf(format, name), pos})
}

// maxName is how long, in bytes, the name of a type, field, argument, enum value or directive can be. Names stand in
// the coordinates of everything beneath them, so that a document could otherwise be blown up to the square of its
// size.
const maxName = 1000

// fits reports a name that is too long.
func (b *builder) fits(what, name string, pos Pos) bool {
	if len(name) <= maxName {
		return true
	}
	b.conflict(
		fmt.Sprintf("The name %%q of %s has %d characters; names can have %d.", what, len(name), maxName),
		name[:50]+"…",
		pos,
	)
	return false
}

type definitionPart struct {
	*ast.Definition
	extension bool
}

// parts returns the definitions and extensions of a document in source order.
func parts(doc *ast.SchemaDocument) []definitionPart {
	out := make([]definitionPart, 0, len(doc.Definitions)+len(doc.Extensions))
	for _, d := range doc.Definitions {
		out = append(out, definitionPart{d, false})
	}
	for _, d := range doc.Extensions {
		out = append(out, definitionPart{d, true})
	}
	slices.SortStableFunc(out, func(x, y definitionPart) int { return cmp.Compare(x.Position.Start, y.Position.Start) })
	return out
}

func position(p *ast.Position) Pos {
	if p == nil {
		return Pos{}
	}
	return Pos{p.Line, p.Column}
}

func (b *builder) schemaDefinitions(doc *ast.SchemaDocument) {
	for _, d := range doc.Schema {
		b.schema.Explicit = true
		b.schemaPart(d, false)
	}
	for _, d := range doc.SchemaExtension {
		b.schemaPart(d, true)
	}
}

func (b *builder) schemaPart(d *ast.SchemaDefinition, extension bool) {
	s := b.schema
	if d.Description != "" {
		s.Description = d.Description
	}
	if !s.Pos.Known() {
		s.Pos = position(d.Position)
	}
	s.Directives = append(s.Directives, directives(d.Directives, extension)...)
	for _, op := range d.OperationTypes {
		root := Query
		switch op.Operation {
		case ast.Mutation:
			root = Mutation
		case ast.Subscription:
			root = Subscription
		}
		// As for the reference composition, the last one counts.
		s.Roots[root] = Ref{Name: op.Type, Pos: position(op.Position), OfExtension: extension}
	}
}

func (b *builder) directiveDefinition(d *ast.DirectiveDefinition) {
	if !b.fits("a directive", d.Name, position(d.Position)) || !b.fitArguments(d.Arguments) {
		return
	}
	if previous := b.schema.DirectiveDefinition(d.Name); previous != nil {
		b.conflict("There can be only one directive named %q.", "@"+d.Name, previous.Pos, position(d.Position))
		return
	}
	seen := make(map[string]Pos, len(d.Arguments))
	for _, a := range d.Arguments {
		if previous, again := seen[a.Name]; again {
			b.conflict("Argument %q is defined more than once.", "@"+d.Name+"("+a.Name+":)", previous, position(a.Position))
		}
		seen[a.Name] = position(a.Position)
	}
	b.schema.AddDirectiveDefinition(DefinitionFromAST(d))
}

// DefinitionFromAST converts a directive definition.
func DefinitionFromAST(d *ast.DirectiveDefinition) *DirectiveDefinition {
	out := &DirectiveDefinition{
		Name: d.Name, Description: d.Description, Arguments: arguments(d.Arguments), Repeatable: d.IsRepeatable,
		Pos: position(d.Position),
	}
	for _, l := range d.Locations {
		if !out.HasLocation(l) { // of which there are few
			out.Locations = append(out.Locations, l)
		}
	}
	out.IndexArguments()
	return out
}

func (b *builder) typePart(d definitionPart) {
	pos := position(d.Position)
	if !b.fits("a type", d.Name, pos) {
		return
	}
	t := b.schema.Type(d.Name)
	switch {
	case t == nil:
		t = b.schema.AddType(&Type{Kind: d.Kind, Name: d.Name, Pos: pos})
	case !d.extension && t.HasDefinition:
		b.conflict("There can be only one type named %q.", d.Name, t.Pos, pos)
		return
	case !d.extension:
		t.Kind, t.Pos = d.Kind, pos
	}
	if d.extension {
		t.HasExtension = true
	} else {
		t.HasDefinition = true
	}
	if d.Description != "" {
		t.Description = d.Description
	}
	t.Directives = append(t.Directives, directives(d.Directives, d.extension)...)
	for _, name := range d.Interfaces {
		if !t.Implements(name) {
			t.Interfaces = append(t.Interfaces, Ref{name, pos, d.extension})
		} else {
			b.conflict("Type %s can only be listed once as an interface of "+d.Name+".", name, pos)
		}
	}
	for i, name := range d.Types {
		member := Ref{Name: name, Pos: pos, OfExtension: d.extension}
		if i < len(d.TypePositions) {
			member.Pos = position(d.TypePositions[i])
		}
		t.Members = append(t.Members, member)
	}
	for _, f := range d.Fields {
		b.field(t, f, d.extension)
	}
	for _, v := range d.EnumValues {
		if b.fits("an enum value", v.Name, position(v.Position)) && t.Value(v.Name) == nil {
			t.Values = append(t.Values, &EnumValue{
				Name: v.Name, Description: v.Description, Directives: directives(v.Directives, d.extension),
				Pos: position(v.Position), OfExtension: d.extension,
			})
		}
	}
}

func (b *builder) field(t *Type, f *ast.FieldDefinition, extension bool) {
	if !b.fits("a field", f.Name, position(f.Position)) || !b.fitArguments(f.Arguments) {
		return
	}
	if previous := t.Field(f.Name); previous != nil {
		b.conflict("Field %q is defined more than once.", t.Name+"."+f.Name, previous.Pos, position(f.Position))
		return
	}
	t.AddField(&Field{
		Name: f.Name, Description: f.Description, Type: f.Type, Arguments: arguments(f.Arguments),
		Default: f.DefaultValue, Directives: directives(f.Directives, extension), Pos: position(f.Position),
		OfExtension: extension,
	})
}

func (b *builder) fitArguments(list ast.ArgumentDefinitionList) bool {
	for _, a := range list {
		if !b.fits("an argument", a.Name, position(a.Position)) {
			return false
		}
	}
	return true
}

func arguments(list ast.ArgumentDefinitionList) []*Argument {
	if len(list) == 0 {
		return nil
	}
	out := make([]*Argument, 0, len(list))
	var known index
	for _, a := range list {
		converted := &Argument{
			Name: a.Name, Description: a.Description, Type: a.Type, Default: a.DefaultValue,
			Directives: directives(a.Directives, false), Pos: position(a.Position),
		}
		// Of arguments with the same name the last one counts, with the directives of all, as it does for the reference
		// composition.
		if i := known.find(a.Name, len(out), func(i int) string { return out[i].Name }); i >= 0 {
			converted.Directives = append(out[i].Directives, converted.Directives...)
			out[i] = converted
			continue
		}
		out = append(out, converted)
	}
	return out
}

func directives(list ast.DirectiveList, extension bool) []*Directive {
	if len(list) == 0 {
		return nil
	}
	out := make([]*Directive, 0, len(list))
	for _, d := range list {
		converted := &Directive{Name: d.Name, Pos: position(d.Position), OfExtension: extension}
		var known index
		for _, a := range d.Arguments {
			arg := Arg{a.Name, a.Value, position(a.Value.Position)}
			if i := known.find(a.Name, len(converted.Arguments), func(i int) string { return converted.Arguments[i].Name }); i >= 0 {
				converted.Arguments[i] = arg
				continue
			}
			converted.Arguments = append(converted.Arguments, arg)
		}
		out = append(out, converted)
	}
	return out
}

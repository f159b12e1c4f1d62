package syntax

import (
	"slices"

	"github.com/vektah/gqlparser/v2/ast"
)

// ParseTypeSystem parses definitions of a schema and extensions. The error is a *gqlerror.Error with a location.
func ParseTypeSystem(source *ast.Source) (*ast.SchemaDocument, error) {
	return parseTypeSystem(source, newParser(source, 0))
}

// ParseUnplaced is ParseTypeSystem for large documents: all nodes have one position, the beginning of the document, and
// directives that the caller takes out of definitions take no memory any more. The error has its true location.
func ParseUnplaced(source *ast.Source) (*ast.SchemaDocument, error) {
	p := newParser(source, 0)
	p.everywhere = &ast.Position{Line: 1, Column: 1, Src: source}
	return parseTypeSystem(source, p)
}

func parseTypeSystem(source *ast.Source, p *parser) (*ast.SchemaDocument, error) {
	doc := &ast.SchemaDocument{Position: p.here()}
	for {
		described := p.tok
		p.typeSystemDefinition(doc, described, p.description())
		if p.tok.kind == endOfFile {
			break
		}
	}
	if err := p.err(); err != nil {
		return nil, err
	}
	for _, list := range []ast.DefinitionList{doc.Definitions, doc.Extensions} {
		for _, def := range list {
			def.BuiltIn = source.BuiltIn
		}
	}
	return doc, nil
}

// typeSystemDefinition reads a definition whose description, which began at described, was read.
// https://spec.graphql.org/September2025/#TypeSystemDefinitionOrExtension
func (p *parser) typeSystemDefinition(doc *ast.SchemaDocument, described token, description string) {
	keyword := p.tok
	if keyword.kind == name {
		switch keyword.value {
		case "schema":
			doc.Schema = append(doc.Schema, p.schemaDefinition(description))
			return
		case "directive":
			doc.Directives = append(doc.Directives, p.directiveDefinition(description))
			return
		case "extend":
			if described.start != keyword.start {
				p.failAt(described, "Unexpected description: extensions have none.")
				return
			}
			p.advance()
			p.extension(doc)
			return
		}
		if def := p.typeDefinition(); def != nil {
			def.Description = description
			doc.Definitions = append(doc.Definitions, def)
			return
		}
	}
	p.unexpected(p.tok)
}

// extension reads what is extended. https://spec.graphql.org/September2025/#TypeSystemExtension
func (p *parser) extension(doc *ast.SchemaDocument) {
	if p.skipKeyword("schema") {
		s := &ast.SchemaDefinition{Position: p.here(), Directives: p.directives(true)}
		p.optional('{', '}', func() { s.OperationTypes = append(s.OperationTypes, p.operationType()) })
		if len(s.Directives) == 0 && len(s.OperationTypes) == 0 {
			p.unexpected(p.tok)
		}
		doc.SchemaExtension = append(doc.SchemaExtension, s)
		return
	}
	def := p.typeDefinition()
	if def == nil {
		p.unexpected(p.tok)
		return
	}
	if len(def.Directives)+len(def.Interfaces)+len(def.Fields)+len(def.Types)+len(def.EnumValues) == 0 {
		p.unexpected(p.tok)
	}
	doc.Extensions = append(doc.Extensions, def)
}

// schemaDefinition: https://spec.graphql.org/September2025/#SchemaDefinition
func (p *parser) schemaDefinition(description string) *ast.SchemaDefinition {
	p.advance()
	s := &ast.SchemaDefinition{Description: description, Position: p.here(), Directives: p.directives(true)}
	p.some('{', '}', func() { s.OperationTypes = append(s.OperationTypes, p.operationType()) })
	return s
}

func (p *parser) operationType() *ast.OperationTypeDefinition {
	op := &ast.OperationTypeDefinition{Position: p.here()}
	switch op.Operation = ast.Operation(p.tok.value); op.Operation {
	case ast.Query, ast.Mutation, ast.Subscription:
		p.name()
	default:
		p.unexpected(p.tok)
	}
	p.expect(':')
	op.Type = p.name()
	return op
}

var typeKinds = map[string]ast.DefinitionKind{
	"scalar": ast.Scalar, "type": ast.Object, "interface": ast.Interface, "union": ast.Union, "enum": ast.Enum,
	"input": ast.InputObject,
}

// typeDefinition reads the definition, or the extension, of a type from its keyword on; nil when none comes.
// https://spec.graphql.org/September2025/#TypeDefinition
func (p *parser) typeDefinition() *ast.Definition {
	kind, ok := typeKinds[p.tok.value]
	if !ok || p.tok.kind != name {
		return nil
	}
	p.advance()
	def := &ast.Definition{Kind: kind, Position: p.here()}
	def.Name = p.name()
	if (kind == ast.Object || kind == ast.Interface) && p.skipKeyword("implements") {
		p.delimited('&', func() { def.Interfaces = append(def.Interfaces, p.name()) })
	}
	def.Directives = p.directives(true)
	switch kind {
	case ast.Object, ast.Interface:
		p.optional('{', '}', func() { def.Fields = append(def.Fields, p.fieldDefinition()) })
	case ast.InputObject:
		p.optional('{', '}', func() { def.Fields = append(def.Fields, p.inputField()) })
	case ast.Enum:
		p.optional('{', '}', func() { def.EnumValues = append(def.EnumValues, p.enumValue()) })
	case ast.Union:
		if p.skip('=') {
			p.delimited('|', func() {
				def.TypePositions = append(def.TypePositions, p.here())
				def.Types = append(def.Types, p.name())
			})
		}
	}
	return def
}

// fieldDefinition: https://spec.graphql.org/September2025/#FieldDefinition
func (p *parser) fieldDefinition() *ast.FieldDefinition {
	f := &ast.FieldDefinition{Description: p.description(), Position: p.here(), Name: p.name()}
	f.Arguments = p.argumentDefinitions()
	p.expect(':')
	f.Type = p.typeReference()
	f.Directives = p.directives(true)
	return f
}

func (p *parser) argumentDefinitions() (out ast.ArgumentDefinitionList) {
	p.optional('(', ')', func() {
		a := &ast.ArgumentDefinition{Description: p.description(), Position: p.here(), Name: p.name()}
		a.Type, a.DefaultValue, a.Directives = p.inputValue()
		out = append(out, a)
	})
	return out
}

func (p *parser) inputField() *ast.FieldDefinition {
	f := &ast.FieldDefinition{Description: p.description(), Position: p.here(), Name: p.name()}
	f.Type, f.DefaultValue, f.Directives = p.inputValue()
	return f
}

// inputValue reads what stands behind the name of an argument or input field.
// https://spec.graphql.org/September2025/#InputValueDefinition
func (p *parser) inputValue() (t *ast.Type, defaultValue *ast.Value, directives ast.DirectiveList) {
	p.expect(':')
	t = p.typeReference()
	if p.skip('=') {
		defaultValue = p.value(true)
	}
	return t, defaultValue, p.directives(true)
}

// enumValue: https://spec.graphql.org/September2025/#EnumValueDefinition
func (p *parser) enumValue() *ast.EnumValueDefinition {
	v := &ast.EnumValueDefinition{Description: p.description(), Position: p.here()}
	if p.at("true") || p.at("false") || p.at("null") {
		p.failAt(p.tok, "Name %q is reserved and cannot be used for an enum value.", p.tok.value)
		return v
	}
	v.Name = p.name()
	v.Directives = p.directives(true)
	return v
}

// directiveDefinition: https://spec.graphql.org/September2025/#DirectiveDefinition
func (p *parser) directiveDefinition(description string) *ast.DirectiveDefinition {
	p.advance()
	p.expect('@')
	d := &ast.DirectiveDefinition{Description: description, Position: p.here(), Name: p.name()}
	d.Arguments = p.argumentDefinitions()
	d.IsRepeatable = p.skipKeyword("repeatable")
	p.expectKeyword("on")
	p.delimited('|', func() {
		location := ast.DirectiveLocation(p.tok.value)
		if p.tok.kind == name && !slices.Contains(locations, location) {
			p.unexpected(p.tok)
			return
		}
		d.Locations = append(d.Locations, location)
		p.name()
	})
	return d
}

// locations are all there are. https://spec.graphql.org/September2025/#DirectiveLocation
var locations = []ast.DirectiveLocation{
	ast.LocationQuery, ast.LocationMutation, ast.LocationSubscription, ast.LocationField, ast.LocationFragmentDefinition,
	ast.LocationFragmentSpread, ast.LocationInlineFragment, ast.LocationVariableDefinition, ast.LocationSchema,
	ast.LocationScalar, ast.LocationObject, ast.LocationFieldDefinition, ast.LocationArgumentDefinition,
	ast.LocationInterface, ast.LocationUnion, ast.LocationEnum, ast.LocationEnumValue, ast.LocationInputObject,
	ast.LocationInputFieldDefinition, ast.LocationDirectiveDefinition,
}

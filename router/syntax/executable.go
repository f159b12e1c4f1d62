package syntax

import "github.com/vektah/gqlparser/v2/ast"

// Document is a document a client sent.
type Document struct {
	*ast.QueryDocument
	// TypeSystem are the definitions in it that cannot be executed, in order: of types, directives and schemas, and
	// extensions. Validation refuses them.
	TypeSystem []Definition
}

// Definition is a definition that belongs to a schema.
type Definition struct {
	// Name is the type's or directive's name; empty for one of the schema itself.
	Name     string
	Position *ast.Position
}

// ParseExecutable parses a document with operations and fragments. It has at most maxTokens tokens, punctuators
// included and comments not; 0 means that there is no limit. The error is a *TokenLimitError or a *gqlerror.Error with
// a location.
func ParseExecutable(source *ast.Source, maxTokens int) (*Document, error) {
	p := parsers.Get().(*parser)
	defer p.release()
	p.begin(source, maxTokens)
	doc := &Document{QueryDocument: &ast.QueryDocument{Position: p.here()}}
	for {
		p.definition(doc)
		if p.tok.kind == endOfFile {
			break
		}
	}
	if err := p.err(); err != nil {
		return nil, err
	}
	return doc, nil
}

// definition reads a definition of any kind. https://spec.graphql.org/September2025/#Definition
func (p *parser) definition(doc *Document) {
	if p.tok.kind == '{' {
		doc.Operations = append(doc.Operations, &ast.OperationDefinition{
			Operation: ast.Query, Position: p.here(), SelectionSet: p.selectionSet(),
		})
		return
	}
	described := p.tok
	description := p.description()
	if p.tok.kind == name {
		switch p.tok.value {
		case "query", "mutation", "subscription":
			doc.Operations = append(doc.Operations, p.operation(description))
			return
		case "fragment":
			doc.Fragments = append(doc.Fragments, p.fragmentDefinition(description))
			return
		case "schema", "scalar", "type", "interface", "union", "enum", "input", "directive", "extend":
			schema := &ast.SchemaDocument{}
			pos := p.here()
			p.typeSystemDefinition(schema, described, description)
			doc.TypeSystem = append(doc.TypeSystem, Definition{Name: definedName(schema), Position: pos})
			return
		}
	}
	if described.kind == stringValue || described.kind == blockString {
		p.failAt(described, "Unexpected description: only definitions have one that are more than a selection set.")
		return
	}
	p.unexpected(p.tok)
}

// definedName is the name of the one definition a document has.
func definedName(doc *ast.SchemaDocument) string {
	for _, list := range []ast.DefinitionList{doc.Definitions, doc.Extensions} {
		if len(list) > 0 {
			return list[0].Name
		}
	}
	if len(doc.Directives) > 0 {
		return "@" + doc.Directives[0].Name
	}
	return ""
}

// operation reads an operation. https://spec.graphql.org/September2025/#OperationDefinition
func (p *parser) operation(description string) *ast.OperationDefinition {
	op := &ast.OperationDefinition{Description: description, Position: p.here(), Operation: ast.Operation(p.tok.value)}
	p.advance()
	if p.tok.kind == name {
		op.Name = p.name()
	}
	p.optional('(', ')', func() {
		op.VariableDefinitions = append(op.VariableDefinitions, p.variableDefinition())
	})
	op.Directives = p.directives(false)
	op.SelectionSet = p.selectionSet()
	return op
}

// variableDefinition reads the declaration of a variable. https://spec.graphql.org/September2025/#VariableDefinition
func (p *parser) variableDefinition() *ast.VariableDefinition {
	v := &ast.VariableDefinition{Description: p.description(), Position: p.here(), Variable: p.variable()}
	p.expect(':')
	v.Type = p.typeReference()
	if p.skip('=') {
		v.DefaultValue = p.value(true)
	}
	v.Directives = p.directives(true)
	return v
}

// selectionSet reads a selection set. https://spec.graphql.org/September2025/#SelectionSet
func (p *parser) selectionSet() ast.SelectionSet {
	if !p.nest() {
		return nil
	}
	length := len(p.selections.stack)
	p.some('{', '}', func() {
		p.selections.stack = append(p.selections.stack, p.selection())
	})
	p.depth--
	return p.selections.from(length)
}

func (p *parser) selection() ast.Selection {
	if p.tok.kind == spread {
		return p.fragment()
	}
	f := p.fields.new()
	f.Position = p.here()
	f.Alias = p.name()
	f.Name = f.Alias
	if p.skip(':') {
		f.Name = p.name()
	}
	f.Arguments = p.argumentList(false)
	f.Directives = p.directives(false)
	if p.tok.kind == '{' {
		f.SelectionSet = p.selectionSet()
	}
	return f
}

// fragment reads a fragment spread or an inline fragment. https://spec.graphql.org/September2025/#FragmentSpread
func (p *parser) fragment() ast.Selection {
	pos := p.here()
	p.advance()
	condition := p.skipKeyword("on")
	if !condition && p.tok.kind == name {
		return &ast.FragmentSpread{Position: pos, Name: p.name(), Directives: p.directives(false)}
	}
	f := &ast.InlineFragment{Position: pos}
	if condition {
		f.TypeCondition = p.name()
	}
	f.Directives = p.directives(false)
	f.SelectionSet = p.selectionSet()
	return f
}

// fragmentDefinition reads a fragment. https://spec.graphql.org/September2025/#FragmentDefinition
func (p *parser) fragmentDefinition(description string) *ast.FragmentDefinition {
	f := &ast.FragmentDefinition{Description: description, Position: p.here()}
	p.advance()
	if p.at("on") {
		p.unexpected(p.tok)
		return f
	}
	f.Name = p.name()
	p.expectKeyword("on")
	f.TypeCondition = p.name()
	f.Directives = p.directives(false)
	f.SelectionSet = p.selectionSet()
	return f
}

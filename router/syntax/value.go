package syntax

import "github.com/vektah/gqlparser/v2/ast"

// value reads a value; one that is constant has no variables in it.
// https://spec.graphql.org/September2025/#Value
func (p *parser) value(constant bool) *ast.Value {
	v := p.values.new()
	v.Position = p.here()
	switch p.tok.kind {
	case '[':
		v.Kind = ast.ListValue
		v.Children = p.listValue(constant)
		return v
	case '{':
		v.Kind = ast.ObjectValue
		v.Children = p.objectValue(constant)
		return v
	case '$':
		if constant {
			dollar := p.tok
			p.advance()
			p.failAt(dollar, "Unexpected variable \"$%s\" in constant value.", p.tok.value)
			return v
		}
		v.Kind, v.Raw = ast.Variable, p.variable()
		return v
	case intValue:
		v.Kind = ast.IntValue
	case floatValue:
		v.Kind = ast.FloatValue
	case stringValue:
		v.Kind = ast.StringValue
	case blockString:
		v.Kind = ast.BlockValue
	case name:
		switch p.tok.value {
		case "true", "false":
			v.Kind = ast.BooleanValue
		case "null":
			v.Kind = ast.NullValue
		default:
			v.Kind = ast.EnumValue
		}
	default:
		p.unexpected(p.tok)
		return v
	}
	v.Raw = p.tok.value
	p.advance()
	return v
}

func (p *parser) listValue(constant bool) ast.ChildValueList {
	if !p.nest() {
		return nil
	}
	length := len(p.child.stack)
	p.items('[', ']', func() {
		c := p.children.new()
		c.Value = p.value(constant)
		p.child.stack = append(p.child.stack, c)
	})
	p.depth--
	return p.child.from(length)
}

func (p *parser) objectValue(constant bool) ast.ChildValueList {
	if !p.nest() {
		return nil
	}
	length := len(p.child.stack)
	p.items('{', '}', func() {
		c := p.children.new()
		c.Position = p.here()
		c.Name = p.name()
		p.expect(':')
		c.Value = p.value(constant)
		p.child.stack = append(p.child.stack, c)
	})
	p.depth--
	return p.child.from(length)
}

// variable reads a variable and returns its name. https://spec.graphql.org/September2025/#Variable
func (p *parser) variable() string {
	p.expect('$')
	return p.name()
}

// directives reads the directives that come next. https://spec.graphql.org/September2025/#Directives
func (p *parser) directives(constant bool) ast.DirectiveList {
	if p.tok.kind != '@' {
		return nil
	}
	if p.everywhere != nil {
		p.values, p.applied = p.applied, p.values
		defer func() { p.values, p.applied = p.applied, p.values }()
	}
	length := len(p.directive.stack)
	for p.tok.kind == '@' {
		d := &ast.Directive{Position: p.here()}
		p.advance()
		d.Name = p.name()
		d.Arguments = p.argumentList(constant)
		p.directive.stack = append(p.directive.stack, d)
	}
	return p.directive.from(length)
}

// argumentList reads arguments, if there are any. https://spec.graphql.org/September2025/#Arguments
func (p *parser) argumentList(constant bool) ast.ArgumentList {
	if p.tok.kind != '(' {
		return nil
	}
	length := len(p.argument.stack)
	p.some('(', ')', func() {
		a := p.arguments.new()
		a.Position = p.here()
		a.Name = p.name()
		p.expect(':')
		a.Value = p.value(constant)
		p.argument.stack = append(p.argument.stack, a)
	})
	return p.argument.from(length)
}

// typeReference reads a type. https://spec.graphql.org/September2025/#Type
func (p *parser) typeReference() *ast.Type {
	t := p.types.new()
	t.Position = p.here()
	if p.skip('[') {
		if !p.nest() {
			return t
		}
		t.Elem = p.typeReference()
		p.depth--
		p.expect(']')
	} else {
		t.NamedType = p.name()
	}
	t.NonNull = p.skip('!')
	return t
}

// description reads a description, if there is one. https://spec.graphql.org/September2025/#Description
func (p *parser) description() string {
	if !p.atDescription() {
		return ""
	}
	text := p.tok.value
	p.advance()
	return text
}

func (p *parser) atDescription() bool { return p.tok.kind == stringValue || p.tok.kind == blockString }

package validation

import "github.com/vektah/gqlparser/v2/ast"

// walk goes through a part with the type each selection and value stands in. A type is nil where there is a mistake
// further out: what can be said without it is still checked.
func (c *checker) walk(p *executable) {
	c.at = p
	if f := p.fragment; f != nil {
		f.Definition = c.typeCondition(f.TypeCondition, f.Position)
		c.directives(f.Directives, ast.LocationFragmentDefinition)
		c.selectionSet(composite(f.Definition), f.SelectionSet)
		return
	}
	op := p.operation
	root, location := c.root(op)
	c.uniqueVariableNames(op)
	for _, v := range op.VariableDefinitions {
		c.variableDefinition(v)
	}
	c.directives(op.Directives, location)
	c.selectionSet(root, op.SelectionSet)
	c.singleFieldSubscriptions(op, root)
}

func (c *checker) root(op *ast.OperationDefinition) (root *ast.Definition, location ast.DirectiveLocation) {
	switch op.Operation {
	case ast.Mutation:
		root, location = c.schema.Mutation, ast.LocationMutation
	case ast.Subscription:
		root, location = c.schema.Subscription, ast.LocationSubscription
	default:
		root, location = c.schema.Query, ast.LocationQuery
	}
	c.knownRootType(op, root)
	return root, location
}

func (c *checker) variableDefinition(v *ast.VariableDefinition) {
	v.Definition = c.schema.Types[v.Type.Name()]
	c.knownTypeNames(v.Definition, v.Type.Name(), v.Type.Position)
	c.variablesAreInputTypes(v)
	if v.DefaultValue != nil {
		t := v.Type
		if v.Definition == nil || !v.Definition.IsInputType() {
			t = nil
		}
		c.value(v.DefaultValue, valuePosition{expected: t})
	}
	c.directives(v.Directives, ast.LocationVariableDefinition)
}

// typeCondition returns the type of a fragment; nil when there is none of the name.
func (c *checker) typeCondition(name string, at *ast.Position) *ast.Definition {
	t := c.schema.Types[name]
	c.knownTypeNames(t, name, at)
	c.fragmentsOnCompositeTypes(t, name, at)
	return t
}

// composite returns the type if it can have a selection.
func composite(t *ast.Definition) *ast.Definition {
	if t == nil || !t.IsCompositeType() {
		return nil
	}
	return t
}

func (c *checker) selectionSet(parent *ast.Definition, set ast.SelectionSet) {
	for _, sel := range set {
		switch sel := sel.(type) {
		case *ast.Field:
			c.field(parent, sel)
		case *ast.InlineFragment:
			sel.ObjectDefinition = parent
			t := parent
			if sel.TypeCondition != "" {
				t = composite(c.typeCondition(sel.TypeCondition, sel.Position))
				c.possibleFragmentSpreads(parent, t, "", sel.Position)
			}
			c.directives(sel.Directives, ast.LocationInlineFragment)
			c.deferred(t, sel.Directives)
			c.selectionSet(t, sel.SelectionSet)
		case *ast.FragmentSpread:
			c.spread(parent, sel)
		}
	}
}

func (c *checker) spread(parent *ast.Definition, s *ast.FragmentSpread) {
	c.at.spreads = append(c.at.spreads, s)
	s.ObjectDefinition = parent
	if p := c.knownFragmentNames(s); p != nil {
		s.Definition = p.fragment
		t := composite(c.schema.Types[p.fragment.TypeCondition])
		c.possibleFragmentSpreads(parent, t, s.Name, s.Position)
	}
	c.directives(s.Directives, ast.LocationFragmentSpread)
	c.deferred(parent, s.Directives)
}

// typename is the field every composite type has.
var typename = &ast.FieldDefinition{Name: "__typename", Type: ast.NonNullNamedType("String", nil)}

// fieldDefinition finds a field, those of introspection included.
func fieldDefinition(parent *ast.Definition, name string) *ast.FieldDefinition {
	switch {
	case parent == nil:
		return nil
	case name == typename.Name:
		return typename
	case parent.Kind == ast.Union:
		return nil
	}
	return parent.Fields.ForName(name)
}

func (c *checker) field(parent *ast.Definition, f *ast.Field) {
	def := fieldDefinition(parent, f.Name)
	f.Definition, f.ObjectDefinition = def, parent
	var named *ast.Definition
	if def != nil {
		named = c.schema.Types[def.Type.Name()]
		c.scalarLeafs(f, def, named)
	} else if parent != nil {
		c.fieldsOnCorrectType(parent, f)
	}
	if len(f.Arguments) > 0 {
		var defs ast.ArgumentDefinitionList
		if def != nil {
			defs = def.Arguments
		}
		for _, a := range f.Arguments {
			argument := defs.ForName(a.Name)
			if argument == nil && def != nil {
				c.knownArgumentNames(parent, def, a)
			}
			c.argument(argument, a)
		}
		c.uniqueArgumentNames(f.Arguments)
	}
	if def != nil {
		c.requiredArguments(f, def)
	}
	if len(f.Directives) > 0 {
		c.directives(f.Directives, ast.LocationField)
	}
	if f.Name == "__schema" || f.Name == "__type" {
		c.maxIntrospectionDepth(f)
	}
	if len(f.SelectionSet) > 0 {
		c.selectionSet(composite(named), f.SelectionSet)
	}
}

func (c *checker) directives(list ast.DirectiveList, location ast.DirectiveLocation) {
	if len(list) == 0 {
		return
	}
	for _, d := range list {
		d.Definition, d.Location = c.schema.Directives[d.Name], location
		c.knownDirectives(d)
		var defs ast.ArgumentDefinitionList
		if d.Definition != nil {
			defs = d.Definition.Arguments
			c.requiredDirectiveArguments(d)
		}
		for _, a := range d.Arguments {
			argument := defs.ForName(a.Name)
			if argument == nil && d.Definition != nil {
				c.knownArgumentNamesOnDirectives(d, a)
			}
			c.argument(argument, a)
		}
		c.uniqueArgumentNames(d.Arguments)
	}
	c.uniqueDirectivesPerLocation(list)
}

func (c *checker) argument(def *ast.ArgumentDefinition, a *ast.Argument) {
	if def == nil {
		c.value(a.Value, valuePosition{})
		return
	}
	c.value(a.Value, valuePosition{expected: def.Type, defaulted: def.DefaultValue != nil})
}

// valuePosition is where a value stands.
type valuePosition struct {
	// expected is its type; nil when it has none.
	expected  *ast.Type
	defaulted bool
	// oneOf is the input object it is a field of, if that is @oneOf.
	oneOf *ast.Definition
	// judged says that it is part of a value that was found right or wrong as a whole.
	judged bool
}

func (c *checker) value(v *ast.Value, at valuePosition) {
	if at.expected != nil {
		v.Definition = c.schema.Types[at.expected.Name()]
	}
	switch v.Kind {
	case ast.Variable:
		u := usage{variable: v, expected: at.expected, defaulted: at.defaulted, oneOf: at.oneOf}
		c.at.usages = append(c.at.usages, u)
	case ast.ListValue:
		items := valuePosition{judged: at.judged, expected: at.expected}
		switch {
		case at.expected == nil:
			items.judged = true
		case at.expected.Elem != nil:
			items.expected = at.expected.Elem
		default:
			c.valuesOfCorrectType(v, at)
			items.judged, items.expected = true, nullable(at.expected)
		}
		for _, child := range v.Children {
			c.value(child.Value, items)
		}
	case ast.ObjectValue:
		c.object(v, at)
	default:
		c.valuesOfCorrectType(v, at)
	}
}

func (c *checker) object(v *ast.Value, at valuePosition) {
	c.uniqueInputFieldNames(v)
	def := v.Definition
	if def == nil || def.Kind != ast.InputObject {
		c.valuesOfCorrectType(v, at)
		for _, child := range v.Children {
			c.value(child.Value, valuePosition{judged: true})
		}
		return
	}
	fields := valuePosition{judged: at.judged}
	if def.Directives.ForName("oneOf") != nil {
		fields.oneOf = def
	}
	if !at.judged {
		c.inputObject(v, def, fields.oneOf != nil)
	}
	for _, child := range v.Children {
		f := def.Fields.ForName(child.Name)
		fields.expected, fields.defaulted = nil, false
		if f != nil {
			fields.expected, fields.defaulted = f.Type, f.DefaultValue != nil
		} else if !at.judged {
			c.knownInputField(def, child)
		}
		c.value(child.Value, fields)
	}
}

func nullable(t *ast.Type) *ast.Type {
	if !t.NonNull {
		return t
	}
	n := *t
	n.NonNull = false
	return &n
}

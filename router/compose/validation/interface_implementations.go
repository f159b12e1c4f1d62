package validation

import (
	"github.com/vektah/gqlparser/v2/ast"

	"github.com/weft-graphql/weft/router/compose/schema"
)

// interfaceImplementations: a type that implements an interface has its fields, with covariant types, the same
// arguments and no further required ones, and also implements the interfaces the interface implements.
// https://spec.graphql.org/October2021/#IsValidImplementation()
func interfaceImplementations(c *checker) {
	for _, t := range c.schema.Types() {
		for _, ref := range t.Interfaces {
			i := c.schema.Type(ref.Name)
			switch {
			case i == nil && !builtinScalars[ref.Name]:
				continue
			case i == nil || i.Kind != ast.Interface:
				c.report(ref.Pos, "Type %s cannot implement %s, which is not an interface.", t.Name, ref.Name)
			case i == t:
				c.report(ref.Pos, "Interface %s cannot implement itself.", t.Name)
			default:
				c.transitiveInterfaces(t, i, ref.Pos)
				c.implementation(t, i)
			}
		}
	}
}

func (c *checker) transitiveInterfaces(t, i *schema.Type, pos schema.Pos) {
	for _, inherited := range i.Interfaces {
		switch {
		case inherited.Name == t.Name:
			c.report(pos, "Type %s cannot implement %s, which implements %s.", t.Name, i.Name, t.Name)
		case !t.Implements(inherited.Name):
			c.report(pos, "Type %s must also implement %s, because its interface %s does.", t.Name, inherited.Name, i.Name)
		}
	}
}

func (c *checker) implementation(t, i *schema.Type) {
	for _, expected := range i.Fields() {
		f := t.Field(expected.Name)
		if f == nil {
			c.report(t.Pos, "Type %s lacks field %s of its interface %s.", t.Name, expected.Name, i.Name)
			continue
		}
		if !IsSubtype(c.schema, f.Type, expected.Type) {
			c.report(
				f.Pos,
				"Field %s has type %s, which is not a subtype of %s, the type of %s.",
				f.Coordinate(),
				f.Type,
				expected.Type,
				expected.Coordinate(),
			)
		}
		for _, a := range expected.Arguments {
			own := f.Argument(a.Name)
			switch {
			case own == nil:
				c.report(f.Pos, "Field %s lacks argument %s of %s.", f.Coordinate(), a.Name, expected.Coordinate())
			case !schema.EqualTypes(own.Type, a.Type):
				c.report(
					own.Pos,
					"Argument %s(%s:) has type %s, but that of %s has type %s.",
					f.Coordinate(),
					a.Name,
					own.Type,
					expected.Coordinate(),
					a.Type,
				)
			}
		}
		for _, own := range f.Arguments {
			if own.Required() && expected.Argument(own.Name) == nil {
				c.report(
					own.Pos,
					"Argument %s(%s:) cannot be required, because %s does not have it.",
					f.Coordinate(),
					own.Name,
					expected.Coordinate(),
				)
			}
		}
	}
}

// IsSubtype reports whether a field of type sub may implement a field of type super.
// https://spec.graphql.org/October2021/#IsValidImplementationFieldType()
func IsSubtype(s *schema.Schema, sub, super *ast.Type) bool {
	if super.NonNull && !sub.NonNull {
		return false
	}
	if super.Elem != nil || sub.Elem != nil {
		return super.Elem != nil && sub.Elem != nil && IsSubtype(s, sub.Elem, super.Elem)
	}
	if sub.NamedType == super.NamedType {
		return true
	}
	t, parent := s.Type(sub.NamedType), s.Type(super.NamedType)
	if t == nil || parent == nil {
		return false
	}
	return parent.Kind == ast.Interface && t.Implements(parent.Name) ||
		parent.Kind == ast.Union && parent.HasMember(t.Name)
}

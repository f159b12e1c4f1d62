package validation

import (
	"math"
	"slices"
	"strconv"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/weft-graphql/weft/router/compose/schema"
)

// valuesOfCorrectType: default values and directive arguments fit the types they are for.
// https://spec.graphql.org/October2021/#sec-Values-of-Correct-Type
func valuesOfCorrectType(c *checker) {
	c.elements(func(e element) {
		for _, d := range e.directives {
			definition := c.schema.DirectiveDefinition(d.Name)
			if definition == nil {
				continue
			}
			for _, given := range d.Arguments {
				a := definition.Argument(given.Name)
				if a != nil && !ValidValue(c.schema, given.Value, a.Type) {
					c.report(
						d.Pos,
						"Argument %q of @%s on %s must be a %s, not %s.",
						a.Name,
						d.Name,
						e.coordinate,
						a.Type,
						schema.PrintValue(given.Value),
					)
				}
			}
		}
	})
	check := func(v *ast.Value, t *ast.Type, pos schema.Pos, coordinate string) {
		if v != nil && !(ValidValue(c.schema, v, t) && nullsAreAllowed(c.schema, v, t)) {
			c.report(pos, "Default value %s of %s is not a valid %s.", schema.PrintValue(v), coordinate, t)
		}
	}
	for _, d := range c.schema.DirectiveDefinitions() {
		for _, a := range d.Arguments {
			check(a.Default, a.Type, a.Pos, "@"+d.Name+"("+a.Name+":)")
		}
	}
	for _, t := range c.schema.Types() {
		for _, f := range t.Fields() {
			check(f.Default, f.Type, f.Pos, f.Coordinate())
			for _, a := range f.Arguments {
				check(a.Default, a.Type, a.Pos, f.Coordinate()+"("+a.Name+":)")
			}
		}
	}
}

// ValidValue reports whether a literal fits a type. Custom scalars, and types that are not defined, take anything. It
// is as lenient as the reference composition is: names stand for strings and strings for enum values, integers may be
// large or written with a fraction of zero, and input objects may lack required fields.
// https://spec.graphql.org/October2021/#sec-Values-of-Correct-Type
func ValidValue(s *schema.Schema, v *ast.Value, t *ast.Type) bool {
	if v.Kind == ast.NullValue {
		return !t.NonNull || isCustomScalar(s, t.NamedType)
	}
	if v.Kind == ast.Variable {
		return false
	}
	if t.Elem != nil {
		if v.Kind != ast.ListValue {
			return ValidValue(s, v, t.Elem)
		}
		for _, c := range v.Children {
			if !ValidValue(s, c.Value, t.Elem) {
				return false
			}
		}
		return true
	}
	definition := s.Type(t.NamedType)
	if definition == nil || definition.Kind == ast.Scalar {
		return validScalar(v, t.NamedType)
	}
	switch definition.Kind {
	case ast.Enum:
		// A quoted enum value is wrong by the letter, but widely written and harmless: Normalize unquotes it.
		return (v.Kind == ast.EnumValue || isQuoted(v)) && definition.Value(v.Raw) != nil
	case ast.InputObject:
		return validObject(s, v, definition)
	default:
		return true
	}
}

// nullsAreAllowed reports whether a value that fits a type has null only where the type allows it, custom scalars
// included.
func nullsAreAllowed(s *schema.Schema, v *ast.Value, t *ast.Type) bool {
	switch v.Kind {
	case ast.NullValue:
		return !t.NonNull
	case ast.ListValue:
		if t.Elem == nil {
			return true
		}
		return !slices.ContainsFunc(v.Children, func(c *ast.ChildValue) bool { return !nullsAreAllowed(s, c.Value, t.Elem) })
	case ast.ObjectValue:
		definition := s.Type(t.Name())
		if definition == nil || definition.Kind != ast.InputObject {
			return true
		}
		return !slices.ContainsFunc(v.Children, func(c *ast.ChildValue) bool {
			f := definition.Field(c.Name)
			return f != nil && !nullsAreAllowed(s, c.Value, f.Type)
		})
	}
	return true
}

func isCustomScalar(s *schema.Schema, name string) bool {
	t := s.Type(name)
	return t != nil && t.Kind == ast.Scalar && !builtinScalars[name]
}

func isQuoted(v *ast.Value) bool { return v.Kind == ast.StringValue || v.Kind == ast.BlockValue }

func validScalar(v *ast.Value, name string) bool {
	switch name {
	case "Int":
		n, err := strconv.ParseFloat(v.Raw, 64)
		return (v.Kind == ast.IntValue || v.Kind == ast.FloatValue) && err == nil && n == math.Trunc(n)
	case "Float":
		_, err := strconv.ParseFloat(v.Raw, 64) // which does not take numbers too large to be any but infinite
		return (v.Kind == ast.IntValue || v.Kind == ast.FloatValue) && err == nil
	case "String":
		return isQuoted(v) || v.Kind == ast.EnumValue
	case "Boolean":
		return v.Kind == ast.BooleanValue
	case "ID":
		return isQuoted(v) || v.Kind == ast.IntValue || v.Kind == ast.EnumValue
	default:
		return true
	}
}

func validObject(s *schema.Schema, v *ast.Value, t *schema.Type) bool {
	if v.Kind != ast.ObjectValue {
		return false
	}
	seen := make(map[string]bool, len(v.Children))
	for _, c := range v.Children {
		f := t.Field(c.Name)
		if f == nil || seen[c.Name] || !ValidValue(s, c.Value, f.Type) {
			return false
		}
		seen[c.Name] = true
	}
	return true
}

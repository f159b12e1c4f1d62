package validation

import (
	"slices"
	"strconv"

	"github.com/vektah/gqlparser/v2/ast"
)

const valuesOfCorrectType = "ValuesOfCorrectType"

// valuesOfCorrectType: a literal can be coerced to the type of its place. Lists, and input objects where one belongs,
// are checked part by part.
// https://spec.graphql.org/September2025/#sec-Values-of-Correct-Type
func (c *checker) valuesOfCorrectType(v *ast.Value, at valuePosition) {
	if at.expected == nil || at.judged {
		return
	}
	if v.Kind == ast.NullValue {
		if at.expected.NonNull {
			c.report(valuesOfCorrectType, v.Position, "Expected value of type %q, found null.", at.expected)
		}
		return
	}
	switch def := v.Definition; {
	case def == nil:
	case def.Kind == ast.InputObject:
		c.report(valuesOfCorrectType, v.Position, "Expected value of type %q, found %s.", at.expected, v)
	case def.Kind == ast.Enum:
		c.enumValue(v, def)
	default:
		c.scalarValue(v, def.Name)
	}
}

func (c *checker) enumValue(v *ast.Value, def *ast.Definition) {
	if v.Kind == ast.EnumValue && def.EnumValues.ForName(v.Raw) != nil {
		return
	}
	suggestion := c.suggest(v.Raw, func(yield func(string)) {
		for _, e := range def.EnumValues {
			yield(e.Name)
		}
	})
	if v.Kind == ast.EnumValue {
		c.report(valuesOfCorrectType, v.Position, "Value %q does not exist in %q enum.%s", v.Raw, def.Name, suggestion)
		return
	}
	c.report(valuesOfCorrectType, v.Position, "Enum %q cannot represent non-enum value: %s.%s", def.Name, v, suggestion)
}

// scalarValue checks a literal of one of the built-in scalars; others take any.
// https://spec.graphql.org/September2025/#sec-Scalars.Built-in-Scalars
func (c *checker) scalarValue(v *ast.Value, name string) {
	ok, why := true, ""
	switch name {
	case "Int":
		if ok, why = v.Kind == ast.IntValue, "Int cannot represent non-integer value"; ok {
			_, err := strconv.ParseInt(v.Raw, 10, 32)
			ok, why = err == nil, "Int cannot represent non 32-bit signed integer value"
		}
	case "Float":
		if ok, why = v.Kind == ast.IntValue || v.Kind == ast.FloatValue, "Float cannot represent non numeric value"; ok {
			_, err := strconv.ParseFloat(v.Raw, 64)
			ok, why = err == nil, "Float cannot represent a value beyond the finite ones of 64 bits"
		}
	case "String":
		ok, why = v.Kind == ast.StringValue || v.Kind == ast.BlockValue, "String cannot represent a non string value"
	case "Boolean":
		ok, why = v.Kind == ast.BooleanValue, "Boolean cannot represent a non boolean value"
	case "ID":
		ok = v.Kind == ast.StringValue || v.Kind == ast.BlockValue || v.Kind == ast.IntValue
		why = "ID cannot represent a non-string and non-integer value"
	}
	if !ok {
		c.report(valuesOfCorrectType, v.Position, "%s: %s", why, v)
	}
}

// inputObject checks that an input object has the fields it needs, and if it is @oneOf, that it has one, which is not
// null. https://spec.graphql.org/September2025/#sec-Input-Object-Required-Fields
func (c *checker) inputObject(v *ast.Value, def *ast.Definition, oneOf bool) {
	for _, f := range def.Fields {
		if f.Type.NonNull && f.DefaultValue == nil && v.Children.ForName(f.Name) == nil {
			c.report(valuesOfCorrectType, v.Position,
				"Field \"%s.%s\" of required type %q was not provided.", def.Name, f.Name, f.Type)
		}
	}
	if !oneOf {
		return
	}
	others := func(child *ast.ChildValue) bool { return child.Name != v.Children[0].Name }
	switch {
	case len(v.Children) == 0 || slices.ContainsFunc(v.Children, others):
		c.report(valuesOfCorrectType, v.Position, "OneOf Input Object %q must specify exactly one key.", def.Name)
	case v.Children[len(v.Children)-1].Value.Kind == ast.NullValue:
		c.report(valuesOfCorrectType, v.Position, "Field \"%s.%s\" must be non-null.", def.Name, v.Children[0].Name)
	}
}

// knownInputField reports a field an input object does not have.
// https://spec.graphql.org/September2025/#sec-Input-Object-Field-Names
func (c *checker) knownInputField(def *ast.Definition, child *ast.ChildValue) {
	suggestion := c.suggest(child.Name, func(yield func(string)) {
		for _, f := range def.Fields {
			yield(f.Name)
		}
	})
	c.report(
		valuesOfCorrectType,
		child.Position,
		"Field %q is not defined by type %q.%s",
		child.Name,
		def.Name,
		suggestion,
	)
}

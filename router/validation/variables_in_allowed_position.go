package validation

import "github.com/vektah/gqlparser/v2/ast"

const allowedPosition = "VariablesInAllowedPosition"

// variablesInAllowedPosition: whatever value a variable has, it fits where the variable is used.
// https://spec.graphql.org/September2025/#sec-All-Variable-Usages-Are-Allowed
func (c *checker) variablesInAllowedPosition(v *ast.VariableDefinition, u *usage) {
	if u.expected == nil || v.Definition == nil {
		return
	}
	if !allowed(v, u) {
		c.report(allowedPosition, u.variable.Position,
			"Variable \"$%s\" of type %q used in position expecting type %q.", v.Variable, v.Type, u.expected)
	}
	if u.oneOf != nil && !v.Type.NonNull {
		c.report(allowedPosition, u.variable.Position,
			"Variable \"$%s\" is of type %q but must be non-nullable to be used for OneOf Input Object %q.",
			v.Variable, v.Type, u.oneOf.Name)
	}
}

// allowed is IsVariableUsageAllowed of the specification: a nullable variable may stand in a non-null place if it, or
// the place, has a default value for when it is not given.
func allowed(v *ast.VariableDefinition, u *usage) bool {
	if u.expected.NonNull && !v.Type.NonNull {
		if !u.defaulted && (v.DefaultValue == nil || v.DefaultValue.Kind == ast.NullValue) {
			return false
		}
		return subtype(v.Type, nullable(u.expected))
	}
	return subtype(v.Type, u.expected)
}

// subtype tells whether every value of an input type is one of another.
func subtype(t, of *ast.Type) bool {
	if of.NonNull && !t.NonNull {
		return false
	}
	if t.Elem == nil || of.Elem == nil {
		return t.Elem == nil && of.Elem == nil && t.NamedType == of.NamedType
	}
	return subtype(t.Elem, of.Elem)
}

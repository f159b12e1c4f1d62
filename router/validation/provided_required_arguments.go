package validation

import "github.com/vektah/gqlparser/v2/ast"

// requiredArguments and requiredDirectiveArguments are the rule ProvidedRequiredArguments: arguments of non-null types
// without a default value are given.
// https://spec.graphql.org/September2025/#sec-Required-Arguments
func (c *checker) requiredArguments(f *ast.Field, def *ast.FieldDefinition) {
	for _, a := range def.Arguments {
		if a.Type.NonNull && a.DefaultValue == nil && f.Arguments.ForName(a.Name) == nil {
			c.report("ProvidedRequiredArguments", f.Position,
				"Field %q argument %q of type %q is required, but it was not provided.", f.Name, a.Name, a.Type)
		}
	}
}

func (c *checker) requiredDirectiveArguments(d *ast.Directive) {
	for _, a := range d.Definition.Arguments {
		if a.Type.NonNull && a.DefaultValue == nil && d.Arguments.ForName(a.Name) == nil {
			c.report("ProvidedRequiredArguments", d.Position,
				"Directive \"@%s\" argument %q of type %q is required, but it was not provided.", d.Name, a.Name, a.Type)
		}
	}
}

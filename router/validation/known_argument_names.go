package validation

import "github.com/vektah/gqlparser/v2/ast"

// knownArgumentNames: fields and directives are given arguments they define.
// https://spec.graphql.org/September2025/#sec-Argument-Names
func (c *checker) knownArgumentNames(parent *ast.Definition, def *ast.FieldDefinition, a *ast.Argument) {
	suggestion := c.suggestArgument(a.Name, def.Arguments)
	c.report(argumentNames, a.Position,
		"Unknown argument %q on field \"%s.%s\".%s", a.Name, parent.Name, def.Name, suggestion)
}

func (c *checker) knownArgumentNamesOnDirectives(d *ast.Directive, a *ast.Argument) {
	suggestion := c.suggestArgument(a.Name, d.Definition.Arguments)
	c.report(argumentNames, a.Position, "Unknown argument %q on directive \"@%s\".%s", a.Name, d.Name, suggestion)
}

const argumentNames = "KnownArgumentNames"

func (c *checker) suggestArgument(name string, defs ast.ArgumentDefinitionList) string {
	return c.suggest(name, func(yield func(string)) {
		for _, a := range defs {
			yield(a.Name)
		}
	})
}

package validation

import "github.com/vektah/gqlparser/v2/ast"

// knownTypeNames: every type that is named is one of the schema's.
// https://spec.graphql.org/September2025/#sec-Fragment-Spread-Type-Existence
func (c *checker) knownTypeNames(t *ast.Definition, name string, at *ast.Position) {
	if t != nil {
		return
	}
	suggestion := c.suggest(name, func(yield func(string)) {
		for known := range c.schema.Types {
			yield(known)
		}
	})
	c.report("KnownTypeNames", at, "Unknown type %q.%s", name, suggestion)
}

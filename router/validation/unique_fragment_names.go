package validation

import "github.com/vektah/gqlparser/v2/ast"

// uniqueFragmentNames: every fragment has a name of its own.
// https://spec.graphql.org/September2025/#sec-Fragment-Name-Uniqueness
func (c *checker) uniqueFragmentNames(f *ast.FragmentDefinition) {
	if c.fragments[f.Name] != nil {
		c.report("UniqueFragmentNames", f.Position, "There can be only one fragment named %q.", f.Name)
	}
}

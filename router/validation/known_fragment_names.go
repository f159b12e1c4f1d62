package validation

import "github.com/vektah/gqlparser/v2/ast"

// knownFragmentNames: every fragment that is spread is defined. It returns the fragment.
// https://spec.graphql.org/September2025/#sec-Fragment-Spread-Target-Defined
func (c *checker) knownFragmentNames(s *ast.FragmentSpread) *executable {
	p := c.fragments[s.Name]
	if p == nil {
		c.report("KnownFragmentNames", s.Position, "Unknown fragment %q.", s.Name)
	}
	return p
}

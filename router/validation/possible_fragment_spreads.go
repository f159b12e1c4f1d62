package validation

import (
	"slices"

	"github.com/vektah/gqlparser/v2/ast"
)

// possibleFragmentSpreads: fragments are spread where an object can have their type. name is empty for an inline
// fragment.
// https://spec.graphql.org/September2025/#sec-Fragment-Spread-Is-Possible
func (c *checker) possibleFragmentSpreads(parent, t *ast.Definition, name string, at *ast.Position) {
	if parent == nil || t == nil || c.overlap(parent, t) {
		return
	}
	fragment := "Fragment"
	if name != "" {
		fragment += " \"" + name + "\""
	}
	c.report("PossibleFragmentSpreads", at, "%s cannot be spread here as objects of type %q can never be of type %q.",
		fragment, parent.Name, t.Name)
}

// overlap tells whether an object can have both types. A type overlaps with itself even if no object has it.
func (c *checker) overlap(a, b *ast.Definition) bool {
	switch {
	case a == b:
		return true
	case !a.IsAbstractType() && !b.IsAbstractType():
		return false
	case !a.IsAbstractType():
		return slices.Contains(c.schema.PossibleTypes[b.Name], a)
	case !b.IsAbstractType():
		return slices.Contains(c.schema.PossibleTypes[a.Name], b)
	}
	pair := [2]*ast.Definition{a, b}
	known, ok := c.overlaps[pair]
	if !ok {
		possible := c.schema.PossibleTypes[b.Name]
		known = slices.ContainsFunc(c.schema.PossibleTypes[a.Name], func(t *ast.Definition) bool {
			return t.Kind == ast.Object && slices.Contains(possible, t)
		})
		if c.overlaps == nil {
			c.overlaps = map[[2]*ast.Definition]bool{}
		}
		c.overlaps[pair] = known
	}
	return known
}

package validation

import "github.com/vektah/gqlparser/v2/ast"

// unionMembers: the members of a union are distinct object types.
// https://spec.graphql.org/October2021/#sec-Unions.Type-Validation
func unionMembers(c *checker) {
	for _, t := range c.schema.Types() {
		for i, m := range t.Members {
			for _, earlier := range t.Members[:i] {
				if earlier.Name == m.Name {
					c.report(m.Pos, "Union %s lists its member %s more than once.", t.Name, m.Name)
					break
				}
			}
			member := c.schema.Type(m.Name)
			if member != nil && member.Kind != ast.Object || builtinScalars[m.Name] {
				c.report(m.Pos, "Union %s can only have object types as members, and %s is none.", t.Name, m.Name)
			}
		}
	}
}

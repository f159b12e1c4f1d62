package validation

import "github.com/vektah/gqlparser/v2/ast"

// unionMembers: the members of a union are distinct object types.
// https://spec.graphql.org/October2021/#sec-Unions.Type-Validation
func unionMembers(c *checker) {
	for _, t := range c.schema.Types() {
		seen := make(map[string]bool, len(t.Members))
		for _, m := range t.Members {
			if seen[m.Name] {
				c.report(m.Pos, "Union %s lists its member %s more than once.", t.Name, m.Name)
			}
			seen[m.Name] = true
			member := c.schema.Type(m.Name)
			if member != nil && member.Kind != ast.Object || builtinScalars[m.Name] {
				c.report(m.Pos, "Union %s can only have object types as members, and %s is none.", t.Name, m.Name)
			}
		}
	}
}

package validation

// uniqueOperationNames: every operation has a name of its own.
// https://spec.graphql.org/September2025/#sec-Operation-Name-Uniqueness
func (c *checker) uniqueOperationNames() {
	if len(c.doc.Operations) < 2 {
		return
	}
	seen := make(map[string]bool, len(c.doc.Operations))
	for _, op := range c.doc.Operations {
		if op.Name != "" && seen[op.Name] {
			c.report("UniqueOperationNames", op.Position, "There can be only one operation named %q.", op.Name)
		}
		seen[op.Name] = true
	}
}

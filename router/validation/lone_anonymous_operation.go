package validation

// loneAnonymousOperation: an operation without a name is the only one.
// https://spec.graphql.org/September2025/#sec-Lone-Anonymous-Operation
func (c *checker) loneAnonymousOperation() {
	if len(c.doc.Operations) < 2 {
		return
	}
	for _, op := range c.doc.Operations {
		if op.Name == "" {
			c.report("LoneAnonymousOperation", op.Position, "This anonymous operation must be the only defined operation.")
		}
	}
}

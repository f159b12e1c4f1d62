package validation

// uniqueDirectivesPerLocation: a directive that is not repeatable is applied at most once to an element.
// https://spec.graphql.org/October2021/#sec-Directives-Are-Unique-Per-Location
func uniqueDirectivesPerLocation(c *checker) {
	c.elements(func(e element) {
		for i, d := range e.directives {
			definition := c.schema.DirectiveDefinition(d.Name)
			if definition == nil || definition.Repeatable {
				continue
			}
			for _, earlier := range e.directives[:i] {
				if earlier.Name == d.Name {
					c.report(d.Pos, "Directive @%s is applied to %s more than once, but it is not repeatable.", d.Name, e.coordinate)
					break
				}
			}
		}
	})
}

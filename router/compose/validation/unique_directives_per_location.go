package validation

// uniqueDirectivesPerLocation: a directive that is not repeatable is applied at most once to an element.
// https://spec.graphql.org/October2021/#sec-Directives-Are-Unique-Per-Location
func uniqueDirectivesPerLocation(c *checker) {
	c.elements(func(e element) {
		if len(e.directives) < 2 {
			return
		}
		seen := make(map[string]bool, len(e.directives))
		for _, d := range e.directives {
			if definition := c.schema.DirectiveDefinition(d.Name); definition == nil || definition.Repeatable {
				continue
			}
			if seen[d.Name] {
				c.report(d.Pos, "Directive @%s is applied to %s more than once, but it is not repeatable.", d.Name, e.coordinate)
			}
			seen[d.Name] = true
		}
	})
}

package validation

// argumentNamesOnDirectives: a directive is applied with arguments it defines, and with all those it requires. In a
// merged schema an application may have arguments from a later version of the directive.
// https://spec.graphql.org/October2021/#sec-Argument-Names
func argumentNamesOnDirectives(c *checker) {
	c.elements(func(e element) {
		for _, d := range e.directives {
			definition := c.schema.DirectiveDefinition(d.Name)
			if definition == nil {
				continue
			}
			for _, a := range d.Arguments {
				if definition.Argument(a.Name) == nil && !c.merged {
					c.report(d.Pos, "Directive @%s on %s has no argument %q.", d.Name, e.coordinate, a.Name)
				}
			}
			for _, a := range definition.Arguments {
				if a.Required() && d.Arg(a.Name) == nil {
					c.report(
						d.Pos,
						"Directive @%s on %s lacks its required argument %q of type %s.",
						d.Name,
						e.coordinate,
						a.Name,
						a.Type,
					)
				}
			}
		}
	})
}

package validation

import (
	"github.com/weft-graphql/weft/router/compose/schema"
)

// knownDirectives: every directive that is applied is defined, and allowed at its location.
// https://spec.graphql.org/October2021/#sec-Directives-Are-Defined
func knownDirectives(c *checker) {
	helped := 0
	c.elements(func(e element) {
		for _, d := range e.directives {
			definition := c.schema.DirectiveDefinition(d.Name)
			switch {
			case definition == nil && c.merged: // the machinery's, which is defined later
			case definition == nil:
				v := c.report(d.Pos, "Directive @%s on %s is not defined.", d.Name, e.coordinate)
				if helped++; helped <= maxSuggestions {
					v.Suggestion = unknownDirectiveHelp(c.schema, d.Name)
				}
			case !definition.HasLocation(e.location):
				c.report(d.Pos, "Directive @%s cannot be used on %s: it is not allowed on %s.", d.Name, e.coordinate, e.location)
			}
		}
	})
}

// unknownDirectiveHelp suggests how to mend the use of an undefined directive.
func unknownDirectiveHelp(s *schema.Schema, name string) string {
	best, bestDistance := "", tooFar
	for _, d := range s.DirectiveDefinitions() {
		if distance := nameDistance(d.Name, name); distance < bestDistance {
			best, bestDistance = d.Name, distance
		}
	}
	if best == "" {
		return ""
	}
	return "Did you mean @" + best + "?"
}

package merge

import (
	"fmt"
	"slices"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/weft-graphql/weft/router/compose/problem"
	"github.com/weft-graphql/weft/router/compose/schema"
)

const fewerAlternatives = "Require the same everywhere, or give fewer alternatives: one scope or policy can stand for several others."

// failCombinations: DIRECTIVE_COMPOSITION_ERROR, the combinations of one element's alternatives can be written down.
func (m *merger) failCombinations(p pendingDirectives, name, argument string, values []*ast.Value) {
	text := ""
	given := 0
	for _, v := range values {
		if v == nil {
			continue
		}
		if given++; given <= 10 {
			text += fmt.Sprintf(", %d", len(items(v)))
		}
	}
	if given > 10 {
		text += fmt.Sprintf(" and %d more numbers of", given-10)
	}
	m.fail(problem.DirectiveCompositionError, places(p.sources),
		"The %s of @%s on %q differ, and all of them must hold: the combinations of their%s alternatives name more than %d %s, which is too much for a supergraph.",
		argument, name, p.coordinate, text[1:], maxNames, argument).Suggestion = fewerAlternatives
}

// spendNames counts the requirements that v names beyond those that are named in given, which it was merged from, and
// tells whether the supergraph still has room for them. DIRECTIVE_COMPOSITION_ERROR: so have those of all elements
// together.
func (m *merger) spendNames(coordinate, name string, v *ast.Value, given []*ast.Value) bool {
	repeated := names(alternatives(v))
	for _, g := range given {
		if g != nil {
			repeated -= names(alternatives(g))
		}
	}
	before := m.repeatedNames
	m.repeatedNames += max(repeated, 0)
	if m.repeatedNames <= maxNamesInAll {
		return true
	}
	if before <= maxNamesInAll {
		m.fail(problem.DirectiveCompositionError, nil,
			"Combining what subgraphs require, and giving interfaces what their implementations require, names more than %d scopes and policies by the time @%s of %q is merged, which is too much for a supergraph.",
			maxNamesInAll, name, coordinate).Suggestion = fewerAlternatives
	}
	return false
}

// spendDemanded counts the requirements that an element has because of others.
func (m *merger) spendDemanded(p pendingDirectives, name string, d *schema.Directive) {
	if !slices.ContainsFunc(p.demanded, func(other demand) bool { return other.directive.Federation == d.Federation }) {
		return
	}
	for _, a := range d.Arguments {
		if !m.spendNames(p.coordinate, name, a.Value, nil) {
			return
		}
	}
}

package merge

import (
	"github.com/weft-graphql/weft/router/compose/problem"
	"github.com/weft-graphql/weft/router/compose/schema"
	"github.com/weft-graphql/weft/router/compose/subgraph"
	"github.com/weft-graphql/weft/router/federation"
)

// checkRequiredFields: REQUIRES_INVALID_FIELDS, what a @requires selects is still valid in the supergraph, where
// fields can have more arguments than in the subgraph.
func (m *merger) checkRequiredFields() {
	for i, s := range m.subgraphs {
		for _, t := range s.Schema.Types() {
			for _, f := range t.Fields() {
				d := schema.First(f.Directives, federation.Requires)
				if d == nil {
					continue
				}
				raw, _ := d.StringArg("fields")
				parent := m.out.Type(t.Name)
				if parent == nil {
					continue
				}
				if _, err := subgraph.FieldSet(m.out, parent, raw); err != nil {
					m.fail(problem.RequiresInvalidFields, []place{{i, d.Pos}}, "The fields %q that %s requires in subgraph %q are not valid in the supergraph: %s.", raw, f.Coordinate(), s.Name, err)
				}
			}
		}
	}
}

// checkTransitiveAuth: MISSING_TRANSITIVE_AUTH_REQUIREMENTS, whoever may see a field that is computed from others may
// see those others.
func (m *merger) checkTransitiveAuth() {
	if m.features.name(federation.Authenticated) == "" && m.features.name(federation.RequiresScopes) == "" && m.features.name(federation.Policy) == "" {
		return
	}
	for i, s := range m.subgraphs {
		for _, t := range s.Schema.Types() {
			for _, f := range t.Fields() {
				if d := schema.First(f.Directives, federation.Requires); d != nil {
					m.checkAuthOf(i, t, f, d)
				}
			}
		}
	}
}

// authRequirements are what a caller must fulfil, in disjunctive normal form per directive; nil where nothing is
// required.
type authRequirements map[federation.Directive][]alternative

func (r authRequirements) add(directives []*schema.Directive) {
	for _, d := range directives {
		switch d.Federation {
		case federation.Authenticated:
			r[federation.Authenticated] = []alternative{{}}
		case federation.RequiresScopes, federation.Policy:
			name := "scopes"
			if d.Federation == federation.Policy {
				name = "policies"
			}
			v := d.Arg(name)
			if v == nil {
				continue
			}
			own := alternatives(v)
			if before, ok := r[d.Federation]; ok {
				var product []alternative
				for _, a := range before {
					for _, b := range own {
						product = append(product, a.and(b))
					}
				}
				own = minimal(product)
			}
			r[d.Federation] = own
		}
	}
}

// implies reports whether whoever fulfils r fulfils other.
func (r authRequirements) implies(other authRequirements) bool {
	for directive, required := range other {
		own, ok := r[directive]
		if !ok {
			return false
		}
		for _, a := range own {
			fulfils := false
			for _, b := range required {
				fulfils = fulfils || a.implies(b)
			}
			if !fulfils {
				return false
			}
		}
	}
	return true
}

func (m *merger) checkAuthOf(i int, t *schema.Type, f *schema.Field, d *schema.Directive) {
	mergedType := m.out.Type(t.Name)
	if mergedType == nil || mergedType.Field(f.Name) == nil {
		return
	}
	raw, _ := d.StringArg("fields")
	selections, err := subgraph.FieldSet(m.out, mergedType, raw)
	if err != nil {
		return
	}
	own := authRequirements{}
	own.add(mergedType.Directives)
	own.add(mergedType.Field(f.Name).Directives)
	subgraph.Walk(selections, func(sel *subgraph.Selection) {
		if sel.Field == nil {
			return
		}
		needed := authRequirements{}
		needed.add(sel.Field.Directives)
		if result := m.out.Type(sel.Field.Type.Name()); result != nil {
			needed.add(result.Directives)
		}
		if sel.Parent != mergedType {
			needed.add(sel.Parent.Directives)
		}
		if !own.implies(needed) {
			m.fail(problem.MissingTransitiveAuthRequirements, []place{{i, d.Pos}}, "Field %q in subgraph %q requires %q, which not everyone who may see it may see.",
				f.Coordinate(), m.subgraphs[i].Name, sel.Field.Coordinate()).Suggestion =
				"Give the field the @authenticated, @requiresScopes and @policy requirements of the fields it requires."
		}
	})
}

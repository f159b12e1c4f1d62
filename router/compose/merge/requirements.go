package merge

import (
	"slices"

	"github.com/vektah/gqlparser/v2/ast"

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
					raw, _ := d.StringArg("fields")
					m.checkAuthOf(i, t, f, d, m.out.Type(t.Name), raw)
				}
				for _, a := range f.Arguments {
					if d := schema.First(a.Directives, federation.FromContext); d != nil {
						m.checkAuthOfContext(i, t, f, d)
					}
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

// checkAuthOfContext checks an argument filled from a context, whose value comes from each of the types that set it.
func (m *merger) checkAuthOfContext(i int, t *schema.Type, f *schema.Field, d *schema.Directive) {
	raw, _ := d.StringArg("field")
	name, selection := subgraph.SplitContext(raw)
	for _, setter := range m.subgraphs[i].Schema.Types() {
		for _, c := range setter.Directives {
			if set, _ := c.StringArg("name"); c.Federation == federation.Context && set == name {
				m.checkAuthOf(i, t, f, d, m.out.Type(setter.Name), selection)
			}
		}
	}
}

// checkAuthOf checks that who may see field f of t may see what selection takes from parent.
func (m *merger) checkAuthOf(i int, t *schema.Type, f *schema.Field, d *schema.Directive, parent *schema.Type, selection string) {
	mergedType := m.out.Type(t.Name)
	if mergedType == nil || parent == nil || mergedType.Field(f.Name) == nil {
		return
	}
	selections, err := subgraph.FieldSet(m.out, parent, selection)
	if err != nil {
		return
	}
	own := authRequirements{}
	own.add(mergedType.Directives)
	own.add(mergedType.Field(f.Name).Directives)
	var needed *schema.Field
	subgraph.Walk(selections, func(sel *subgraph.Selection) {
		if sel.Field == nil || needed != nil {
			return
		}
		required := authRequirements{}
		required.add(sel.Field.Directives)
		if result := m.out.Type(sel.Field.Type.Name()); result != nil {
			required.add(result.Directives)
		}
		if sel.Parent != mergedType {
			required.add(sel.Parent.Directives)
		}
		if !own.implies(required) {
			needed = sel.Field
		}
	})
	if needed == nil {
		return
	}
	m.fail(problem.MissingTransitiveAuthRequirements, []place{{i, d.Pos}}, "Field %q in subgraph %q depends on %q, which not everyone who may see it may see.",
		f.Coordinate(), m.subgraphs[i].Name, needed.Coordinate()).Suggestion =
		"Give the field the @authenticated, @requiresScopes and @policy requirements of the fields it depends on."
}

// raiseAuthRequirements gives interfaces and their fields the requirements of their implementations: who may not see
// one of them may not see the interface.
func (m *merger) raiseAuthRequirements() {
	for _, d := range []federation.Directive{federation.Authenticated, federation.RequiresScopes, federation.Policy} {
		name := m.features.name(d)
		if name == "" {
			continue
		}
		for _, t := range m.out.Types() {
			if t.Kind != ast.Interface {
				continue
			}
			m.raise(name, d, t.Name, &t.Directives, func(implementation *schema.Type) []*schema.Directive { return implementation.Directives }, m.implementers[t.Name])
			for _, f := range t.Fields() {
				m.raise(name, d, f.Coordinate(), &f.Directives, func(implementation *schema.Type) []*schema.Directive {
					if own := implementation.Field(f.Name); own != nil {
						return own.Directives
					}
					return nil
				}, m.implementers[t.Name])
			}
		}
	}
}

func (m *merger) raise(name string, which federation.Directive, coordinate string, destination *[]*schema.Directive, of func(*schema.Type) []*schema.Directive, implementations []*schema.Type) {
	var distinct []*schema.Directive
	for _, implementation := range implementations {
		for _, d := range of(implementation) {
			if d.Federation == which && !slices.ContainsFunc(distinct, func(other *schema.Directive) bool { return schema.EqualArgs(d, other, nil) }) {
				distinct = append(distinct, d)
			}
		}
	}
	switch len(distinct) {
	case 0:
	case 1:
		*destination = append(*destination, distinct[0])
	default:
		*destination = append(*destination, m.mergeByStrategies(pendingDirectives{coordinate: coordinate}, name, distinct, argumentStrategies[which]))
	}
}

package merge

import (
	"slices"

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
					m.fail(
						problem.RequiresInvalidFields,
						[]elementPosition{{i, d.Pos}},
						"The fields %q that %s requires in subgraph %q are not valid in the supergraph: %s.",
						raw,
						f.Coordinate(),
						s.Name,
						err,
					)
				}
			}
		}
	}
}

// checkTransitiveAuth: MISSING_TRANSITIVE_AUTH_REQUIREMENTS, whoever may see a field that is computed from others may
// see those others.
func (m *merger) checkTransitiveAuth() {
	if m.features.name(federation.Authenticated) == "" && m.features.name(federation.RequiresScopes) == "" &&
		m.features.name(federation.Policy) == "" {
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

// authDirectives are the directives that control access.
var authDirectives = []federation.Directive{federation.Authenticated, federation.RequiresScopes, federation.Policy}

// authRequirements are what a caller must fulfil: for each directive values in disjunctive normal form, of which all
// must hold.
type authRequirements map[federation.Directive][][]alternative

func (r authRequirements) add(directives []*schema.Directive) {
	for _, d := range directives {
		switch d.Federation {
		case federation.Authenticated:
			r[federation.Authenticated] = [][]alternative{{{"authenticated"}}}
		case federation.RequiresScopes, federation.Policy:
			name := "scopes"
			if d.Federation == federation.Policy {
				name = "policies"
			}
			if v := d.Arg(name); v != nil {
				r[d.Federation] = append(r[d.Federation], alternatives(v))
			}
		}
	}
}

// implies reports whether whoever fulfils r fulfils other. It can fail with errTooManyCombinations.
func (r authRequirements) implies(other authRequirements) (bool, error) {
	for _, directive := range authDirectives {
		for _, required := range other[directive] {
			if implied, err := implies(r[directive], required); !implied || err != nil {
				return false, err
			}
		}
	}
	return true, nil
}

// implies reports whether every combination of factors implies an alternative of required. Of the factors only the
// names that required has matter, which leaves few combinations.
func implies(factors [][]alternative, required []alternative) (bool, error) {
	filed := file(required)
	matter := make([][]alternative, len(factors))
	for i, factor := range factors {
		for _, a := range factor {
			matter[i] = append(
				matter[i],
				slices.DeleteFunc(slices.Clone(a), func(name string) bool { return filed.count[name] == 0 }),
			)
		}
		matter[i] = minimal(matter[i])
	}
	if len(matter) == 0 {
		matter = [][]alternative{{{}}} // who need not fulfil anything
	}
	product, err := multiply(matter)
	if err != nil {
		return false, err
	}
	return !slices.ContainsFunc(product, func(a alternative) bool { return !filed.impliedBy(a) }), nil
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
func (m *merger) checkAuthOf(
	i int,
	t *schema.Type,
	f *schema.Field,
	d *schema.Directive,
	parent *schema.Type,
	selection string,
) {
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
	var failed error
	subgraph.Walk(selections, func(sel *subgraph.Selection) {
		if sel.Field == nil || needed != nil || failed != nil {
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
		implied := false
		if implied, failed = own.implies(required); !implied {
			needed = sel.Field
		}
	})
	if failed != nil {
		m.fail(problem.DirectiveCompositionError, []elementPosition{{i, d.Pos}}, "Whether everyone who may see field %q in subgraph %q may see %q, on which it depends, cannot be told: "+
			"the combinations of alternatives that the type and the field require name more than %d scopes or policies.",
			f.Coordinate(), m.subgraphs[i].Name, needed.Coordinate(), maxNames).Suggestion = fewerAlternatives
		return
	}
	if needed == nil {
		return
	}
	m.fail(problem.MissingTransitiveAuthRequirements, []elementPosition{{i, d.Pos}}, "Field %q in subgraph %q depends on %q, which not everyone who may see it may see.",
		f.Coordinate(), m.subgraphs[i].Name, needed.Coordinate()).Suggestion =
		"Give the field the @authenticated, @requiresScopes and @policy requirements of the fields it depends on."
}

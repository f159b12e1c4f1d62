package merge

import (
	"github.com/vektah/gqlparser/v2/ast"

	"github.com/weft-graphql/weft/router/compose/schema"
	"github.com/weft-graphql/weft/router/federation"
)

// raiseAuthRequirements gives interfaces and their fields the requirements of their implementations: who may not see
// one of them may not see the interface.
func (m *merger) raiseAuthRequirements() {
	for _, d := range authDirectives {
		name := m.features.name(d)
		if name == "" {
			continue
		}
		for _, t := range m.out.Types() {
			if t.Kind != ast.Interface || m.repeatedNames > maxNamesInAll {
				continue
			}
			m.raise(name, d, raised{t.Name, t, nil, &t.Directives})
			for _, f := range t.Fields() {
				m.raise(name, d, raised{f.Coordinate(), t, f, &f.Directives})
			}
		}
	}
}

// raised is an element that is given requirements: an interface, or a field of it.
type raised struct {
	coordinate  string
	of          *schema.Type
	field       *schema.Field // nil for the interface itself
	destination *[]*schema.Directive
}

// from is what an implementation has to say about the element.
func (r raised) from(implementation *schema.Type) []*schema.Directive {
	if r.field == nil {
		return implementation.Directives
	}
	if own := implementation.Field(r.field.Name); own != nil {
		return own.Directives
	}
	return nil
}

func (m *merger) raise(name string, which federation.Directive, r raised) {
	var distinct []*schema.Directive
	known := map[string]bool{}
	for _, implementation := range m.implementers[r.of.Name] {
		for _, d := range r.from(implementation) {
			if d.Federation != which {
				continue
			}
			if key := schema.ArgsKey(d, nil); !known[key] {
				known[key] = true
				distinct = append(distinct, d)
			}
		}
	}
	var merged *schema.Directive
	switch len(distinct) {
	case 0:
		return
	case 1:
		merged = distinct[0]
	default:
		merged = m.mergeByStrategies(pendingDirectives{coordinate: r.coordinate, sources: typeAnnotations(m.sources(r.of.Name))}, name, distinct, argumentStrategies[which])
	}
	for _, a := range merged.Arguments {
		if !m.spendNames(r.coordinate, name, a.Value, nil) {
			return
		}
	}
	*r.destination = append(*r.destination, merged)
}

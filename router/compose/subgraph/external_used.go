package subgraph

import (
	"github.com/vektah/gqlparser/v2/ast"

	"github.com/weft-graphql/weft/router/compose/problem"
	"github.com/weft-graphql/weft/router/compose/schema"
	"github.com/weft-graphql/weft/router/federation"
)

// externalUsed: EXTERNAL_UNUSED, a field marked @external is selected by some @key, @requires or @provides, or needed
// by an interface.
func externalUsed(s *Subgraph) []*problem.Error {
	var out []*problem.Error
	for _, t := range s.Schema.Types() {
		if t.Kind != ast.Object && t.Kind != ast.Interface {
			continue
		}
		whole := schema.First(t.Directives, federation.External)
		for _, f := range t.Fields() {
			d := schema.First(f.Directives, federation.External)
			if d == nil {
				d = whole
			}
			if d == nil || s.IsUsed(f) || s.ImplementsInterfaceField(f) {
				continue
			}
			e := s.Errorf(
				problem.ExternalUnused,
				d.Pos,
				"Field %q is marked @external, but no @key, @requires, @provides or interface uses it.",
				f.Coordinate(),
			)
			e.Suggestion = "Remove the field, or remove @external if this subgraph resolves it."
			out = append(out, e)
		}
	}
	return out
}

// ImplementsInterfaceField reports whether an interface of f's type has a field of that name.
func (s *Subgraph) ImplementsInterfaceField(f *schema.Field) bool {
	for _, ref := range f.Parent.Interfaces {
		if i := s.Schema.Type(ref.Name); i != nil && i.Field(f.Name) != nil {
			return true
		}
	}
	return false
}

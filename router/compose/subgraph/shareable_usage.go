package subgraph

import (
	"github.com/vektah/gqlparser/v2/ast"

	"github.com/weft-graphql/weft/router/compose/problem"
	"github.com/weft-graphql/weft/router/compose/schema"
	"github.com/weft-graphql/weft/router/federation"
)

// shareableUsage: INVALID_SHAREABLE_USAGE, @shareable is for fields of object types, and once on each definition or
// extension.
func shareableUsage(s *Subgraph) []*problem.Error {
	var out []*problem.Error
	for _, t := range s.Schema.Types() {
		if first, second := repeated(t.Directives); second != nil {
			e := s.Errorf(
				problem.InvalidShareableUsage,
				second.Pos,
				"@shareable is repeated on type %q. It can be on a definition and on its extensions, once on each.",
				t.Name,
			)
			e.Positions = append(e.Positions, s.At(first.Pos)...)
			out = append(out, e)
		}
		for _, f := range t.Fields() {
			d := schema.First(f.Directives, federation.Shareable)
			if d == nil {
				continue
			}
			if first, second := repeated(f.Directives); second != nil {
				e := s.Errorf(problem.InvalidShareableUsage, second.Pos, "@shareable is repeated on field %q.", f.Coordinate())
				e.Positions = append(e.Positions, s.At(first.Pos)...)
				out = append(out, e)
			}
			if t.Kind != ast.Object {
				e := s.Errorf(
					problem.InvalidShareableUsage,
					d.Pos,
					"Field %q cannot be @shareable: only fields of object types are resolved.",
					f.Coordinate(),
				)
				e.Suggestion = "Remove @shareable, or mark the field of the implementing types."
				out = append(out, e)
			}
		}
	}
	return out
}

// repeated returns two applications of @shareable to the same definition or extension, or nil.
func repeated(directives []*schema.Directive) (first, second *schema.Directive) {
	for _, d := range directives {
		switch {
		case d.Federation != federation.Shareable || d.OfExtension:
		case first == nil:
			first = d
		default:
			return first, d
		}
	}
	return nil, nil
}

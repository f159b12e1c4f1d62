package merge

import (
	"github.com/vektah/gqlparser/v2/ast"

	"github.com/weft-graphql/weft/router/compose/problem"
	"github.com/weft-graphql/weft/router/compose/schema"
	"github.com/weft-graphql/weft/router/compose/validation"
)

// typeReference is the type of a field or argument in all subgraphs, and how to talk about it.
type typeReference struct {
	coordinate string
	// subject is "field" or "argument".
	subject string
	// types are nil where the subgraph does not have the element.
	types     []*ast.Type
	positions []schema.Pos
	// contravariant says that values go in rather than out.
	contravariant bool
	mismatch      problem.Code
	hint          problem.HintCode
}

// mergeTypeReferences picks the type of the supergraph: the most general of an output, the most specific of an input.
// It reports whether all subgraphs have that type; if none fits all the others it reports an error and picks the first.
func (m *merger) mergeTypeReferences(r typeReference) (merged *ast.Type, equal bool) {
	equal = true
	compatible := true
	for _, t := range r.types {
		switch {
		case t == nil:
		case merged == nil:
			merged = t
		case schema.EqualTypes(merged, t):
		default:
			equal = false
			general, specific := merged, t
			if r.contravariant {
				general, specific = t, merged
			}
			switch {
			case validation.IsSubtype(m.out, specific, general):
			case validation.IsSubtype(m.out, general, specific):
				merged = t
			default:
				compatible = false
			}
		}
	}
	if equal {
		return schema.CloneType(merged), true
	}
	variants := func() string {
		return m.variants(func(i int) string {
			if r.types[i] == nil {
				return ""
			}
			return "type " + `"` + r.types[i].String() + `"`
		})
	}
	var all []elementPosition
	for i, t := range r.types {
		if t != nil {
			all = append(all, elementPosition{i, r.positions[i]})
		}
	}
	if !compatible {
		m.fail(r.mismatch, all, "The types of %s %q do not fit together: it has %s.", r.subject, r.coordinate, variants()).Suggestion =
			"Give it the same type in all subgraphs."
	} else {
		m.hint(r.hint, r.coordinate, all, "The types of %s %q differ but fit together, and the supergraph uses %q: it has %s.", r.subject, r.coordinate, merged, variants())
	}
	return schema.CloneType(merged), false
}

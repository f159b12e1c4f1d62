package merge

import (
	"github.com/weft-graphql/weft/router/compose/problem"
	"github.com/weft-graphql/weft/router/compose/schema"
	"github.com/weft-graphql/weft/router/compose/validation"
)

// checkExternals: EXTERNAL_TYPE_MISMATCH, EXTERNAL_ARGUMENT_MISSING, EXTERNAL_ARGUMENT_TYPE_MISMATCH and
// EXTERNAL_ARGUMENT_DEFAULT_MISMATCH, an external field is declared as the subgraphs that resolve it do.
//
// The type is that of the supergraph; if the subgraphs that resolve the field do not all have that, a subtype will do.
func (m *merger) checkExternals(f *schema.Field, sources, resolving []*schema.Field, equal bool) {
	external := false
	for i, s := range sources {
		external = external || s != nil && resolving[i] == nil
	}
	if !external {
		return
	}
	var wrongType []elementPosition
	missing, wrongArgument, wrongDefault := map[string][]elementPosition{}, map[string][]elementPosition{}, map[string][]elementPosition{}
	for i, s := range sources {
		if s == nil || resolving[i] != nil {
			continue
		}
		if !schema.EqualTypes(f.Type, s.Type) && (equal || !validation.IsSubtype(m.out, s.Type, f.Type)) {
			wrongType = append(wrongType, elementPosition{i, s.Pos})
		}
		for _, a := range f.Arguments {
			own := s.Argument(a.Name)
			switch {
			case own == nil:
				missing[a.Name] = append(missing[a.Name], elementPosition{i, s.Pos})
			case !schema.EqualTypes(a.Type, own.Type) && !validation.IsSubtype(m.out, a.Type, own.Type):
				wrongArgument[a.Name] = append(wrongArgument[a.Name], elementPosition{i, own.Pos})
			case !schema.EqualValues(a.Default, own.Default):
				wrongDefault[a.Name] = append(wrongDefault[a.Name], elementPosition{i, own.Pos})
			}
		}
	}
	if len(wrongType) > 0 {
		m.fail(problem.ExternalTypeMismatch, wrongType, "External field %q has type %q in the supergraph, which does not fit its type in %s.",
			f.Coordinate(), f.Type, subgraphList(m.names(wrongType))).Suggestion = "Declare the external field with type " + f.Type.String() + "."
	}
	for _, a := range f.Arguments {
		coordinate := f.Coordinate() + "(" + a.Name + ":)"
		if at := missing[a.Name]; at != nil {
			m.fail(problem.ExternalArgumentMissing, at, "External field %q lacks argument %q in %s.", f.Coordinate(), a.Name, subgraphList(m.names(at))).Suggestion =
				"Declare the external field with all its arguments."
		}
		if at := wrongArgument[a.Name]; at != nil {
			m.fail(
				problem.ExternalArgumentTypeMismatch,
				at,
				"Argument %q has type %q in the supergraph, which does not fit its type on the external field in %s.",
				coordinate,
				a.Type,
				subgraphList(m.names(at)),
			)
		}
		if at := wrongDefault[a.Name]; at != nil {
			m.fail(
				problem.ExternalArgumentDefaultMismatch,
				at,
				"Argument %q has %s in the supergraph, but not on the external field in %s.",
				coordinate,
				defaultText(a),
				subgraphList(m.names(at)),
			)
		}
	}
}

func defaultText(a *schema.Argument) string {
	if a.Default == nil {
		return "no default value"
	}
	return "the default value " + schema.PrintValue(a.Default)
}

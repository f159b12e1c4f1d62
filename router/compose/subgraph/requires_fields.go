package subgraph

import (
	"fmt"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/weft-graphql/weft/router/compose/problem"
	"github.com/weft-graphql/weft/router/federation"
)

// leafIsExternal checks that a selected leaf is external, itself or by what contains it.
func leafIsExternal(code problem.Code, directive string) func(*Subgraph, *Selection, bool) (problem.Code, string) {
	return func(s *Subgraph, sel *Selection, insideExternal bool) (problem.Code, string) {
		if len(sel.Selections) > 0 || insideExternal || sel.Field != nil && s.IsExternal(sel.Field) {
			return "", ""
		}
		coordinate := sel.Parent.Name + ".__typename"
		if sel.Field != nil {
			coordinate = sel.Field.Coordinate()
		}
		return code, fmt.Sprintf(
			"selects %s, which this subgraph resolves itself: only fields marked @external can be in a @%s",
			coordinate,
			directive,
		)
	}
}

var requiresRule = fieldSetRule{
	directive: federation.Requires, notString: problem.RequiresInvalidFieldsType, invalid: problem.RequiresInvalidFields,
	hasDirectives: problem.RequiresDirectiveInFieldsArg,
	check:         leafIsExternal(problem.RequiresFieldsMissingExternal, "requires"),
}

// requiresFields: a @requires selects external fields of the type (REQUIRES_FIELDS_MISSING_EXTERNAL), in a string
// (REQUIRES_INVALID_FIELDS_TYPE) that is a valid selection (REQUIRES_INVALID_FIELDS) without directives
// (REQUIRES_DIRECTIVE_IN_FIELDS_ARG). Interface fields require nothing (REQUIRES_UNSUPPORTED_ON_INTERFACE).
// https://specs.apollo.dev/federation/v2.3#@requires
func requiresFields(s *Subgraph) []*problem.Error {
	var ofDefinitions, ofExtensions []*problem.Error
	for _, t := range s.Schema.Types() {
		for _, f := range t.Fields() {
			for _, d := range f.Directives {
				if d.Federation != federation.Requires {
					continue
				}
				out := &ofDefinitions
				if f.OfExtension {
					out = &ofExtensions
				}
				if t.Kind == ast.Interface {
					e := s.Errorf(
						problem.RequiresUnsupportedOnInterface,
						d.Pos,
						"@requires cannot be used on interface field %q.",
						f.Coordinate(),
					)
					e.Suggestion = "Put @requires on the field of the implementing types."
					*out = append(*out, e)
				}
				*out = append(*out, requiresRule.apply(s, t, d, "field "+quote(f.Coordinate()))...)
			}
		}
	}
	return append(ofDefinitions, ofExtensions...)
}

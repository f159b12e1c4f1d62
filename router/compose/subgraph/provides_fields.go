package subgraph

import (
	"github.com/vektah/gqlparser/v2/ast"

	"github.com/weft-graphql/weft/router/compose/problem"
	"github.com/weft-graphql/weft/router/federation"
)

var providesRule = fieldSetRule{
	directive: federation.Provides, notString: problem.ProvidesInvalidFieldsType, invalid: problem.ProvidesInvalidFields,
	hasDirectives: problem.ProvidesDirectiveInFieldsArg, hasArguments: problem.ProvidesFieldsHasArgs,
	check: leafIsExternal(problem.ProvidesFieldsMissingExternal, "provides"),
}

// providesOnObjectFields: PROVIDES_ON_NON_OBJECT_FIELD, a @provides is on a field whose type has fields.
// EXTERNAL_COLLISION_WITH_ANOTHER_DIRECTIVE, a field resolved elsewhere cannot provide anything.
func providesOnObjectFields(s *Subgraph) []*problem.Error {
	var out []*problem.Error
	for _, t := range s.Schema.Types() {
		for _, f := range t.Fields() {
			for _, d := range f.Directives {
				if d.Federation != federation.Provides {
					continue
				}
				if s.IsExternal(f) {
					e := s.Errorf(
						problem.ExternalCollisionWithAnotherDirective,
						d.Pos,
						"Field %q cannot be both @external and @provides.",
						f.Coordinate(),
					)
					e.Suggestion = "Remove @external if this subgraph resolves the field, or @provides if it does not."
					out = append(out, e)
				} else if result := s.Schema.Type(f.Type.Name()); result == nil || !result.IsComposite() {
					e := s.Errorf(problem.ProvidesOnNonObjectField, d.Pos, "@provides cannot be used on field %q: its type %s has no fields to provide.", f.Coordinate(), f.Type)
					e.Suggestion = "Remove @provides."
					out = append(out, e)
				}
			}
		}
	}
	return out
}

// providesFields: a @provides selects external fields of the field's type (PROVIDES_FIELDS_MISSING_EXTERNAL), none with
// arguments (PROVIDES_FIELDS_HAS_ARGS), in a string (PROVIDES_INVALID_FIELDS_TYPE) that is a valid selection
// (PROVIDES_INVALID_FIELDS) without directives (PROVIDES_DIRECTIVE_IN_FIELDS_ARG). Interface fields provide nothing
// (PROVIDES_UNSUPPORTED_ON_INTERFACE).
// https://specs.apollo.dev/federation/v2.3#@provides
func providesFields(s *Subgraph) []*problem.Error {
	var ofDefinitions, ofExtensions []*problem.Error
	for _, t := range s.Schema.Types() {
		for _, f := range t.Fields() {
			out := &ofDefinitions
			if f.OfExtension {
				out = &ofExtensions
			}
			for _, d := range f.Directives {
				result := s.Schema.Type(f.Type.Name())
				if d.Federation != federation.Provides || result == nil || !result.IsComposite() {
					continue
				}
				if t.Kind == ast.Interface {
					e := s.Errorf(
						problem.ProvidesUnsupportedOnInterface,
						d.Pos,
						"@provides cannot be used on interface field %q.",
						f.Coordinate(),
					)
					e.Suggestion = "Put @provides on the field of the implementing types."
					*out = append(*out, e)
				}
				*out = append(*out, providesRule.apply(s, result, d, "field "+quote(f.Coordinate()))...)
			}
		}
	}
	return append(ofDefinitions, ofExtensions...)
}

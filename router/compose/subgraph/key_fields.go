package subgraph

import (
	"fmt"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/weft-graphql/weft/router/compose/problem"
	"github.com/weft-graphql/weft/router/federation"
)

var keyRule = fieldSetRule{
	directive: federation.Key, notString: problem.KeyInvalidFieldsType, invalid: problem.KeyInvalidFields,
	hasDirectives: problem.KeyDirectiveInFieldsArg, hasArguments: problem.KeyFieldsHasArgs,
	check: func(s *Subgraph, sel *Selection, _ bool) (problem.Code, string) {
		if sel.Field == nil {
			return "", ""
		}
		if t := s.Schema.Type(sel.Field.Type.Name()); t != nil && (t.Kind == ast.Interface || t.Kind == ast.Union) {
			return problem.KeyFieldsSelectInvalidType, fmt.Sprintf(
				"selects %s, whose type %s is abstract: a key cannot depend on the type of an object",
				sel.Field.Coordinate(),
				t.Name,
			)
		}
		return "", ""
	},
}

// interfaceKeysSince is the first federation version in which interfaces have keys.
var interfaceKeysSince = federation.Version{Major: 2, Minor: 3}

// keyFields: a key selects fields of its type, none with arguments (KEY_FIELDS_HAS_ARGS) or of an abstract type
// (KEY_FIELDS_SELECT_INVALID_TYPE), in a string (KEY_INVALID_FIELDS_TYPE) that is a valid selection
// (KEY_INVALID_FIELDS) without directives (KEY_DIRECTIVE_IN_FIELDS_ARG). Interfaces have keys since federation 2.3
// (KEY_UNSUPPORTED_ON_INTERFACE).
// https://specs.apollo.dev/federation/v2.3#@key
func keyFields(s *Subgraph) []*problem.Error {
	var ofDefinitions, ofExtensions []*problem.Error
	for _, t := range s.Schema.Types() {
		for _, d := range t.Directives {
			if d.Federation != federation.Key {
				continue
			}
			out := &ofDefinitions
			if d.OfExtension {
				out = &ofExtensions
			}
			if t.Kind == ast.Interface && !s.Version.AtLeast(interfaceKeysSince) {
				e := s.Errorf(
					problem.KeyUnsupportedOnInterface,
					d.Pos,
					"@key cannot be used on interface %q in federation %s.",
					t.Name,
					s.Version,
				)
				e.Suggestion = "Link the federation specification in version v2.3 or later."
				*out = append(*out, e)
			}
			*out = append(*out, keyRule.apply(s, t, d, "type "+quote(t.Name))...)
		}
	}
	return append(ofDefinitions, ofExtensions...)
}

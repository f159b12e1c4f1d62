package introspection

import (
	"encoding/json"
	"slices"

	"github.com/vektah/gqlparser/v2/ast"
)

// columns are the fields of one of the introspection types, by name.
type columns struct {
	typeName   string
	quotedName text
	fields     map[string]code
}

// code is a field of an introspection type.
type code uint8

const (
	codeTypename code = iota
	// codeUnknown is for fields that schemas of a newer specification may declare; they are null.
	codeUnknown
	codeKind
	codeName
	codeDescription
	codeSpecifiedBy
	codeIsOneOf
	codeOfType
	codeFields
	codeInputFields
	codeInterfaces
	codePossibleTypes
	codeEnumValues
	codeArgs
	codeType
	codeDefaultValue
	codeIsDeprecated
	codeDeprecationReason
	codeIsRepeatable
	codeLocations
	codeTypes
	codeQueryType
	codeMutationType
	codeSubscriptionType
	codeDirectives
	codeCapabilities
	codeIdentifier
	codeValue
)

var (
	schemaColumns = &columns{"__Schema", `"__Schema"`, map[string]code{
		"description": codeDescription, "types": codeTypes, "queryType": codeQueryType, "mutationType": codeMutationType,
		"subscriptionType": codeSubscriptionType, "directives": codeDirectives,
	}}
	typeColumns = &columns{"__Type", `"__Type"`, map[string]code{
		"kind": codeKind, "name": codeName, "description": codeDescription, "specifiedByURL": codeSpecifiedBy,
		"isOneOf": codeIsOneOf, "ofType": codeOfType, "fields": codeFields, "inputFields": codeInputFields,
		"interfaces": codeInterfaces, "possibleTypes": codePossibleTypes, "enumValues": codeEnumValues,
	}}
	fieldColumns = &columns{"__Field", `"__Field"`, map[string]code{
		"name": codeName, "description": codeDescription, "args": codeArgs, "type": codeType,
		"isDeprecated": codeIsDeprecated, "deprecationReason": codeDeprecationReason,
	}}
	inputColumns = &columns{"__InputValue", `"__InputValue"`, map[string]code{
		"name": codeName, "description": codeDescription, "type": codeType, "defaultValue": codeDefaultValue,
		"isDeprecated": codeIsDeprecated, "deprecationReason": codeDeprecationReason,
	}}
	valueColumns = &columns{"__EnumValue", `"__EnumValue"`, map[string]code{
		"name": codeName, "description": codeDescription,
		"isDeprecated": codeIsDeprecated, "deprecationReason": codeDeprecationReason,
	}}
	directiveColumns = &columns{"__Directive", `"__Directive"`, map[string]code{
		"name": codeName, "description": codeDescription, "isRepeatable": codeIsRepeatable, "locations": codeLocations,
		"args": codeArgs, "isDeprecated": codeIsDeprecated, "deprecationReason": codeDeprecationReason,
	}}
)

// below are the columns of what a composite field leads to.
var below = map[code]*columns{
	codeTypes: typeColumns, codeQueryType: typeColumns, codeMutationType: typeColumns, codeSubscriptionType: typeColumns,
	codeDirectives: directiveColumns, codeOfType: typeColumns, codeType: typeColumns, codeInterfaces: typeColumns,
	codePossibleTypes: typeColumns, codeFields: fieldColumns, codeInputFields: inputColumns, codeArgs: inputColumns,
	codeEnumValues: valueColumns, codeCapabilities: capabilityColumns,
}

// selection is what was selected of an introspection type: a key and a column for each field of the answer.
type selection struct {
	of     *columns
	fields []selected
}

type selected struct {
	key  string
	code code
	// deprecated tells that the argument includeDeprecated is true.
	deprecated bool
	// first is the field in the document, and more are those that were merged into it.
	first *ast.Field
	more  []*ast.Field
	// sub is the selection below, compiled when it is needed first: fragments can spread to more than is ever printed.
	sub *selection
	c   *compiler
}

// selection is the selection below a composite field.
func (f *selected) selection() *selection {
	if f.sub == nil {
		f.sub = f.c.selection(below[f.code], f.first, f.more...)
	}
	return f.sub
}

// compiler makes selections of a validated document's.
type compiler struct{ variable func(name string) []byte }

// selection is CollectFields of the GraphQL specification: introspection types are all object types, so that it depends
// on no value.
func (c *compiler) selection(of *columns, first *ast.Field, more ...*ast.Field) *selection {
	in := collection{compiler: c, selection: &selection{of: of}}
	in.selection.fields = make([]selected, 0, len(first.SelectionSet))
	in.collect(first.SelectionSet)
	for _, f := range more {
		in.collect(f.SelectionSet)
	}
	return in.selection
}

// collection is a selection being compiled.
type collection struct {
	*compiler
	selection *selection
	// byKey finds fields when there are too many to search one by one.
	byKey   map[string]int
	visited map[*ast.FragmentDefinition]bool
}

// searchLimit is the number of fields up to which a key is searched for one by one.
const searchLimit = 16

// find returns the index of the field with a key; -1 when there is none.
func (in *collection) find(key string) int {
	fields := in.selection.fields
	if len(fields) <= searchLimit {
		return slices.IndexFunc(fields, func(f selected) bool { return f.key == key })
	}
	if in.byKey == nil {
		in.byKey = make(map[string]int, 2*len(fields))
	}
	for i := len(in.byKey); i < len(fields); i++ {
		in.byKey[fields[i].key] = i
	}
	if i, ok := in.byKey[key]; ok {
		return i
	}
	return -1
}

func (in *collection) collect(set ast.SelectionSet) {
	for _, sel := range set {
		switch sel := sel.(type) {
		case *ast.Field:
			if in.included(sel.Directives) {
				in.field(sel)
			}
		case *ast.InlineFragment:
			if in.applies(sel.TypeCondition) && in.included(sel.Directives) {
				in.collect(sel.SelectionSet)
			}
		case *ast.FragmentSpread:
			if f := sel.Definition; f != nil && in.applies(f.TypeCondition) && in.included(sel.Directives) && !in.visited[f] {
				if in.visited == nil {
					in.visited = map[*ast.FragmentDefinition]bool{}
				}
				in.visited[f] = true
				in.collect(f.SelectionSet)
			}
		}
	}
}

func (in *collection) applies(condition string) bool {
	return condition == "" || condition == in.selection.of.typeName
}

func (in *collection) field(f *ast.Field) {
	key := responseKey(f)
	s := in.selection
	if i := in.find(key); i >= 0 {
		s.fields[i].more = append(s.fields[i].more, f)
		return
	}
	of, ok := s.of.fields[f.Name]
	switch {
	case f.Name == "__typename":
		of = codeTypename
	case !ok:
		of = codeUnknown
	}
	s.fields = append(s.fields, selected{
		key: key, code: of, first: f, c: in.compiler, deprecated: in.flag(f.Arguments.ForName("includeDeprecated")),
	})
}

func responseKey(f *ast.Field) string {
	if f.Alias == "" {
		return f.Name
	}
	return f.Alias
}

func (c *compiler) included(ds ast.DirectiveList) bool {
	for _, d := range ds {
		if d.Name == "skip" && c.flag(d.Arguments.ForName("if")) ||
			d.Name == "include" && !c.flag(d.Arguments.ForName("if")) {
			return false
		}
	}
	return true
}

func (c *compiler) flag(a *ast.Argument) bool {
	switch {
	case a == nil:
		return false
	case a.Value.Kind == ast.Variable:
		return string(c.variable(a.Value.Raw)) == "true"
	}
	return a.Value.Raw == "true"
}

func (c *compiler) stringArgument(f *ast.Field, name string) string {
	a := f.Arguments.ForName(name)
	switch {
	case a == nil:
		return ""
	case a.Value.Kind == ast.Variable:
		var s string
		// It was coerced: what is not a string is an absent variable.
		_ = json.Unmarshal(c.variable(a.Value.Raw), &s)
		return s
	}
	return a.Value.Raw
}

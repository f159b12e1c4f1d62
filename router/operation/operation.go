package operation

import (
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"github.com/weft-graphql/weft/router/supergraph"
)

// Operation is one operation of a client document after normalisation: fragments inlined, fields merged by response
// key, @skip and @include decided (there is one Operation per set of condition values). It is immutable.
type Operation struct {
	Kind ast.Operation
	// Name is the operation's name in the document; may be empty.
	Name string
	// Variables are the variables the operation declares, in document order. A VariableDefinition's index is used to
	// refer to coerced values.
	Variables []*Variable
	// Directives are those of the operation that are for subgraphs.
	Directives []*Directive
	// Root is the selection on the root operation type.
	Root *SelectionSet
	// Fields are all fields of the operation in depth-first order; Field.ID is the index.
	Fields []*Field
	// Labels are the override labels that are on, sorted.
	Labels []string
	// Defers are the deferred parts of the answer; Defer.ID is the index. Empty without @defer.
	Defers []*Defer
	// Denied are the fields that the caller may not see.
	Denied []*Field
}

// Variable is a declared variable.
type Variable struct {
	Index   int
	Name    string
	Type    *ast.Type
	Default *ast.Value
	// Location is where the document declares it.
	Location gqlerror.Location
	// defaultJSON is Default as JSON; nil when there is none.
	defaultJSON []byte
	// Directives are those of its definition that are for subgraphs.
	Directives []*Directive
	// Literal tells that no client declares it: it stands for literals in the document, which each document of the
	// same form has its own of, and which stand in the documents that subgraphs get as well; see Form. Its value is
	// theirs, as JSON.
	Literal bool
}

// SelectionSet is the selection on a composite value.
//
// Fields is in output order. The same response key may occur several times, with disjoint On sets: for one runtime
// type, the fields whose On has it, in order, are what CollectFields of the GraphQL specification (section 6.3.2)
// yields.
type SelectionSet struct {
	// Parent is the declared (API) type of the value.
	Parent *supergraph.Type
	Fields []*Field
}

// Field is a selected field.
type Field struct {
	ID int
	// Key is the response key: the alias, or the name.
	Key  string
	Name string
	// Def is the field's definition on the type it was selected on, which can be an interface even if On is narrower.
	// Nil for __typename and for the introspection fields __schema and __type.
	Def *supergraph.Field
	// On are the runtime object types for which the field is selected; always a non-empty subset of the parent
	// selection's Parent.Possible.
	On supergraph.TypeSet
	// Args are the given arguments in schema order; defaults are left to the subgraph.
	Args []Argument
	// Selection is the sub-selection; nil for leaf fields. The introspection fields keep their document selection in
	// Introspected instead.
	Selection *SelectionSet
	// Parent is the selection set the field stands in, Owner the field that set belongs to (nil at the root).
	Parent *SelectionSet
	Owner  *Field
	// Position is where the field stands in the client's document (1-based), for error locations.
	Line, Column int
	// uncommon is what few fields have; nil for all others.
	uncommon *uncommon
}

// uncommon is what few fields have, apart so that the many are smaller.
type uncommon struct {
	applied       []*Applied
	introspection *ast.Field
	defers        []*Defer
	denied        *supergraph.Field
}

// AppliedDirectives are the directives for subgraphs with which the field stands in the document, one for each way that
// it does; nil when it has none anywhere.
func (f *Field) AppliedDirectives() []*Applied {
	if f.uncommon == nil {
		return nil
	}
	return f.uncommon.applied
}

// Introspected is the original field of __schema and __type, answered by the router itself; nil otherwise.
func (f *Field) Introspected() *ast.Field {
	if f.uncommon == nil {
		return nil
	}
	return f.uncommon.introspection
}

// DeferredParts are the deferred parts of the answer the field belongs to; nil when it belongs to the first part.
func (f *Field) DeferredParts() []*Defer {
	if f.uncommon == nil {
		return nil
	}
	return f.uncommon.defers
}

// DeniedField is the definition of a field that the caller may not see: it is null, or makes null what it is in. For
// everybody but who prints it, the field is a __typename: what it is in is asked for, and it is not. Nil for others.
func (f *Field) DeniedField() *supergraph.Field {
	if f.uncommon == nil {
		return nil
	}
	return f.uncommon.denied
}

// IsTypename tells whether the field is __typename.
func (f *Field) IsTypename() bool { return f.Name == "__typename" }

// Argument is an argument given in the operation. Value may contain variables.
type Argument struct {
	Name  string
	Value *ast.Value
	// Type is the argument's declared type in the API schema.
	Type *ast.Type
}

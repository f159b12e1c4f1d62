// Package plan turns a normalised operation into a query plan: which requests go to which subgraphs, in which order,
// with which documents and representations.
package plan

import (
	"github.com/vektah/gqlparser/v2/ast"

	"github.com/weft-graphql/weft/router/operation"
	"github.com/weft-graphql/weft/router/supergraph"
)

// Plan is how one operation (for one set of condition values and override labels) is answered. It is immutable.
//
// The executor needs nothing but this: it compiles parse, representation and print programs from Requests and
// Operation. Every client field that a subgraph resolves is named in the Serves list of at least one Field.
type Plan struct {
	Supergraph *supergraph.Supergraph
	Operation  *operation.Operation
	// Requests are the subgraph requests in topological order; Request.ID is the index. Empty when the operation asks
	// for nothing but introspection and __typename of the root.
	Requests []*Request
	// Fields and Calls count all Field and Call values, which are numbered by their ID.
	Fields, Calls int
	// Stats tells how the plan was found.
	Stats Stats
}

// Stats describes the search.
type Stats struct {
	// Nodes is the number of search nodes looked at.
	Nodes int
	// BudgetExhausted tells that the search stopped at its node budget: the plan is right, but maybe not the cheapest.
	BudgetExhausted bool
	// Waves is the number of requests on the longest dependency chain.
	Waves int
}

// Request is one GraphQL request to one subgraph.
type Request struct {
	ID       int
	Subgraph *supergraph.Subgraph
	Kind     ast.Operation
	// Defer is the deferred part of the answer the request is made for; nil when the first part needs it. What deferred
	// fields cost no request of their own comes with the requests of an earlier part.
	Defer *operation.Defer
	// After are the IDs of the requests that must be complete before this one can start. Mutation root requests also
	// wait for everything the mutation field before them caused.
	After []int
	// Calls are what the request asks: one root call, or one or more entity calls (merged with aliases).
	Calls []*Call
	// OperationName and Document are sent as they are. Each entity call's representations are in the document's
	// variable named Call.Variable.
	OperationName, Document string
	// Variables are the client's variables the document uses, in canonical (declaration) order. Those that stand for
	// literals (operation.Variable.Literal) are not declared in it: their values are sent in the places of their names.
	Variables []*operation.Variable
	// Directed tells that the document has directives of the client in it, which may change what the subgraph answers.
	Directed bool
	// Literals are values in the client's document that the document has variables for; see Literal.
	Literals []*Literal
}

// Literal is a value of a custom scalar that is sent as a variable, because there are variables in it whose types the
// subgraph does not know.
type Literal struct {
	// Name is the variable's name and Type its type in the document.
	Name string
	Type *ast.Type
	// Value is the literal as the client wrote it, and Variables the client's variables in it.
	Value     *ast.Value
	Variables []*operation.Variable
}

// Call is one selection of a request: the root selection of the subgraph, or one _entities field.
type Call struct {
	ID int
	// Entities tells that this is an `_entities(representations: $v)` field; otherwise it is the subgraph's root
	// selection. A root call with Targets is a fetch on a root type below the root (a field of type Query).
	Entities bool
	// Key is the response key of the _entities field in the subgraph's answer, and Variable the name of its variable.
	Key, Variable string
	// Targets are the positions whose objects receive the result; nil for the calls at the operation's root.
	Targets []*Target
	// Input builds the representations; for each target object the first whose On has its runtime type is used.
	Input []*Representation
	// Contexts are variables of the document that objects further up fill (@fromContext). A call with contexts is alone
	// in its request, which is made once for each combination of their values among the targets.
	Contexts []*Context
	// Selection is what is asked.
	Selection *SelectionSet
}

// Context is a variable filled from an object that encloses the targets.
type Context struct {
	Variable string
	// Type is the variable's type in the subgraph's document.
	Type string
	// At is the selection set that produced the enclosing objects: for each target, the nearest of them around it.
	At *SelectionSet
	// Fields is what is read there, written like a representation; the variable's value is the value of its innermost
	// single field.
	Fields []*RepresentationField
}

// Target is a position in the response: the objects that an earlier call's selection set produced there.
type Target struct {
	// At is a selection set in an earlier call: the objects parsed for it are the targets. When several calls yield the
	// same position (value types that are resolved partly here and partly there) it is the first of them.
	At *SelectionSet
	// On narrows the targets by runtime type.
	On supergraph.TypeSet
	// Path is the response path of the position, for people and errors.
	Path []PathElement
}

// PathElement is a step of a response path: a response key, followed by as many list levels as the field has.
type PathElement struct {
	Key   string
	Lists int
	// On is the type condition under which the key was taken; empty when none.
	On []string
}

// Representation tells how to write the representation of a target object.
type Representation struct {
	// On are the runtime types it serves.
	On supergraph.TypeSet
	// TypeName is the __typename to send; empty means the object's runtime type name.
	TypeName string
	// Fields are the key and @requires fields in order.
	Fields []*RepresentationField
}

// RepresentationField is a field of a representation.
type RepresentationField struct {
	// Name is the field's name in the representation.
	Name string
	// On narrows the field by runtime type of the object it is read from; nil means all.
	On supergraph.TypeSet
	// From are the fetched fields the value is read from: the first that was fetched for the object's runtime type.
	// They belong to calls that produce or target the object. Nil for a __typename, which is the runtime type's name.
	From []*Field
	// Key tells that the field is part of the entity's key: if its value is null the entity is not fetched.
	Key bool
	// Fields is the sub-selection of a composite field.
	Fields []*RepresentationField
}

// SelectionSet is what a call asks of a composite value, flattened: fragments are expressed by Field.On.
type SelectionSet struct {
	// Call is the call it belongs to, and Owner the field it hangs below (nil for the call's root selection).
	Call  *Call
	Owner *Field
	// Type is the declared type in the subgraph (which may be abstract, or an interface object).
	Type *supergraph.Type
	// Fields in the order in which they stand in the document, so that a server that keeps the order can be parsed
	// without searching. One Key can occur several times with disjoint On.
	Fields []*Field
}

// Field is a field asked of a subgraph.
type Field struct {
	ID int
	// Key is the response key in the subgraph's answer; it need not be the client's.
	Key string
	// Def is the field's definition; nil for __typename.
	Def *supergraph.Field
	// On are the runtime types for which it is asked.
	On   supergraph.TypeSet
	Args []operation.Argument
	// Directed tells that it is asked with directives of the client, which may change its value.
	Directed bool
	// Selection is the sub-selection; nil for leaves.
	Selection *SelectionSet
	// Serves are the client's fields that are answered from this one; empty for fields that only feed representations
	// or tell the runtime type.
	Serves []*operation.Field
	Parent *SelectionSet
}

// IsTypename tells whether the field is __typename.
func (f *Field) IsTypename() bool { return f.Def == nil }

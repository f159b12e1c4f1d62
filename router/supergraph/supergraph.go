// Package supergraph holds a composed graph in memory: its types and fields, which subgraph defines each of them and
// under which conditions (keys, @requires, @provides, @external, overrides), all numbered so that the planner can use
// slices and bit sets instead of maps.
//
// A Supergraph is immutable after Load and shared by all requests.
package supergraph

import "github.com/vektah/gqlparser/v2/ast"

// Supergraph is a composed graph: the schema clients see and the map from every field to the subgraphs that resolve it.
type Supergraph struct {
	// SDL is the document the supergraph was loaded from.
	SDL string
	// API is the schema clients see: no federation machinery, nothing @inaccessible. Operations are validated against it.
	API *ast.Schema
	// Subgraphs are the graphs of the join__Graph enum in the order of the document; Subgraph.ID is the index.
	Subgraphs []*Subgraph
	// Types are all types of the graph sorted by name, inaccessible ones included; Type.ID is the index.
	Types []*Type
	// Objects are the object types only; Type.ObjectIndex is the index, and the bit in a TypeSet.
	Objects []*Type
	// Query, Mutation and Subscription are the root types; the last two may be nil.
	Query, Mutation, Subscription *Type
	// Features are the specifications the document links, in the order of the document.
	Features []Feature
	// OverrideLabels are the labels of progressive @override(label:) in the graph, sorted.
	OverrideLabels []string
	// Requirements are what callers are asked for anywhere in the graph; Requirement.ID is the index.
	Requirements []*Requirement
	// Capabilities are what the API schema's __service tells of; it has none without them.
	Capabilities []Capability

	byName map[string]*Type
	// named are the names of linked directives.
	named map[directiveKey]string
}

// Type returns the type with that name, or nil.
func (s *Supergraph) Type(name string) *Type { return s.byName[name] }

// Subgraph is one service of the graph.
type Subgraph struct {
	ID int
	// Name is the service's name as its owner wrote it, for people and for error extensions.
	Name string
	// Graph is the enum value of join__Graph that stands for it.
	Graph string
	// URL is where it is served; empty when the supergraph does not say.
	URL string
}

// Type is a named type of the supergraph.
type Type struct {
	ID   int
	Name string
	Kind ast.DefinitionKind
	// ObjectIndex is the bit of an object type in a TypeSet; -1 for other kinds.
	ObjectIndex int
	// Fields are the fields of an object or interface type in document order; Field.Index is the position.
	Fields []*Field
	// Interfaces are the interfaces an object or interface type implements in the supergraph.
	Interfaces []*Type
	// Possible are the object types a value of this type can have at run time anywhere in the graph: itself for an
	// object type, members or implementations for abstract types, empty for leaf and input types.
	Possible TypeSet
	// In tells what each subgraph knows of the type, indexed by Subgraph.ID; nil where it does not define the type.
	In []*TypeIn
	// EnumValues are the values of an enum type, inaccessible ones included.
	EnumValues []*EnumValue
	// Contexts are the names of the contexts (@context) that objects of the type set, be it said of the type itself or of
	// an interface or a union that it belongs to.
	Contexts []string
	// Inaccessible tells that clients must never see the type.
	Inaccessible bool
	// Definition is the type in the supergraph document.
	Definition *ast.Definition

	fieldByName map[string]*Field
}

// Field returns the field with that name, or nil.
func (t *Type) Field(name string) *Field { return t.fieldByName[name] }

// IsAbstract tells whether values of the type have one of several object types.
func (t *Type) IsAbstract() bool { return t.Kind == ast.Interface || t.Kind == ast.Union }

// IsComposite tells whether the type has a selection set.
func (t *Type) IsComposite() bool {
	return t.Kind == ast.Object || t.Kind == ast.Interface || t.Kind == ast.Union
}

// IsLeaf tells whether the type is a scalar or an enum.
func (t *Type) IsLeaf() bool { return t.Kind == ast.Scalar || t.Kind == ast.Enum }

// TypeIn is a type as one subgraph defines it (join__type, join__implements, join__unionMember).
type TypeIn struct {
	Subgraph *Subgraph
	// Keys are its @key field sets there, resolvable or not.
	Keys []*Key
	// InterfaceObject tells that the subgraph defines this interface as an object (@interfaceObject).
	InterfaceObject bool
	// Extension tells that the subgraph only extends the type (Federation 1 ownership).
	Extension bool
	// Possible are the object types that a value of this type can have when this subgraph returns it: the union
	// members and implementations this subgraph knows. For an interface object it is the whole of Type.Possible.
	Possible TypeSet
}

// Key is one @key of a type in a subgraph.
type Key struct {
	FieldSet FieldSet
	// Resolvable is false for @key(resolvable: false): entities can be referenced but not fetched by this key.
	Resolvable bool
}

// Field is a field of an object or interface type.
type Field struct {
	// Index is the position in Parent.Fields.
	Index  int
	Parent *Type
	Name   string
	// Type is the merged output type and Named its innermost named type.
	Type  *ast.Type
	Named *Type
	Args  []*Argument
	// In tells how each subgraph takes part in the field, indexed by Subgraph.ID; nil where the subgraph does not
	// mention it.
	In []*FieldIn
	// Inaccessible tells that clients must never see the field.
	Inaccessible bool
	// Access are the IDs of everything that is asked of callers who select the field on Parent, sorted.
	Access     []int
	Definition *ast.FieldDefinition
}

// Argument is an argument of a field.
type Argument struct {
	Name         string
	Type         *ast.Type
	DefaultValue *ast.Value
	Inaccessible bool
	// Access are the IDs of what is asked of callers who give the argument, sorted.
	Access []int
}

// FieldIn is a field as one subgraph knows it (join__field).
type FieldIn struct {
	Subgraph *Subgraph
	// Type is the field's type in that subgraph, which may be narrower than the merged one.
	Type *ast.Type
	// External tells that the subgraph only mentions the field: it cannot resolve it, except below a @provides.
	External bool
	// Requires is the field set (over Parent) that must be sent along in the representation; nil when none.
	Requires FieldSet
	// Provides is the field set (over Named) this subgraph resolves below this field although it is external there.
	Provides FieldSet
	// Override is the graph name this field is taken over from, and OverrideLabel the label of a progressive override.
	Override, OverrideLabel string
	// UsedOverridden tells that the field was taken over by another subgraph but is still used here as part of a key,
	// a @requires or an interface.
	UsedOverridden bool
	// Overridden is set by Load when another subgraph overrides this subgraph's field: always (label empty), or when
	// the label is on.
	Overridden      bool
	OverriddenLabel string
	// ContextArguments are arguments filled from a @context (@fromContext).
	ContextArguments []ContextArgument
}

// ContextArgument is one argument that a subgraph receives from a context set by an ancestor.
type ContextArgument struct {
	Context, Name, Type string
	// Selection is the text of the @fromContext selection, without the leading $context.
	Selection string
}

// EnumValue is a value of an enum type.
type EnumValue struct {
	Name         string
	Inaccessible bool
	// In tells which subgraphs define the value, indexed by Subgraph.ID.
	In []bool
}

// FieldSet is a parsed selection of fields (@key, @requires, @provides), resolved against a type.
// Specification: Apollo Federation, "FieldSet" scalar.
type FieldSet []*FieldSetItem

// FieldSetItem is a field or an inline fragment of a FieldSet.
type FieldSetItem struct {
	// Field is the selected field; nil for __typename and for inline fragments.
	Field *Field
	// Name is the field's name ("__typename" included); empty for inline fragments.
	Name  string
	Alias string
	// Args are literal arguments.
	Args ast.ArgumentList
	// On is the type condition of an inline fragment; nil for fields.
	On *Type
	// Items is the sub-selection of a composite field or a fragment.
	Items FieldSet
}

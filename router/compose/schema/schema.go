// Package schema is the schema model composition works on: a mutable type system whose every element remembers where
// it was written. It describes both a subgraph's schema and the supergraph under construction.
package schema

import (
	"github.com/vektah/gqlparser/v2/ast"

	"github.com/weft-graphql/weft/router/federation"
)

// Pos is a place in the SDL an element came from; the zero value means that it was not written by anyone.
type Pos struct{ Line, Column int }

// Known reports whether the element was written in an SDL.
func (p Pos) Known() bool { return p.Line > 0 }

// Kind is the kind of a named type.
type Kind = ast.DefinitionKind

// Operation is one of the three root operations.
type Operation uint8

// The root operations.
const (
	Query Operation = iota
	Mutation
	Subscription
)

// Operations lists the root operations in specification order.
var Operations = [...]Operation{Query, Mutation, Subscription}

// String is the operation's keyword.
func (o Operation) String() string { return [...]string{"query", "mutation", "subscription"}[o] }

// DefaultName is the name the operation's root type has unless the schema definition says otherwise.
func (o Operation) DefaultName() string {
	return [...]string{"Query", "Mutation", "Subscription"}[o]
}

// Schema is a type system.
type Schema struct {
	// Explicit says that a schema definition (not only extensions) was written.
	Explicit    bool
	Description string
	Directives  []*Directive
	Roots       [3]Ref
	Pos         Pos

	types       []*Type
	typeByName  map[string]*Type
	definitions []*DirectiveDefinition
	defByName   map[string]*DirectiveDefinition
}

// New returns an empty schema.
func New() *Schema {
	return &Schema{typeByName: map[string]*Type{}, defByName: map[string]*DirectiveDefinition{}}
}

// Ref is a reference to a type by name.
type Ref struct {
	Name string
	Pos  Pos
	// OfExtension says that the reference was written in an extension.
	OfExtension bool
}

// Types are the named types in definition order. The slice must not be changed.
func (s *Schema) Types() []*Type { return s.types }

// Type returns the named type or nil.
func (s *Schema) Type(name string) *Type { return s.typeByName[name] }

// AddType adds t, whose name must be new.
func (s *Schema) AddType(t *Type) *Type {
	s.types = append(s.types, t)
	s.typeByName[t.Name] = t
	return t
}

// RemoveTypes removes the types drop reports true for.
func (s *Schema) RemoveTypes(drop func(*Type) bool) {
	kept := s.types[:0]
	for _, t := range s.types {
		if drop(t) {
			delete(s.typeByName, t.Name)
			continue
		}
		kept = append(kept, t)
	}
	clear(s.types[len(kept):])
	s.types = kept
}

// RenameType gives t another name, which must be new, and renames every reference to it.
func (s *Schema) RenameType(t *Type, name string) {
	old := t.Name
	delete(s.typeByName, old)
	s.typeByName[name] = t
	rename := func(ref *ast.Type) {
		for ref.Elem != nil {
			ref = ref.Elem
		}
		if ref.NamedType == old {
			ref.NamedType = name
		}
	}
	for _, other := range s.types {
		for _, f := range other.fields {
			rename(f.Type)
			for _, a := range f.Arguments {
				rename(a.Type)
			}
		}
		for i := range other.Interfaces {
			if other.Interfaces[i].Name == old {
				other.Interfaces[i].Name = name
			}
		}
		for i := range other.Members {
			if other.Members[i].Name == old {
				other.Members[i].Name = name
			}
		}
	}
	for i := range s.Roots {
		if s.Roots[i].Name == old {
			s.Roots[i].Name = name
		}
	}
	t.Name = name
}

// Root returns the root type of an operation, or nil.
func (s *Schema) Root(op Operation) *Type {
	if s.Roots[op].Name == "" {
		return nil
	}
	return s.typeByName[s.Roots[op].Name]
}

// IsRoot reports whether the named type is the root of some operation.
func (s *Schema) IsRoot(name string) bool {
	return name != "" && (s.Roots[0].Name == name || s.Roots[1].Name == name || s.Roots[2].Name == name)
}

// DirectiveDefinitions are the directive definitions in definition order. The slice must not be changed.
func (s *Schema) DirectiveDefinitions() []*DirectiveDefinition { return s.definitions }

// DirectiveDefinition returns the directive definition of that name (without @) or nil.
func (s *Schema) DirectiveDefinition(name string) *DirectiveDefinition { return s.defByName[name] }

// AddDirectiveDefinition adds d, whose name must be new.
func (s *Schema) AddDirectiveDefinition(d *DirectiveDefinition) *DirectiveDefinition {
	s.definitions = append(s.definitions, d)
	s.defByName[d.Name] = d
	return d
}

// RemoveDirectiveDefinition removes the directive definition of that name, if there is one.
func (s *Schema) RemoveDirectiveDefinition(name string) {
	if s.defByName[name] == nil {
		return
	}
	delete(s.defByName, name)
	kept := s.definitions[:0]
	for _, d := range s.definitions {
		if d.Name != name {
			kept = append(kept, d)
		}
	}
	s.definitions = kept
}

// Implementations returns the object types and interfaces that directly name the interface, in definition order.
func (s *Schema) Implementations(interfaceName string) []*Type {
	var out []*Type
	for _, t := range s.types {
		if t.Implements(interfaceName) {
			out = append(out, t)
		}
	}
	return out
}

// PossibleTypes returns the names of the object types a value of the named composite type can have, in definition
// order.
func (s *Schema) PossibleTypes(name string) []string {
	t := s.typeByName[name]
	if t == nil {
		return nil
	}
	switch t.Kind {
	case ast.Object:
		return []string{name}
	case ast.Union:
		out := make([]string, 0, len(t.Members))
		for _, m := range t.Members {
			out = append(out, m.Name)
		}
		return out
	case ast.Interface:
		var out []string
		for _, other := range s.types {
			if other.Kind == ast.Object && other.Implements(name) {
				out = append(out, other.Name)
			}
		}
		return out
	default:
		return nil
	}
}

// Type is a named type: its definition and all its extensions.
type Type struct {
	Kind        Kind
	Name        string
	Description string
	Directives  []*Directive
	// Interfaces are the interfaces an object or interface type implements.
	Interfaces []Ref
	// Members are the members of a union.
	Members []Ref
	// Values are the values of an enum.
	Values []*EnumValue
	Pos    Pos
	// HasDefinition and HasExtension say in which forms the type was written.
	HasDefinition, HasExtension bool

	fields  []*Field
	byField map[string]*Field

	interfaceIndex, memberIndex, valueIndex index
	applied                                 applied
}

// Fields are the fields of an object, interface or input object type in definition order. The slice must not be
// changed.
func (t *Type) Fields() []*Field { return t.fields }

// Field returns the field of that name or nil.
func (t *Type) Field(name string) *Field {
	if t.byField != nil {
		return t.byField[name]
	}
	for _, f := range t.fields {
		if f.Name == name {
			return f
		}
	}
	return nil
}

// AddField adds f, whose name must be new, and makes t its parent.
func (t *Type) AddField(f *Field) *Field {
	f.Parent = t
	t.fields = append(t.fields, f)
	switch {
	case t.byField != nil:
		t.byField[f.Name] = f
	case len(t.fields) >= indexFrom:
		t.byField = make(map[string]*Field, 2*indexFrom)
		for _, f := range t.fields {
			t.byField[f.Name] = f
		}
	}
	return f
}

// RemoveFields removes the fields drop reports true for.
func (t *Type) RemoveFields(drop func(*Field) bool) {
	kept := t.fields[:0]
	for _, f := range t.fields {
		if drop(f) {
			if t.byField != nil {
				delete(t.byField, f.Name)
			}
			continue
		}
		kept = append(kept, f)
	}
	clear(t.fields[len(kept):])
	t.fields = kept
}

// Implements reports whether t names the interface among those it implements.
func (t *Type) Implements(interfaceName string) bool {
	return t.interfaceIndex.find(interfaceName, len(t.Interfaces), func(i int) string { return t.Interfaces[i].Name }) >= 0
}

// HasMember reports whether the union has the named member.
func (t *Type) HasMember(name string) bool {
	return t.memberIndex.find(name, len(t.Members), func(i int) string { return t.Members[i].Name }) >= 0
}

// Value returns the enum value of that name or nil.
func (t *Type) Value(name string) *EnumValue {
	if i := t.valueIndex.find(name, len(t.Values), func(i int) string { return t.Values[i].Name }); i >= 0 {
		return t.Values[i]
	}
	return nil
}

// IsComposite reports whether t has sub-selections: an object, interface or union.
func (t *Type) IsComposite() bool {
	return t.Kind == ast.Object || t.Kind == ast.Interface || t.Kind == ast.Union
}

// IsInput reports whether t may be the type of an argument.
func (t *Type) IsInput() bool {
	return t.Kind == ast.Scalar || t.Kind == ast.Enum || t.Kind == ast.InputObject
}

// Field is a field of an object, interface or input object type.
type Field struct {
	Parent      *Type
	Name        string
	Description string
	Type        *ast.Type
	Arguments   []*Argument
	// Default is the default value of an input field, nil when it has none.
	Default     *ast.Value
	Directives  []*Directive
	Pos         Pos
	OfExtension bool

	argumentIndex index
}

// Argument returns the argument of that name or nil.
func (f *Field) Argument(name string) *Argument {
	return argument(&f.argumentIndex, f.Arguments, name)
}

// Coordinate is the field's schema coordinate, "Type.field".
func (f *Field) Coordinate() string { return f.Parent.Name + "." + f.Name }

func argument(x *index, args []*Argument, name string) *Argument {
	if i := x.find(name, len(args), func(i int) string { return args[i].Name }); i >= 0 {
		return args[i]
	}
	return nil
}

// Argument is an argument of a field or of a directive.
type Argument struct {
	Name        string
	Description string
	Type        *ast.Type
	Default     *ast.Value
	Directives  []*Directive
	Pos         Pos
}

// Required reports whether the argument must be given.
func (a *Argument) Required() bool { return a.Type.NonNull && a.Default == nil }

// EnumValue is a value of an enum.
type EnumValue struct {
	Name        string
	Description string
	Directives  []*Directive
	Pos         Pos
	OfExtension bool
}

// DirectiveDefinition defines a directive.
type DirectiveDefinition struct {
	Name        string
	Description string
	Arguments   []*Argument
	Repeatable  bool
	Locations   []ast.DirectiveLocation
	Pos         Pos

	byArgument map[string]*Argument
}

// IndexArguments makes finding one of many arguments fast; Arguments must not be changed afterwards.
func (d *DirectiveDefinition) IndexArguments() {
	d.byArgument = nil
	if len(d.Arguments) < indexFrom {
		return
	}
	d.byArgument = make(map[string]*Argument, len(d.Arguments))
	for _, a := range d.Arguments {
		d.byArgument[a.Name] = a
	}
}

// Argument returns the argument of that name or nil.
func (d *DirectiveDefinition) Argument(name string) *Argument {
	if d.byArgument != nil {
		return d.byArgument[name]
	}
	for _, a := range d.Arguments {
		if a.Name == name {
			return a
		}
	}
	return nil
}

// HasLocation reports whether the directive may be used at the location.
func (d *DirectiveDefinition) HasLocation(l ast.DirectiveLocation) bool {
	for _, location := range d.Locations {
		if location == l {
			return true
		}
	}
	return false
}

// Directive is a directive application.
type Directive struct {
	Name string
	// Federation says which federation directive Name stands for in this schema; zero for all others.
	Federation  federation.Directive
	Arguments   []Arg
	Pos         Pos
	OfExtension bool

	argumentIndex index
}

// Arg is an argument of a directive application.
type Arg struct {
	Name  string
	Value *ast.Value
	Pos   Pos
}

// Arg returns the value given for an argument, or nil.
func (d *Directive) Arg(name string) *ast.Value {
	if i := d.argumentIndex.find(name, len(d.Arguments), func(i int) string { return d.Arguments[i].Name }); i >= 0 {
		return d.Arguments[i].Value
	}
	return nil
}

// StringArg returns the value given for a string argument; ok is false when there is none or it is no string.
func (d *Directive) StringArg(name string) (value string, ok bool) {
	v := d.Arg(name)
	if v == nil || v.Kind != ast.StringValue && v.Kind != ast.BlockValue {
		return "", false
	}
	return v.Raw, true
}

// First returns the first application of a federation directive, or nil.
func First(directives []*Directive, which federation.Directive) *Directive {
	for _, d := range directives {
		if d.Federation == which {
			return d
		}
	}
	return nil
}

// Has reports whether a federation directive is applied.
func Has(directives []*Directive, which federation.Directive) bool {
	return First(directives, which) != nil
}

// Named returns the first application of the directive of that name, or nil.
func Named(directives []*Directive, name string) *Directive {
	for _, d := range directives {
		if d.Name == name {
			return d
		}
	}
	return nil
}

// Without returns the directives other than those drop reports true for.
func Without(directives []*Directive, drop func(*Directive) bool) []*Directive {
	kept := directives[:0:0]
	for _, d := range directives {
		if !drop(d) {
			kept = append(kept, d)
		}
	}
	return kept
}

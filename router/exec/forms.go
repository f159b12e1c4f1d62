package exec

import (
	"sync/atomic"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/weft-graphql/weft/router/jsontext"
	"github.com/weft-graphql/weft/router/operation"
	"github.com/weft-graphql/weft/router/plan"
	"github.com/weft-graphql/weft/router/supergraph"
)

// fieldForm is what programs know of a field from its definition. It is made once, so that the programs of new
// operations share it.
type fieldForm struct {
	// spelled is the field's name as the key of an entry behind another, `,"name":`.
	spelled string
	// output is the type its values are printed as.
	output outputType
	// lists is the number of list levels around a value.
	lists int32
}

// form returns the form of a field.
func (e *Engine) form(def *supergraph.Field) *fieldForm {
	if f, ok := e.fieldForms.Load(def); ok {
		return f.(*fieldForm)
	}
	form := &fieldForm{spelled: spellEntry(def.Name), output: newOutputType(def), lists: int32(listDepth(def.Type))}
	f, _ := e.fieldForms.LoadOrStore(def, form)
	return f.(*fieldForm)
}

// typenameEntry is the entry of a __typename that has no other key.
const typenameEntry = `,"__typename":`

// entry spells a key in front of a value of a field, `,"key":`. def is nil for __typename.
func (e *Engine) entry(key string, def *supergraph.Field) string {
	switch {
	case def != nil && key == def.Name:
		return e.form(def).spelled
	case def == nil && key == "__typename":
		return typenameEntry
	}
	return spellEntry(key)
}

// inputEntry is entry for a field of a representation.
func (e *Engine) inputEntry(f *plan.RepresentationField) string {
	if len(f.From) == 0 {
		return e.entry(f.Name, nil)
	}
	return e.entry(f.Name, f.From[0].Def)
}

// outputEntry is entry for a field of the client.
func (e *Engine) outputEntry(f *operation.Field) string { return e.entry(f.Key, f.Def) }

// spell writes a name, which needs no escapes, as the key of an object, and spellEntry does behind another entry.
func spell(name string) string      { return `"` + name + `":` }
func spellEntry(name string) string { return `,"` + name + `":` }

func listDepth(t *ast.Type) int {
	depth := 0
	for ; t.Elem != nil; t = t.Elem {
		depth++
	}
	return depth
}

// typeForm is what programs know of a type.
type typeForm struct {
	// opening begins a representation, `{"__typename":"Product"`.
	opening string
	// visible are the object types of the type's values that clients may see.
	visible supergraph.TypeSet
}

// supergraphForm is what programs know of a supergraph.
type supergraphForm struct {
	supergraph *supergraph.Supergraph
	names      *typeNames
	// inaccessible are the object types that clients may not see.
	inaccessible supergraph.TypeSet
	// types has the forms of the types that programs asked for, by supergraph.Type.ID.
	types []atomic.Pointer[typeForm]
}

// formOf returns the form of a supergraph: an engine sees one for as long as it lives.
func (e *Engine) formOf(s *supergraph.Supergraph) *supergraphForm {
	if f := e.supergraphForm.Load(); f != nil && f.supergraph == s {
		return f
	}
	f := &supergraphForm{
		supergraph: s, names: newTypeNames(s), inaccessible: supergraph.NewTypeSet(len(s.Objects)),
		types: make([]atomic.Pointer[typeForm], len(s.Types)),
	}
	for i, o := range s.Objects {
		if o.Inaccessible {
			f.inaccessible.Add(i)
		}
	}
	e.supergraphForm.Store(f)
	return f
}

// of returns the form of a type of the supergraph.
func (f *supergraphForm) of(t *supergraph.Type) *typeForm {
	if form := f.types[t.ID].Load(); form != nil {
		return form
	}
	form := &typeForm{opening: string(jsontext.AppendQuoted([]byte(dynamicOpening), t.Name)), visible: t.Possible}
	if t.Possible.Intersects(f.inaccessible) {
		form.visible = t.Possible.Minus(f.inaccessible)
	}
	f.types[t.ID].Store(form)
	return form
}

package operation

import (
	"encoding/binary"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
)

// overlap checks that fields with one response key can be merged (GraphQL specification, section 5.3.2).
//
// Comparing all pairs of fields, as the specification words it, takes time that grows with the square of the document.
// Here all fields with one key are collected first: each is compared with the first of them, and what is selected below
// all of them together is checked once. The two parts of the rule are checked separately: fields of one key must have
// values of one shape wherever they stand; and they must be the same field with the same arguments where they can apply
// to the same object, that is, for each object type they are selected on, those and the fields on abstract types.
type overlap struct {
	schema *ast.Schema
	errs   gqlerror.List
	// ids number the fields; a set of fields is known by its ids, and no set is checked twice.
	ids          map[*ast.Field]uint32
	shaped, same map[string]bool
}

// maxOverlapErrors bounds the conflicts that are reported.
const maxOverlapErrors = 10

// placed is a field and the type it is selected on.
type placed struct {
	field  *ast.Field
	parent *ast.Definition
}

func checkOverlap(schema *ast.Schema, op *ast.OperationDefinition) gqlerror.List {
	o := &overlap{schema: schema, ids: map[*ast.Field]uint32{}, shaped: map[string]bool{}, same: map[string]bool{}}
	fields := collectPlaced(nil, op.SelectionSet, map[string]bool{})
	o.shapes(fields)
	o.sameFields(fields)
	return o.errs
}

// collectPlaced lists the fields of a selection set, fragments expanded; each fragment once.
func collectPlaced(out []placed, set ast.SelectionSet, spread map[string]bool) []placed {
	for _, sel := range set {
		switch sel := sel.(type) {
		case *ast.Field:
			if sel.Definition != nil {
				out = append(out, placed{sel, sel.ObjectDefinition})
			}
		case *ast.InlineFragment:
			out = collectPlaced(out, sel.SelectionSet, spread)
		case *ast.FragmentSpread:
			if sel.Definition != nil && !spread[sel.Name] {
				spread[sel.Name] = true
				out = collectPlaced(out, sel.Definition.SelectionSet, spread)
			}
		}
	}
	return out
}

// byKey groups fields by response key, in order.
func byKey(fields []placed) [][]placed {
	index := make(map[string]int, len(fields))
	var groups [][]placed
	for _, f := range fields {
		key := f.field.Alias
		i, ok := index[key]
		if !ok {
			i = len(groups)
			index[key] = i
			groups = append(groups, nil)
		}
		groups[i] = append(groups[i], f)
	}
	return groups
}

// below lists what is selected below fields.
func below(fields []placed) []placed {
	var out []placed
	spread := map[string]bool{}
	for _, f := range fields {
		out = collectPlaced(out, f.field.SelectionSet, spread)
	}
	return out
}

// visit tells whether a set of fields has not been checked yet.
func (o *overlap) visit(done map[string]bool, fields []placed) bool {
	if len(fields) == 0 || len(o.errs) >= maxOverlapErrors {
		return false
	}
	key := make([]byte, 0, 4*len(fields))
	for _, f := range fields {
		id, ok := o.ids[f.field]
		if !ok {
			id = uint32(len(o.ids))
			o.ids[f.field] = id
		}
		key = binary.LittleEndian.AppendUint32(key, id)
	}
	if done[string(key)] {
		return false
	}
	done[string(key)] = true
	return true
}

// shapes is SameResponseShape of the specification.
func (o *overlap) shapes(fields []placed) {
	if !o.visit(o.shaped, fields) {
		return
	}
	for _, group := range byKey(fields) {
		first := group[0]
		for _, f := range group[1:] {
			if !o.sameShape(first.field.Definition.Type, f.field.Definition.Type) {
				o.conflict(first, f, "they return conflicting types \""+first.field.Definition.Type.String()+"\" and \""+f.field.Definition.Type.String()+"\"")
				break
			}
		}
		o.shapes(below(group))
	}
}

func (o *overlap) sameShape(a, b *ast.Type) bool {
	for {
		if a.NonNull != b.NonNull || (a.Elem == nil) != (b.Elem == nil) {
			return false
		}
		if a.Elem == nil {
			break
		}
		a, b = a.Elem, b.Elem
	}
	if a.NamedType == b.NamedType {
		return true
	}
	x, y := o.schema.Types[a.NamedType], o.schema.Types[b.NamedType]
	return x != nil && y != nil && x.IsCompositeType() && y.IsCompositeType()
}

// sameFields is the part of FieldsInSetCanMerge about fields that can apply to one object.
func (o *overlap) sameFields(fields []placed) {
	if !o.visit(o.same, fields) {
		return
	}
	for _, group := range byKey(fields) {
		for _, set := range byParent(group) {
			first := set[0]
			for _, f := range set[1:] {
				switch {
				case f.field.Name != first.field.Name:
					o.conflict(first, f, "\""+first.field.Name+"\" and \""+f.field.Name+"\" are different fields")
				case !equalArguments(first.field.Arguments, f.field.Arguments):
					o.conflict(first, f, "they have differing arguments")
				default:
					continue
				}
				break
			}
			o.sameFields(below(set))
		}
	}
}

// byParent splits fields with one key into sets that can apply to the same object: for each object type, the fields
// selected on it and those on abstract types.
func byParent(group []placed) [][]placed {
	var abstract []placed
	objects := map[*ast.Definition]bool{}
	var order []*ast.Definition
	for _, f := range group {
		if f.parent == nil || f.parent.Kind != ast.Object {
			abstract = append(abstract, f)
		} else if !objects[f.parent] {
			objects[f.parent] = true
			order = append(order, f.parent)
		}
	}
	if len(order) == 0 {
		return [][]placed{abstract}
	}
	if len(order) == 1 {
		return [][]placed{group}
	}
	sets := make(map[*ast.Definition][]placed, len(order))
	for _, f := range group {
		if f.parent != nil && f.parent.Kind == ast.Object {
			sets[f.parent] = append(sets[f.parent], f)
		}
	}
	var out [][]placed
	for _, def := range order {
		out = append(out, append(sets[def], abstract...))
	}
	return out
}

func equalArguments(a, b ast.ArgumentList) bool {
	if len(a) != len(b) {
		return false
	}
	for _, x := range a {
		y := b.ForName(x.Name)
		if y == nil || x.Value.String() != y.Value.String() {
			return false
		}
	}
	return true
}

func (o *overlap) conflict(a, b placed, why string) {
	if len(o.errs) >= maxOverlapErrors {
		return
	}
	err := gqlerror.ErrorPosf(a.field.Position, "Fields %q conflict because %s. Use different aliases on the fields to fetch both if this was intentional.", a.field.Alias, why)
	if p := b.field.Position; p != nil {
		err.Locations = append(err.Locations, gqlerror.Location{Line: p.Line, Column: p.Column})
	}
	err.Rule = "OverlappingFieldsCanBeMerged"
	o.errs = append(o.errs, err)
}

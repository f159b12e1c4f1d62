package validation

import (
	"encoding/binary"
	"fmt"
	"slices"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
)

const overlappingFields = "OverlappingFieldsCanBeMerged"

// overlappingFieldsCanBeMerged: fields with one response key can be merged.
// https://spec.graphql.org/September2025/#sec-Field-Selection-Merging
//
// Comparing all pairs of fields, as the specification words it, takes time that grows with the square of the document.
// Here all fields with one key are collected first: each is compared with the first of them, and what is selected below
// all of them together is checked once. The two parts of the rule are checked separately where they differ: fields of
// one key must have values of one shape wherever they stand; and they must be the same field with the same arguments
// where they can apply to the same object, that is, for each object type they are selected on, those and the fields on
// abstract types.
func (c *checker) overlappingFieldsCanBeMerged() {
	o := &merging{c: c, ids: map[*ast.Field]uint32{}}
	for _, p := range c.parts {
		switch {
		case p.operation != nil:
			o.check(p.operation.SelectionSet)
		case !p.used:
			o.check(p.fragment.SelectionSet)
		}
	}
}

// merging checks one document.
type merging struct {
	c         *checker
	conflicts int
	// ids number the fields that stand beside others of their key; a set of those is known by its ids. No set is checked
	// twice for the same.
	ids map[*ast.Field]uint32
	// found are the fields that are being checked, those below others on top of these.
	found []*ast.Field
	done  [3]map[string]bool
	// alone are the fields that stood alone and whose selections were checked, for documents with fragments.
	alone [3]map[*ast.Field]bool
}

// The parts of the rule a set of fields is checked for.
const (
	shapeAndField = iota
	shapeOnly
	fieldOnly
)

// maxConflicts bounds the conflicts that are reported.
const maxConflicts = 10

// check checks a selection set.
func (o *merging) check(set ast.SelectionSet) {
	o.c.walks++
	o.found = o.expand(o.found[:0], set)
	o.both(o.found)
}

// expand adds the fields of a selection set to a list, fragments expanded, each once for a walk.
func (o *merging) expand(out []*ast.Field, set ast.SelectionSet) []*ast.Field {
	if !o.c.spend(len(set)) {
		return out
	}
	for _, sel := range set {
		switch sel := sel.(type) {
		case *ast.Field:
			out = append(out, sel)
		case *ast.InlineFragment:
			out = o.expand(out, sel.SelectionSet)
		case *ast.FragmentSpread:
			if p := o.c.fragments[sel.Name]; p != nil && p.reached != o.c.walks {
				p.reached = o.c.walks
				out = o.expand(out, p.fragment.SelectionSet)
			}
		}
	}
	return out
}

// below checks what is selected below fields.
func (o *merging) below(fields []*ast.Field, check func([]*ast.Field)) {
	o.c.walks++
	mark := len(o.found)
	for _, f := range fields {
		o.found = o.expand(o.found, f.SelectionSet)
	}
	check(o.found[mark:len(o.found):len(o.found)])
	o.found = o.found[:mark]
}

// groups calls visit for the fields of each response key, in order.
func groups(fields []*ast.Field, visit func([]*ast.Field)) {
	if distinct(fields) {
		for i := range fields {
			visit(fields[i : i+1])
		}
		return
	}
	index := make(map[string]int, len(fields))
	var all [][]*ast.Field
	for _, f := range fields {
		i, ok := index[f.Alias]
		if !ok {
			i = len(all)
			index[f.Alias] = i
			all = append(all, nil)
		}
		all[i] = append(all[i], f)
	}
	for _, group := range all {
		visit(group)
	}
}

// distinct tells of a few fields whether all have different keys. Of many it does not say.
func distinct(fields []*ast.Field) bool {
	if len(fields) > 2*fewItems {
		return false
	}
	for i, f := range fields {
		for _, g := range fields[:i] {
			if g.Alias == f.Alias {
				return false
			}
		}
	}
	return true
}

// begin tells whether fields of one key are still to be checked for a part of the rule.
func (o *merging) begin(part int, group []*ast.Field) bool {
	if o.conflicts >= maxConflicts || !o.c.spend(len(group)) {
		return false
	}
	if len(group) == 1 {
		if len(o.c.fragments) == 0 && part == shapeAndField {
			return true // nothing leads here twice
		}
		if o.alone[part] == nil {
			o.alone[part] = map[*ast.Field]bool{}
		}
		before := len(o.alone[part])
		o.alone[part][group[0]] = true
		return len(o.alone[part]) > before
	}
	key := make([]byte, 0, 4*len(group))
	for _, f := range group {
		id, ok := o.ids[f]
		if !ok {
			id = uint32(len(o.ids))
			o.ids[f] = id
		}
		key = binary.LittleEndian.AppendUint32(key, id)
	}
	if o.done[part][string(key)] {
		return false
	}
	if o.done[part] == nil {
		o.done[part] = map[string]bool{}
	}
	o.done[part][string(key)] = true
	return true
}

// both checks fields that can all apply to one object, as far as their own types allow.
func (o *merging) both(fields []*ast.Field) {
	groups(fields, func(group []*ast.Field) {
		if len(group) == 1 {
			if len(group[0].SelectionSet) > 0 && o.begin(shapeAndField, group) {
				o.below(group, o.both)
			}
			return
		}
		if !o.begin(shapeAndField, group) {
			return
		}
		o.sameShapes(group)
		sets := byParent(group)
		if len(sets) == 1 {
			o.sameField(group)
			o.below(group, o.both)
			return
		}
		for _, set := range sets {
			o.sameField(set)
			o.below(set, o.fields)
		}
		o.below(group, o.shapes)
	})
}

// shapes is SameResponseShape of the specification.
func (o *merging) shapes(fields []*ast.Field) {
	groups(fields, func(group []*ast.Field) {
		if !selects(group) && len(group) == 1 || !o.begin(shapeOnly, group) {
			return
		}
		o.sameShapes(group)
		o.below(group, o.shapes)
	})
}

// fields is the part of FieldsInSetCanMerge about fields that can apply to one object.
func (o *merging) fields(fields []*ast.Field) {
	groups(fields, func(group []*ast.Field) {
		if !selects(group) && len(group) == 1 || !o.begin(fieldOnly, group) {
			return
		}
		for _, set := range byParent(group) {
			o.sameField(set)
			o.below(set, o.fields)
		}
	})
}

// selects tells whether one of the fields has a selection.
func selects(fields []*ast.Field) bool {
	return slices.ContainsFunc(fields, func(f *ast.Field) bool { return len(f.SelectionSet) > 0 })
}

// typeOf is the type of a field's values; nil when it does not matter, as for the fields of introspection, which
// graphql-js does not compare, either.
func typeOf(f *ast.Field) *ast.Type {
	if f.Definition == nil || strings.HasPrefix(f.Name, "__") {
		return nil
	}
	return f.Definition.Type
}

// sameShapes reports a field whose values have another shape than those of others with its key.
func (o *merging) sameShapes(group []*ast.Field) {
	var first *ast.Field
	for _, f := range group {
		switch t := typeOf(f); {
		case t == nil:
		case first == nil:
			first = f
		case !o.sameShape(typeOf(first), t):
			o.conflict(first, f, fmt.Sprintf("they return conflicting types \"%s\" and \"%s\"", typeOf(first), t))
			return
		}
	}
}

func (o *merging) sameShape(a, b *ast.Type) bool {
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
	x, y := o.c.schema.Types[a.NamedType], o.c.schema.Types[b.NamedType]
	return x != nil && y != nil && x.IsCompositeType() && y.IsCompositeType()
}

// sameField reports a field that is another than those that apply to the same objects.
func (o *merging) sameField(set []*ast.Field) {
	first := set[0]
	for _, f := range set[1:] {
		switch {
		case f.Name != first.Name:
			o.conflict(first, f, "\""+first.Name+"\" and \""+f.Name+"\" are different fields")
			return
		case !sameArguments(first.Arguments, f.Arguments):
			o.conflict(first, f, "they have differing arguments")
			return
		}
	}
}

// byParent splits fields with one key into sets that can apply to the same object: for each object type, the fields
// selected on it and those on abstract types.
func byParent(group []*ast.Field) [][]*ast.Field {
	var order []*ast.Definition
	for _, f := range group {
		if t := f.ObjectDefinition; t != nil && t.Kind == ast.Object && (len(order) == 0 || order[len(order)-1] != t) {
			order = append(order, t)
		}
	}
	if len(order) <= 1 {
		return [][]*ast.Field{group}
	}
	sets := make(map[*ast.Definition][]*ast.Field, len(order))
	var abstract []*ast.Field
	for _, f := range group {
		if t := f.ObjectDefinition; t != nil && t.Kind == ast.Object {
			sets[t] = append(sets[t], f)
		} else {
			abstract = append(abstract, f)
		}
	}
	out := make([][]*ast.Field, 0, len(sets))
	for _, t := range order {
		if set := sets[t]; set != nil {
			delete(sets, t)
			out = append(out, append(set, abstract...))
		}
	}
	return out
}

// sameArguments tells whether two fields are given the same arguments, in whatever order.
func sameArguments(a, b ast.ArgumentList) bool {
	if len(a) != len(b) {
		return false
	}
	var values map[string]*ast.Value
	if len(b) > fewItems {
		values = make(map[string]*ast.Value, len(b))
		for _, y := range b {
			values[y.Name] = y.Value
		}
	}
	find := func(name string) *ast.Value {
		for i := len(b) - 1; i >= 0; i-- {
			if b[i].Name == name {
				return b[i].Value
			}
		}
		return nil
	}
	for _, x := range a {
		y := values[x.Name]
		if values == nil {
			y = find(x.Name)
		}
		if y == nil || !sameValue(x.Value, y) {
			return false
		}
	}
	return true
}

// sameValue tells whether two values are written alike, but for white space and the order of input fields.
func sameValue(a, b *ast.Value) bool {
	if a.Kind != b.Kind || a.Raw != b.Raw || len(a.Children) != len(b.Children) {
		return false
	}
	x, y := a.Children, b.Children
	if a.Kind == ast.ObjectValue {
		x, y = byName(x), byName(y)
	}
	for i := range x {
		if x[i].Name != y[i].Name || !sameValue(x[i].Value, y[i].Value) {
			return false
		}
	}
	return true
}

func byName(fields ast.ChildValueList) ast.ChildValueList {
	compare := func(a, b *ast.ChildValue) int { return strings.Compare(a.Name, b.Name) }
	if slices.IsSortedFunc(fields, compare) {
		return fields
	}
	fields = slices.Clone(fields)
	slices.SortStableFunc(fields, compare)
	return fields
}

func (o *merging) conflict(a, b *ast.Field, why string) {
	if o.conflicts++; o.conflicts > maxConflicts {
		return
	}
	before := len(o.c.errs)
	o.c.report(overlappingFields, a.Position, "Fields %q conflict because %s. "+
		"Use different aliases on the fields to fetch both if this was intentional.", a.Alias, why)
	if len(o.c.errs) > before {
		err := o.c.errs[before]
		err.Locations = append(err.Locations, gqlerror.Location{Line: b.Position.Line, Column: b.Position.Column})
	}
}

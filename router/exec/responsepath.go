package exec

import (
	"slices"

	"github.com/weft-graphql/weft/router/operation"
)

// responsePath leads from an object of the client's answer along a path of a subgraph's answer: to the client's
// fields that the path stands for, as far as the client asked for them. There is one for each name that the client
// gave a field, for the subgraph is asked for it only once.
type responsePath struct {
	l *locator
	// set is the selection that rest is relative to, and at where it starts.
	set  *selectionSet
	rest []pathStep
	at   spot
}

// served is a field of the client that a field of a subgraph's answer stands for.
type served struct {
	field  *outputField
	source *outputSource
}

// view is an object, which is not always there, as one of the calls sees it that brought it.
type view struct {
	program *objectProgram
	object  ref
}

// follow returns the positions at the end. views are the object as far as it is there; typ is its runtime type, if
// that is known. There are no positions when nobody asked for the field of an object of this type: a subgraph is
// asked for a field of an interface object before its runtime type is known.
func (w responsePath) follow(o *objectProgram, views []view, typ int32) []spot {
	if len(w.rest) == 0 || o == nil {
		return []spot{w.at}
	}
	found, elsewhere := w.served(o, typ)
	if len(found) == 0 {
		if (elsewhere || w.isForAnotherPart(len(views) > 0, typ)) && !w.l.isInput(w.set, typ, w.rest[0].key) {
			return nil
		}
		return []spot{w.at}
	}
	var all []spot
	for _, s := range found {
		places := w.through(s, views)
		if typ < 0 && len(all) > 0 && !compatible(found) {
			// Only one of the fields is the client's, and there is no telling which: where they agree, it does not matter.
			all = []spot{agreed(all[0], places)}
			continue
		}
		all = append(all, places...)
	}
	return all
}

// served lists the client's fields that the next step stands for, on objects of the runtime type typ, or of any if it
// is not known: those for most types first. elsewhere tells that it stands for fields of other types.
func (w responsePath) served(o *objectProgram, typ int32) (found []served, elsewhere bool) {
	for i := range o.fields {
		f := &o.fields[i]
		for j := range f.sources {
			s := &f.sources[j]
			switch {
			case s.set != w.set || s.field.key() != w.rest[0].key:
			case typ >= 0 && !f.isFor(typ) || !s.counts(typ):
				elsewhere = true
			default:
				found = append(found, served{f, s})
			}
		}
	}
	if typ < 0 {
		slices.SortStableFunc(found, func(a, b served) int { return b.field.field.On.Count() - a.field.field.On.Count() })
	}
	return found, elsewhere
}

// isForAnotherPart tells that the next step stands for fields that another part of the answer has. If there is an
// object, that part tells of it; what is null here because of it is not for objects of another type at least.
func (w responsePath) isForAnotherPart(there bool, typ int32) bool {
	if len(w.l.x.program.parts) == 0 {
		return false
	}
	for i := range w.set.fields {
		if f := &w.set.fields[i]; f.key() == w.rest[0].key && len(f.plan.Serves) > 0 {
			return there ||
				typ >= 0 && !slices.ContainsFunc(f.plan.Serves, func(c *operation.Field) bool { return c.On.Has(int(typ)) })
		}
	}
	return false
}

// through goes through a field and the list indexes behind it, as far as there are such elements.
func (w responsePath) through(s served, views []view) []spot {
	at := spot{
		append(clonePath(w.at.path), pathStep{key: s.field.field.Key}),
		append(slices.Clone(w.at.fields), s.field.field),
	}
	values := w.values(views, s.field)
	below := w.rest[1:]
	for len(below) > 0 && below[0].key == "" {
		if values = elements(values, below[0].index); values == nil {
			return []spot{at}
		}
		at.path, at.fields = append(at.path, below[0]), append(at.fields, s.field.field)
		below = below[1:]
	}
	next := responsePath{l: w.l, set: s.source.field.set, rest: below, at: at}
	if len(below) == 0 || s.source.program == nil {
		return []spot{at}
	}
	typ := s.source.program.typ
	var children []view
	for _, v := range values {
		if v.value.kind() != kindObject || v.program == nil {
			continue
		}
		child := view{v.program, newRef(v.answer.index, v.value.at)}
		if children = append(children, child); typ < 0 {
			typ = w.l.x.typeOf(child.program.typers, child.object)
		}
	}
	return next.follow(s.source.program, children, typ)
}

// seen is a value as one of its sources sees it.
type seen struct {
	program *objectProgram
	answer  *answer
	value   value
}

// values lists a field's value as all its sources see it.
func (w responsePath) values(views []view, f *outputField) []seen {
	found := []seen{}
	x := w.l.x
	for _, v := range views {
		for i := range v.program.fields {
			if v.program.fields[i].field != f.field {
				continue
			}
			for j := range v.program.fields[i].sources {
				s := &v.program.fields[i].sources[j]
				if a, value, there := x.see(s, v.object); there {
					found = append(found, seen{s.program, a, value})
				}
			}
		}
	}
	return found
}

// elements goes from lists to one of their elements. There is nil if none of the lists has so many. What is null can
// have had any number of elements.
func elements(lists []seen, index int) []seen {
	found := []seen{}
	short := false
	for _, v := range lists {
		switch {
		case v.value.kind() != kindList:
		case index < len(v.answer.elements(v.value)):
			found = append(found, seen{v.program, v.answer, v.answer.elements(v.value)[index]})
		default:
			short = true
		}
	}
	if short && len(found) == 0 {
		return nil
	}
	return found
}

// compatible tells whether fields can stand on one object.
func compatible(fields []served) bool {
	all := fields[0].field.field.On
	for _, s := range fields[1:] {
		all = all.And(s.field.field.On)
	}
	return !all.Empty()
}

// agreed returns the first of some positions, or as much of it as all have in common.
func agreed(first spot, places []spot) spot {
	for _, p := range places {
		n := 0
		for n < min(len(first.path), len(p.path)) && first.path[n] == p.path[n] {
			n++
		}
		first = spot{first.path[:n], first.fields[:n]}
	}
	return first
}

// isInput tells whether a field of a selection set is part of a representation, for objects of the type or of any.
func (l *locator) isInput(n *selectionSet, typ int32, key string) bool {
	if l.inputs == nil {
		l.inputs = l.x.program.inputs()
	}
	for i := range n.fields {
		f := &n.fields[i]
		if f.key() == key && (typ < 0 || f.on().Has(int(typ))) && l.inputs[f] {
			return true
		}
	}
	return false
}

// unasked tells that an error is about a field that no object in the client's answer needs: it is only there for the
// client, but on none of the objects it was asked of.
func (l *locator) unasked(e *placedError) bool {
	for i := range e.set.fields {
		f := &e.set.fields[i]
		if f.key() == e.rest[0].key && (len(f.plan.Serves) == 0 || l.isInput(e.set, typeUnknown, f.key())) {
			return false
		}
	}
	return len(e.objects) > 0
}

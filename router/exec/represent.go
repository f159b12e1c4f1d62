package exec

import (
	"fmt"
	"slices"

	"github.com/weft-graphql/weft/router/jsontext"
	"github.com/weft-graphql/weft/router/plan"
	"github.com/weft-graphql/weft/router/supergraph"
)

// representation is a program that writes the representation of a target object.
// Specification: Apollo Federation subgraph specification, "Entity representations".
type representation struct {
	plan *plan.Representation
	// opening is `{"__typename":"Product"` when the type's name is known, else it ends behind the colon.
	opening string
	// fields are those of the key first; the rest are inputs of @requires.
	fields  []representationField
	dynamic bool
	// untyped tells that the object goes by the name of an interface object: its runtime type need not be known, and
	// may become known only later.
	untyped bool
	// forUnknown tells that it is right for objects whose runtime type is not known: whichever of the target's it is.
	forUnknown bool
}

// representationField is a field of a representation, or of an object in it.
type representationField struct {
	// spelled is `,"upc":`.
	spelled string
	plan    *plan.RepresentationField
	sources []representationSource
	// at is its index in the plan.
	at int32
	// narrowed tells that the field is for the runtime types in plan.On only.
	narrowed bool
}

// isFor tells whether the field is for objects of a runtime type.
func (f *representationField) isFor(typ int32) bool { return !f.narrowed || f.plan.On.Has(int(typ)) }

// typename tells that the field is the __typename.
func (f *representationField) typename() bool { return len(f.plan.From) == 0 }

// representationSource is one of the fetched fields a representation's field can be read from.
type representationSource struct {
	links linkPath
	// field is the fetched field.
	field *selectedField
	// below is the object in the representation; nil when the field is none.
	below *representationObject
	slot  int32
	// narrowed tells that the source is for the runtime types of its field only.
	narrowed bool
}

// isFor tells whether the source is for objects of a runtime type.
func (s *representationSource) isFor(typ int32) bool {
	return !s.narrowed || s.field.on().Has(int(typ))
}

// representationObject is an object in a representation.
type representationObject struct {
	position *position
	typers   []linkPath
	fields   []representationField
}

// dynamicOpening is a representation up to the name of its type.
const dynamicOpening = `{"__typename":`

// countRepresentations counts what representations are made of. A field can come from all positions there are, but at
// each one mostly from a single field there.
func (c *compiler) countRepresentations(prog *Program) {
	var count func(fields []*plan.RepresentationField, times int)
	count = func(fields []*plan.RepresentationField, times int) {
		c.repFields.Expected += times * len(fields)
		c.repSources.Expected += times * len(fields)
		for _, f := range fields {
			count(f.Fields, times)
		}
	}
	for i := range prog.requests {
		for j := range prog.requests[i].calls {
			cl := &prog.requests[i].calls[j]
			c.reps.Expected += len(cl.targets) * len(cl.plan.Input)
			for _, r := range cl.plan.Input {
				count(r.Fields, len(cl.targets))
			}
		}
	}
}

// representation compiles a representation that a request needs of the objects of a position.
func (c *compiler) representation(rep *representation, request int, p *position, r *plan.Representation) {
	rep.plan, rep.opening = r, dynamicOpening
	switch {
	case r.TypeName != "":
		named := c.plan.Supergraph.Type(r.TypeName)
		if rep.untyped = named != nil && named.IsAbstract(); named != nil {
			rep.opening = c.forms.of(named).opening
		} else {
			rep.opening += string(jsontext.AppendQuoted(nil, r.TypeName))
		}
	case r.On.Count() == 1:
		for i := range r.On.All {
			rep.opening = c.forms.of(c.plan.Supergraph.Objects[i]).opening
		}
	default:
		rep.dynamic = true
	}
	rep.fields = c.representationFields(request, p, r.Fields, r.On)
	slices.SortStableFunc(rep.fields, func(a, b representationField) int {
		switch {
		case a.plan.Key == b.plan.Key:
			return 0
		case a.plan.Key:
			return -1
		}
		return 1
	})
}

// representationFields compiles the fields of a representation or of an object in it. types are the runtime types the
// object can have.
func (c *compiler) representationFields(
	request int,
	p *position,
	fields []*plan.RepresentationField,
	types supergraph.TypeSet,
) []representationField {
	compiled := c.repFields.Take(len(fields))
	for i, f := range fields {
		rf := &compiled[i]
		*rf = representationField{
			spelled: c.engine.inputEntry(f), plan: f, at: int32(i), narrowed: f.On != nil && !types.SubsetOf(f.On),
		}
		first := len(c.foundIn)
		for _, from := range f.From {
			s, ok := c.source(p, from)
			if !ok || !c.complete(request, s.needs) {
				continue
			}
			rs := representationSource{
				links: s.links, slot: s.slot, field: s.field, narrowed: from.On != nil && !types.SubsetOf(from.On),
			}
			if s.field.set != nil {
				below := s.field.set.position
				rs.below = &representationObject{
					position: below, typers: c.typers(below, request),
					fields: c.representationFields(request, below, f.Fields, from.Selection.Type.Possible),
				}
			}
			c.foundIn = append(c.foundIn, rs)
		}
		rf.sources = c.repSources.Keep(c.foundIn[first:])
		clear(c.foundIn[first:])
		c.foundIn = c.foundIn[:first]
	}
	return compiled
}

// readable tells whether the representations of all calls can be written: for each type, from the objects of one
// target at least. Otherwise what the call brings would be missing from the answer, and nothing would say so.
func (c *compiler) readable(prog *Program) error {
	for i := range prog.requests {
		for j := range prog.requests[i].calls {
			cl := &prog.requests[i].calls[j]
			for k, r := range cl.plan.Input {
				left := r.On
				for l := range cl.targets {
					t := &cl.targets[l]
					left = left.Minus(t.plan.On.And(readableFor(t.representations[k].fields, r.On)))
				}
				for o := range left.All {
					return fmt.Errorf(
						"request %d of the plan cannot be made for %s: the plan does not say where its representation comes from",
						i,
						c.plan.Supergraph.Objects[o].Name,
					)
				}
			}
		}
	}
	return nil
}

// readableFor returns the types among types for which all fields have a source.
func readableFor(fields []representationField, types supergraph.TypeSet) supergraph.TypeSet {
	for i := range fields {
		f := &fields[i]
		if f.typename() {
			continue
		}
		found := supergraph.TypeSet(nil)
		for j := range f.sources {
			s := &f.sources[j]
			if !s.narrowed {
				found = types
				break
			}
			found = found.Or(s.field.on())
		}
		if f.narrowed {
			found = found.Or(types.Minus(f.plan.On))
		}
		types = types.And(found)
	}
	return types
}

// findKnown looks for an earlier call on a target's position whose entities decide the representation: when it reads
// nothing but what the earlier one's representation has, and what its entities brought.
func (c *compiler) findKnown(prog *Program, cl *call, t *target) {
	if len(t.representations) != 1 || t.representations[0].dynamic || len(cl.contexts) > 0 {
		return
	}
	for _, m := range t.position.members[1:] {
		if len(m.links) != 1 || m.set.plan.Owner != nil || m.set == cl.set || m.set.request < 0 {
			continue
		}
		for i := range prog.requests[m.set.request].calls {
			earlier := &prog.requests[m.set.request].calls[i]
			for j := range earlier.targets {
				if e := &earlier.targets[j]; earlier.set == m.set && e.position == t.position && len(e.representations) == 1 &&
					decides(&t.representations[0], &e.representations[0], m.links) {
					t.known = m.links
					return
				}
			}
		}
	}
}

// decides tells whether the entity behind the links, which was fetched by the representation earlier, decides rep.
func decides(rep, earlier *representation, h linkPath) bool {
	reads := false
	for i := range rep.fields {
		f := &rep.fields[i]
		if f.narrowed || len(f.sources) != 1 || f.sources[0].narrowed || f.sources[0].below != nil {
			return false
		}
		s := &f.sources[0]
		if slices.Equal(s.links, h) {
			reads = true
			continue
		}
		if len(s.links) > 0 || !slices.ContainsFunc(earlier.fields, func(g representationField) bool {
			return !g.narrowed && len(g.sources) == 1 && !g.sources[0].narrowed && len(g.sources[0].links) == 0 &&
				g.sources[0].slot == s.slot
		}) {
			return false
		}
	}
	// If nothing is read from the entity, it may not be there yet.
	return reads
}

// fitness tells whether a representation can be sent.
type fitness uint8

const (
	fit fitness = iota
	// lacking means that an input could not be fetched.
	lacking
	// omitted means that an input was asked for, but left out of an object that is there.
	omitted
)

// represent appends the representation of a target object of the runtime type typ. Where the values of its fields stand
// is noted in bounds, unless that is nil.
func (x *execution) represent(
	out []byte,
	bounds []bound,
	rep *representation,
	target ref,
	typ int32,
) ([]byte, fitness) {
	out = append(out, rep.opening...)
	if rep.dynamic {
		if typ < 0 {
			return out, lacking
		}
		out = jsontext.AppendQuoted(out, x.program.types.types[typ].Name)
	}
	for i := range rep.fields {
		f := &rep.fields[i]
		start := len(out) + len(f.spelled)
		var fits fitness
		if out, fits = x.representField(out, f, target, typ); fits != fit {
			return out, fits
		}
		if bounds != nil && len(out) > start {
			bounds[f.at] = bound{uint32(start), uint32(len(out))}
		}
	}
	return append(out, '}'), fit
}

func (x *execution) representField(out []byte, f *representationField, r ref, typ int32) ([]byte, fitness) {
	if !f.isFor(typ) {
		return out, fit
	}
	out = append(out, f.spelled...)
	if f.typename() {
		if typ < 0 {
			return out, lacking
		}
		return jsontext.AppendQuoted(out, x.program.types.types[typ].Name), fit
	}
	why := lacking
	for i := range f.sources {
		s := &f.sources[i]
		if typ >= 0 && !s.isFor(typ) {
			continue
		}
		from := r
		if len(s.links) > 0 {
			var ok bool
			if from, ok = x.follow(r, s.links); !ok {
				continue
			}
		}
		a := x.answers[from.answer()]
		switch v := a.slot(from.object(), s.slot); v.kind() {
		case kindAbsent:
			if !s.narrowed || typ >= 0 {
				why = omitted
			}
		case kindNull, kindList, kindObject:
			if a.propagated != nil && a.isPropagated(from.object(), s.slot) {
				why = omitted
				continue
			}
			start := len(out)
			var fits fitness
			if out, fits = x.representValue(out, f, s, a, v); fits == fit {
				return out, fits
			}
			why = max(why, fits)
			// Another request may have brought the same value with all that is needed of it.
			out = out[:start]
		default:
			if s.field.misfits(v.kind()) {
				why = omitted
				continue
			}
			return append(out, a.raw(v)...), fit
		}
	}
	return out, why
}

func (x *execution) representValue(
	out []byte,
	f *representationField,
	s *representationSource,
	a *answer,
	v value,
) ([]byte, fitness) {
	switch v.kind() {
	case kindNull:
		// A null is sent like any other value, in keys, too: whether there is such an entity is for the subgraph to say.
		return append(out, "null"...), fit
	case kindList:
		out = append(out, '[')
		for i, e := range a.elements(v) {
			if i > 0 {
				out = append(out, ',')
			}
			var fits fitness
			if out, fits = x.representValue(out, f, s, a, e); fits != fit {
				return out, fits
			}
		}
		return append(out, ']'), fit
	case kindObject:
		start := len(out)
		r := newRef(a.index, v.at)
		if s.below != nil {
			typ := x.typeOf(s.below.typers, r)
			for i := range s.below.fields {
				var fits fitness
				if out, fits = x.representField(out, &s.below.fields[i], r, typ); fits != fit {
					return out, fits
				}
			}
		}
		if len(out) == start {
			out = append(out, '{')
		}
		out[start] = '{'
		return append(out, '}'), fit
	}
	if s.below != nil {
		return out, omitted
	}
	return append(out, a.raw(v)...), fit
}

// follow returns the object that links lead to.
func (x *execution) follow(r ref, h linkPath) (ref, bool) {
	for _, link := range h {
		a := x.answers[r.answer()]
		if r = a.links[a.objects[r.object()].links+uint32(link)]; r == 0 {
			return 0, false
		}
	}
	return r, true
}

// typeOf returns the runtime type of an object, which a linked object may know better than the object itself (interface
// objects).
func (x *execution) typeOf(typers []linkPath, r ref) int32 {
	typ := x.answers[r.answer()].objects[r.object()].typ
	if typ != typeUnknown {
		return typ
	}
	for _, h := range typers {
		if to, ok := x.follow(r, h); ok {
			if typ = x.answers[to.answer()].objects[to.object()].typ; typ != typeUnknown {
				return typ
			}
		}
	}
	return typeUnknown
}

// inputs returns the fields that representations or contexts are made of.
func (p *Program) inputs() map[*selectedField]bool {
	found := map[*selectedField]bool{}
	var visit func(at *position, fields []representationField)
	visit = func(at *position, fields []representationField) {
		for i := range fields {
			for j := range fields[i].sources {
				s := &fields[i].sources[j]
				for _, m := range at.members {
					if slices.Equal(m.links, s.links) && int(s.slot) < len(m.set.fields) {
						found[&m.set.fields[s.slot]] = true
					}
				}
				if s.below != nil {
					visit(s.below.position, s.below.fields)
				}
			}
		}
	}
	for i := range p.requests {
		for j := range p.requests[i].calls {
			c := &p.requests[i].calls[j]
			for k := range c.targets {
				for l := range c.targets[k].representations {
					visit(c.targets[k].position, c.targets[k].representations[l].fields)
				}
			}
			for k := range c.contexts {
				for l := range c.contexts[k].chains {
					visit(c.contexts[k].chains[l].base, c.contexts[k].chains[l].fields)
				}
			}
		}
	}
	return found
}

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
	on supergraph.TypeSet
	// opening is `{"__typename":"Product"` when the type's name is known, else it ends behind the colon.
	opening string
	dynamic bool
	// untyped tells that the object goes by the name of an interface object: its runtime type need not be known, and
	// may become known only later.
	untyped bool
	// fields are those of the key first; the rest are inputs of @requires.
	fields []representationField
	// width is how many fields the plan's representation has.
	width int
}

// representationField is a field of a representation, or of an object in it.
type representationField struct {
	// spelled is `,"upc":`.
	spelled string
	// at is its index in the plan.
	at int
	// on narrows the field by runtime type; nil means all.
	on       supergraph.TypeSet
	key      bool
	typename bool
	sources  []representationSource
}

// representationSource is one of the fetched fields a representation's field can be read from.
type representationSource struct {
	links linkPath
	slot  int32
	// on narrows the source by runtime type; nil means all.
	on supergraph.TypeSet
	// field is the fetched field.
	field *selectedField
	// position and fields are those of the sub-selection, when there is one.
	position *position
	typers   []linkPath
	fields   []representationField
}

// representation compiles a representation that a request needs of the objects of a position.
func (c *compiler) representation(request int, p *position, r *plan.Representation) *representation {
	rep := &representation{on: r.On, opening: `{"__typename":`, width: len(r.Fields)}
	switch {
	case r.TypeName != "":
		rep.opening += string(jsontext.AppendQuoted(nil, r.TypeName))
		named := c.plan.Supergraph.Type(r.TypeName)
		rep.untyped = named != nil && named.IsAbstract()
	case r.On.Count() == 1:
		for i := range r.On.All {
			rep.opening += string(jsontext.AppendQuoted(nil, c.plan.Supergraph.Objects[i].Name))
		}
	default:
		rep.dynamic = true
	}
	var inputs []representationField
	for _, f := range c.representationFields(request, p, r.Fields, r.On) {
		switch {
		case f.key:
			rep.fields = append(rep.fields, f)
		default:
			inputs = append(inputs, f)
		}
	}
	rep.fields = append(rep.fields, inputs...)
	return rep
}

// representationFields compiles the fields of a representation or of an object in it. types are the runtime types the
// object can have.
func (c *compiler) representationFields(
	request int,
	p *position,
	fields []*plan.RepresentationField,
	types supergraph.TypeSet,
) []representationField {
	var compiled []representationField
	for i, f := range fields {
		rf := representationField{
			spelled: `,"` + f.Name + `":`, at: i, on: f.On, key: f.Key, typename: len(f.From) == 0,
		}
		if types.SubsetOf(rf.on) {
			rf.on = nil
		}
		for _, from := range f.From {
			s, ok := p.source(from)
			if !ok || !c.complete(request, s.needs) {
				continue
			}
			rs := representationSource{links: s.links, slot: s.slot, on: from.On, field: s.field}
			if types.SubsetOf(rs.on) {
				rs.on = nil
			}
			if s.field.set != nil {
				rs.position = s.field.set.position
				rs.typers = c.typers(rs.position, request)
				rs.fields = c.representationFields(request, rs.position, f.Fields, from.Selection.Type.Possible)
			}
			rf.sources = append(rf.sources, rs)
		}
		compiled = append(compiled, rf)
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
					left = left.Minus(t.on.And(readableFor(t.representations[k].fields, r.On)))
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
		if f.typename {
			continue
		}
		found := supergraph.TypeSet(nil)
		for j := range f.sources {
			s := &f.sources[j]
			if s.on == nil {
				found = types
				break
			}
			found = found.Or(s.on)
		}
		if f.on != nil {
			found = found.Or(types.Minus(f.on))
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
					decides(t.representations[0], e.representations[0], m.links) {
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
		if f.on != nil || len(f.sources) != 1 || f.sources[0].on != nil || f.sources[0].position != nil {
			return false
		}
		s := &f.sources[0]
		if slices.Equal(s.links, h) {
			reads = true
			continue
		}
		if len(s.links) > 0 || !slices.ContainsFunc(earlier.fields, func(g representationField) bool {
			return g.on == nil && len(g.sources) == 1 && g.sources[0].on == nil && len(g.sources[0].links) == 0 &&
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
	if f.on != nil && !f.on.Has(int(typ)) {
		return out, fit
	}
	out = append(out, f.spelled...)
	if f.typename {
		if typ < 0 {
			return out, lacking
		}
		return jsontext.AppendQuoted(out, x.program.types.types[typ].Name), fit
	}
	why := lacking
	for i := range f.sources {
		s := &f.sources[i]
		if s.on != nil && typ >= 0 && !s.on.Has(int(typ)) {
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
			if s.on == nil || typ >= 0 {
				why = omitted
			}
		case kindNull, kindList, kindObject:
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
		typ := x.typeOf(s.typers, r)
		for i := range s.fields {
			var fits fitness
			if out, fits = x.representField(out, &s.fields[i], r, typ); fits != fit {
				return out, fits
			}
		}
		if len(out) == start {
			out = append(out, '{')
		}
		out[start] = '{'
		return append(out, '}'), fit
	}
	if s.position != nil {
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
				if s.position != nil {
					visit(s.position, s.fields)
				}
			}
		}
	}
	for i := range p.requests {
		for j := range p.requests[i].calls {
			c := &p.requests[i].calls[j]
			for k := range c.targets {
				for _, rep := range c.targets[k].representations {
					visit(c.targets[k].position, rep.fields)
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

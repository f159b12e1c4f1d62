package exec

import (
	"math"
	"strconv"
	"strings"
)

// printer walks the linked objects and prints them. What becomes of what it prints is its progress.
//
// Null propagation (GraphQL specification, section 6.4.4): a function that cannot print a value cuts the output back
// to where the value began, and writes null if its type allows it; otherwise it returns false and its caller does the
// same one level up.
type printer struct {
	x    *execution
	path []pathStep
	progress
	// later is told where parts of the answer are deferred; nil when none is.
	later *Later
	// halting is an error because of which requests may not have been sent; nil when there is none.
	halting *clientError
	// cut tells that output was taken back, so that what was printed before need not be there any more.
	cut bool
}

// pathStep is a step of a response path: a key, or an index if the key is empty.
type pathStep struct {
	key   string
	index int
}

func (p *printer) reset() {
	if p.pooled != nil {
		pieces.Put(p.pooled)
	}
	p.progress = progress{nulls: keep(p.nulls, maxKeptObjects)}
	clear(p.path)
	p.path = p.path[:0]
	p.cut, p.later, p.halting = false, nil, nil
}

// object prints an object. It returns false when it must be null; the output may have the beginning of the object then.
func (p *printer) object(o *objectProgram, r ref) bool {
	typ := o.typ
	if typ < 0 {
		if typ = p.x.typeOf(o.typers, r); !o.possible.Has(int(typ)) && (typ != typeUnknown || o.typed) {
			p.typeError(o, p.x.answers[r.answer()], typ)
			return false
		}
	}
	if o.continued != nil {
		p.continued(o.continued, r, typ)
	}
	// The output is kept in a variable as long as nobody else writes: this loop is where most of printing happens.
	out := p.out
	opening := byte('{')
	a := p.x.answers[r.answer()]
	own := &a.objects[r.object()]
	// Neighbouring fields mostly come from the same call: the object behind link was found before.
	link, linked, linkedSlots := ownObject, (*answer)(nil), uint32(0)
	for i := range o.fields {
		f := &o.fields[i]
		if !f.isFor(typ) {
			continue
		}
		if len(out) >= p.due {
			p.out = out
			if !p.attend() {
				return false
			}
			out = p.out
		}
		out = append(out, f.spelled...)
		out[len(out)-len(f.spelled)] = opening
		opening = ','
		if f.what != outputValue {
			if p.out = out; f.what == outputDenied && f.typ.nonNull && p.x.request.OnError != Null {
				return false
			}
			p.special(f, typ)
			out = p.out
			continue
		}
		var s *outputSource
		var v value
		from := a
		switch {
		case f.link == ownObject:
			s = &f.sources[0]
			v = a.values[own.slots+uint32(s.slot)]
		case f.link >= 0:
			if f.link != link {
				link, linked = f.link, nil
				if to := a.links[own.links+uint32(link)]; to != 0 {
					linked = p.x.answers[to.answer()]
					linkedSlots = linked.objects[to.object()].slots
				}
			}
			s, from = &f.sources[0], linked
			if linked != nil {
				v = linked.values[linkedSlots+uint32(s.slot)]
			}
		default:
			s, from, v = p.find(f, r, typ)
		}
		if k := v.kind(); f.typ.elem == nil && k >= kindString && k <= kindJSON {
			if raw := from.raw(v); f.typ.leaf.fitsAtSight(k, raw) {
				out = append(out, raw...)
				continue
			}
		}
		p.out = out
		p.path = append(p.path, pathStep{key: f.field.Key})
		fits := p.value(f, f.typ, s, from, v)
		p.path = p.path[:len(p.path)-1]
		if !fits {
			return false
		}
		out = p.out
	}
	if opening == '{' {
		out = append(out, '{')
	}
	p.out = append(out, '}')
	return true
}

// find looks for a field's value in its sources. The returned answer is nil when no source's object is there.
func (p *printer) find(f *outputField, r ref, typ int32) (*outputSource, *answer, value) {
	var source *outputSource
	var from *answer
	for i := range f.sources {
		s := &f.sources[i]
		if !s.counts(typ) {
			continue
		}
		a, v, ok := p.x.see(s, r)
		if !ok {
			if source == nil {
				source = s
			}
			continue
		}
		if v.kind() != kindAbsent {
			return s, a, v
		}
		source, from = s, a
	}
	return source, from, value{}
}

// special prints __typename and introspection fields, and the null of those that the caller may not see.
func (p *printer) special(f *outputField, typ int32) {
	if f.what == outputDenied {
		p.out = append(p.out, "null"...)
		return
	}
	if f.what == outputTypename {
		p.out = append(p.out, '"')
		p.out = append(p.out, p.x.program.types.types[typ].Name...)
		p.out = append(p.out, '"')
		return
	}
	if p.x.request.Introspect == nil {
		p.out = append(p.out, "null"...)
		return
	}
	p.out = p.x.request.Introspect(p.out, f.field, func(out []byte) ([]byte, bool) {
		p.out = out
		ok := len(out) < p.due || p.attend()
		return p.out, ok
	})
}

// value prints a value of a field, or of a list in it. It returns false when the value must be null and may not be,
// or when printing stopped.
func (p *printer) value(f *outputField, t *outputType, s *outputSource, a *answer, v value) bool {
	if p.mode == sending && p.nulled() {
		p.out = append(p.out, "null"...)
		return true
	}
	start := p.at()
	ok := false
	k := v.kind()
	switch k {
	case kindAbsent, kindNull:
		if k == kindAbsent && p.mode != sending {
			p.absentError(f, s, a)
		}
		if t.nonNull && p.mode != sending {
			p.nullError(f, a)
		}
	case kindObject:
		if p.again(f, &a.objects[v.at].printed) {
			return true
		}
		errors := p.x.errors.count()
		if ok = s.program != nil && t.elem == nil && p.object(s.program, newRef(a.index, v.at)); ok {
			p.remember(f, s, &a.objects[v.at].printed, start, errors)
		}
	case kindList:
		if p.again(f, &a.lists[v.at].printed) {
			return true
		}
		errors := p.x.errors.count()
		if ok = t.elem != nil && p.list(f, t, s, a, v); ok {
			p.remember(f, s, &a.lists[v.at].printed, start, errors)
		}
	case kindPrinted:
		p.out = append(p.out, a.printed[v.at]...)
		return true
	default:
		ok = p.leaf(f, t, a, v)
	}
	if ok {
		return true
	}
	if p.stopped != notRefused {
		return false
	}
	p.cut = p.takeBack(start) || p.cut
	if p.later != nil {
		p.later.backTo(start)
	}
	if t.nonNull || f.joint && k >= kindObject {
		if p.x.request.OnError != Null {
			return false
		}
		if t.nonNull && k != kindAbsent && k != kindNull {
			p.nullError(f, a)
		}
	}
	if k != kindAbsent && k != kindNull {
		p.noteNull(start)
	}
	p.out = append(p.out, "null"...)
	return true
}

// again copies what the same field has printed for the same object or list before, if that is still there. While the
// answer is counted, how long it was is enough. There is no null of progress.nulls in what is copied: whatever was
// taken back there has left an error or set cut.
func (p *printer) again(f *outputField, at *printed) bool {
	if at.by != f.id || p.cut {
		return false
	}
	start, end := int64(at.start)-p.base, int64(at.end)-p.base
	switch p.mode {
	case counting:
		p.base += end - start
		return true
	case sending:
		if start < 0 || end > int64(len(p.out)) {
			return false
		}
	}
	p.out = append(p.out, p.out[start:end]...)
	return true
}

// remember notes where an object or list was printed, if it was printed without errors: these have paths, which differ
// from position to position. When the answer is printed for the second time, what the first time has noted of an
// object is where it was met last, which says nothing until printing gets there. What later parts add to has to be
// noted at each position.
func (p *printer) remember(f *outputField, s *outputSource, at *printed, start int64, errors int) {
	if s.program != nil && s.program.deferring {
		return
	}
	if end := p.at(); p.x.errors.count() == errors && end <= math.MaxUint32 {
		*at = printed{by: f.id, start: uint32(start), end: uint32(end)}
	}
}

func (p *printer) list(f *outputField, t *outputType, s *outputSource, a *answer, v value) bool {
	p.out = append(p.out, '[')
	p.path = append(p.path, pathStep{})
	step := len(p.path) - 1
	for i, e := range a.elements(v) {
		if i > 0 {
			p.out = append(p.out, ',')
		}
		p.path[step].index = i
		if len(p.out) >= p.due && !p.attend() || !p.value(f, t.elem, s, a, e) {
			p.path = p.path[:step]
			return false
		}
	}
	p.path = p.path[:step]
	p.out = append(p.out, ']')
	return true
}

// leaf prints a scalar as the subgraph spelled it, if it fits its type.
func (p *printer) leaf(f *outputField, t *outputType, a *answer, v value) bool {
	raw := a.raw(v)
	switch {
	case t.elem != nil || !t.leaf.fits(v.kind(), raw):
		p.leafError(f, t, a, raw)
		return false
	case t.leaf == leafEnum && !t.enum.has(raw):
		p.leafError(f, t, a, raw)
		return false
	case t.leaf == leafID && v.kind() == kindNumber:
		// Identifiers are always serialised as strings: GraphQL specification, section 3.5.5.
		p.out = append(p.out, '"')
		p.out = append(p.out, raw...)
		p.out = append(p.out, '"')
		return true
	}
	p.out = append(p.out, raw...)
	return true
}

// nullError notes that a value is null and may not be, unless another error tells why.
func (p *printer) nullError(f *outputField, a *answer) {
	if p.x.request.OnError == Null {
		// Clients tell such a null from one that means something by the error's path.
		if p.x.errors.standsAt(p.path) {
			return
		}
	} else if p.x.errors.explains(p.path, true) {
		return
	}
	e := p.errorAt(f, codeNull, "Cannot return null for non-nullable field "+fieldName(f)+".", p.subgraph(a))
	e.public = true
	p.x.errors.note(e)
}

// absentError notes that a subgraph left out a field it was asked for. Nothing is noted when there is no object the
// value could be in: another error, or a null entity, tells why.
func (p *printer) absentError(f *outputField, s *outputSource, a *answer) {
	if s == nil && len(f.sources) > 0 {
		p.note(f, codeInternal, "The query plan does not say where "+fieldName(f)+" comes from for this type.", "")
		return
	}
	if s == nil || a == nil || p.x.errors.explains(p.path, true) {
		return
	}
	name := p.subgraph(a)
	p.note(f, codeMalformed, "The subgraph "+strconv.Quote(name)+" left out the field "+fieldName(f)+".", name)
}

// leafError notes that a subgraph's value does not fit the field's type.
func (p *printer) leafError(f *outputField, t *outputType, a *answer, raw []byte) {
	message := "Invalid value for " + fieldName(f) + ": "
	misfit := "The subgraph " + strconv.Quote(p.subgraph(a)) + " answered the field " + fieldName(f) + " with something that is not "
	switch {
	case t.elem != nil:
		message = misfit + "a list."
	case t.leaf == leafNone:
		message = misfit + "an object."
	case t.leaf == leafEnum:
		// The value is not shown: it may be hidden from clients on purpose.
		message += "not a value of " + f.field.Def.Named.Name + "."
	default:
		const most = 50
		shown := raw
		if len(shown) > most {
			shown = []byte(strings.ToValidUTF8(string(raw[:most]), "") + "...")
		}
		message += f.field.Def.Named.Name + " cannot represent " + string(shown) + "."
	}
	p.note(f, codeInvalid, message, p.subgraph(a))
}

// typeError notes that an object's runtime type is not one that may stand here.
func (p *printer) typeError(o *objectProgram, a *answer, typ int32) {
	message := "The runtime type of an object is not a type that clients can see: expected " + o.parent.Name + "."
	if typ == typeUnknown {
		message = "The runtime type of an object of type " + o.parent.Name + " is not known."
	}
	e := clientError{code: codeInvalid, message: message, service: p.subgraph(a), public: true, path: clonePath(p.path)}
	if o.field != nil {
		e.line, e.column = o.field.Line, o.field.Column
	}
	p.x.errors.note(e)
}

// subgraph returns the name of the subgraph that an answer came from, now or when the cache remembered it; empty for
// none.
func (p *printer) subgraph(a *answer) string {
	if a == nil || a.index == 0 {
		return ""
	}
	return p.x.program.requests[(a.index-1)/answersPerRequest].plan.Subgraph.Name
}

func (p *printer) note(f *outputField, code, message, service string) {
	p.x.errors.note(p.errorAt(f, code, message, service))
}

// errorAt is an error at a field where the printer is.
func (p *printer) errorAt(f *outputField, code, message, service string) clientError {
	return clientError{
		code: code, message: message, service: service, path: clonePath(p.path),
		line: f.field.Line, column: f.field.Column,
	}
}

func fieldName(f *outputField) string {
	if f.field.Def == nil {
		return f.field.Name
	}
	return f.field.Def.Parent.Name + "." + f.field.Name
}

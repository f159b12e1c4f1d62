package exec

import (
	"math"
	"strconv"
	"strings"
)

// printer writes the client's answer in one pass over the linked objects.
//
// Null propagation (GraphQL specification, section 6.4.4): a function that cannot print a value cuts the output back
// to where the value began, and writes null if its type allows it; otherwise it returns false and its caller does the
// same one level up.
type printer struct {
	x    *execution
	out  []byte
	path []pathStep
	// cut tells that output was taken back, so that what was printed before need not be there any more.
	cut bool
}

// pathStep is a step of a response path: a key, or an index if the key is empty.
type pathStep struct {
	key   string
	index int
}

func (p *printer) reset() {
	p.out = nil
	clear(p.path)
	p.path = p.path[:0]
	p.cut = false
}

// answer prints the whole answer.
func (x *execution) answer(resp *Response) {
	p := &x.printer
	if x.errors.any() {
		x.locateErrors()
	}
	if x.request.Buffer != nil {
		resp.Body = x.request.Buffer()
	}
	p.out = append(resp.Body, `{"data":`...)
	start := len(p.out)
	if !p.object(x.program.output, newRef(0, 0)) {
		p.out = append(p.out[:start], "null"...)
	}
	resp.Body = x.tail(p.out, resp)
}

// tail prints what follows the data entry, and fills in what resp says beside the answer.
func (x *execution) tail(out []byte, resp *Response) []byte {
	if x.errors.any() {
		out = x.errors.print(out, &x.program.engine.config.Errors)
	}
	x.account(resp)
	if x.request.Finish != nil {
		x.request.Finish(resp)
	}
	return append(x.printExtensions(out), '}')
}

// account fills in what the response says beside the answer.
func (x *execution) account(resp *Response) {
	resp.Errors = x.errors.count()
	for i := range x.fetches {
		f := &x.fetches[i]
		resp.Fetches += f.sent
		if x.request.Trace {
			resp.Trace = append(resp.Trace, f.trace)
		}
	}
}

// object prints an object. It returns false when it must be null; the output may have the beginning of the object then.
func (p *printer) object(o *objectProgram, r ref) bool {
	typ := o.typ
	if typ < 0 {
		if typ = p.x.typeOf(o.place.typers, r); !o.possible.Has(int(typ)) && (typ != typeUnknown || o.typed) {
			p.typeError(o, p.x.answers[r.answer()], typ)
			return false
		}
	}
	// The output is kept in a variable as long as nobody else writes: this loop is where most of printing happens.
	out := p.out
	start := len(out)
	a := p.x.answers[r.answer()]
	own := &a.objects[r.object()]
	// Neighbouring fields mostly come from the same call: the object behind link was found before.
	link, linked, linkedSlots := ownObject, (*answer)(nil), uint32(0)
	for i := range o.fields {
		f := &o.fields[i]
		if f.on != nil && !f.on.Has(int(typ)) {
			continue
		}
		out = append(out, f.spelled...)
		if f.what != outputValue {
			p.out = out
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
	if len(out) == start {
		out = append(out, '{')
	}
	out[start] = '{'
	p.out = append(out, '}')
	return true
}

// find looks for a field's value in its sources. The returned answer is nil when no source's object is there. Sources
// for some types only are read of objects of unknown type, too: these come from an interface object, which was asked for
// all of them.
func (p *printer) find(f *outputField, r ref, typ int32) (*outputSource, *answer, value) {
	var source *outputSource
	var from *answer
	for i := range f.sources {
		s := &f.sources[i]
		if s.on != nil && typ >= 0 && !s.on.Has(int(typ)) {
			continue
		}
		to, ok := p.x.follow(r, s.hops)
		if !ok {
			if source == nil {
				source = s
			}
			continue
		}
		a := p.x.answers[to.answer()]
		if v := a.slot(to.object(), s.slot); v.kind() != kindAbsent {
			return s, a, v
		}
		source, from = s, a
	}
	return source, from, value{}
}

// special prints __typename and introspection fields.
func (p *printer) special(f *outputField, typ int32) {
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
	p.out = p.x.request.Introspect(p.out, f.field)
}

// value prints a value of a field, or of a list in it. It returns false when the value must be null and may not be.
func (p *printer) value(f *outputField, t *outputType, s *outputSource, a *answer, v value) bool {
	start := len(p.out)
	ok := false
	switch v.kind() {
	case kindAbsent, kindNull:
		if v.kind() == kindAbsent {
			p.absentError(f, s, a)
		}
		if t.nonNull {
			p.nullError(f, a)
		}
	case kindObject:
		if p.again(f, &a.objects[v.at].printed) {
			return true
		}
		errors := p.x.errors.count()
		if ok = s.program != nil && t.elem == nil && p.object(s.program, newRef(a.index, v.at)); ok {
			p.remember(f, &a.objects[v.at].printed, start, errors)
		}
	case kindList:
		if p.again(f, &a.lists[v.at].printed) {
			return true
		}
		errors := p.x.errors.count()
		if ok = t.elem != nil && p.list(f, t, s, a, v); ok {
			p.remember(f, &a.lists[v.at].printed, start, errors)
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
	if len(p.out) > start {
		p.out = p.out[:start]
		p.cut = true
	}
	if t.nonNull {
		return false
	}
	p.out = append(p.out, "null"...)
	return true
}

// again copies what the same field has printed for the same object or list before.
func (p *printer) again(f *outputField, at *printed) bool {
	if at.by != f.id || p.cut {
		return false
	}
	p.out = append(p.out, p.out[at.start:at.end]...)
	return true
}

// remember notes where an object or list was printed, if it was printed without errors: these have paths, which differ
// from place to place.
func (p *printer) remember(f *outputField, at *printed, start, errors int) {
	if p.x.errors.count() == errors && len(p.out) <= math.MaxUint32 {
		*at = printed{by: f.id, start: uint32(start), end: uint32(len(p.out))}
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
		if !p.value(f, t.elem, s, a, e) {
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
	if p.x.errors.explains(p.path) {
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
	if s == nil || a == nil || p.x.errors.explains(p.path) {
		return
	}
	name := p.subgraph(a)
	p.note(f, codeMalformed, "The subgraph "+strconv.Quote(name)+" left out the field "+fieldName(f)+".", name)
}

// leafError notes that a subgraph's value does not fit the field's type.
func (p *printer) leafError(f *outputField, t *outputType, a *answer, raw []byte) {
	message := "Invalid value for " + fieldName(f) + ": "
	switch {
	case t.elem != nil:
		message = "Expected a list for " + fieldName(f) + "."
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

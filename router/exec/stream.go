package exec

import (
	"io"
	"math"
	"sync"
)

// Streamer takes a large answer piece by piece, so that it never exists as a whole.
type Streamer interface {
	// Claim is asked when the answer is going to be large. False means that it is wanted in one piece all the same.
	Claim() bool
	// Begin is told that the answer is known: nothing of what follows will be taken back. resp has everything but the
	// body, size is the body's length in bytes. The body goes to the returned writer, until that returns an error; nil
	// means that nobody wants it.
	Begin(resp *Response, size int64) io.Writer
}

// defaultPiece is how much of a streamed answer is held at a time unless the request says otherwise.
const defaultPiece = 64 << 10

var pieces = sync.Pool{New: func() any {
	b := make([]byte, 0, defaultPiece)
	return &b
}}

// stream sends the answer through the request's streamer, if there is one and the answer is large enough. Otherwise it
// returns false and has done nothing.
//
// An error can make everything null that was printed before it, up to the whole answer: see printer. Therefore the answer
// is walked twice. The first walk notes the errors, where nulls go and how long the answer is; the second one prints.
func (x *execution) stream(resp *Response) bool {
	to := x.request.Stream
	if to == nil || x.received() < x.request.StreamAbove || !to.Claim() {
		return false
	}
	if x.errors.any() {
		x.locateErrors()
	}
	s := streamer{p: &x.printer, checking: true}
	s.data()
	tail := x.tail(resp.Body, resp)
	w := to.Begin(resp, s.at+int64(len(tail)))
	if w == nil {
		return true
	}
	s = streamer{p: &x.printer, nulls: s.nulls, cut: s.cut, to: w}
	if n := x.request.StreamPiece; n > 0 {
		s.out = make([]byte, 0, n)
	} else {
		buffer := pieces.Get().(*[]byte)
		defer pieces.Put(buffer)
		s.out = *buffer
	}
	s.data()
	put(&s, tail)
	s.flush()
	return true
}

// received is how much the subgraphs, or the cache, have said: about as much as the client gets to hear.
func (x *execution) received() int {
	n := 0
	for _, a := range x.answers {
		if a != nil {
			n += len(a.body)
			for _, text := range a.printed {
				n += len(text)
			}
		}
	}
	return n
}

// streamer walks the answer as printer does, holding no more of it than a piece. While it checks it writes nothing, but
// counts what it would write: positions in the answer are what both walks have in common.
type streamer struct {
	p        *printer
	checking bool
	// at is the length of what was printed so far.
	at int64
	// nulls are the positions, in ascending order, where null stands instead of what the subgraph said.
	nulls []int64
	// cut is printer.cut.
	cut bool

	to io.Writer
	// out is the last part of what was printed. Its capacity is fixed.
	out []byte
	// failed tells that the writer takes no more.
	failed bool
}

// put prints text, or counts it.
func put[T string | []byte](s *streamer, text T) {
	s.at += int64(len(text))
	if s.checking {
		return
	}
	if len(s.out)+len(text) > cap(s.out) {
		s.flush()
		if len(text) > cap(s.out) {
			s.send([]byte(text))
			return
		}
	}
	s.out = append(s.out, text...)
}

func (s *streamer) flush() {
	s.send(s.out)
	s.out = s.out[:0]
}

func (s *streamer) send(text []byte) {
	if s.failed || len(text) == 0 {
		return
	}
	_, err := s.to.Write(text)
	s.failed = err != nil
}

// data prints the data entry.
func (s *streamer) data() {
	x := s.p.x
	put(s, `{"data":`)
	if s.nulled() {
		put(s, "null")
		return
	}
	start := s.at
	if !s.object(x.program.output, newRef(0, 0)) {
		s.takeBack(start)
		put(s, "null")
	}
}

// nulled tells whether null stands at the present position. It is asked where values begin, in order.
func (s *streamer) nulled() bool {
	if len(s.nulls) == 0 || s.checking || s.nulls[0] != s.at {
		return false
	}
	s.nulls = s.nulls[1:]
	return true
}

// takeBack notes that null stands at start instead of what was printed from there on.
func (s *streamer) takeBack(start int64) {
	n := len(s.nulls)
	for n > 0 && s.nulls[n-1] >= start {
		n--
	}
	s.nulls = append(s.nulls[:n], start)
	s.at = start
}

// object is printer.object.
func (s *streamer) object(o *objectProgram, r ref) bool {
	p := s.p
	typ := o.typ
	if typ < 0 {
		if typ = p.x.typeOf(o.place.typers, r); !o.possible.Has(int(typ)) && (typ != typeUnknown || o.typed) {
			p.typeError(o, p.x.answers[r.answer()], typ)
			return false
		}
	}
	a := p.x.answers[r.answer()]
	opening := "{"
	for i := range o.fields {
		f := &o.fields[i]
		if f.on != nil && !f.on.Has(int(typ)) {
			continue
		}
		if opening != "" {
			put(s, opening)
			put(s, f.spelled[1:])
			opening = ""
		} else {
			put(s, f.spelled)
		}
		if f.what != outputValue {
			s.special(f, typ)
			continue
		}
		var source *outputSource
		var v value
		from := a
		if len(f.sources) == 1 && len(f.sources[0].hops) == 0 {
			source = &f.sources[0]
			v = a.slot(r.object(), source.slot)
		} else {
			source, from, v = p.find(f, r, typ)
		}
		if k := v.kind(); f.typ.elem == nil && k >= kindString && k <= kindJSON {
			if raw := from.raw(v); f.typ.leaf.fitsAtSight(k, raw) {
				put(s, raw)
				continue
			}
		}
		p.path = append(p.path, pathStep{key: f.field.Key})
		ok := s.value(f, f.typ, source, from, v)
		p.path = p.path[:len(p.path)-1]
		if !ok {
			return false
		}
	}
	put(s, opening)
	put(s, "}")
	return true
}

// special is printer.special. What the printer cannot but print is printed aside.
func (s *streamer) special(f *outputField, typ int32) {
	s.p.out = s.p.out[:0]
	s.p.special(f, typ)
	put(s, s.p.out)
}

// value is printer.value.
func (s *streamer) value(f *outputField, t *outputType, source *outputSource, a *answer, v value) bool {
	if s.nulled() {
		put(s, "null")
		return true
	}
	p := s.p
	start := s.at
	ok := false
	k := v.kind()
	switch k {
	case kindAbsent, kindNull:
		if s.checking && k == kindAbsent {
			p.absentError(f, source, a)
		}
		if t.nonNull {
			p.nullError(f, a)
		}
	case kindObject:
		o := &a.objects[v.at]
		if s.again(f, &o.printed) {
			return true
		}
		errors := p.x.errors.count()
		if ok = source.program != nil && t.elem == nil && s.object(source.program, newRef(a.index, v.at)); ok {
			s.remember(f, &o.printed, start, errors)
		}
	case kindList:
		l := &a.lists[v.at]
		if s.again(f, &l.printed) {
			return true
		}
		errors := p.x.errors.count()
		if ok = t.elem != nil && s.list(f, t, source, a, v); ok {
			s.remember(f, &l.printed, start, errors)
		}
	case kindPrinted:
		put(s, a.printed[v.at])
		return true
	default:
		ok = s.leaf(f, t, a, v)
	}
	if ok {
		return true
	}
	s.cut = s.cut || s.at > start
	if t.nonNull {
		return false
	}
	if k != kindAbsent && k != kindNull {
		s.takeBack(start)
	}
	put(s, "null")
	return true
}

// list is printer.list.
func (s *streamer) list(f *outputField, t *outputType, source *outputSource, a *answer, v value) bool {
	p := s.p
	put(s, "[")
	p.path = append(p.path, pathStep{})
	step := len(p.path) - 1
	for i, e := range a.elements(v) {
		if s.failed {
			break
		}
		if i > 0 {
			put(s, ",")
		}
		p.path[step].index = i
		if !s.value(f, t.elem, source, a, e) {
			p.path = p.path[:step]
			return false
		}
	}
	p.path = p.path[:step]
	put(s, "]")
	return true
}

// leaf is printer.leaf.
func (s *streamer) leaf(f *outputField, t *outputType, a *answer, v value) bool {
	s.p.out = s.p.out[:0]
	ok := s.p.leaf(f, t, a, v)
	put(s, s.p.out)
	return ok
}

// again is printer.again. There is no null of s.nulls in what it repeats: whatever was taken back there has left an error
// or set cut. While the answer is printed, what was printed before is only of use as long as it has not left.
func (s *streamer) again(f *outputField, at *printed) bool {
	if at.by != f.id || s.cut {
		return false
	}
	start, end := int64(at.start), int64(at.end)
	if s.checking {
		s.at += end - start
		return true
	}
	left := s.at - int64(len(s.out))
	if start < left || end > s.at || len(s.out)+int(end-start) > cap(s.out) {
		return false
	}
	put(s, s.out[start-left:end-left])
	return true
}

// remember is printer.remember. What the first walk remembers of an object is where it was met last: to the second walk
// that says nothing until it gets there.
func (s *streamer) remember(f *outputField, at *printed, start int64, errors int) {
	if s.p.x.errors.count() == errors && s.at <= math.MaxUint32 {
		*at = printed{by: f.id, start: uint32(start), end: uint32(s.at)}
	}
}

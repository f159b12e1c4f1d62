package exec

import (
	"errors"
	"slices"
	"strconv"

	"github.com/weft-graphql/weft/router/operation"
	"github.com/weft-graphql/weft/router/upstream"
)

// failure is a call that did not complete some of its targets. What the client misses because of it is found before the
// answer is printed: the fields that the call should have brought, and those that later calls could not be asked for
// because they need what it should have brought.
// Specification: GraphQL, section 7.1.2 "Errors": an error that belongs to a field has the path of that field.
type failure struct {
	clientError
	request int
	call    *call
	objects map[ref]struct{}
	// after has the requests that can need the call's results, by ID.
	after []bool
	// lost are the fields that are null because of it, at the positions of the objects.
	lost, at spots
	// quiet tells that the failure only counts where no other error tells why something is null.
	quiet bool
	// felt tells that an earlier part of the answer tells of it.
	felt bool
	// told is for failures that tell of one error of a subgraph together: it is set when the client hears of it. Nil for
	// failures that say what the router noticed.
	told *bool
}

// failed notes that a request has no usable answer. only tells which entities of which call are concerned; nil means
// all.
func (x *execution) failed(r *request, f *fetch, err error, only func(call, entity int) bool) {
	f.trace.Error = upstream.Explain(err)
	if errors.Is(err, upstream.ErrNoRoom) {
		x.crowded.Store(true)
	}
	name := r.plan.Subgraph.Name
	e := clientError{
		code:    codeOf(err),
		message: "The request to the subgraph " + strconv.Quote(name) + " failed: " + err.Error() + ".",
		service: name,
	}
	for i := range r.calls {
		if only == nil {
			x.fail(r, i, &f.calls[i], e, nil)
			continue
		}
		x.fail(r, i, &f.calls[i], e, func(entity uint32) bool { return only(i, int(entity)) })
	}
}

// fail notes that a call failed with an error. only tells for which entities; nil means all.
func (x *execution) fail(r *request, call int, run *callRun, e clientError, only func(entity uint32) bool) {
	x.failAt(r, call, e, run.objects(only))
}

// failAt is fail for the given targets.
func (x *execution) failAt(r *request, call int, e clientError, objects []ref) {
	if len(objects) > 0 {
		x.reports(r).fail(newFailure(r, call, e, objects))
	}
}

// failQuietly is failAt for an error that only counts where no other tells why something is null. It must be noted
// before these.
func (x *execution) failQuietly(r *request, call int, e clientError, objects []ref) {
	if len(objects) > 0 {
		f := newFailure(r, call, e, objects)
		f.quiet = true
		x.reports(r).fail(f)
	}
}

func newFailure(r *request, call int, e clientError, objects []ref) *failure {
	f := &failure{clientError: e, request: r.plan.ID, call: &r.calls[call], objects: make(map[ref]struct{}, len(objects))}
	for _, o := range objects {
		f.objects[o] = struct{}{}
	}
	return f
}

// omitted notes that a call could not be asked for some objects, because an earlier answer left out what it needs.
func (x *execution) omitted(c *call, objects []ref) {
	r := &x.program.requests[c.set.request]
	name := r.plan.Subgraph.Name
	for i := range r.calls {
		if &r.calls[i] == c {
			x.failAt(r, i, clientError{
				code: codeMalformed, service: name,
				message: "The subgraph " + strconv.Quote(name) + " could not be asked: an earlier answer left out a field that it needs.",
			}, objects)
		}
	}
}

// lacks notes that an object of an answer lacks a field that its subgraph was asked for, although another subgraph says
// that it is there: with it went what only this subgraph knows.
func (x *execution) lacks(n *selectionSet, slot int32, object ref, v value) {
	f := &n.fields[slot]
	typ := x.answers[object.answer()].objects[object.object()].typ
	if typ >= 0 && !f.on().Has(int(typ)) || typ < 0 && !n.plan.Type.Possible.SubsetOf(f.on()) {
		return
	}
	r := &x.program.requests[n.request]
	name := r.plan.Subgraph.Name
	e := clientError{code: codeMalformed, service: name}
	fail := x.failAt
	field := f.plan.Def.Parent.Name + "." + f.plan.Def.Name
	switch {
	case v.kind() == kindAbsent:
		e.message = "The subgraph " + strconv.Quote(name) + " left out the field " + field + "."
	case v.kind() == kindList:
		e.message = "The subgraph " + strconv.Quote(name) + " answered the field " + field + " with a list that does not go with another subgraph's."
	default:
		// Where the value itself is printed, that tells.
		fail = x.failQuietly
		e.message = "The subgraph " + strconv.Quote(name) + " answered the field " + field + " in a form that makes no sense."
	}
	for i := range r.calls {
		if r.calls[i].plan == n.plan.Call {
			fail(r, i, e, []ref{object})
		}
	}
}

func (f *failure) has(r ref) bool {
	_, ok := f.objects[r]
	return ok
}

// reach finds out which requests can need the call's results.
func (f *failure) reach(p *Program) {
	f.after = make([]bool, len(p.requests))
	for i := range p.requests {
		for _, before := range p.requests[i].plan.After {
			f.after[i] = f.after[i] || before == f.request || f.after[before]
		}
	}
}

// note notes the failure at positions.
func (f *failure) note(l *errorList, at []spot) {
	for _, s := range at {
		if !f.quiet || !l.explains(s.path, !f.lost.wasCut(s)) {
			l.noteOnce(f.standing(s))
		}
	}
	f.felt = f.felt || len(at) > 0
	if f.told != nil && len(at) > 0 {
		*f.told = true
	}
}

// isTold tells that the client hears of the failure at another position.
func (f *failure) isTold(l *errorList) bool {
	if f.told != nil {
		return *f.told
	}
	return slices.ContainsFunc(l.errors, func(e clientError) bool { return e.message == f.message })
}

// noteUnfelt notes a failure because of which nothing is null, unless the same was noted where it made a difference. It
// stands at the position that all objects are in.
func (f *failure) noteUnfelt(l *errorList) {
	switch {
	case f.felt, f.isTold(l):
	case len(f.at.list) > 0:
		for len(f.at.list) > 1 && f.at.shorten() {
		}
		f.note(l, f.at.list)
	default:
		// The client sees none of the objects: the failure counts all the same.
		l.note(f.clientError)
		if f.told != nil {
			*f.told = true
		}
	}
}

// standing returns the error at a position.
func (e clientError) standing(at spot) clientError {
	e.path = clonePath(at.path)
	if n := len(at.fields); n > 0 {
		e.line, e.column = at.fields[n-1].Line, at.fields[n-1].Column
	}
	return e
}

// spots are positions in the client's answer, in its order. When there are too many, all paths are cut to a length that
// makes them fewer: a position stands for all that are below it.
type spots struct {
	list []spot
	// cut is the length to which paths are cut; 0 means not at all.
	cut int
}

// spot is a path, with the client's field for each of its steps.
type spot struct {
	path   []pathStep
	fields []*operation.Field
}

func (s *spots) add(path []pathStep, fields []*operation.Field, most int) {
	if s.cut > 0 && len(path) > s.cut {
		path = path[:s.cut]
	}
	if n := len(s.list); n > 0 && slices.Equal(s.list[n-1].path, path) {
		return
	}
	s.list = append(s.list, spot{clonePath(path), slices.Clone(fields[:len(path)])})
	for len(s.list) > most && s.shorten() {
	}
}

// wasCut tells that a position may stand for several below it.
func (s *spots) wasCut(at spot) bool { return s.cut > 0 && len(at.path) == s.cut }

// shorten cuts the longest paths by one step, and tells whether they can be cut at all.
func (s *spots) shorten() bool {
	longest := 0
	for i := range s.list {
		longest = max(longest, len(s.list[i].path))
	}
	if longest < 2 {
		return false
	}
	s.cut = longest - 1
	for i := range s.list {
		if e := &s.list[i]; len(e.path) > s.cut {
			e.path, e.fields = e.path[:s.cut], e.fields[:s.cut]
		}
	}
	s.list = slices.CompactFunc(s.list, func(a, b spot) bool { return slices.Equal(a.path, b.path) })
	return true
}

package exec

import (
	"context"
	"errors"

	"github.com/weft-graphql/weft/router/operation"
)

// locator walks the answer as the printer does, to find all positions of the objects that have errors, and what is null
// because of calls that failed. It only runs when there are some.
type locator struct {
	x       *execution
	flagged map[ref][]*placedError
	failed  map[ref][]*failure
	// active are the failed calls of the objects the walk is in.
	active []*failure
	// path is where the walk is, and fields has the client's field for each of its steps.
	path   []pathStep
	fields []*operation.Field
	// instead is the failed call whose result would know more of the objects the walk is in; they are a second choice.
	instead *failure
	// unseen counts the values the walk is in that the client does not see: another source of the field counts.
	unseen int
	// asked has the targets of calls, when they were needed.
	asked map[*call]map[ref]struct{}
	// inputs are the fields of the plan that representations are made of, when they were needed.
	inputs map[*selectedField]bool
	// met counts the objects that the walk has come by, and least what these take in the answer. It ends when refused says
	// why.
	met, least int64
	refused    Refusal
}

// locateErrors gives every error of a subgraph the paths of the positions it concerns. It tells when that is in vain.
//
// walk is the program to walk by: that of the answer, or of a part of it.
func (x *execution) locateErrors(walk *objectProgram) Refusal {
	if len(x.errors.placed)+len(x.errors.failed) == 0 {
		return notRefused
	}
	l := locator{x: x, flagged: make(map[ref][]*placedError), failed: make(map[ref][]*failure)}
	for _, e := range x.errors.placed {
		for _, r := range e.objects {
			l.flagged[r] = append(l.flagged[r], e)
		}
	}
	for _, f := range x.errors.failed {
		f.lost, f.at = spots{}, spots{}
		f.reach(x.program)
		for r := range f.objects {
			l.failed[r] = append(l.failed[r], f)
		}
	}
	if l.object(walk, newRef(0, 0)); l.refused != notRefused {
		return l.refused
	}
	for _, e := range x.errors.placed {
		if !e.located && x.isLast(int(e.set.request)) && !l.unasked(e) {
			// The client sees none of the objects: the error counts all the same.
			x.errors.note(e.clientError)
		}
	}
	for _, f := range x.errors.failed {
		if !f.quiet {
			f.note(&x.errors, f.lost.list)
		}
	}
	for _, f := range x.errors.failed {
		if len(f.lost.list) == 0 && !f.quiet && x.isLast(f.request) {
			f.noteUnfelt(&x.errors)
		}
	}
	for _, f := range x.errors.failed {
		if f.quiet {
			f.note(&x.errors, f.lost.list)
		}
	}
	x.errors.placed, x.errors.failed = nil, nil
	return notRefused
}

// attend looks up from the walk, as printing does, and tells whether it goes on.
func (l *locator) attend(o *objectProgram) bool {
	l.least += o.least
	if l.met++; l.met&0x3ff == 0 {
		switch limit := l.x.program.engine.config.ResponseBytes; {
		case errors.Is(l.x.ctx.Err(), context.Canceled):
			l.refused = Abandoned
		case limit > 0 && l.least > limit:
			l.refused = TooLarge
		}
	}
	return l.refused == notRefused
}

func (l *locator) object(o *objectProgram, r ref) {
	if l.x.errors.full() || !l.attend(o) {
		return
	}
	typ := o.typ
	if typ < 0 {
		typ = l.x.typeOf(o.typers, r)
	}
	outside := len(l.active)
	for _, m := range o.members {
		// A call can have had a twin of the object for its target.
		target, ok := l.x.follow(r, m.links)
		if !ok {
			continue
		}
		for _, e := range l.flagged[target] {
			e.located = true
			w := responsePath{l: l, set: e.set, rest: e.rest, at: spot{l.path, l.fields}}
			for _, at := range w.follow(o, []view{{o, r}}, typ) {
				l.x.errors.noteOnce(e.standing(at))
			}
		}
		for _, f := range l.failed[target] {
			f.at.add(l.path, l.fields, l.x.program.engine.config.Errors.MaxPlaces)
			l.active = append(l.active, f)
		}
	}
	for i := range o.fields {
		if l.refused != notRefused {
			break
		}
		f := &o.fields[i]
		if f.what == outputValue && f.isFor(typ) && (f.field.Selection != nil || len(l.active) > 0) {
			l.push(pathStep{key: f.field.Key}, f.field)
			l.field(f, r, typ)
			l.pop()
		}
	}
	l.active = l.active[:outside]
}

func (l *locator) push(step pathStep, f *operation.Field) {
	l.path, l.fields = append(l.path, step), append(l.fields, f)
}

func (l *locator) pop() {
	l.path, l.fields = l.path[:len(l.path)-1], l.fields[:len(l.fields)-1]
}

func (l *locator) field(f *outputField, r ref, typ int32) {
	if len(l.active) > 0 && l.unseen == 0 && !f.passing {
		if cause := l.cause(f, r, typ); cause != nil {
			cause.lost.add(l.path, l.fields, l.x.program.engine.config.Errors.MaxPlaces)
			return
		}
	}
	if f.field.Selection == nil {
		return
	}
	// Where one subgraph says null, another can have reported errors below what it said.
	unseen, instead := l.unseen, l.instead
	for i := range f.sources {
		s := &f.sources[i]
		if !s.counts(typ) {
			continue
		}
		a, v, ok := l.x.see(s, r)
		if !ok {
			if e, direct := l.causeOf(s, r); direct || l.instead == nil {
				l.instead = e
			}
			continue
		}
		if v.kind() >= kindObject {
			l.value(s, a, v)
			break
		}
		switch v.kind() {
		case kindNull:
			l.unseen = unseen + 1
		case kindAbsent:
			if e := l.omitter(s); e != nil {
				l.instead = e
			}
		}
	}
	l.unseen, l.instead = unseen, instead
}

func (l *locator) value(s *outputSource, a *answer, v value) {
	switch v.kind() {
	case kindObject:
		if s.program != nil {
			l.object(s.program, newRef(a.index, v.at))
		}
	case kindList:
		l.push(pathStep{}, l.fields[len(l.fields)-1])
		step := len(l.path) - 1
		for i, e := range a.elements(v) {
			if l.refused != notRefused {
				break
			}
			l.path[step].index = i
			l.value(s, a, e)
		}
		l.pop()
	}
}

// cause returns the failure that a field has no value because of; nil when there is none.
func (l *locator) cause(f *outputField, r ref, typ int32) *failure {
	for i := range f.sources {
		if s := &f.sources[i]; s.counts(typ) {
			if _, there := l.x.follow(r, s.links); there {
				return nil
			}
		}
	}
	if len(f.sources) == 0 {
		return l.instead
	}
	var indirect *failure
	for i := range f.sources {
		if s := &f.sources[i]; s.counts(typ) {
			e, direct := l.causeOf(s, r)
			if direct {
				return e
			}
			if indirect == nil {
				indirect = e
			}
		}
	}
	return indirect
}

// causeOf returns the failure that a source is not there because of, nil when there is none, and whether it is the
// source's own call that failed.
func (l *locator) causeOf(s *outputSource, r ref) (cause *failure, direct bool) {
	if len(s.links) == 0 {
		return nil, false
	}
	// What the call's result would have been linked to.
	target, there := l.x.follow(r, s.links[:len(s.links)-1])
	twin := s.set.plan.Owner != nil
	for i := len(l.active) - 1; i >= 0; i-- {
		switch e := l.active[i]; {
		case s.set.plan.Call == e.call.plan:
			if twin || there && e.has(target) {
				return e, true
			}
		case cause == nil && e.after[s.set.request]:
			if twin || !there || !l.wasAsked(s.set, target) {
				cause = e
			}
		}
	}
	return cause, false
}

// omitter returns the failure of a call that left out a field.
func (l *locator) omitter(s *outputSource) *failure {
	for _, e := range l.active {
		if s.set.plan != nil && s.set.plan.Call == e.call.plan {
			return e
		}
	}
	return nil
}

// wasAsked tells whether the call of a selection set was asked for an object.
func (l *locator) wasAsked(n *selectionSet, target ref) bool {
	r := &l.x.program.requests[n.request]
	for i := range r.calls {
		c := &r.calls[i]
		if c.plan != n.plan.Call {
			continue
		}
		if l.asked[c] == nil {
			if l.asked == nil {
				l.asked = map[*call]map[ref]struct{}{}
			}
			l.asked[c] = map[ref]struct{}{}
			for _, t := range l.x.fetches[n.request].calls[i].targets {
				l.asked[c][t.object] = struct{}{}
			}
		}
		_, ok := l.asked[c][target]
		return ok
	}
	return false
}

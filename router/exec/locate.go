package exec

import "github.com/weft-graphql/weft/router/operation"

// locator walks the answer as the printer does, to find all places of the objects that have errors, and what is null
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
	inputs map[*nodeField]bool
}

// locateErrors gives every error of a subgraph the paths of the places it concerns.
func (x *execution) locateErrors() {
	if len(x.errors.placed)+len(x.errors.failed) == 0 {
		return
	}
	l := locator{x: x, flagged: make(map[ref][]*placedError), failed: make(map[ref][]*failure)}
	for _, e := range x.errors.placed {
		for _, r := range e.objects {
			l.flagged[r] = append(l.flagged[r], e)
		}
	}
	for _, f := range x.errors.failed {
		f.reach(x.program)
		for r := range f.objects {
			l.failed[r] = append(l.failed[r], f)
		}
	}
	l.object(x.program.output, newRef(0, 0))
	for _, e := range x.errors.placed {
		if !e.located {
			// The client sees none of the objects: the error counts all the same.
			x.errors.note(e.clientError)
		}
	}
	for _, f := range x.errors.failed {
		f.note(&x.errors)
	}
	x.errors.placed, x.errors.failed = nil, nil
}

func (l *locator) object(o *objectProgram, r ref) {
	if len(l.x.errors.errors) >= l.x.errors.max {
		return
	}
	typ := o.typ
	if typ < 0 {
		typ = l.x.typeOf(o.place.typers, r)
	}
	outside := len(l.active)
	for _, m := range o.place.members {
		// A call can have had a twin of the object for its target.
		target, ok := l.x.follow(r, m.hops)
		if !ok {
			continue
		}
		for _, e := range l.flagged[target] {
			e.located = true
			at := clonePath(l.path)
			if n := len(l.fields); n > 0 {
				e.line, e.column = l.fields[n-1].Line, l.fields[n-1].Column
			}
			l.clientPaths(o, &r, typ, e.node, e.rest, at, e.clientError)
		}
		for _, f := range l.failed[target] {
			f.at.add(l.path, l.fields, l.x.program.engine.config.Errors.MaxPlaces)
			l.active = append(l.active, f)
		}
	}
	for i := range o.fields {
		f := &o.fields[i]
		if f.what == outputValue && (f.on == nil || f.on.Has(int(typ))) && (f.field.Selection != nil || len(l.active) > 0) {
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
	if len(l.active) > 0 && l.unseen == 0 {
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
		if s.on != nil && !s.on.Has(int(typ)) {
			continue
		}
		to, ok := l.x.follow(r, s.hops)
		if !ok {
			if e, direct := l.causeOf(s, r); direct || l.instead == nil {
				l.instead = e
			}
			continue
		}
		a := l.x.answers[to.answer()]
		v := a.slot(to.object(), s.slot)
		if v.kind() >= kindObject {
			l.value(s, a, v)
			break
		}
		if v.kind() == kindNull {
			l.unseen = unseen + 1
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
			l.path[step].index = i
			l.value(s, a, e)
		}
		l.pop()
	}
}

// cause returns the failure that a field has no value because of; nil when there is none.
func (l *locator) cause(f *outputField, r ref, typ int32) *failure {
	fits := func(s *outputSource) bool { return s.on == nil || typ < 0 || s.on.Has(int(typ)) }
	for i := range f.sources {
		if s := &f.sources[i]; fits(s) {
			if _, there := l.x.follow(r, s.hops); there {
				return nil
			}
		}
	}
	if len(f.sources) == 0 {
		return l.instead
	}
	var indirect *failure
	for i := range f.sources {
		if s := &f.sources[i]; fits(s) {
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
	if len(s.hops) == 0 {
		return nil, false
	}
	// What the call's result would have been linked to.
	target, there := l.x.follow(r, s.hops[:len(s.hops)-1])
	twin := s.node.set.Owner != nil
	for i := len(l.active) - 1; i >= 0; i-- {
		switch e := l.active[i]; {
		case s.node.set.Call == e.call.plan:
			if twin || there && e.has(target) {
				return e, true
			}
		case cause == nil && e.after[s.node.request]:
			if twin || !there || !l.wasAsked(s.node, target) {
				cause = e
			}
		}
	}
	return cause, false
}

// wasAsked tells whether the call of a node was asked for an object.
func (l *locator) wasAsked(n *node, target ref) bool {
	r := &l.x.program.requests[n.request]
	for i := range r.calls {
		c := &r.calls[i]
		if c.plan != n.set.Call {
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

// served is a field of the client that a field of a subgraph's answer stands for.
type served struct {
	field  *outputField
	source *outputSource
}

// servedBy lists the client's fields that a response key of a node stands for, on objects of the runtime type typ, or of
// any if it is not known. There is more than one if the client gave the same field several names. elsewhere tells that
// the key stands for fields of other types.
func servedBy(o *objectProgram, typ int32, n *node, key string) (found []served, elsewhere bool) {
	for i := range o.fields {
		f := &o.fields[i]
		for j := range f.sources {
			s := &f.sources[j]
			switch {
			case s.node != n || s.field.key != key:
			case typ >= 0 && (f.on != nil && !f.on.Has(int(typ)) || s.on != nil && !s.on.Has(int(typ))):
				elsewhere = true
			default:
				found = append(found, served{f, s})
			}
		}
	}
	return found, elsewhere
}

// clientPaths notes an error with every path of the client that a path of the subgraph's answer, below one of the
// program's objects, stands for: as far as the client asked for it, and once for each alias that the subgraph was not
// bothered with. r is the object, nil if it is not there; then its type is not known either, unless there is only one.
func (l *locator) clientPaths(o *objectProgram, r *ref, typ int32, n *node, rest, path []pathStep, e clientError) {
	e.path = path
	if len(rest) == 0 || o == nil {
		l.x.errors.noteOnce(e)
		return
	}
	found, elsewhere := servedBy(o, typ, n, rest[0].key)
	if len(found) == 0 && elsewhere && !l.isInput(n, typ, rest[0].key) {
		// Nobody asked for the field of an object of this type.
		return
	}
	if len(found) == 0 || typ < 0 && !compatible(found) {
		// It is not the client's, or there is no telling which one.
		l.x.errors.noteOnce(e)
		return
	}
	for _, s := range found {
		at, below := append(clonePath(path), pathStep{key: s.field.field.Key}), rest[1:]
		for len(below) > 0 && below[0].key == "" {
			at = append(at, below[0])
			below = below[1:]
		}
		child, childType := l.child(r, s.source, at[len(path)+1:])
		if s.source.program != nil && s.source.program.typ >= 0 {
			childType = s.source.program.typ
		}
		e.line, e.column = s.field.field.Line, s.field.field.Column
		l.clientPaths(s.source.program, child, childType, s.source.field.node, below, at, e)
	}
}

// compatible tells whether fields can stand on one object.
func compatible(fields []served) bool {
	all := fields[0].field.field.On
	for _, s := range fields[1:] {
		all = all.And(s.field.field.On)
	}
	return len(fields) == 1 || !all.Empty()
}

// child returns the object at some list indexes of a source's value, and its runtime type.
func (l *locator) child(r *ref, s *outputSource, indexes []pathStep) (*ref, int32) {
	if r == nil || s.program == nil {
		return nil, typeUnknown
	}
	to, ok := l.x.follow(*r, s.hops)
	if !ok {
		return nil, typeUnknown
	}
	a := l.x.answers[to.answer()]
	v := a.slot(to.object(), s.slot)
	for _, step := range indexes {
		if v.kind() != kindList || step.index >= len(a.elements(v)) {
			return nil, typeUnknown
		}
		v = a.elements(v)[step.index]
	}
	if v.kind() != kindObject {
		return nil, typeUnknown
	}
	child := newRef(a.index, v.at)
	return &child, l.x.typeOf(s.program.place.typers, child)
}

// isInput tells whether a field of a node is part of a representation, for objects of the type.
func (l *locator) isInput(n *node, typ int32, key string) bool {
	if l.inputs == nil {
		l.inputs = l.x.program.inputs()
	}
	for i := range n.fields {
		f := &n.fields[i]
		if f.key == key && f.on.Has(int(typ)) && l.inputs[f] {
			return true
		}
	}
	return false
}

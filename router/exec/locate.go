package exec

import "slices"

// locator walks the answer as the printer does, to find all places of the objects that have errors. It only runs when
// a subgraph reported some.
type locator struct {
	x       *execution
	flagged map[ref][]*placedError
	path    []pathStep
}

// locateErrors gives every error of a subgraph the paths of the places it concerns.
func (x *execution) locateErrors() {
	if len(x.errors.placed) == 0 {
		return
	}
	l := locator{x: x, flagged: make(map[ref][]*placedError)}
	for _, e := range x.errors.placed {
		for _, r := range e.objects {
			l.flagged[r] = append(l.flagged[r], e)
		}
	}
	l.object(x.program.output, newRef(0, 0))
	for _, e := range x.errors.placed {
		if !e.located {
			// The client sees none of the objects: the error counts all the same.
			x.errors.note(e.clientError)
		}
	}
	x.errors.placed = nil
}

func (l *locator) object(o *objectProgram, r ref) {
	if len(l.x.errors.errors) >= l.x.errors.max {
		return
	}
	for _, m := range o.place.members {
		// A call can have had a twin of the object for its target.
		target, ok := l.x.follow(r, m.hops)
		if !ok {
			continue
		}
		for _, e := range l.flagged[target] {
			e.located = true
			l.clientPaths(o, e.node, e.rest, clonePath(l.path), e.clientError)
		}
	}
	typ := o.typ
	if typ < 0 {
		typ = l.x.typeOf(o.place.typers, r)
	}
	for i := range o.fields {
		f := &o.fields[i]
		if f.what != outputValue || f.on != nil && !f.on.Has(int(typ)) || f.field.Selection == nil {
			continue
		}
		l.path = append(l.path, pathStep{key: f.field.Key})
		for j := range f.sources {
			// Where one subgraph says null, another can have reported errors below what it said.
			s := &f.sources[j]
			if to, ok := l.x.follow(r, s.hops); ok && (s.on == nil || s.on.Has(int(typ))) {
				a := l.x.answers[to.answer()]
				if v := a.slot(to.object(), s.slot); v.kind() >= kindObject {
					l.value(s, a, v)
					break
				}
			}
		}
		l.path = l.path[:len(l.path)-1]
	}
}

func (l *locator) value(s *outputSource, a *answer, v value) {
	switch v.kind() {
	case kindObject:
		if s.program != nil {
			l.object(s.program, newRef(a.index, v.at))
		}
	case kindList:
		l.path = append(l.path, pathStep{})
		step := len(l.path) - 1
		for i, e := range a.elements(v) {
			l.path[step].index = i
			l.value(s, a, e)
		}
		l.path = l.path[:step]
	}
}

// clientPaths notes an error with every path of the client that a path of the subgraph's answer, below one of the
// program's objects, stands for: as far as the client asked for it, and once for each alias that the subgraph was not
// bothered with.
func (l *locator) clientPaths(o *objectProgram, n *node, rest, path []pathStep, e clientError) {
	if len(rest) > 0 && o != nil {
		served := false
		for i := range o.fields {
			f := &o.fields[i]
			for j := range f.sources {
				s := &f.sources[j]
				if s.node != n || s.field.key != rest[0].key {
					continue
				}
				served = true
				at, below := append(clonePath(path), pathStep{key: f.field.Key}), rest[1:]
				for len(below) > 0 && below[0].key == "" {
					at = append(at, below[0])
					below = below[1:]
				}
				e.line, e.column = f.field.Line, f.field.Column
				l.clientPaths(s.program, s.field.node, below, at, e)
			}
		}
		if served {
			return
		}
	}
	e.path = path
	if !slices.ContainsFunc(l.x.errors.errors, func(known clientError) bool {
		return known.message == e.message && slices.Equal(known.path, path)
	}) {
		l.x.errors.note(e)
	}
}

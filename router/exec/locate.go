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
	for _, e := range l.flagged[r] {
		found := e.clientError
		found.path = append(clonePath(l.path), o.clientPath(e.node, e.rest, &found)...)
		e.located = true
		if len(found.path) > 0 && slices.ContainsFunc(l.x.errors.errors, func(known clientError) bool {
			return known.message == found.message && slices.Equal(known.path, found.path)
		}) {
			continue
		}
		l.x.errors.note(found)
	}
	typ := o.typ
	if typ < 0 {
		typ = l.x.typeOf(o.place, r)
	}
	for i := range o.fields {
		f := &o.fields[i]
		if f.what != outputValue || f.on != nil && !f.on.Has(int(typ)) || f.field.Selection == nil {
			continue
		}
		s, a, v := l.x.printer.find(f, r, typ)
		l.path = append(l.path, pathStep{key: f.field.Key})
		l.value(s, a, v)
		l.path = l.path[:len(l.path)-1]
	}
}

func (l *locator) value(s *outputSource, a *answer, v value) {
	switch v.kind() {
	case kindObject:
		if s != nil && s.program != nil {
			l.object(s.program, newRef(a.index, v.at))
		}
	case kindList:
		l.path = append(l.path, pathStep{})
		step := len(l.path) - 1
		for i := range v.size() {
			l.path[step].index = i
			l.value(s, a, a.values[int(v.at)+i])
		}
		l.path = l.path[:step]
	}
}

// clientPath translates a path of a subgraph's answer below one of the program's objects into the client's keys, as far
// as the client asked for it. The error's location becomes that of the last field.
func (o *objectProgram) clientPath(n *node, rest []pathStep, e *clientError) []pathStep {
	var path []pathStep
	for len(rest) > 0 && o != nil {
		f, s := o.serving(n, rest[0].key)
		if f == nil {
			return path
		}
		path = append(path, pathStep{key: f.field.Key})
		e.line, e.column = f.field.Line, f.field.Column
		rest = rest[1:]
		for len(rest) > 0 && rest[0].key == "" {
			path = append(path, rest[0])
			rest = rest[1:]
		}
		o, n = s.program, s.field.node
	}
	return path
}

// serving returns the client's field that is answered from the field with that key of a member.
func (o *objectProgram) serving(n *node, key string) (*outputField, *outputSource) {
	for i := range o.fields {
		f := &o.fields[i]
		for j := range f.sources {
			if s := &f.sources[j]; s.node == n && s.field.key == key {
				return f, s
			}
		}
	}
	return nil, nil
}

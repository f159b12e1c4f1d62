package exec

// slotOf names a slot of an object of an answer.
type slotOf struct {
	object uint32
	slot   int32
}

// notePropagated notes the null that an error below an object has propagated to, if that is the error of a field which
// only the client asked for: had the subgraph been asked for what representations are made of alone, there would be a
// value. What would be computed from that null is not what the graph says, so that it is not asked for.
// Specification: GraphQL, section 6.4.4 "Handling Execution Errors".
func (x *execution) notePropagated(f *fetch, n *selectionSet, r ref, path []pathStep) {
	if r == 0 {
		return
	}
	a := x.answers[r.answer()]
	typ := a.objects[r.object()].typ
	for i := n.find([]byte(path[0].key), 0); i >= 0; i = int(n.fields[i].next) {
		field := &n.fields[i]
		if field.set == nil || typ >= 0 && !field.on().Has(int(typ)) {
			continue
		}
		v, rest := a.slot(r.object(), int32(i)), path[1:]
		for v.kind() == kindList && len(rest) > 0 {
			index, ok := rest[0].asIndex()
			elements := a.elements(v)
			if !ok || index >= len(elements) {
				return
			}
			v, rest = elements[index], rest[1:]
		}
		switch {
		case v.kind() == kindObject && len(rest) > 0:
			x.notePropagated(f, field.set, newRef(a.index, v.at), rest)
		case v.kind() == kindNull && field.set.failedForClients(rest, f.representationInputs(x.program)):
			if a.propagated == nil {
				a.propagated = map[slotOf]struct{}{}
			}
			a.propagated[slotOf{r.object(), int32(i)}] = struct{}{}
		}
	}
}

// representationInputs are the fields that representations are made of, found when there are errors.
func (f *fetch) representationInputs(p *Program) map[*selectedField]bool {
	if f.inputs == nil {
		f.inputs = p.inputs()
	}
	return f.inputs
}

// failedForClients tells whether the path leads to fields below a selection that no representation is made of.
func (n *selectionSet) failedForClients(path []pathStep, inputs map[*selectedField]bool) bool {
	for len(path) > 0 && path[0].key == "" {
		path = path[1:]
	}
	if len(path) == 0 {
		return false
	}
	found := false
	for i := n.find([]byte(path[0].key), 0); i >= 0; i = int(n.fields[i].next) {
		f := &n.fields[i]
		last := true
		for _, step := range path[1:] {
			last = last && step.key == ""
		}
		if last && inputs[f] || !last && (f.set == nil || !f.set.failedForClients(path[1:], inputs)) {
			return false
		}
		found = true
	}
	return found
}

// isPropagated tells whether the value of a slot is null, or has one, because of an error that is none of its own.
func (a *answer) isPropagated(o uint32, slot int32) bool {
	_, ok := a.propagated[slotOf{o, slot}]
	return ok
}

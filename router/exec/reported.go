package exec

import (
	"encoding/json"
	"math"
	"slices"
	"strconv"
	"strings"
)

// subgraphError is an error as a subgraph reports it. What is not as the specification says is made the best of: no
// error is dropped because of its form.
// Specification: GraphQL, section 7.1.2 "Errors".
type subgraphError struct {
	message string
	// odd is the text of what stands in place of a message and is not a string.
	odd        string
	path       []pathStep
	extensions map[string]json.RawMessage
}

// readErrors reads the errors entry of an answer, of any form but null.
func readErrors(raw []byte) []json.RawMessage {
	var list []json.RawMessage
	if raw[0] != '[' || json.Unmarshal(raw, &list) != nil {
		return []json.RawMessage{raw}
	}
	return list
}

func readError(raw []byte) subgraphError {
	var e subgraphError
	if raw[0] != '{' {
		e.readMessage(raw)
		return e
	}
	var entries struct {
		Message, Path, Extensions json.RawMessage
	}
	_ = json.Unmarshal(raw, &entries) // it is an object, and its entries can be anything
	e.readMessage(entries.Message)
	_ = json.Unmarshal(entries.Extensions, &e.extensions) // what is no object has no entries
	e.path = readPath(entries.Path)
	return e
}

// maxMessage bounds a message that is not a string.
const maxMessage = 1000

// readMessage reads a string, or the text of another value but null.
func (e *subgraphError) readMessage(raw []byte) {
	if len(raw) > 0 && json.Unmarshal(raw, &e.message) != nil {
		e.odd = strings.ToValidUTF8(string(raw[:min(len(raw), maxMessage)]), "")
	}
}

// readPath reads a path up to the first step that is none.
func readPath(raw []byte) []pathStep {
	var steps []any
	if json.Unmarshal(raw, &steps) != nil {
		return nil
	}
	path := make([]pathStep, 0, len(steps))
	for _, step := range steps {
		switch s := step.(type) {
		case string:
			if s == "" {
				return path
			}
			path = append(path, pathStep{key: s})
		case float64:
			if s < 0 || s > maxBody || s != math.Trunc(s) {
				return path
			}
			path = append(path, pathStep{index: int(s)})
		default:
			return path
		}
	}
	return path
}

// asIndex returns the index that a step stands for, also if it is written as a string.
func (s pathStep) asIndex() (int, bool) {
	if s.key == "" {
		return s.index, true
	}
	index, err := strconv.Atoi(s.key)
	return index, err == nil && index >= 0 && index <= maxBody
}

// walkable returns as much of a path below a selection as leads through fields that were asked for, and through the
// lists of their types: the rest leads nowhere.
func (n *selectionSet) walkable(path []pathStep) []pathStep {
	found := make([]pathStep, 0, len(path))
	at := []*selectionSet{n}
	for len(path) > 0 && len(at) > 0 {
		// The same key can stand for different fields of different types.
		var field *selectedField
		var below []*selectionSet
		for _, n := range at {
			for i := n.find([]byte(path[0].key), 0); i >= 0; i = int(n.fields[i].next) {
				field = &n.fields[i]
				if field.set != nil {
					below = append(below, field.set)
				}
			}
		}
		if field == nil {
			return found
		}
		found, path = append(found, path[0]), path[1:]
		for range field.lists {
			if len(path) == 0 {
				return found
			}
			index, ok := path[0].asIndex()
			if !ok {
				return found
			}
			found, path = append(found, pathStep{index: index}), path[1:]
		}
		at = below
	}
	return found
}

// subgraphErrors notes the errors of an answer at what they are about.
func (x *execution) subgraphErrors(p *parser, r *request, f *fetch, picked [][]uint32) {
	x.withoutData(r, f, picked)
	raws := readErrors(p.errors)
	limit := x.program.engine.config.Errors.Max
	if len(raws) > limit {
		x.reports(r).drop(len(raws) - limit)
		raws = raws[:limit]
	}
	reported := make([]subgraphError, len(raws))
	for i, raw := range raws {
		reported[i] = readError(raw)
	}
	x.withoutEntities(r, f, picked, reported)
	told := false
	for i := range reported {
		se := &reported[i]
		e := x.reported(r, se)
		if !x.placeReported(r, f, picked, e, se.path) {
			// It does not say where. The first of such errors explains what is missing altogether.
			if told || !x.nothing(r, f, picked, e) {
				x.reports(r).note(e)
			}
			told = true
		}
	}
}

// withoutData notes that there are calls that the answer has no data for. It counts where nothing else says why a field
// is null: an error can make all data null, and it is only its own field that it is about.
func (x *execution) withoutData(r *request, f *fetch, picked [][]uint32) {
	for i := range r.calls {
		if f.reader.brought[i] || f.reader.isBroken(i) {
			continue
		}
		f.cacheTaint(allCalls, 0)
		name := r.plan.Subgraph.Name
		x.failQuietly(r, i, clientError{
			code: codeDownstream, service: name,
			message: "The subgraph " + strconv.Quote(name) + " answered without data, because of an error at another field.",
		}, f.calls[i].objects(among(picked, i)))
	}
}

// reported makes the client's error of a subgraph's.
func (x *execution) reported(r *request, se *subgraphError) clientError {
	e := clientError{code: codeDownstream, message: se.message, service: r.plan.Subgraph.Name, extensions: se.extensions}
	if e.message == "" {
		e.message = "The subgraph " + strconv.Quote(e.service) + " reported an error without a message"
		if se.odd != "" {
			e.message += ": " + se.odd
		}
		e.message += "."
	}
	if raw, ok := se.extensions["code"]; ok {
		var code string
		if json.Unmarshal(raw, &code) == nil && code != "" {
			e.code = code
		}
	}
	return e
}

// placeReported notes an error of an answer where its path says, or as near as there is a position; false when the path
// does not even name a call.
func (x *execution) placeReported(r *request, f *fetch, picked [][]uint32, e clientError, path []pathStep) bool {
	first := &r.calls[0]
	if !first.plan.Entities {
		f.cacheTaint(0, 0)
		if path = first.set.walkable(path); len(path) > 0 {
			x.notePropagated(f, first.set, f.calls[0].entities[0], path)
			x.placeAt(r, first, &f.calls[0], e, nil, path)
		}
		return len(path) > 0
	}
	call := -1
	for i := range r.calls {
		if len(path) > 0 && r.calls[i].plan.Key == path[0].key {
			call = i
		}
	}
	if call < 0 {
		// Every entity of the request may be concerned.
		f.cacheTaint(allCalls, 0)
		return false
	}
	c, run := &r.calls[call], &f.calls[call]
	entity, ok := f.entityAt(call, picked, path[1:])
	if !ok {
		// It is about an entity that was not asked for, or about none.
		f.cacheTaint(allCalls, 0)
		x.failOrNote(r, call, e, run.objects(among(picked, call)))
		return true
	}
	f.cacheTaint(call, int(entity))
	only := func(e uint32) bool { return e == entity }
	if path = c.set.walkable(path[2:]); len(path) == 0 {
		x.failOrNote(r, call, e, run.objects(only))
	} else {
		x.notePropagated(f, c.set, run.entities[entity], path)
		x.placeAt(r, c, run, e, only, path)
	}
	return true
}

// entityAt returns the entity that a path behind the key of a call leads to; false when it leads to none that was asked
// for.
func (f *fetch) entityAt(call int, picked [][]uint32, path []pathStep) (uint32, bool) {
	if len(path) == 0 {
		return 0, false
	}
	index, ok := path[0].asIndex()
	switch {
	case !ok:
	case picked == nil:
		return uint32(index), index < len(f.calls[call].spans)
	case index < len(picked[call]):
		return picked[call][index], true
	}
	return 0, false
}

// failOrNote notes that a call failed for some objects, or the error alone if there are none.
func (x *execution) failOrNote(r *request, call int, e clientError, objects []ref) {
	if len(objects) == 0 {
		x.reports(r).note(e)
		return
	}
	f := newFailure(r, call, e, objects)
	f.told = new(bool)
	x.reports(r).fail(f)
}

// placeAt notes an error below the objects of a call. only tells which entities it is about, nil means all; rest is the
// path below them.
func (x *execution) placeAt(
	r *request,
	c *call,
	run *callRun,
	e clientError,
	only func(entity uint32) bool,
	rest []pathStep,
) {
	placed := &placedError{clientError: e, set: c.set, rest: rest, objects: run.objects(only)}
	if len(placed.objects) == 0 {
		x.reports(r).note(e)
		return
	}
	x.reports(r).place(placed)
}

// nothing notes an error for the calls of a request of which nothing came at all, and tells whether there are any.
func (x *execution) nothing(r *request, f *fetch, picked [][]uint32, e clientError) bool {
	found := false
	told := new(bool)
	for i := range r.calls {
		run, only := &f.calls[i], among(picked, i)
		came := false
		for entity, o := range run.entities {
			came = came || o != 0 && (only == nil || only(uint32(entity)))
		}
		if objects := run.objects(only); !came && len(objects) > 0 {
			f := newFailure(r, i, e, objects)
			f.told = told
			x.reports(r).fail(f)
			found = true
		}
	}
	return found
}

// among returns a function that tells whether an entity of a call was picked; nil when all were.
func among(picked [][]uint32, call int) func(entity uint32) bool {
	if picked == nil {
		return nil
	}
	return func(entity uint32) bool { return slices.Contains(picked[call], entity) }
}

// objects returns the targets of a call's run that only lets through.
func (run *callRun) objects(only func(entity uint32) bool) []ref {
	var objects []ref
	for _, t := range run.targets {
		if only == nil || only(t.entity) {
			objects = append(objects, t.object)
		}
	}
	return objects
}

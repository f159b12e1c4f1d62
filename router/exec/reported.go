package exec

import (
	"encoding/json"
	"slices"
	"strconv"
)

// subgraphError is an error as a subgraph reports it.
type subgraphError struct {
	Message    string                     `json:"message"`
	Path       []any                      `json:"path"`
	Extensions map[string]json.RawMessage `json:"extensions"`
}

// subgraphErrors notes the errors of an answer at the objects they are about.
func (x *execution) subgraphErrors(p *parser, r *request, f *fetch, picked [][]uint32) {
	var raws []json.RawMessage
	if json.Unmarshal(p.errors, &raws) != nil {
		return
	}
	limit := x.program.engine.config.Errors.Max
	told := false
	var first clientError
	for i, raw := range raws {
		if i == limit {
			break
		}
		var se subgraphError
		if json.Unmarshal(raw, &se) != nil {
			se = subgraphError{}
			var message struct {
				Message string `json:"message"`
			}
			_ = json.Unmarshal(raw, &message)
			se.Message = message.Message
		}
		e := x.reported(r, &se)
		if i == 0 {
			first = e
		}
		path := decodePath(se.Path)
		if !x.placeReported(r, f, picked, e, path) {
			// It does not say where. The first of such errors explains what is missing altogether.
			if told || !x.nothing(r, f, picked, e) {
				x.errors.note(e)
			}
			told = true
		}
	}
	if !told && len(raws) > 0 && !f.reader.brought(p) {
		// It says where, but everything else is null because of it, too.
		x.nothing(r, f, picked, first)
	}
}

// reported makes the client's error of a subgraph's.
func (x *execution) reported(r *request, se *subgraphError) clientError {
	e := clientError{code: codeDownstream, message: se.Message, service: r.plan.Subgraph.Name, extensions: se.Extensions}
	if e.message == "" {
		e.message = "The subgraph " + strconv.Quote(e.service) + " reported an error without a message."
	}
	if raw, ok := se.Extensions["code"]; ok {
		var code string
		if json.Unmarshal(raw, &code) == nil && code != "" {
			e.code = code
		}
	}
	return e
}

// placeReported notes an error of an answer where its path says; false when the path does not even name a call.
func (x *execution) placeReported(r *request, f *fetch, picked [][]uint32, e clientError, path []pathStep) bool {
	first := &r.calls[0]
	if !first.plan.Entities {
		f.cacheTaint(0, 0)
		if len(path) > 0 {
			x.placeAt(first, &f.calls[0], e, nil, path)
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
		f.cacheTaint(-1, 0)
		return false
	}
	c, run := &r.calls[call], &f.calls[call]
	if len(path) < 2 || path[1].key != "" {
		f.cacheTaint(-1, 0)
		x.fail(r, call, run, e, among(picked, call))
		return true
	}
	entity := uint32(path[1].index)
	if picked != nil && int(entity) < len(picked[call]) {
		entity = picked[call][entity]
	}
	f.cacheTaint(call, int(entity))
	only := func(e uint32) bool { return e == entity }
	if len(path) == 2 {
		x.fail(r, call, run, e, only)
	} else {
		x.placeAt(c, run, e, only, path[2:])
	}
	return true
}

// placeAt notes an error below the objects of a call. only tells which entities it is about, nil means all; rest is the
// path below them.
func (x *execution) placeAt(c *call, run *callRun, e clientError, only func(entity uint32) bool, rest []pathStep) {
	placed := &placedError{clientError: e, node: c.node, rest: rest, objects: run.objects(only)}
	if len(placed.objects) > 0 || only == nil {
		x.errors.place(placed)
	}
}

// nothing notes an error for the calls of a request of which nothing came at all, and tells whether there are any.
func (x *execution) nothing(r *request, f *fetch, picked [][]uint32, e clientError) bool {
	found := false
	for i := range r.calls {
		run, only := &f.calls[i], among(picked, i)
		came := false
		for entity, o := range run.entities {
			came = came || o != 0 && (only == nil || only(uint32(entity)))
		}
		if !came && len(run.targets) > 0 {
			x.fail(r, i, run, e, only)
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

func decodePath(raw []any) []pathStep {
	path := make([]pathStep, 0, len(raw))
	for _, step := range raw {
		switch s := step.(type) {
		case string:
			if s == "" {
				return path
			}
			path = append(path, pathStep{key: s})
		case float64:
			if s < 0 || s > maxBody {
				return path
			}
			path = append(path, pathStep{index: int(s)})
		default:
			return path
		}
	}
	return path
}

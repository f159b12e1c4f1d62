package exec

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strconv"
	"sync"

	"github.com/weft-graphql/weft/router/upstream"
)

// Codes of errors, in `extensions.code`. They do not change.
const (
	// codeDownstream is for errors a subgraph reported without a code of its own.
	codeDownstream = "DOWNSTREAM_SERVICE_ERROR"
	// codeHTTP is for requests that got no answer, or one with an error status and no GraphQL response.
	codeHTTP = "SUBREQUEST_HTTP_ERROR"
	// codeMalformed is for answers that are not a GraphQL response to the request.
	codeMalformed = "SUBREQUEST_MALFORMED_RESPONSE"
	// codeTimeout is for requests that were given up because the subgraph's or the client's time was over.
	codeTimeout = "SUBREQUEST_TIMEOUT"
	// codeRejected is for requests that were not sent: a circuit breaker is open, or too many are waiting.
	codeRejected = "SUBREQUEST_REJECTED"
	// codeNull is for null where the schema does not allow it.
	codeNull = "NON_NULL_VIOLATION"
	// codeInvalid is for values that do not fit the schema.
	codeInvalid = "INVALID_VALUE"
	// codeInternal is for mistakes of the router.
	codeInternal = "INTERNAL_SERVER_ERROR"
)

const defaultMaxErrors = 256

// ErrorPolicy tells what clients see of subgraph errors.
type ErrorPolicy struct {
	// Redact replaces the messages of subgraph errors by a fixed text, and leaves out all of their extensions but the
	// code.
	Redact bool
	// HideService leaves out `extensions.service`, the name of the subgraph.
	HideService bool
	// Extensions are the entries of a subgraph error's extensions that are passed on beside the code; "*" means all.
	Extensions []string
	// Max bounds the errors of an answer; 0 means 256.
	Max int
}

// clientError is an error as the client gets it.
type clientError struct {
	code, message, service string
	// extensions are entries of the subgraph's error extensions.
	extensions   map[string]json.RawMessage
	path         []pathStep
	line, column int
}

// placedError is an error of a subgraph at some objects, whose places in the client's answer are found before it is
// printed.
type placedError struct {
	clientError
	// node is the selection that rest is relative to; the objects have a member with it.
	node    *node
	objects []ref
	rest    []pathStep
	located bool
}

// errorList collects an execution's errors.
type errorList struct {
	mu      sync.Mutex
	max     int
	errors  []clientError
	placed  []*placedError
	dropped int
}

func (l *errorList) reset() {
	clear(l.errors)
	l.errors = l.errors[:0]
	l.placed = nil
	l.dropped = 0
}

func (l *errorList) any() bool  { return len(l.errors) > 0 || len(l.placed) > 0 }
func (l *errorList) count() int { return len(l.errors) + l.dropped }

// note adds an error whose path is known.
func (l *errorList) note(e clientError) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.errors) >= l.max {
		l.dropped++
		return
	}
	l.errors = append(l.errors, e)
}

// place adds an error whose paths must be found.
func (l *errorList) place(e *placedError) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.placed) >= l.max {
		l.dropped++
		return
	}
	l.placed = append(l.placed, e)
}

// explains tells whether an error stands at the path, above it or below it.
func (l *errorList) explains(path []pathStep) bool {
	for i := range l.errors {
		known := l.errors[i].path
		n := min(len(known), len(path))
		if len(known) > 0 && slices.Equal(known[:n], path[:n]) {
			return true
		}
	}
	return false
}

func clonePath(path []pathStep) []pathStep { return slices.Clone(path) }

// failed notes that a request has no usable answer: an error at every object it should have completed. only tells which
// entities of which call are concerned; nil means all.
func (x *execution) failed(r *request, f *fetch, err error, only func(call, entity int) bool) {
	f.trace.Error = err.Error()
	name := r.plan.Subgraph.Name
	e := clientError{
		code:    codeOf(err),
		message: "The request to the subgraph " + strconv.Quote(name) + " failed: " + err.Error() + ".",
		service: name,
	}
	for i := range r.calls {
		c, run := &r.calls[i], &f.calls[i]
		if only == nil {
			x.placeAt(c, run, e, nil, nil)
			continue
		}
		x.placeAt(c, run, e, func(entity uint32) bool { return only(i, int(entity)) }, nil)
	}
}

// placeAt notes an error of a call. only tells which entities it is about, nil means all; rest is the path below them.
func (x *execution) placeAt(c *call, run *callRun, e clientError, only func(entity uint32) bool, rest []pathStep) {
	if len(c.targets) == 0 && len(rest) == 0 {
		// A root selection: every field of the client that it answers is concerned.
		for i := range c.node.fields {
			if nf := &c.node.fields[i]; len(nf.plan.Serves) > 0 {
				x.errors.place(&placedError{clientError: e, node: c.node, objects: []ref{0}, rest: []pathStep{{key: nf.key}}})
			}
		}
		return
	}
	placed := &placedError{clientError: e, node: c.node, rest: rest}
	for _, t := range run.targets {
		if only == nil || only(t.entity) {
			placed.objects = append(placed.objects, t.object)
		}
	}
	if len(placed.objects) > 0 || only == nil {
		x.errors.place(placed)
	}
}

// upstreamCode returns the code for a request that got no answer.
func upstreamCode(err error) string {
	switch {
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, context.Canceled), errors.Is(err, upstream.ErrTimeout):
		return codeTimeout
	case errors.Is(err, upstream.ErrRejected):
		return codeRejected
	case errors.Is(err, upstream.ErrTooLarge), errors.Is(err, upstream.ErrBroken):
		return codeMalformed
	}
	return codeHTTP
}

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
		x.subgraphError(r, f, picked, &se)
	}
}

func (x *execution) subgraphError(r *request, f *fetch, picked [][]uint32, se *subgraphError) {
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
	path := decodePath(se.Path)
	first := &r.calls[0]
	if !first.plan.Entities {
		x.placeRoot(first, &f.calls[0], f, e, path)
		return
	}
	call := -1
	for i := range r.calls {
		if len(path) > 0 && r.calls[i].plan.Key == path[0].key {
			call = i
		}
	}
	if call < 0 {
		// It does not say where: every entity of the request may be concerned.
		x.errors.note(e)
		f.cacheTaint(-1, 0)
		return
	}
	c, run := &r.calls[call], &f.calls[call]
	if len(path) < 2 || path[1].key != "" {
		f.cacheTaint(-1, 0)
		x.placeAt(c, run, e, nil, path[1:])
		return
	}
	entity := uint32(path[1].index)
	if picked != nil && int(entity) < len(picked[call]) {
		entity = picked[call][entity]
	}
	f.cacheTaint(call, int(entity))
	x.placeAt(c, run, e, func(e uint32) bool { return e == entity }, path[2:])
}

// placeRoot notes an error of a root call.
func (x *execution) placeRoot(c *call, run *callRun, f *fetch, e clientError, path []pathStep) {
	f.cacheTaint(0, 0)
	if len(path) == 0 {
		x.errors.note(e)
		return
	}
	if len(c.targets) == 0 {
		x.errors.place(&placedError{clientError: e, node: c.node, objects: []ref{0}, rest: path})
		return
	}
	x.placeAt(c, run, e, nil, path)
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

// print appends the errors entry.
func (l *errorList) print(out []byte, policy *ErrorPolicy) []byte {
	out = append(out, `,"errors":[`...)
	for i := range l.errors {
		if i > 0 {
			out = append(out, ',')
		}
		out = l.errors[i].print(out, policy)
	}
	return append(out, ']')
}

func (e *clientError) print(out []byte, policy *ErrorPolicy) []byte {
	message := e.message
	if policy.Redact && e.service != "" {
		message = "A subgraph could not answer."
	}
	out = appendQuoted(append(out, `{"message":`...), message)
	if e.line > 0 {
		out = append(out, `,"locations":[{"line":`...)
		out = strconv.AppendInt(out, int64(e.line), 10)
		out = append(out, `,"column":`...)
		out = strconv.AppendInt(out, int64(e.column), 10)
		out = append(out, `}]`...)
	}
	if len(e.path) > 0 {
		out = append(out, `,"path":[`...)
		for i, step := range e.path {
			if i > 0 {
				out = append(out, ',')
			}
			if step.key != "" {
				out = appendQuoted(out, step.key)
			} else {
				out = strconv.AppendInt(out, int64(step.index), 10)
			}
		}
		out = append(out, ']')
	}
	out = appendQuoted(append(out, `,"extensions":{"code":`...), e.code)
	if e.service != "" && !policy.HideService {
		out = appendQuoted(append(out, `,"service":`...), e.service)
	}
	if !policy.Redact {
		out = e.printExtensions(out, policy.Extensions)
	}
	return append(out, "}}"...)
}

// printExtensions appends the allowed entries of the subgraph's error extensions, sorted by key.
func (e *clientError) printExtensions(out []byte, allowed []string) []byte {
	if len(allowed) == 0 || len(e.extensions) == 0 {
		return out
	}
	keys := make([]string, 0, len(e.extensions))
	for key := range e.extensions {
		if key != "code" && key != "service" && (slices.Contains(allowed, "*") || slices.Contains(allowed, key)) {
			keys = append(keys, key)
		}
	}
	slices.Sort(keys)
	for _, key := range keys {
		out = appendQuoted(append(out, ','), key)
		out = append(append(out, ':'), e.extensions[key]...)
	}
	return out
}

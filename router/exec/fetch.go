package exec

import (
	"errors"
	"hash/maphash"
	"net/http"
	"slices"
	"time"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/weft-graphql/weft/router/jsontext"
	"github.com/weft-graphql/weft/router/operation"
	"github.com/weft-graphql/weft/router/upstream"
)

var seed = maphash.MakeSeed()

// fetch runs a request: it gathers the targets and their representations, asks the subgraph, parses its answer and
// links what it says. Everything it writes belongs to this request alone.
func (x *execution) fetch(request int) {
	defer x.survive(request)
	r, f := &x.program.requests[request], &x.fetches[request]
	if x.request.timed() {
		start := time.Now()
		f.trace.Started = start.Sub(x.started)
		defer func() {
			f.trace.Duration = time.Since(start)
			if x.request.Fetched != nil {
				x.request.Fetched(x.program.requests[request].plan, &f.trace, &f.response)
			}
		}()
	}
	asked := false
	for i := range r.calls {
		asked = x.gather(&r.calls[i], &f.calls[i]) || asked
		if x.request.timed() && r.calls[i].plan.Entities {
			f.trace.Entities += len(f.calls[i].spans)
		}
	}
	switch {
	case !asked, x.halted(r):
		f.trace.Skipped = true
	case x.ctx.Err() != nil:
		x.failed(r, f, x.ctx.Err(), nil)
	case len(r.calls[0].contexts) > 0 && r.calls[0].plan.Entities:
		x.fetchContexts(request, r, f)
	case r.cache != nil:
		x.fetchCached(request, r, f)
	default:
		f.canHalve = r.halves > 0
		f.body = x.body(f.body[:0], &r.text, r, f, nil, nil)
		if err := x.send(r, f, f.body, &f.response); err != nil {
			x.failed(r, f, err, nil)
			break
		}
		f.parser = parser{a: x.answers[firstAnswer(request)+fetchedAnswer]}
		var err error
		if f.response.Shared == nil {
			err = x.parse(&f.parser, r, f, &f.response, nil)
		} else {
			err = x.parseShared(request, r, f)
		}
		switch err {
		case nil:
		case errWhole:
			x.halveFetched(request, r, f)
		default:
			x.failed(r, f, err, nil)
		}
	}
	for i := range r.calls {
		x.link(&r.calls[i], &f.calls[i])
	}
}

// survive makes a panic in fetch a failure of the request: fetches run on goroutines of their own, where it would end
// the process, for all clients because of what one subgraph says. Deferred.
func (x *execution) survive(request int) {
	cause := recover()
	if cause == nil {
		return
	}
	if told := x.program.engine.config.Panicked; told != nil {
		told(cause)
	}
	r, f := &x.program.requests[request], &x.fetches[request]
	for i := range r.calls {
		clear(f.calls[i].entities)
	}
	// What was read half-way is nobody's target: its links may not be there.
	for _, a := range x.answers[firstAnswer(request):firstAnswer(request+1)] {
		if a != nil {
			for i := range a.collected {
				a.collected[i] = a.collected[i][:0]
			}
			a.addLinks()
		}
	}
	x.failed(r, f, &answerError{code: codeInternal, message: "something went wrong inside the router"}, nil)
}

// gather finds a call's targets and writes their distinct representations. It tells whether there is anything to ask.
func (x *execution) gather(c *call, run *callRun) bool {
	if len(c.targets) == 0 {
		run.entities = append(run.entities, 0)
		run.targets = append(run.targets, targetRun{target: -1})
		return true
	}
	var contexts map[ref][]byte
	if len(c.contexts) > 0 {
		contexts = x.contextValues(c)
	}
	for i := range c.targets {
		t := &c.targets[i]
		x.eachObject(t.position, func(r ref) {
			typ := x.typeOf(t.typers, r)
			if typ >= 0 && !t.plan.On.Has(int(typ)) || typ < 0 && !t.all && !c.plan.Entities {
				return
			}
			if !c.plan.Entities {
				run.targets = append(run.targets, targetRun{object: r, target: int32(i)})
				return
			}
			for k := range t.representations {
				rep := &t.representations[k]
				if typ >= 0 && rep.plan.On != nil && !rep.plan.On.Has(int(typ)) || typ < 0 && !rep.forUnknown {
					continue
				}
				if t.known != nil && !c.unshared {
					x.addKnown(c, run, int32(i), r, typ)
				} else {
					x.addTarget(c, run, int32(i), k, r, typ, contexts[r])
				}
				return
			}
		})
	}
	if !c.plan.Entities {
		run.entities = append(run.entities, 0)
		return len(run.targets) > 0
	}
	if len(run.omitted) > 0 {
		x.omitted(c, run.omitted)
	}
	for range run.spans {
		run.entities = append(run.entities, 0)
	}
	return len(run.spans) > 0
}

// addKnown is addTarget for targets whose representation an entity decides that they are linked to: it is only written
// for the first of them.
func (x *execution) addKnown(c *call, run *callRun, index int32, r ref, typ int32) {
	t := &c.targets[index]
	entity, ok := x.follow(r, t.known)
	if !ok {
		// No entity, no inputs.
		return
	}
	if len(run.byKnown) == 0 {
		run.knownIn = entity.answer()
	}
	if run.knownIn != entity.answer() {
		x.addTarget(c, run, index, 0, r, typ, nil)
		return
	}
	if missing := len(x.answers[run.knownIn].objects) - len(run.byKnown); missing > 0 {
		run.byKnown = append(run.byKnown, make([]uint32, missing)...)
	}
	if known := run.byKnown[entity.object()]; known != 0 {
		run.targets = append(run.targets, targetRun{object: r, target: index, entity: known - 1})
		return
	}
	before := len(run.targets)
	x.addTarget(c, run, index, 0, r, typ, nil)
	if len(run.targets) > before {
		run.byKnown[entity.object()] = run.targets[before].entity + 1
	}
}

// addTarget writes the representation of a target, by the program for one of the call's inputs, unless it is there
// already. context are the variables that its contexts fill.
func (x *execution) addTarget(
	c *call,
	run *callRun,
	index int32,
	input int,
	r ref,
	typ int32,
	context []byte,
) {
	start, bounds := len(run.text), len(run.bounds)
	rep := &c.targets[index].representations[input]
	var noted []bound
	if c.wanted != nil {
		run.bounds = slices.Grow(run.bounds, len(rep.plan.Fields))[:bounds+len(rep.plan.Fields)]
		noted = run.bounds[bounds:]
		clear(noted)
	}
	text, fits := x.represent(run.text, noted, rep, r, typ)
	if fits != fit {
		// The entity is not there, or an earlier error says why it cannot be asked for.
		run.text, run.bounds = text[:start], run.bounds[:bounds]
		if fits == omitted {
			run.omitted = append(run.omitted, r)
		}
		return
	}
	end := len(text)
	text = append(text, context...)
	run.text = text
	hash := maphash.Bytes(seed, text[start:])
	if 4*(len(run.spans)+1) > 3*len(run.table) {
		run.grow()
	}
	mask := uint64(len(run.table) - 1)
	slot := hash & mask
	for ; run.table[slot] != 0; slot = (slot + 1) & mask {
		entity := run.table[slot] - 1
		s := &run.spans[entity]
		if s.hash == hash && !c.unshared && string(text[s.start:s.full]) == string(text[start:]) {
			run.text, run.bounds = text[:start], run.bounds[:bounds]
			run.targets = append(run.targets, targetRun{object: r, target: index, entity: entity})
			return
		}
	}
	run.spans = append(run.spans, span{
		start: start, end: end, full: len(text), hash: hash, typ: typ, input: int32(input), bounds: int32(bounds),
	})
	run.table[slot] = uint32(len(run.spans))
	run.targets = append(run.targets, targetRun{object: r, target: index, entity: uint32(len(run.spans) - 1)})
}

// grow doubles the table.
func (run *callRun) grow() {
	size := max(32, 2*len(run.table))
	if size <= cap(run.table) {
		run.table = run.table[:size]
		clear(run.table)
	} else {
		run.table = make([]uint32, size)
	}
	mask := uint64(size - 1)
	for i := range run.spans {
		slot := run.spans[i].hash & mask
		for run.table[slot] != 0 {
			slot = (slot + 1) & mask
		}
		run.table[slot] = uint32(i + 1)
	}
}

// body writes the request's body with one of its texts. picked are, for each call, the entities to ask for; nil means
// all. more are further variables.
func (x *execution) body(out []byte, text *requestText, r *request, f *fetch, picked [][]uint32, more []byte) []byte {
	out = append(append(out, bodyOpening...), text.opening...)
	for i := range text.inlined {
		l := &text.inlined[i]
		out = append(jsontext.AppendEscaped(out, x.request.Variables.Raw(l.index)), l.behind...)
	}
	out = append(append(append(out, behindDocument...), text.operation...), variablesOpening...)
	out = append(out, more...)
	first := len(more) == 0
	for _, v := range text.variables {
		var raw []byte
		if x.request.Variables != nil {
			raw = x.request.Variables.Raw(v.index)
		}
		if raw == nil {
			continue
		}
		if !first {
			out = append(out, ',')
		}
		first = false
		out = append(append(out, v.spelled...), raw...)
	}
	for i := range text.literals {
		l := &text.literals[i]
		if !first {
			out = append(out, ',')
		}
		first = false
		out = operation.AppendJSON(append(out, l.spelled...), l.value, func(name string) []byte {
			if at, known := l.indexes[name]; known && x.request.Variables != nil {
				return x.request.Variables.Raw(at)
			}
			return nil
		})
	}
	for i := range r.calls {
		if !r.calls[i].plan.Entities {
			continue
		}
		if !first {
			out = append(out, ',')
		}
		first = false
		out = append(out, r.calls[i].spelled...)
		run := &f.calls[i]
		if picked == nil {
			for _, s := range run.spans {
				out = append(append(out, run.text[s.start:s.end]...), ',')
			}
		} else {
			for _, entity := range picked[i] {
				s := run.spans[entity]
				out = append(append(out, run.text[s.start:s.end]...), ',')
			}
		}
		if out[len(out)-1] == ',' {
			out = out[:len(out)-1]
		}
		out = append(out, ']')
	}
	return append(out, "}}"...)
}

// send asks the subgraph.
func (x *execution) send(r *request, f *fetch, body []byte, resp *upstream.Response) error {
	trace := &f.trace
	subgraph := r.plan.Subgraph
	f.sending = upstream.Request{
		Body:     body,
		Query:    r.query,
		Header:   f.sending.Header[:0],
		VariesBy: f.sending.VariesBy[:0],
	}
	if x.request.Epoch != nil {
		f.sending.Epoch = x.request.Epoch()
	}
	if x.request.Subgraph != nil {
		x.request.Subgraph(subgraph, &f.sending)
	}
	if r.plan.Kind == ast.Subscription {
		return x.event(f, resp)
	}
	err := x.program.engine.config.Subgraphs[subgraph.ID].Do(x.ctx, &f.sending, resp)
	f.sent++
	trace.Sent, trace.Received, trace.Attempts = trace.Sent+len(body), trace.Received+len(resp.Body), trace.Attempts+resp.Attempts
	trace.Status = resp.Status
	return err
}

// parse reads a subgraph's answer. picked are, for each call, the entities that were asked for; nil means all. The
// returned error says why there is no usable answer at all.
func (x *execution) parse(p *parser, r *request, f *fetch, resp *upstream.Response, picked [][]uint32) error {
	if f.joining {
		return x.parseJoined(p, r, f, resp, picked)
	}
	f.reader.marks = f.reader.marks[:0]
	return x.read(p, jsontext.ToValidUTF8(resp.Body), r, f, resp.Status, picked)
}

// read is parse for an answer that begins at p.start.
func (x *execution) read(p *parser, body []byte, r *request, f *fetch, status int, picked [][]uint32) error {
	if len(body) > maxBody {
		return &answerError{code: codeMalformed, message: "the answer is too large"}
	}
	p.b = body
	p.types = x.program.types
	p.a.body = p.b
	d := &f.reader
	d.begin(r, f, picked)
	ok := p.document(d.read)
	if !ok {
		d.forget(p.a)
	}
	p.a.addLinks()
	if err := d.unusable(p, ok, status); err != nil {
		if p.errors != nil {
			// What the subgraph says of itself is told, too.
			x.subgraphErrors(p, r, f, picked)
		}
		return err
	}
	if x.program.engine.config.Extensions {
		f.extensions = p.extensions
	}
	if p.errors != nil && f.halvable(d, status) {
		return errWhole
	}
	if d.failedWhole(p, status) && x.rescue(r, f, status) {
		return errStale
	}
	x.tellBroken(p, r, f, picked)
	if p.errors != nil {
		x.subgraphErrors(p, r, f, picked)
	}
	return nil
}

// link links what a call brought to its targets.
func (x *execution) link(c *call, run *callRun) {
	for i := range run.targets {
		t := &run.targets[i]
		entity := run.entities[t.entity]
		if entity == 0 {
			continue
		}
		link := c.link
		if t.target >= 0 {
			link = c.targets[t.target].link
		}
		a := x.answers[t.object.answer()]
		a.links[a.objects[t.object.object()].links+uint32(link)] = entity
	}
}

// answerError is why a subgraph's answer cannot be used.
type answerError struct{ code, message string }

func (e *answerError) Error() string { return e.message }

var _ error = (*answerError)(nil)

// codeOfStatus is the code of an answer that has no GraphQL response, by its HTTP status.
func codeOfStatus(status int) string {
	switch status {
	case http.StatusUnauthorized:
		return codeUnauthenticated
	case http.StatusForbidden:
		return codeForbidden
	}
	return codeHTTP
}

// codeOf returns the code of a failure.
func codeOf(err error) string {
	var a *answerError
	if errors.As(err, &a) {
		return a.code
	}
	return upstreamCode(err)
}

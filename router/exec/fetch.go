package exec

import (
	"errors"
	"hash/maphash"
	"net/http"
	"slices"
	"strconv"
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
	case !asked:
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
			if typ >= 0 && !t.on.Has(int(typ)) || typ < 0 && !t.all && !c.plan.Entities {
				return
			}
			if !c.plan.Entities {
				run.targets = append(run.targets, targetRun{object: r, target: int32(i)})
				return
			}
			for _, rep := range t.representations {
				if typ >= 0 && rep.on != nil && !rep.on.Has(int(typ)) || typ < 0 && !t.all && !rep.untyped {
					continue
				}
				if t.known != nil && !c.unshared {
					x.addKnown(c, run, int32(i), r, typ)
				} else {
					x.addTarget(c, run, int32(i), rep, r, typ, contexts[r])
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
		x.addTarget(c, run, index, t.representations[0], r, typ, nil)
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
	x.addTarget(c, run, index, t.representations[0], r, typ, nil)
	if len(run.targets) > before {
		run.byKnown[entity.object()] = run.targets[before].entity + 1
	}
}

// addTarget writes the representation of a target, unless it is there already. context are the variables that its
// contexts fill.
func (x *execution) addTarget(
	c *call,
	run *callRun,
	index int32,
	rep *representation,
	r ref,
	typ int32,
	context []byte,
) {
	start := len(run.text)
	text, named, fits := x.represent(run.text, rep, c.targets[index].position, r, typ)
	if fits != fit {
		// The entity is not there, or an earlier error says why it cannot be asked for.
		run.text = text[:start]
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
			run.text = text[:start]
			run.targets = append(run.targets, targetRun{object: r, target: index, entity: entity})
			return
		}
	}
	run.spans = append(run.spans, span{start: start, end: end, full: len(text), named: named, hash: hash, typ: typ})
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
	out = append(out, text.opening...)
	for i := range text.inlined {
		l := &text.inlined[i]
		out = append(jsontext.AppendEscaped(out, x.request.Variables.Raw(l.index)), l.behind...)
	}
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

// dataReader reads the data of an answer: the root selection, or the lists of entities.
type dataReader struct {
	// read is the method data, kept so that it is bound once.
	read    func(p *parser, i int) int
	request *request
	fetch   *fetch
	picked  [][]uint32
	// marks are the lengths of answer.collected before the answer; zeros if there are none.
	marks []int
	// brought tells for each call whether the answer has its data: the root selection, or the list of entities. lists
	// counts the latter.
	brought []bool
	lists   int
	// broken are the calls and entities whose data have a form that makes no sense.
	broken []brokenPart
}

// brokenPart is a call's list of entities, or one of them, with what is wrong with it and where in the answer.
type brokenPart struct {
	// entity is an index into callRun.entities; allEntities for the whole list.
	call, entity int
	problem      string
	at           int
}

const allEntities = -1

func (d *dataReader) begin(r *request, f *fetch, picked [][]uint32) {
	d.request, d.fetch, d.picked = r, f, picked
	d.lists, d.broken = 0, d.broken[:0]
	d.brought = append(d.brought[:0], make([]bool, len(r.calls))...)
}

// unusable tells why an answer cannot be used at all; nil when it can, or says itself what went wrong.
func (d *dataReader) unusable(p *parser, ok bool, status int) error {
	problem, at := p.problem, p.at
	switch {
	case !ok:
	case !p.hasData && p.errors == nil && p.dataProblem != "":
		problem, at = p.dataProblem, p.dataAt
	case !p.hasData && p.errors == nil && status/100 == 2:
		return &answerError{code: codeMalformed, message: "the answer has neither data nor errors"}
	case !p.hasData && p.errors == nil:
	case p.hasData && p.errors == nil && d.lists == 0 && d.request.calls[0].plan.Entities:
		problem, at = "a list of entities is missing", p.start
		if len(d.broken) > 0 {
			problem, at = d.broken[0].problem, d.broken[0].at
		}
	default:
		return nil
	}
	if status/100 != 2 {
		return &answerError{code: codeOfStatus(status), message: "it answered with the HTTP status " + strconv.Itoa(status)}
	}
	return &answerError{code: codeMalformed, message: where(problem, at)}
}

// where says what is wrong with an answer, and at which byte.
func where(problem string, at int) string { return problem + " (at byte " + strconv.Itoa(at) + ")" }

// forget drops what was read of an answer that turned out to be broken.
func (d *dataReader) forget(a *answer) {
	for i := range a.collected {
		mark := 0
		if len(d.marks) > 0 {
			mark = d.marks[i]
		}
		a.collected[i] = a.collected[i][:mark]
	}
	clear(d.brought)
	for i := range d.fetch.calls {
		d.clear(i)
	}
}

func (d *dataReader) data(p *parser, i int) int {
	first := &d.request.calls[0]
	if !first.plan.Entities {
		o, end := p.object(first.set, typeUnknown, i)
		if end > 0 {
			d.fetch.calls[0].entities[0] = newRef(p.a.index, o)
			d.brought[0] = true
			if p.misfits > 0 {
				d.fetch.cacheTaint(0, 0)
			}
		}
		return end
	}
	b := p.b
	i = jsontext.SkipSpace(b, i+1)
	if i < len(b) && b[i] == '}' {
		return i + 1
	}
	seen := make([]bool, 0, 8)
	seen = append(seen, make([]bool, len(d.request.calls))...)
	for {
		start := i
		if i = jsontext.SkipKey(b, i); i < 0 {
			return p.fail(start, notJSON)
		}
		key := jsontext.Text(b[start:jsontext.SkipString(b, start)])
		i = jsontext.SkipSpace(b, i)
		call := -1
		for c := range d.request.calls {
			if d.request.calls[c].plan.Key == string(key) {
				call = c
			}
		}
		switch {
		case call < 0:
			i = jsontext.SkipValue(b, i)
		case seen[call]:
			return p.fail(start, "data has the key "+strconv.Quote(string(key))+" twice")
		default:
			seen[call] = true
			i = d.entities(p, call, i)
		}
		if i < 0 {
			return p.fail(start, notJSON)
		}
		i = jsontext.SkipSpace(b, i)
		if i < len(b) && b[i] == ',' {
			i = jsontext.SkipSpace(b, i+1)
			continue
		}
		if i < len(b) && b[i] == '}' {
			return i + 1
		}
		return p.fail(i, notJSON)
	}
}

// entities reads the list of entities of a call. What is not a list, or one of another length, is of no use: there is
// no telling which entity is which.
func (d *dataReader) entities(p *parser, call, i int) int {
	a, b := p.a, p.b
	c, run := &d.request.calls[call], &d.fetch.calls[call]
	expected := len(run.spans)
	if d.picked != nil {
		expected = len(d.picked[call])
	}
	if i >= len(b) || b[i] != '[' {
		start := i
		if i = jsontext.SkipValue(b, i); i < 0 {
			return p.fail(start, notJSON)
		}
		if b[start] != 'n' {
			d.breaks(call, allEntities, strconv.Quote(c.plan.Key)+" is not a list", start)
		}
		return i
	}
	objects, broken := len(a.objects), len(d.broken)
	tooMany := 0
	i = jsontext.SkipSpace(b, i+1)
	count := 0
	for i < len(b) && b[i] != ']' {
		if count > 0 {
			if b[i] != ',' {
				return p.fail(i, notJSON)
			}
			i = jsontext.SkipSpace(b, i+1)
		}
		start := i
		switch {
		case count >= expected:
			if count == expected {
				tooMany = start
			}
			i = jsontext.SkipValue(b, i)
		case i < len(b) && b[i] == '{':
			entity := d.entity(call, count)
			misfits := p.misfits
			var o uint32
			if o, i = p.object(c.set, run.spans[entity].typ, i); i < 0 {
				return -1
			}
			run.entities[entity] = newRef(a.index, o)
			if p.misfits > misfits {
				d.fetch.cacheTaint(call, entity)
			}
		default:
			if i = jsontext.SkipValue(b, i); i > 0 && b[start] != 'n' {
				d.breaks(call, d.entity(call, count), "an entity is not an object", start)
			}
		}
		if i < 0 {
			return p.fail(start, notJSON)
		}
		count++
		i = jsontext.SkipSpace(b, i)
	}
	if i >= len(b) {
		return p.fail(i, "the answer ends too early")
	}
	switch {
	case count == expected:
		d.brought[call] = true
		d.lists++
		return i + 1
	case count > expected:
		d.dropCall(a, call, objects, broken)
		d.breaks(call, allEntities, "more entities than the "+strconv.Itoa(expected)+" that were asked for", tooMany)
	default:
		d.dropCall(a, call, objects, broken)
		d.breaks(call, allEntities, strconv.Itoa(count)+" entities where "+strconv.Itoa(expected)+" were asked for", i)
	}
	return i + 1
}

// entity returns which of a call's entities stands at a position of the answer.
func (d *dataReader) entity(call, position int) int {
	if d.picked == nil {
		return position
	}
	return int(d.picked[call][position])
}

// breaks notes that a call's entity, or all of them, have a form that makes no sense.
func (d *dataReader) breaks(call, entity int, problem string, at int) {
	d.broken = append(d.broken, brokenPart{call, entity, problem, at})
}

// dropCall drops what was read for a call: objects and broken parts were so many before it.
func (d *dataReader) dropCall(a *answer, call, objects, broken int) {
	d.broken = d.broken[:broken]
	for i, collected := range a.collected {
		n := len(collected)
		for n > 0 && int(collected[n-1]) >= objects {
			n--
		}
		a.collected[i] = collected[:n]
	}
	d.clear(call)
}

// clear makes all entities of a call null that were asked for.
func (d *dataReader) clear(call int) {
	run := &d.fetch.calls[call]
	if d.picked == nil {
		clear(run.entities)
		return
	}
	for _, e := range d.picked[call] {
		run.entities[e] = 0
	}
}

// tellBroken notes what is wrong with parts of an answer at what they are about: only where the answer does not say
// itself why something is missing, if it has errors. These parts are not for the cache.
func (x *execution) tellBroken(p *parser, r *request, f *fetch, picked [][]uint32) {
	d := &f.reader
	fail := x.failAt
	if p.errors != nil {
		fail = x.failQuietly
	}
	for i := range r.calls {
		if !d.brought[i] && !d.isBroken(i) && p.errors == nil {
			d.breaks(i, allEntities, "a list of entities is missing", p.start)
		}
	}
	for _, b := range d.broken {
		name := r.plan.Subgraph.Name
		e := clientError{
			code: codeMalformed, service: name,
			message: "A part of the answer of the subgraph " + strconv.Quote(name) + " makes no sense: " + where(b.problem, b.at) + ".",
		}
		only := among(picked, b.call)
		if b.entity == allEntities {
			f.cacheTaint(allCalls, 0)
		} else {
			f.cacheTaint(b.call, b.entity)
			only = func(entity uint32) bool { return int(entity) == b.entity }
		}
		fail(r, b.call, e, f.calls[b.call].objects(only))
	}
}

// isBroken tells that a call's list of entities makes no sense.
func (d *dataReader) isBroken(call int) bool {
	return slices.ContainsFunc(d.broken, func(b brokenPart) bool { return b.call == call && b.entity == allEntities })
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

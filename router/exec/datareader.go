package exec

import (
	"slices"
	"strconv"

	"github.com/weft-graphql/weft/router/jsontext"
)

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

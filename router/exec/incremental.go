package exec

import (
	"slices"
	"strconv"

	"github.com/weft-graphql/weft/router/jsontext"
)

// Next appends the next part of the answer to resp.Body, or makes it in memory when that is not nil. ready is false
// when it is not there yet, and over when there is none any more.
func (l *Later) Next(resp *Response, memory Memory) (ready, over bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.over {
		return false, true
	}
	var parts []int
	for i := range l.printed {
		if i > 0 && !l.printed[i] && l.left[i].Load() == 0 {
			parts = append(parts, i)
		}
	}
	p := &l.x.printer
	p.reset()
	p.out = resp.Body
	if p.memory = memory; memory != nil {
		p.out = memory.Buffer()
	}
	if most := l.x.program.engine.config.ResponseBytes; most > 0 {
		p.limit = max(1, most-l.bytes)
	}
	p.begin()
	start := len(p.out)
	told := l.payload(p, parts)
	switch {
	case p.stopped == Abandoned:
		l.over = true
		return false, true
	case p.stopped != notRefused:
		p.out = l.giveUp(p.out[:start], p.stopped)
	case !told:
		return false, false
	}
	l.over = l.pending == 0
	l.bytes += int64(len(p.out) - start)
	resp.Body, resp.Size = p.out, l.bytes
	return true, false
}

// payload prints the parts that are complete. It returns false when there is nothing to tell.
func (l *Later) payload(p *printer, parts []int) bool {
	p.later = l
	p.out = append(p.out, '{')
	opened := len(p.out)
	var announced []byte
	announce := func() {
		l.announce(func(d *deferral) {
			if l.x.request.Incremental == IncrementalDraft {
				announced = l.appendPending(announced, d)
			}
		})
	}
	p.out = append(p.out, `"incremental":[`...)
	before, told := len(p.out), false
	l.inHand, l.known = l.inHand[:0], l.announced
	l.completed = l.completed[:0]
	for _, part := range parts {
		l.printed[part] = true
		l.mark()
		told = l.deliver(p, part) || told
		if p.stopped != notRefused {
			return true
		}
		announce()
	}
	if !told {
		return false
	}
	if len(p.out) == before {
		p.out = p.out[:opened]
	} else {
		p.out = append(p.out, ']', ',')
	}
	if len(l.completed) > 0 {
		p.out = append(append(append(p.out, `"completed":[`...), l.completed...), ']', ',')
	}
	if len(announced) > 0 {
		p.out = append(append(append(p.out, `"pending":[`...), announced...), ']', ',')
	}
	p.out = append(strconv.AppendBool(append(p.out, `"hasNext":`...), l.pending > 0), '}')
	if p.limit > 0 && p.at() > p.limit {
		p.stop(TooLarge)
	}
	return true
}

// tellFirst appends what the first part of the answer says of the others: nothing when there is none.
func (l *Later) tellFirst(out []byte) []byte {
	var announced []byte
	l.announce(func(d *deferral) { announced = l.appendPending(announced, d) })
	if l.pending == 0 {
		return out
	}
	if l.x.request.Incremental == IncrementalDraft {
		out = append(append(append(out, `,"pending":[`...), announced...), ']')
	}
	return append(out, `,"hasNext":true`...)
}

// appendPending tells of a deferral that the client has to wait for.
func (l *Later) appendPending(out []byte, d *deferral) []byte {
	if len(out) > 0 {
		out = append(out, ',')
	}
	out = append(appendID(append(out, '{'), d), `,"path":`...)
	return append(l.appendLabel(appendSteps(out, l.path(d.path)), d), '}')
}

func appendID(out []byte, d *deferral) []byte {
	return append(strconv.AppendInt(append(out, `"id":"`...), int64(d.id), 10), '"')
}

func (l *Later) appendLabel(out []byte, d *deferral) []byte {
	if label := l.x.program.parts[1+d.defers].deferred.Label; label != "" {
		out = jsontext.AppendQuoted(append(out, `,"label":`...), label)
	}
	return out
}

// deliver prints a part: all deferrals of its @defer. It returns false when there are none.
func (l *Later) deliver(p *printer, part int) bool {
	due := l.dueOf(part)
	l.gather(part)
	l.denied = l.x.program.parts[part].denied
	if len(due) == 0 {
		return false
	}
	if l.x.errors.any() {
		if p.stopped = l.x.locateErrors(l.x.program.parts[part].walk); p.stopped != notRefused {
			return true
		}
	}
	for i, d := range due {
		l.print(p, d, i == len(due)-1)
		if p.stopped != notRefused {
			return true
		}
	}
	for i, told := range l.told {
		if e := &l.x.errors.errors[i]; told && l.x.request.Reported != nil {
			l.x.request.Reported(e.service, e.code)
		}
	}
	return true
}

// dueOf lists the deferrals of a part that the client waits for.
func (l *Later) dueOf(part int) []int {
	var due []int
	for i := range l.list {
		if d := &l.list[i]; d.defers == part-1 && d.state == pending {
			due = append(due, i)
		}
	}
	return due
}

// print prints a deferral. An error that would make null more than what it adds makes all of it null: nothing that was
// delivered is taken back. last tells that the rest of the errors belongs to it.
func (l *Later) print(p *printer, index int, last bool) {
	start, told := p.at(), slices.Clone(l.told)
	fits := true
	for i := l.list[index].first; i >= 0 && fits && p.stopped == notRefused; i = l.rests[i].next {
		fits = l.rest(p, index, int(i), last && l.rests[i].next < 0)
	}
	d := &l.list[index]
	if l.x.request.OnError == Halt && p.stopped == notRefused {
		fits = fits && l.clean(l.path(d.path), last)
	}
	d.state = delivered
	l.inHand = append(l.inHand, index)
	l.pending--
	draft := l.x.request.Incremental == IncrementalDraft
	if draft {
		if len(l.completed) > 0 {
			l.completed = append(l.completed, ',')
		}
		l.completed = appendID(append(l.completed, '{'), d)
	}
	if !fits && p.stopped == notRefused {
		d.state = dropped
		p.takeBack(start)
		p.cut = true
		l.backTo(start)
		l.told = append(l.told[:0], told...)
		if l.x.request.OnError == Halt {
			l.onlyFirst(l.path(d.path), last)
		}
		if draft {
			l.completed = l.appendErrors(l.completed, l.path(d.path), last)
		} else {
			p.out = appendSteps(append(comma(p.out), `{"data":null,"path":`...), l.path(d.path))
			p.out = append(l.appendErrors(l.appendLabel(p.out, d), l.path(d.path), last), '}')
		}
	}
	if draft {
		l.completed = append(l.completed, '}')
	}
}

// clean tells whether there is no error at or below a path, or, for the last deferral of a part, none that the client
// has not been told.
func (l *Later) clean(path []pathStep, last bool) bool {
	if last && len(l.denied) > 0 {
		return false
	}
	for i := range l.x.errors.errors {
		if l.isOf(i, path, last) {
			return false
		}
	}
	return true
}

// isOf tells whether an error of the part belongs to the deferral at a path.
func (l *Later) isOf(i int, path []pathStep, last bool) bool {
	e := &l.x.errors.errors[i]
	return last && (i >= len(l.told) || !l.told[i]) || len(e.path) >= len(path) && slices.Equal(e.path[:len(path)], path)
}

// onlyFirst counts the errors of the deferral at a path as told, but for the first of them.
func (l *Later) onlyFirst(path []pathStep, last bool) {
	l.noteDenied(last)
	found := false
	for i := range l.told {
		if !l.told[i] && l.isOf(i, path, last) {
			l.told[i], found = found, true
		}
	}
}

// noteDenied notes the errors of the part about fields that the caller may not see.
func (l *Later) noteDenied(last bool) {
	list := &l.x.errors
	if last {
		for _, e := range l.denied {
			list.note(e)
		}
		l.denied = nil
	}
	l.told = append(l.told, make([]bool, len(list.errors)-len(l.told))...)
}

// rest prints what a deferral adds to one object.
func (l *Later) rest(p *printer, index, i int, last bool) bool {
	d, r := &l.list[index], l.rests[i]
	draft := l.x.request.Incremental == IncrementalDraft
	p.out = append(comma(p.out), '{')
	if draft {
		p.out = append(appendID(p.out, d), ',')
		if below := l.path(r.path)[d.path.end-d.path.start:]; len(below) > 0 {
			p.out = append(appendSteps(append(p.out, `"subPath":`...), below), ',')
		}
	}
	p.out = append(p.out, `"data":`...)
	p.path = append(p.path[:0], l.path(r.path)...)
	l.current[d.defers] = int32(index) + 1
	for _, b := range r.within {
		l.current[b.defers] = b.deferral
	}
	fits := p.object(r.program, r.object)
	p.path = p.path[:0]
	if !fits {
		return false
	}
	d = &l.list[index]
	if !draft {
		p.out = l.appendLabel(appendSteps(append(p.out, `,"path":`...), l.path(r.path)), d)
	}
	p.out = append(l.appendErrors(p.out, l.path(r.path), last), '}')
	return true
}

// appendErrors appends the errors of the part at or below a path that the client was not told, and the rest of them
// when they belong nowhere else.
func (l *Later) appendErrors(out []byte, path []pathStep, last bool) []byte {
	l.noteDenied(last)
	list := &l.x.errors
	opening := `,"errors":[`
	for i := range list.errors {
		e := &list.errors[i]
		if l.told[i] || !last && (len(e.path) < len(path) || !slices.Equal(e.path[:len(path)], path)) {
			continue
		}
		l.told[i] = true
		out = e.print(append(out, opening...), &l.x.program.engine.config.Errors, l.x.request.Locate, true)
		opening = ","
	}
	if opening == "," {
		out = append(out, ']')
	}
	return out
}

// giveUp makes the payload one that says why the rest of the answer does not come.
func (l *Later) giveUp(out []byte, why Refusal) []byte {
	e := l.x.refusal(why)
	policy := &l.x.program.engine.config.Errors
	draft := l.x.request.Incremental == IncrementalDraft
	opening := `{"incremental":[`
	if draft {
		opening = `{"completed":[`
	}
	for _, i := range l.inHand {
		l.list[i].state = pending
	}
	for i := range l.list {
		d := &l.list[i]
		if d.state != pending || d.id >= l.known {
			continue
		}
		out = append(out, opening...)
		opening = ","
		if draft {
			out = appendID(append(out, '{'), d)
		} else {
			out = appendSteps(append(out, `{"data":null,"path":`...), l.path(d.path))
			out = l.appendLabel(out, d)
		}
		out = append(e.print(append(out, `,"errors":[`...), policy, nil, true), "]}"...)
	}
	l.pending = 0
	if opening != "," {
		return append(out, `{"hasNext":false}`...)
	}
	return append(out, `],"hasNext":false}`...)
}

// comma separates an element of a list from the one before.
func comma(out []byte) []byte {
	if out[len(out)-1] != '[' {
		out = append(out, ',')
	}
	return out
}

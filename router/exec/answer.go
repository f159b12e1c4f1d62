package exec

import "strconv"

// answer finds the positions of errors, prints the answer and sends it, if it is streamed.
func (x *execution) answer(resp *Response) {
	p := &x.printer
	p.limit = x.program.engine.config.ResponseBytes
	if x.skipped.Load() {
		p.halting = x.errors.first()
	}
	if p.later = x.later; p.later != nil {
		p.later.printed[0] = true
		p.later.gather(0)
	}
	switch {
	case !x.errors.any():
	case x.later == nil && x.crowded.Load() && x.program.onlyQueries():
		// The client had better come back than live with a part of the answer.
		p.stopped = NoRoom
	default:
		p.stopped = x.locateErrors(x.program.output)
	}
	mark := x.errors.mark()
	if p.stopped == notRefused {
		if x.later == nil {
			p.stream, p.above = x.request.Stream, int64(x.request.StreamAbove)
		}
		p.walk(resp)
	}
	if p.stopped == tooTattered {
		// Once more, and whole. What was printed before is not there.
		x.errors.backTo(mark)
		p.progress = progress{limit: p.limit, pooled: p.pooled}
		p.cut = true
		p.walk(resp)
	}
	switch {
	case p.stopped != notRefused:
		x.refuse(resp, p.stopped)
	case p.mode == keeping:
		resp.Body = p.out
	default:
		if w := p.stream.Begin(resp, p.at()); w != nil {
			p.send(w)
			p.all(resp)
			p.flush()
		}
	}
}

// walk prints the answer, or counts it.
func (p *printer) walk(resp *Response) {
	p.out = resp.Body
	if p.memory = p.x.request.Memory; p.memory != nil {
		p.out = p.memory.Buffer()
	}
	if n := p.x.request.StreamPiece; n > 0 && p.stream != nil {
		p.piece = make([]byte, 0, n)
	}
	p.begin()
	if p.memory != nil && p.later == nil {
		p.expect(p.x.received())
	}
	p.all(resp)
}

// all prints the answer.
func (p *printer) all(resp *Response) {
	start := p.at() + int64(len(dataEntry))
	if p.data(); p.stopped == notRefused {
		if p.mode != sending {
			for _, e := range p.x.program.denied {
				p.x.errors.note(e)
			}
			if p.x.request.OnError == Halt {
				p.halt(start)
			}
		}
		p.tail(resp)
	}
	if len(p.out) >= p.due && p.stopped == notRefused {
		p.attend()
	}
}

// dataEntry is what stands before the data.
const dataEntry = `{"data":`

// data prints the data entry.
func (p *printer) data() {
	p.out = append(p.out, dataEntry...)
	if p.mode == sending && p.nulled() {
		p.out = append(p.out, "null"...)
		return
	}
	start := p.at()
	if !p.object(p.x.program.output, newRef(0, 0)) && p.stopped == notRefused {
		p.noData(start)
	}
}

// noData makes null of the data, which began at a position.
func (p *printer) noData(start int64) {
	p.takeBack(start)
	if p.later != nil {
		p.later.backTo(start)
	}
	p.noteNull(start)
	p.out = append(p.out, "null"...)
}

// halt makes null of data that began at a position when there is an error, and keeps the first one only.
func (p *printer) halt(start int64) {
	list := &p.x.errors
	if list.count() == 0 && p.halting == nil {
		return
	}
	if list.count() == 0 {
		// Because of it something was not asked for, and it is about nothing that the client would have seen.
		list.note(*p.halting)
	}
	list.only()
	p.noData(start)
}

// tail prints what follows the data entry.
func (p *printer) tail(resp *Response) {
	if list := &p.x.errors; list.any() {
		p.out = append(p.out, `,"errors":[`...)
		for i := range list.errors {
			if i > 0 {
				p.out = append(p.out, ',')
			}
			p.out = list.errors[i].print(p.out, &p.x.program.engine.config.Errors, p.x.request.Locate, p.mode != sending)
			if len(p.out) >= p.due && !p.attend() {
				return
			}
		}
		p.out = append(p.out, ']')
	}
	if p.mode != sending {
		if len(p.out) >= p.due && !p.attend() {
			return
		}
		if p.limit > 0 && p.at()+int64(len("}")) > p.limit {
			p.stop(TooLarge)
			return
		}
		// From here on the answer is not refused any more: everybody is told of it.
		p.limit, p.memory = 0, nil
		resp.Size = p.at() + int64(len("}"))
		p.x.tell(resp)
	}
	p.out = p.x.printExtensions(p.out)
	if p.later != nil {
		p.out = p.later.tellFirst(p.out)
		p.later.bytes = p.at()
	}
	p.out = append(p.out, '}')
}

// tell fills in what resp says beside the answer, and tells who wants to know.
func (x *execution) tell(resp *Response) {
	resp.Errors = x.errors.count()
	if resp.Refused != notRefused {
		resp.Errors = 1
	}
	for i := range x.fetches {
		if !x.isComplete(i) {
			continue
		}
		f := &x.fetches[i]
		resp.Fetches += f.sent
		if x.request.Trace {
			resp.Trace = append(resp.Trace, f.trace)
		}
	}
	if x.request.Reported != nil {
		x.tellErrors(resp.Refused)
	}
	if x.request.Object != nil {
		x.tellObjects()
	}
	if x.request.Finish != nil {
		x.request.Finish(resp)
	}
}

// tellErrors tells of the errors in the answer.
func (x *execution) tellErrors(refused Refusal) {
	if refused != notRefused {
		x.request.Reported("", x.refusal(refused).code)
		return
	}
	for i := range x.errors.errors {
		x.request.Reported(x.errors.errors[i].service, x.errors.errors[i].code)
	}
}

// tellObjects tells of the objects that subgraphs have sent.
func (x *execution) tellObjects() {
	for _, a := range x.answers {
		if a == nil || a.index > 0 && !x.isComplete((a.index-1)/answersPerRequest) {
			continue
		}
		for _, s := range a.sent {
			x.request.Object(x.program.sets[s.set].plan, a.objects[s.object].typ)
		}
	}
}

// isComplete tells whether a request is complete, and what became of it may be looked at, when the answer is printed.
func (x *execution) isComplete(request int) bool {
	return x.later == nil || x.program.parts[0].needs[request]
}

// refusal is the error that says why there is no answer.
func (x *execution) refusal(why Refusal) clientError {
	e := clientError{code: codeAbandoned, message: "The request was given up: nobody waits for its answer any more."}
	switch why {
	case TooLarge:
		e.code = CodeTooLarge
		e.message = "The answer would have more than the " + strconv.FormatInt(x.program.engine.config.ResponseBytes, 10) +
			" bytes that one may have (limits.response_bytes of the router). Ask for less at a time."
	case NoRoom:
		e.code = codeOverloaded
		e.message = "The router holds too many large answers at the moment. Try again in a moment, or ask for less at a time."
	case tooScattered:
		e.code = CodeTooLarge
		e.message = "The answer has too many objects for which parts of it are deferred. Ask for fewer at a time, or without @defer."
	}
	return e
}

// refuse makes the answer an error that says why there is none.
func (x *execution) refuse(resp *Response, why Refusal) {
	e := x.refusal(why)
	out := resp.Body
	if m := x.request.Memory; m != nil {
		out = m.Buffer()
	}
	out = e.print(append(out, `{"data":null,"errors":[`...), &x.program.engine.config.Errors, nil, true)
	resp.Refused = why
	x.tell(resp)
	resp.Body = append(x.printExtensions(append(out, ']')), '}')
}

// received is how much the subgraphs, or the cache, have said: often about as much as the client gets to hear.
func (x *execution) received() int {
	n := 0
	for _, a := range x.answers {
		if a != nil {
			n += len(a.body)
			for _, text := range a.printed {
				n += len(text)
			}
		}
	}
	return n
}

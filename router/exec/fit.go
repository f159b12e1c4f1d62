package exec

import "sync/atomic"

// acquire returns an execution for a program that has none: what another program has left, if this is its first run.
func (e *Engine) acquire(p *Program) *execution {
	var x *execution
	first := !p.ran.Load()
	if first {
		p.ran.Store(true)
		x, _ = e.executions.Get().(*execution)
	}
	if x == nil {
		x = &execution{done: make(chan struct{}, 1)}
		x.printer.x = x
		x.errors.max = e.config.Errors.Max
	}
	x.shared = first
	x.fit(p)
	return x
}

// release keeps an execution for the first run of another program.
func (e *Engine) release(x *execution) {
	x.program = nil
	e.executions.Put(x)
}

// fit makes an empty execution one of a program. It keeps the memory of what it was before.
func (x *execution) fit(p *Program) {
	x.program = p
	n := len(p.requests)
	if cap(x.waiting) < n {
		x.waiting = make([]atomic.Int32, n)
	}
	x.waiting = x.waiting[:n]
	x.unzipped = resized(x.unzipped, len(p.zips))
	x.fitFetches(p)
	for i, a := range x.answers {
		if a != nil {
			x.spare = append(x.spare, a)
			x.answers[i] = nil
		}
	}
	x.answers = resized(x.answers, 1+answersPerRequest*n)
	x.newAnswer(0, 0)
	for i := range p.requests {
		x.newAnswer(firstAnswer(i)+fetchedAnswer, p.requests[i].collectors)
	}
}

// fitFetches makes the fetches those of a program. A fetch that has been used stays where it is: others know its
// address.
func (x *execution) fitFetches(p *Program) {
	n := len(p.requests)
	if cap(x.fetches) < n {
		moved := make([]fetch, n)
		for i := range x.fetches {
			moved[i].calls, moved[i].body = x.fetches[i].calls, x.fetches[i].body
		}
		x.fetches = moved
	}
	x.fetches = x.fetches[:n]
	for i := range x.fetches {
		f := &x.fetches[i]
		f.calls = resized(f.calls, len(p.requests[i].calls))
		if f.reader.read == nil {
			f.reader.read = f.reader.data
		}
		if f.cache != nil {
			f.cache.picked = resized(f.cache.picked, len(f.calls))
		}
	}
}

// newAnswer puts an empty answer at an index.
func (x *execution) newAnswer(at, collectors int) {
	a := x.takeSpare()
	a.index = at
	a.collected = resized(a.collected, collectors)
	x.answers[at] = a
}

// takeSpare returns an empty answer. Requests that are under way at the same time ask for theirs.
func (x *execution) takeSpare() *answer {
	x.spareMu.Lock()
	defer x.spareMu.Unlock()
	n := len(x.spare)
	if n == 0 {
		return &answer{}
	}
	a := x.spare[n-1]
	x.spare = x.spare[:n-1]
	return a
}

// resized returns a slice of length n in the memory of s, if that suffices. What is in there stays.
func resized[T any](s []T, n int) []T {
	if cap(s) >= n {
		return s[:n]
	}
	return append(s[:cap(s)], make([]T, n-cap(s))...)
}

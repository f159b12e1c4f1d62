package exec

import "slices"

// schedule runs all requests of the program and returns when they are complete. A request starts the moment the last
// one it waits for is complete; the goroutine that completed it goes on with it, so that a chain of requests needs no
// goroutine at all.
func (x *execution) schedule() {
	initial := x.program.initial
	if len(initial) == 0 {
		return
	}
	for _, r := range initial[1:] {
		x.start(r)
	}
	if x.admit(initial[0]) {
		x.run(initial[0])
	}
	<-x.done
}

// start runs a request on a goroutine of its own.
func (x *execution) start(request int) {
	if x.admit(request) {
		go x.run(request)
	}
}

// admit tells whether a request may run now; otherwise it is kept until another one is complete.
func (x *execution) admit(request int) bool {
	most := x.program.engine.config.MaxParallel
	if most <= 0 {
		return true
	}
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.running >= most {
		x.ready = append(x.ready, request)
		return false
	}
	x.running++
	return true
}

// run runs a request, and those that become ready by it.
func (x *execution) run(request int) {
	for request >= 0 {
		x.fetch(request)
		if len(x.program.zips) > 0 {
			x.linkTwins(request)
		}
		if x.later != nil {
			x.later.complete(x.program, request)
		}
		// The last one must not touch the execution after it has said so: it may be in use for another request.
		next := x.successor(request)
		if x.remaining.Add(-1) == 0 {
			x.done <- struct{}{}
			return
		}
		request = next
	}
}

// successor returns a request to go on with, -1 when there is none, and starts the others that are ready.
func (x *execution) successor(request int) int {
	next := x.startReady(request, -1)
	if x.program.engine.config.MaxParallel <= 0 {
		return next
	}
	// This goroutine's position is free: the next request takes it, or one that waits.
	x.mu.Lock()
	defer x.mu.Unlock()
	if next < 0 && len(x.ready) > 0 {
		last := len(x.ready) - 1
		if x.later != nil {
			// The earlier a part of the answer is, the lower are the numbers of its requests.
			soonest := slices.Index(x.ready, slices.Min(x.ready))
			x.ready[last], x.ready[soonest] = x.ready[soonest], x.ready[last]
		}
		next = x.ready[last]
		x.ready = x.ready[:last]
	}
	if next < 0 {
		x.running--
	}
	return next
}

// startReady starts the requests that a complete one makes ready, but for one to go on with, unless there is one
// already. What has nothing to ask for is complete at once, without a goroutine.
func (x *execution) startReady(request, next int) int {
	for _, r := range x.program.requests[request].before {
		switch {
		case x.waiting[r].Add(-1) != 0:
		case x.idle(r):
			x.fetch(r)
			if len(x.program.zips) > 0 {
				x.linkTwins(r)
			}
			if x.later != nil {
				x.later.complete(x.program, r)
			}
			next = x.startReady(r, next)
			x.remaining.Add(-1) // the request before is still counted: this is not the last one
		case next < 0:
			next = r
		default:
			x.start(r)
		}
	}
	return next
}

// idle tells whether a request surely has nothing to ask for, because there are no objects that it could complete.
func (x *execution) idle(request int) bool {
	for i := range x.program.requests[request].calls {
		c := &x.program.requests[request].calls[i]
		for j := range c.targets {
			if x.hasObjects(c.targets[j].position) {
				return false
			}
		}
		if len(c.targets) == 0 {
			return false
		}
	}
	return true
}

// hasObjects tells whether there is any object of a position.
func (x *execution) hasObjects(p *position) bool {
	if p.set.request < 0 {
		return true
	}
	at := firstAnswer(int(p.set.request))
	for _, a := range x.answers[at : at+answersPerRequest] {
		if a != nil && len(a.collected[p.set.collector]) > 0 {
			return true
		}
	}
	return false
}

// linkTwins links the twins for which this was the last request they needed. Only this and the list of errors take the
// execution's lock.
func (x *execution) linkTwins(request int) {
	x.mu.Lock()
	defer x.mu.Unlock()
	for _, i := range x.program.requests[request].zips {
		if x.unzipped[i]--; x.unzipped[i] == 0 {
			x.zip(x.program.zips[i])
		}
	}
}

// zip links the twins of all objects of a position.
func (x *execution) zip(z *zip) {
	x.eachObject(z.position, func(r ref) {
		left, ok := x.follow(r, z.left)
		if !ok {
			return
		}
		right, ok := x.follow(r, z.right)
		if !ok {
			return
		}
		l, r2 := x.answers[left.answer()], x.answers[right.answer()]
		lv, rv := l.slot(left.object(), z.leftSlot), r2.slot(right.object(), z.rightSlot)
		switch x.zipValue(z, l, lv, r2, rv) {
		case leftLacking:
			x.lacks(z.leftSet, z.leftSlot, left, lv)
		case rightLacking:
			x.lacks(z.rightSet, z.rightSlot, right, rv)
		}
	})
}

// zipped tells whether what two calls see of a value goes together.
type zipped uint8

const (
	// together also means that one of them sees null, which is for it to say.
	together zipped = iota
	// leftLacking and rightLacking mean that one of them does not see what the other does: it left it out, has something
	// of another form in its place, or a list of another length. There is no telling which elements belong together
	// then.
	leftLacking
	rightLacking
)

// zipValue links two values that are the same one seen by two calls.
func (x *execution) zipValue(z *zip, l *answer, left value, r *answer, right value) zipped {
	lk, rk := left.kind(), right.kind()
	switch {
	case lk == kindNull || rk == kindNull || lk < kindObject && rk < kindObject:
		return together
	case lk < kindObject:
		return leftLacking
	case lk != rk:
		return rightLacking
	case lk == kindObject:
		l.links[l.objects[left.at].links+uint32(z.link)] = newRef(r.index, right.at)
		return together
	}
	lefts, rights := l.elements(left), r.elements(right)
	if len(lefts) != len(rights) {
		return rightLacking
	}
	result := together
	for i := range lefts {
		result = max(result, x.zipValue(z, l, lefts[i], r, rights[i]))
	}
	return result
}

// eachObject calls f for every object of a position.
func (x *execution) eachObject(p *position, f func(ref)) {
	if p.set.request < 0 {
		f(newRef(0, 0))
		return
	}
	at := firstAnswer(int(p.set.request))
	for _, a := range x.answers[at : at+answersPerRequest] {
		if a == nil {
			continue
		}
		for _, o := range a.collected[p.set.collector] {
			f(newRef(a.index, o))
		}
	}
}

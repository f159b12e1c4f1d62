package server

import (
	"context"
	"iter"
)

// Sequel yields the parts of an answer behind the first: the events of a subscription, or deferred parts. It is for one
// goroutine at a time. It must be closed, which Response.Release does; the engine works for it until then.
type Sequel interface {
	// Next makes the next part that of resp, whose part before was given back, if there is one yet. It does not wait.
	Next(resp *Response) Step
	// Ready yields when it is time to call Next again after it returned NotYet. That can be for nothing.
	Ready() <-chan struct{}
	// Close ends the sequence early. It may be called more than once, and by another goroutine than Next.
	Close()
}

// Notifier is a Sequel for which nobody needs to wait, with a goroutine of its own.
type Notifier interface {
	// Notify has a function called, from now on, when it is time to call Next, in the place of what Ready yields. It must
	// not wait. It is called once at once.
	Notify(tell func())
}

// Step is what Sequel.Next found.
type Step uint8

const (
	// NotYet means that the next part is still to come.
	NotYet Step = iota
	// Part means that it is there.
	Part
	// Over means that there is none any more.
	Over
)

// End is why an answer breaks off.
type End uint8

const (
	// NotEnded means that it does not.
	NotEnded End = iota
	// EndedByError means that the part says why, in its errors.
	EndedByError
	// EndedByRestart means that this router ends: the client should come back, to whichever router answers then. The part
	// says so for clients that cannot be told in another way.
	EndedByRestart
)

// Take makes the part the following one of the answer's, if that is there, and gives the one before back.
func (r *Response) Take() Step {
	if r.Sequel == nil || r.Ended != NotEnded {
		return Over
	}
	r.releasePart()
	return r.Sequel.Next(r)
}

// Next is Take, and waits; false when there is no further part, or ctx ended before it came.
func (r *Response) Next(ctx context.Context) bool {
	for {
		switch r.Take() {
		case Part:
			return true
		case Over:
			return false
		}
		select {
		case <-r.Sequel.Ready():
		case <-ctx.Done():
			return false
		}
	}
}

// Parts yields the parts of the answer in order, all in r: each is given back before the next one comes, and the last
// one at the end. An answer that is no sequence is one part.
func (r *Response) Parts(ctx context.Context) iter.Seq[*Response] {
	return func(yield func(*Response) bool) {
		defer r.Release()
		if r.Sequel == nil || len(r.Bytes()) > 0 {
			if !yield(r) {
				return
			}
		}
		for r.Next(ctx) {
			if !yield(r) {
				return
			}
		}
	}
}

// Release gives back what the answer was made in, and ends its sequence. It may be called more than once.
func (r *Response) Release() {
	r.releasePart()
	if r.Sequel != nil {
		r.Sequel.Close()
		r.Sequel = nil
	}
}

package server

import (
	"context"
	"iter"
)

// Sequel yields the parts of an answer behind the first: the events of a subscription, or deferred parts. It is for one
// goroutine at a time. It must be closed, which Response.Release does; the engine works for it until then.
type Sequel interface {
	// Ready returns a channel that is closed once Next does not wait any more. It must be asked for again after each Next.
	Ready() <-chan struct{}
	// Next makes the next part that of resp, whose part before was given back; false means that there is none any more. It
	// waits for Ready, however long that takes.
	Next(resp *Response) bool
	// Close ends the sequence early. It may be called more than once, and by another goroutine than Next.
	Close()
}

// End is why an answer breaks off.
type End uint8

const (
	// NotEnded means that it does not.
	NotEnded End = iota
	// EndedByError means that the part says why, in its errors.
	EndedByError
	// EndedByRestart means that this router ends: the client should come back, to whichever router answers then.
	EndedByRestart
)

// Next makes the part the following one of the answer's; false when there is none, or ctx ended before it came.
func (r *Response) Next(ctx context.Context) bool {
	if r.Sequel == nil || r.Ended != NotEnded {
		return false
	}
	select {
	case <-r.Sequel.Ready():
	case <-ctx.Done():
		return false
	}
	return r.following()
}

// following is Next for a sequel that is ready.
func (r *Response) following() bool {
	if r.Sequel == nil || r.Ended != NotEnded {
		return false
	}
	r.releasePart()
	return r.Sequel.Next(r)
}

// Parts yields the parts of the answer in order, all in r: each is given back before the next one comes, and the last one at
// the end. An answer that is no sequence is one part.
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

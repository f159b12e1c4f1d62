package server

import "sync/atomic"

// Activity is work of which there is some now and then: one goroutine does it while there is, and none waits for more.
// The zero value is at work: whoever has it calls Do when the rest may begin.
type Activity struct{ state atomic.Int32 }

// The states of an activity. Who moves it from idle to working has it.
const (
	working int32 = iota
	// workingAgain tells that there is more since it was looked for.
	workingAgain
	idling
	ended
)

// Wake tells that there is something to do. If it returns true, whoever called it has the work, and must have Do
// called.
func (a *Activity) Wake() bool {
	for {
		switch a.state.Load() {
		case idling:
			if a.state.CompareAndSwap(idling, working) {
				return true
			}
		case working:
			if a.state.CompareAndSwap(working, workingAgain) {
				return false
			}
		default:
			return false
		}
	}
}

// Do does what there is, step by step, and returns when there is nothing: step returns false when it is over for good,
// and so does Do. Wake has no effect any more then.
func (a *Activity) Do(step func() (more bool)) bool {
	for step() {
		if a.state.CompareAndSwap(working, idling) {
			return true
		}
		a.state.Store(working)
	}
	a.End()
	return false
}

// End makes it over. Only whoever has the work may call it.
func (a *Activity) End() { a.state.Store(ended) }

package server

import (
	"context"
	"sync/atomic"
	"time"
)

// deadline is a context with a deadline for which no timer runs unless somebody waits for it. Calls to subgraphs set
// the deadline on their sockets, so that mostly nobody does.
type deadline struct {
	context.Context
	at time.Time
	// armed is a real context with a timer, made when somebody asks for Done.
	armed atomic.Pointer[armed]
}

type armed struct {
	context.Context
	cancel context.CancelFunc
}

// withDeadline returns a context that ends in so long. end must be called when nobody uses it any more.
func withDeadline(parent context.Context, timeout time.Duration) *deadline {
	d := &deadline{Context: parent, at: time.Now().Add(timeout)}
	if earlier, ok := parent.Deadline(); ok && earlier.Before(d.at) {
		d.at = earlier
	}
	return d
}

// Deadline implements context.Context.
func (d *deadline) Deadline() (time.Time, bool) { return d.at, true }

// Done implements context.Context.
func (d *deadline) Done() <-chan struct{} {
	if a := d.armed.Load(); a != nil {
		return a.Done()
	}
	a := &armed{}
	a.Context, a.cancel = context.WithDeadline(d.Context, d.at)
	if !d.armed.CompareAndSwap(nil, a) {
		a.cancel()
	}
	return d.armed.Load().Done()
}

// Err implements context.Context.
func (d *deadline) Err() error {
	if a := d.armed.Load(); a != nil {
		return a.Err()
	}
	if err := d.Context.Err(); err != nil {
		return err
	}
	if time.Now().Before(d.at) {
		return nil
	}
	return context.DeadlineExceeded
}

// Value implements context.Context. An armed deadline is asked first, so that the package context recognises what is
// derived from it.
func (d *deadline) Value(key any) any {
	if a := d.armed.Load(); a != nil {
		return a.Value(key)
	}
	return d.Context.Value(key)
}

// end stops the timer, if there is one. Who still waits is told.
func (d *deadline) end() {
	if a := d.armed.Load(); a != nil {
		a.cancel()
	}
}

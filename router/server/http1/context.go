package http1

import (
	"context"
	"sync/atomic"
	"time"
)

// requestContext is the context of a request: it ends when the handler returns or the client goes away. Until somebody
// waits for that it is a flag.
type requestContext struct {
	// parent knows the values.
	parent context.Context
	ended  atomic.Bool
	// waited is a real context, made when somebody asks for Done.
	waited atomic.Pointer[cancelable]
}

type cancelable struct {
	context.Context
	cancel context.CancelFunc
}

// Deadline implements context.Context.
func (c *requestContext) Deadline() (time.Time, bool) { return time.Time{}, false }

// Done implements context.Context.
func (c *requestContext) Done() <-chan struct{} {
	if w := c.waited.Load(); w != nil {
		return w.Done()
	}
	w := &cancelable{}
	w.Context, w.cancel = context.WithCancel(c.parent)
	if !c.waited.CompareAndSwap(nil, w) {
		w.cancel()
		w = c.waited.Load()
	}
	if c.ended.Load() {
		w.cancel()
	}
	return w.Done()
}

// Err implements context.Context.
func (c *requestContext) Err() error {
	if !c.ended.Load() {
		return nil
	}
	if w := c.waited.Load(); w != nil {
		<-w.Done() // as good as closed: nobody shall hear of the end before those who wait for it
	}
	return context.Canceled
}

// Value implements context.Context. Once there is a real context it is asked, so that the package context recognises it
// in what is derived from this one and needs no goroutine to pass the end on.
func (c *requestContext) Value(key any) any {
	if w := c.waited.Load(); w != nil {
		return w.Value(key)
	}
	return c.parent.Value(key)
}

// end ends the context.
func (c *requestContext) end() {
	c.ended.Store(true)
	if w := c.waited.Load(); w != nil {
		w.cancel()
	}
}

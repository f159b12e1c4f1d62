package upstream

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http/httptrace"
	"sync/atomic"
)

// call is a request on its way through net/http's transport.
type call struct {
	// sentry watches the connection that the request got last, on which it is number n.
	sentry *sentry
	n      int64
	// reused tells that the connection had carried a request before, refused that nothing was written to it. got and
	// dialing tell that the request got a connection, one was opened for it, or an
	// answer has begun.
	reused, refused        bool
	got, dialing, answered atomic.Bool
}

// watch returns a context by which the call hears of its connections.
func (c *call) watch(ctx context.Context) context.Context {
	return httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
		GotConn:      c.gotConn,
		ConnectStart: func(string, string) { c.dialing.Store(true) },

		GotFirstResponseByte: func() { c.answered.Store(true) },
	})
}

func (c *call) gotConn(info httptrace.GotConnInfo) {
	c.got.Store(true)
	conn := info.Conn
	if t, ok := conn.(interface{ NetConn() net.Conn }); ok {
		conn = t.NetConn()
	}
	if c.sentry, _ = conn.(*sentry); c.sentry == nil {
		return
	}
	c.reused = info.Reused
	c.refused = !c.sentry.begin()
	c.n = c.sentry.asked.Load()
}

// done says that the answer is complete.
func (c *call) done() {
	if c.sentry != nil {
		c.sentry.end(c.n)
	}
}

// explain words what went wrong.
func (c *call) explain(ctx context.Context, err error, most int) error {
	for _, known := range []error{ErrBroken, ErrTooLarge, ErrNoRoom, ErrTimeout} {
		if errors.Is(err, known) {
			return gaveUp(ctx, err)
		}
	}
	switch {
	case ctx.Err() == nil && c.answered.Load():
		return &private{Broken("it is not HTTP"), err}
	case ctx.Err() == nil && !isTimeout(err):
		return Unreachable("it cannot be reached, or the connection broke", err)
	case errors.Is(ctx.Err(), context.DeadlineExceeded) && !c.got.Load() && !c.dialing.Load():
		return fmt.Errorf("%w: all %d connections are in use", ErrRejected, most)
	}
	return gaveUp(ctx, ErrTimeout)
}

package http1

import (
	"context"
	"errors"
	"fmt"
	"net"
	"slices"
	"sync"
	"time"

	"github.com/weft-graphql/weft/router/upstream"
	"github.com/weft-graphql/weft/router/upstream/internal/socket"
)

// pool keeps connections to one address. The one used last is used first, so that those a peak has opened grow old and
// are closed.
type pool struct {
	dial        func(ctx context.Context) (net.Conn, error)
	host        string
	most        int
	idleTimeout time.Duration

	mu      sync.Mutex
	idle    []*conn
	open    int
	waiting []chan *conn
	closed  bool
	// trustFrom is when connections are kept again after something came on one that nobody had asked for.
	trustFrom time.Time
	// sweep closes connections that were not used for too long; nil when there is none to watch.
	sweep *time.Timer
}

// get returns a connection: a kept one, or a new one if there is none or fresh is set. sure means that a kept one
// must be known to be open, because the request cannot be sent twice.
func (p *pool) get(ctx context.Context, deadline time.Time, fresh, sure bool) (*conn, error) {
	p.mu.Lock()
	for !fresh && len(p.idle) > 0 {
		c := p.idle[len(p.idle)-1]
		p.idle = p.idle[:len(p.idle)-1]
		p.mu.Unlock()
		if c.reusable(sure) {
			return c, nil
		}
		p.drop(c)
		p.mu.Lock()
	}
	if fresh && p.open >= p.most && len(p.idle) > 0 {
		// Make room for a new connection: the oldest kept one goes.
		p.idle[0].net.Close()
		p.idle = slices.Delete(p.idle, 0, 1)
		p.open--
	}
	if p.open < p.most {
		p.open++
		p.mu.Unlock()
		return p.connect(ctx, deadline)
	}
	turn := make(chan *conn, 1)
	p.waiting = append(p.waiting, turn)
	p.mu.Unlock()
	return p.wait(ctx, deadline, turn, fresh, sure)
}

// wait waits for a connection that another request gives back, or for leave to open one.
func (p *pool) wait(ctx context.Context, deadline time.Time, turn chan *conn, fresh, sure bool) (*conn, error) {
	timer := time.NewTimer(time.Until(deadline))
	defer timer.Stop()
	select {
	case c := <-turn:
		if c != nil && !fresh && c.reusable(sure) {
			return c, nil
		}
		if c != nil {
			c.net.Close()
			if c.unasked {
				p.mu.Lock()
				p.distrust()
				p.mu.Unlock()
			}
		}
		return p.connect(ctx, deadline)
	case <-ctx.Done():
	case <-timer.C:
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if i := slices.Index(p.waiting, turn); i >= 0 {
		p.waiting = slices.Delete(p.waiting, i, i+1)
	} else if c := <-turn; c != nil {
		p.keep(c)
	} else {
		p.leave()
	}
	return nil, fmt.Errorf("%w: all %d connections are in use", upstream.ErrRejected, p.most)
}

// connect opens a connection, whose place is taken already.
func (p *pool) connect(ctx context.Context, deadline time.Time) (*conn, error) {
	dialing, cancel := context.WithDeadline(ctx, deadline)
	defer cancel()
	n, err := p.dial(dialing)
	if err == nil {
		return &conn{net: n, peeker: socket.NewPeeker(n)}, nil
	}
	p.mu.Lock()
	p.leave()
	p.mu.Unlock()
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	if errors.Is(err, context.DeadlineExceeded) {
		return nil, err
	}
	return nil, upstream.Unreachable("it cannot be reached", fmt.Errorf("%s: %w", p.host, err))
}

// put gives a connection back.
func (p *pool) put(c *conn) {
	if c.last {
		p.drop(c)
		return
	}
	c.used, c.ctx = true, nil
	p.mu.Lock()
	defer p.mu.Unlock()
	if c.askedAt.Before(p.trustFrom) {
		c.net.Close()
		p.leave()
		return
	}
	p.keep(c)
}

// keep keeps a connection or hands it on. The caller holds the lock.
func (p *pool) keep(c *conn) {
	if len(p.waiting) > 0 {
		p.waiting[0] <- c
		p.waiting = slices.Delete(p.waiting, 0, 1)
		return
	}
	if p.closed {
		p.open--
		c.net.Close()
		return
	}
	c.idleSince = c.askedAt
	p.idle = append(p.idle, c)
	if p.sweep == nil {
		p.sweep = time.AfterFunc(p.idleTimeout, p.closeOld)
	}
}

// drop closes a connection.
func (p *pool) drop(c *conn) {
	c.net.Close()
	p.mu.Lock()
	defer p.mu.Unlock()
	if c.unasked {
		p.distrust()
	}
	p.leave()
}

// distrustFor is how long no connections are kept to a server that answers what it was not asked.
const distrustFor = time.Minute

// distrust closes the kept connections, and keeps none for a while: when an answer that nobody asked for comes just
// as the next request is sent, it cannot be told from that one's, and would bring one client the data of another. The
// caller holds the lock.
func (p *pool) distrust() {
	p.trustFrom = time.Now().Add(distrustFor)
	for _, c := range p.idle {
		c.net.Close()
		p.open--
	}
	p.idle = p.idle[:0]
}

// leave gives up the place of a connection, or passes it on. The caller holds the lock.
func (p *pool) leave() {
	if len(p.waiting) > 0 {
		p.waiting[0] <- nil
		p.waiting = slices.Delete(p.waiting, 0, 1)
		return
	}
	p.open--
}

// closeOld closes the connections that were not used for too long.
func (p *pool) closeOld() {
	p.mu.Lock()
	defer p.mu.Unlock()
	limit := time.Now().Add(-p.idleTimeout)
	old := 0
	for old < len(p.idle) && !p.idle[old].idleSince.After(limit) {
		p.idle[old].net.Close()
		p.open--
		old++
	}
	p.idle = slices.Delete(p.idle, 0, old)
	p.sweep = nil
	if len(p.idle) > 0 {
		p.sweep = time.AfterFunc(max(p.idleTimeout/4, time.Second), p.closeOld)
	}
}

// close closes the connections that are not in use, and the others when they are given back.
func (p *pool) close() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.closed = true
	for _, c := range p.idle {
		c.net.Close()
		p.open--
	}
	p.idle = nil
	if p.sweep != nil {
		p.sweep.Stop()
		p.sweep = nil
	}
}

package server

import (
	"context"
	"net"
)

// net/http sends a large answer in two system calls: its buffer, filled up with the head and the beginning of the body,
// and the rest of the body. On a connection without TLS each of them costs about as much as all of GraphQL for a small
// request. A gatheringConn keeps the first piece back until the second one comes, and sends both in one call. It does so
// only while the handler writes an answer whose length it has announced, so that nothing is ever kept back for longer.

// gatheringConn is a connection whose next two writes can be gathered.
type gatheringConn struct {
	*net.TCPConn
	// gathering tells that the next write is the first of two.
	gathering bool
	// first is the write that is kept back; empty when there is none.
	first []byte
	// pair and both are what is sent in one call.
	pair [2][]byte
	both net.Buffers
}

// Write implements net.Conn.
func (c *gatheringConn) Write(p []byte) (int, error) {
	if c.gathering {
		c.gathering = false
		c.first = append(c.first[:0], p...)
		return len(p), nil
	}
	if len(c.first) == 0 {
		return c.TCPConn.Write(p)
	}
	c.pair = [2][]byte{c.first, p}
	c.both = c.pair[:]
	n, err := c.both.WriteTo(c.TCPConn)
	written := max(int(n)-len(c.first), 0)
	c.first, c.pair, c.both = c.first[:0], [2][]byte{}, nil
	return written, err
}

// gather begins to gather writes.
func (c *gatheringConn) gather() {
	if c != nil {
		c.gathering = true
	}
}

// flush ends gathering. It sends what is still kept back.
func (c *gatheringConn) flush() {
	if c == nil {
		return
	}
	c.gathering = false
	if len(c.first) > 0 {
		_, _ = c.TCPConn.Write(c.first) // net/http finds out with its next write
		c.first = c.first[:0]
	}
}

// gatheringListener accepts connections that can gather writes.
type gatheringListener struct{ net.Listener }

func (l gatheringListener) Accept() (net.Conn, error) {
	conn, err := l.Listener.Accept()
	if tcp, ok := conn.(*net.TCPConn); ok {
		return &gatheringConn{TCPConn: tcp}, err
	}
	return conn, err
}

type connKey struct{}

// withConn makes a gatheringConn known to the handlers of its requests.
func withConn(ctx context.Context, conn net.Conn) context.Context {
	if g, ok := conn.(*gatheringConn); ok {
		return context.WithValue(ctx, connKey{}, g)
	}
	return ctx
}

// connOf returns the connection of a request if it can gather writes, and nothing else is written to it meanwhile.
func connOf(ctx context.Context, protocolMajor int) *gatheringConn {
	if protocolMajor != 1 {
		return nil
	}
	g, _ := ctx.Value(connKey{}).(*gatheringConn)
	return g
}

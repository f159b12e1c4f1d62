package http1

import (
	"context"
	"net"
	"net/http"
	"net/url"
	"runtime/debug"
	"strings"
	"sync/atomic"
	"time"
)

// The states of a connection. Who moves it out of waiting has it: its own goroutine to answer a request or to hand it
// over, or Shutdown to close it.
const (
	waiting int32 = iota
	answering
	leaving
	closed
)

// inputSize is the size of the input buffer of a connection that waits.
const inputSize = 4 << 10

// conn is a connection that is served here. All but state, running and watched belongs to its goroutine.
type conn struct {
	server *Server
	net    *net.TCPConn
	socket peeker
	state  atomic.Int32
	// running is the request in progress, nil when there is none. watched tells that the watch has the connection, and
	// seen which request it saw on it last; that is the watch's own.
	running atomic.Pointer[exchange]
	watched atomic.Bool
	seen    *exchange

	// idleSince is when the connection began to wait for a request nothing of which has come, in nanoseconds, negative
	// when it has not had any yet; 0 when there is something. It means nothing unless the state is waiting.
	idleSince atomic.Int64
	// served tells that there was a request.
	served bool

	readBy, writeBy deadline
	// input[from:to] is what was read and not yet used.
	input    []byte
	from, to int
	head     head
	// afterPost tells that the last request was a POST.
	afterPost bool
	// target and url are the last request's, which is often the next one's, too.
	target string
	url    url.URL
	// template has what is the same in all requests, and values what their contexts know.
	template http.Request
	values   context.Context
}

func newConn(s *Server, tcp *net.TCPConn) (*conn, error) {
	c := &conn{server: s, net: tcp, input: make([]byte, inputSize)}
	if err := c.socket.open(tcp); err != nil {
		return nil, err
	}
	c.readBy.move, c.writeBy.move = tcp.SetReadDeadline, tcp.SetWriteDeadline
	c.template = http.Request{Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, RemoteAddr: tcp.RemoteAddr().String()}
	c.values = context.WithValue(context.Background(), http.ServerContextKey, s.HTTP)
	c.values = context.WithValue(c.values, http.LocalAddrContextKey, tcp.LocalAddr())
	return c, nil
}

// serve answers requests until the connection ends or is handed over.
func (c *conn) serve() {
	defer c.end()
	// A new connection may be silent for as long as a request's head may take.
	for patience := c.server.headerTimeout; ; patience = c.server.idleTimeout {
		c.head.reset()
		switch c.await(patience) {
		case gone:
			return
		case odd:
			c.handOver()
			return
		}
		if !c.answer() {
			return
		}
	}
}

// await reads the head of the next request. It leaves gone also when the client takes too long.
func (c *conn) await(patience time.Duration) verdict {
	if c.from == c.to {
		c.from, c.to = 0, 0
		if len(c.input) > inputSize {
			c.input = make([]byte, inputSize)
		}
	}
	var began time.Time
	for {
		if v := c.head.parse(c.input[c.from:c.to]); v == plain && !c.locate() {
			return odd
		} else if v != more {
			return v
		}
		if c.from == c.to {
			now := time.Now()
			c.idleSince.Store(idleSince(now, c.served))
			c.readBy.by(now, patience)
		} else {
			if began.IsZero() {
				began = time.Now()
				c.idleSince.Store(0)
			}
			c.readBy.by(began, c.server.headerTimeout)
		}
		if c.to == len(c.input) && !c.makeRoom() {
			return odd
		}
		n, err := c.net.Read(c.input[c.to:])
		if err != nil {
			return gone
		}
		c.to += n
	}
}

// makeRoom makes room for more of a head; false when it has become too long.
func (c *conn) makeRoom() bool {
	used := c.to - c.from
	if used == maxHead {
		return false
	}
	to := c.input
	if used == len(c.input) {
		to = make([]byte, maxHead)
	}
	copy(to, c.input[c.from:c.to])
	c.input, c.from, c.to = to, 0, used
	return true
}

// keepTarget is the length of targets that are remembered.
const keepTarget = 128

// locate parses the head's target as net/http does; false when it cannot.
func (c *conn) locate() bool {
	target := c.head.target.of(c.input[c.from:c.to])
	if string(target) == c.target {
		return true
	}
	text := string(target)
	parsed, err := url.ParseRequestURI(text)
	if err != nil {
		return false
	}
	c.target, c.url = text, *parsed
	return true
}

// located returns what locate has found.
func (c *conn) located() url.URL {
	found := c.url
	if len(c.target) > keepTarget {
		c.target, c.url = "", url.URL{}
	}
	return found
}

// answer answers the request whose head is complete. It returns false when the connection cannot go on.
func (c *conn) answer() bool {
	if !c.state.CompareAndSwap(waiting, answering) {
		return false
	}
	c.served = true
	x := &exchange{}
	r := x.begin(c)
	c.writeBy.in(c.server.HTTP.WriteTimeout)
	c.running.Store(x)
	c.server.watch.add(c)
	c.server.HTTP.Handler.ServeHTTP(&x.response, r)
	x.context.end()
	again := x.finish(r)
	c.running.Store(nil)
	c.state.Store(waiting)
	return again && !c.server.closing.Load()
}

// handOver gives the connection to net/http, as if nothing had been read from it.
func (c *conn) handOver() {
	if !c.state.CompareAndSwap(waiting, leaving) {
		return
	}
	read := c.input[c.from:c.to]
	if c.afterPost {
		// Some old clients send an empty line behind a body, which net/http forgives if it has read the body itself.
		line := read[:min(len(read), 4)]
		read = read[len(line)-len(strings.TrimLeft(string(line), "\r\n")):]
	}
	_ = c.net.SetDeadline(time.Time{})
	c.server.remove(c)
	c.server.handedOver.give(&replayed{c.net, read})
}

// end cleans up, also after a panic of a handler, whose answer is not completed.
func (c *conn) end() {
	cause := recover()
	if cause != nil && cause != http.ErrAbortHandler {
		c.server.logf("http: panic serving %s: %v\n%s", c.template.RemoteAddr, cause, debug.Stack())
	}
	x := c.running.Load()
	if x != nil {
		x.context.end()
		x.response.abort()
		c.running.Store(nil)
	}
	if c.state.Load() == leaving {
		return
	}
	_ = c.net.Close()
	if x != nil {
		x.body.shut()
	}
	c.server.remove(c)
}

// lingerFor is how long a connection that is to be closed, although its client may still be sending, is read from.
// Closed at once it would be reset, and the client might not see its answer.
const lingerFor = 500 * time.Millisecond

func (c *conn) linger() {
	_ = c.net.CloseWrite()
	c.readBy.set(time.Now().Add(lingerFor))
	for {
		if _, err := c.net.Read(c.input); err != nil {
			return
		}
	}
}

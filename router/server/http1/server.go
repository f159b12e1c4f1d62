// Package http1 serves HTTP/1.1 on connections without TLS, for 4 to 6 µs less per request than net/http's server.
//
// Why: that is a quarter of a small GraphQL request. It goes into a goroutine that reads ahead, four timers and two
// dozen allocations per request, none of which is needed for the requests that nearly all clients send nearly always.
//
// How: a connection is served here as long as every request on it is plain: one of four methods, a path, HTTP/1.1, well
// spelled headers, a body of a stated length or none. The parser (head.go) knows nothing else. With the first request
// that is not plain, before any of it was taken or answered, the connection goes to net/http for the rest of its life,
// with the bytes already read. So everything odd (chunked bodies, upgrades, HTTP/2, HTTP/1.0, Connection: close,
// malformed requests and the answers to them) is judged by net/http and nobody else, and no leniency of ours can take
// two requests for one, or one for two.
//
// What handlers see is what they see behind net/http, and the answers are the same, byte for byte but for the sizes of
// chunks. What never happens here, because no handler of ours asks for it:
//
//   - Hijack, EnableFullDuplex and CloseNotify are not offered, trailers of answers and 1xx answers are not sent.
//   - http.MaxBytesReader cannot tell us that it cut a body off. We read up to 256 KB of the rest to keep the connection,
//     as for every body that was not read to its end; only beyond that is it closed.
//   - The hooks ConnState, ConnContext and BaseContext of the http.Server are only called for what is handed over.
//
// Nothing a handler can get hold of is used twice: request, headers, body, writer and context are new for each request.
// What is used again are a connection's input buffer, of which strings are copies, and output buffers (send.go).
package http1

import (
	"cmp"
	"context"
	"log"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"time"
)

// Server serves plain requests itself, and everything else with HTTP.
type Server struct {
	// HTTP has the handler, the timeouts and the log for both, and gets the connections that are handed over.
	HTTP *http.Server
	// HandOver, when not nil, wraps the connections that are handed over.
	HandOver func(net.Conn) net.Conn

	idleTimeout, headerTimeout, bodyTimeout time.Duration

	watch watch
	// shedAfter is how long a connection must be idle to be closed for others.
	shedAfter  time.Duration
	handedOver handedOver

	closing atomic.Bool
	mu      sync.Mutex
	conns   map[*conn]struct{}
	// drained is closed when there are no connections left after closing began.
	drained chan struct{}
}

// New returns a server that does what s would do. s must not be used in any other way.
func New(s *http.Server) *Server {
	ours := &Server{
		HTTP:          s,
		idleTimeout:   cmp.Or(s.IdleTimeout, s.ReadTimeout),
		headerTimeout: cmp.Or(s.ReadHeaderTimeout, s.ReadTimeout),
		bodyTimeout:   s.ReadTimeout,
		shedAfter:     shedAfter,
		watch:         watch{every: lookEvery},
		handedOver:    handedOver{conns: make(chan net.Conn), failed: make(chan error), closed: make(chan struct{})},
		conns:         map[*conn]struct{}{},
		drained:       make(chan struct{}),
	}
	if s.ReadTimeout > s.ReadHeaderTimeout {
		// In net/http that is the time of head and body together.
		ours.bodyTimeout = s.ReadTimeout - s.ReadHeaderTimeout
	}
	return ours
}

// Serve accepts connections until the listener fails or Shutdown or Close is called, which it reports as
// http.ErrServerClosed. It may be called once.
func (s *Server) Serve(l net.Listener) error {
	if !canLook {
		return s.HTTP.Serve(l) // here nobody could tell whether a client has gone
	}
	s.handedOver.Listener, s.handedOver.wrap = l, s.HandOver
	go s.accept()
	return s.HTTP.Serve(&s.handedOver)
}

// Shutdown stops accepting connections, closes those without a request in progress, and waits for the others.
func (s *Server) Shutdown(ctx context.Context) error {
	s.close(func(c *conn) bool { return c.state.CompareAndSwap(waiting, closed) })
	if err := s.HTTP.Shutdown(ctx); err != nil {
		return err
	}
	select {
	case <-s.drained:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Close closes all connections, whatever is in progress on them.
func (s *Server) Close() error {
	s.close(func(*conn) bool { return true })
	return s.HTTP.Close()
}

// close lets no connection begin another request, and closes those that cut says.
func (s *Server) close(cut func(*conn) bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.closing.Swap(true) && len(s.conns) == 0 {
		close(s.drained)
	}
	for c := range s.conns {
		if cut(c) {
			_ = c.net.Close()
		}
	}
}

// add makes a connection known; false when the server is closing.
func (s *Server) add(c *conn) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closing.Load() {
		return false
	}
	s.conns[c] = struct{}{}
	return true
}

// remove forgets a connection that has ended or was handed over.
func (s *Server) remove(c *conn) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, known := s.conns[c]; !known {
		return
	}
	delete(s.conns, c)
	if len(s.conns) == 0 && s.closing.Load() {
		close(s.drained)
	}
}

func (s *Server) logf(format string, args ...any) {
	if s.HTTP.ErrorLog != nil {
		s.HTTP.ErrorLog.Printf(format, args...)
	} else {
		log.Printf(format, args...)
	}
}

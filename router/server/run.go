package server

import (
	"cmp"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"time"

	"github.com/weft-graphql/weft/router/server/http1"
)

// Listener is an address and what is served there.
type Listener struct {
	// Name tells listeners apart in logs.
	Name string
	// Socket accepts the connections.
	Socket net.Listener
	// Handler answers the requests.
	Handler http.Handler
	// TLS, when not nil, makes the listener speak HTTPS and HTTP/2.
	TLS *tls.Config
	// H2C also takes HTTP/2 without TLS, for proxies that speak it.
	H2C bool
}

// RunOptions say how long things may take.
type RunOptions struct {
	// WriteTimeout bounds the time from a request's header to the end of its answer; none when zero.
	WriteTimeout time.Duration
	// DrainDelay is the time between becoming not ready and no longer accepting connections, for load balancers to
	// notice; ShutdownTimeout the time that requests in progress then get to finish.
	DrainDelay, ShutdownTimeout time.Duration
	// BodyTimeout is how long the body of a request may take that its handler gives no other time.
	BodyTimeout time.Duration
	// Standard makes net/http serve everything, HTTP/1.1 without TLS included.
	Standard bool
	// EndStreams, when not nil, ends what lasts as long as clients want, spread over the given time, when draining
	// begins. It returns when that is done, or ctx ends.
	EndStreams func(ctx context.Context, over time.Duration)
	// Health is told when draining begins; optional.
	Health *Health
	// Logger receives the errors of connections.
	Logger *slog.Logger
}

// Run serves all listeners until ctx ends, then stops taking requests, lets those in progress finish and returns.
// When a listener fails, Run stops the others and returns its error.
func Run(ctx context.Context, listeners []Listener, opts RunOptions) error {
	servers := make([]httpServer, len(listeners))
	failed := make(chan error, len(listeners))
	for i, l := range listeners {
		servers[i] = newServer(l, opts)
		go func() {
			err := servers[i].Serve(l.Socket)
			if !errors.Is(err, http.ErrServerClosed) {
				failed <- fmt.Errorf("%s listener at %s: %w", l.Name, l.Socket.Addr(), err)
			}
		}()
	}
	var cause error
	streams := make(chan struct{})
	select {
	case <-ctx.Done():
		go func() {
			defer close(streams)
			opts.endStreams()
		}()
		drain(opts, failed)
	case cause = <-failed:
		close(streams)
	}
	stop, cancel := context.WithTimeout(context.Background(), opts.ShutdownTimeout)
	defer cancel()
	for _, s := range servers {
		if err := s.Shutdown(stop); err != nil {
			_ = s.Close()
			if cause == nil && errors.Is(err, context.DeadlineExceeded) {
				cause = fmt.Errorf("requests were still in progress after %s and were cut off", opts.ShutdownTimeout)
			}
		}
	}
	<-streams
	return cause
}

// endStreams ends streams so that a quarter of the time for requests in progress is left when the last one ends.
func (o *RunOptions) endStreams() {
	if o.EndStreams == nil {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), o.DrainDelay+o.ShutdownTimeout)
	defer cancel()
	o.EndStreams(ctx, o.DrainDelay+o.ShutdownTimeout*3/4)
}

// drain announces the end and goes on serving for the configured delay.
func drain(opts RunOptions, failed <-chan error) {
	if opts.Health != nil {
		opts.Health.Drain()
	}
	if opts.DrainDelay <= 0 {
		return
	}
	delay := time.NewTimer(opts.DrainDelay)
	defer delay.Stop()
	select {
	case <-delay.C:
	case <-failed:
	}
}

// headTimeout is how long the head of a request may take.
const headTimeout = 10 * time.Second

// httpServer is net/http's, or ours.
type httpServer interface {
	Serve(net.Listener) error
	Shutdown(context.Context) error
	Close() error
}

// withoutTLS is net/http's server for HTTP.
type withoutTLS struct{ *http.Server }

func (s withoutTLS) Serve(l net.Listener) error { return s.Server.Serve(framedListener{l}) }

// overTLS is net/http's server for HTTPS.
type overTLS struct{ *http.Server }

func (s overTLS) Serve(l net.Listener) error { return s.ServeTLS(l, "", "") }

func newServer(l Listener, opts RunOptions) httpServer {
	protocols := new(http.Protocols)
	protocols.SetHTTP1(true)
	protocols.SetHTTP2(l.TLS != nil)
	protocols.SetUnencryptedHTTP2(l.H2C)
	s := &http.Server{
		Handler:           closeUnclear(l.Handler),
		ConnContext:       keepFramed,
		TLSConfig:         l.TLS,
		Protocols:         protocols,
		ReadHeaderTimeout: headTimeout,
		ReadTimeout:       headTimeout + cmp.Or(opts.BodyTimeout, time.Minute),
		WriteTimeout:      opts.WriteTimeout,
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    64 << 10,
		// No client need send larger frames than all servers take, and each connection has a buffer for one.
		HTTP2: &http.HTTP2Config{MaxReadFrameSize: 16 << 10},
	}
	if opts.Logger != nil {
		s.ErrorLog = slog.NewLogLogger(opts.Logger.Handler(), slog.LevelWarn)
	}
	if l.TLS != nil {
		return overTLS{s}
	}
	if opts.Standard {
		return withoutTLS{s}
	}
	ours := http1.New(s)
	ours.HandOver = func(c net.Conn) net.Conn { return &framed{Conn: c} }
	return ours
}

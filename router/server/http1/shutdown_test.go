package http1

import (
	"context"
	"errors"
	"net"
	"net/http"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"
)

// running is a server that a test shuts down itself.
type running struct {
	*Server
	addr  string
	ended chan error
}

func run(t *testing.T, h http.Handler) *running {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	r := &running{New(options(h)), l.Addr().String(), make(chan error, 1)}
	go func() { r.ended <- r.Serve(l) }()
	return r
}

// shutdown begins to shut down and returns when no connection may begin another request.
func (r *running) shutdown(ctx context.Context) <-chan error {
	down := make(chan error, 1)
	go func() { down <- r.Shutdown(ctx) }()
	for !r.closing.Load() {
		runtime.Gosched()
	}
	return down
}

func (r *running) served(t *testing.T) {
	t.Helper()
	if err := <-r.ended; !errors.Is(err, http.ErrServerClosed) {
		t.Errorf("Serve: %v", err)
	}
}

// TestShutdownInEveryState has connections that are new, idle, within a head, answering, and the same in net/http.
func TestShutdownInEveryState(t *testing.T) {
	g := newGate()
	r := run(t, http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		if req.Method == http.MethodPost {
			g.ServeHTTP(w, req)
		}
	}))
	fresh, idle, begun, handedOver := dial(t, r.addr), dial(t, r.addr), dial(t, r.addr), dial(t, r.addr)
	answering, alsoAnswering := dial(t, r.addr), dial(t, r.addr)
	idle.send(get)
	idle.answer()
	begun.send(get + "GET / HT")
	begun.answer()
	handedOver.send(oddGet)
	handedOver.answer()
	answering.send(post("{}") + get)
	<-g.entered
	alsoAnswering.send(strings.Replace(post("{}"), "Content-Type", "Pragma: x\r\nContent-Type", 1))
	<-g.entered
	down := r.shutdown(t.Context())
	for _, c := range []*client{fresh, idle, begun, handedOver} {
		c.ended()
	}
	if c, err := net.Dial("tcp", r.addr); err == nil {
		_ = c.Close()
		t.Error("it still listens")
	}
	select {
	case err := <-down:
		t.Errorf("Shutdown did not wait: %v", err)
	default:
	}
	close(g.leave)
	for _, c := range []*client{answering, alsoAnswering} {
		if resp, body := c.answer(); body != "done" || !resp.Close {
			t.Errorf("%q, %v", body, resp.Header)
		}
		c.ended()
	}
	if err := <-down; err != nil {
		t.Errorf("Shutdown: %v", err)
	}
	r.served(t)
}

// TestShutdownBetweenTheAnswerAndTheEnd begins when a whole answer has been sent, but the handler has not returned.
func TestShutdownBetweenTheAnswerAndTheEnd(t *testing.T) {
	g := newGate()
	r := run(t, http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		w.Header().Set("Content-Length", "4")
		_, _ = w.Write([]byte("done"))
		w.(http.Flusher).Flush()
		g.entered <- req
		<-g.leave
	}))
	c := dial(t, r.addr)
	c.send(get)
	c.answer()
	<-g.entered
	down := r.shutdown(t.Context())
	close(g.leave)
	c.ended()
	if err := <-down; err != nil {
		t.Errorf("Shutdown: %v", err)
	}
	r.served(t)
	if r.add(&conn{}) {
		t.Error("a connection that was accepted late is served")
	}
}

func TestShutdownGivesUp(t *testing.T) {
	g := newGate()
	r := run(t, g)
	c := dial(t, r.addr)
	c.send(get)
	req := <-g.entered
	ctx, cancel := context.WithCancel(t.Context())
	down := r.shutdown(ctx)
	cancel()
	if err := <-down; !errors.Is(err, context.Canceled) {
		t.Errorf("Shutdown: %v", err)
	}
	if err := r.Close(); err != nil {
		t.Errorf("Close: %v", err)
	}
	c.ended()
	<-req.Context().Done()
	close(g.leave)
	if err := r.Shutdown(t.Context()); err != nil {
		t.Errorf("Shutdown after Close: %v", err)
	}
	r.served(t)
}

func TestShutdownWithoutConnections(t *testing.T) {
	r := run(t, http.NotFoundHandler())
	if err := r.Shutdown(t.Context()); err != nil {
		t.Errorf("Shutdown: %v", err)
	}
	r.served(t)
}

// failing is a listener that fails before it accepts.
type failing struct {
	net.Listener
	errors []error
}

func (f *failing) Accept() (net.Conn, error) {
	if len(f.errors) == 0 {
		return f.Listener.Accept()
	}
	err := f.errors[0]
	f.errors = f.errors[1:]
	return nil, err
}

type passing struct{ error }

func (passing) Timeout() bool   { return false }
func (passing) Temporary() bool { return true }

func TestListenersThatFail(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := New(options(http.NotFoundHandler()))
	ended := make(chan error, 1)
	broken := errors.New("broken")
	go func() {
		ended <- s.Serve(&failing{l, []error{passing{errors.New("too many files")}, passing{errors.New("again")}, broken}})
	}()
	if err := <-ended; !errors.Is(err, broken) {
		t.Errorf("Serve: %v", err)
	}
	if err := s.Shutdown(t.Context()); err != nil {
		t.Errorf("Shutdown: %v", err)
	}
}

// TestOtherConnections are net/http's from the beginning.
func TestOtherConnections(t *testing.T) {
	path := filepath.Join(t.TempDir(), "socket")
	l, err := net.Listen("unix", path)
	if err != nil {
		t.Fatal(err)
	}
	s := New(options(witness{}))
	ended := make(chan error, 1)
	go func() { ended <- s.Serve(l) }()
	client := http.Client{Transport: &http.Transport{
		DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			return new(net.Dialer).DialContext(ctx, "unix", path)
		},
	}, Timeout: 20 * time.Second}
	defer client.CloseIdleConnections()
	resp, err := client.Get("http://socket/")
	if err != nil {
		t.Fatal(err)
	}
	_ = resp.Body.Close()
	if err := s.Shutdown(t.Context()); err != nil {
		t.Errorf("Shutdown: %v", err)
	}
	if err := <-ended; !errors.Is(err, http.ErrServerClosed) {
		t.Errorf("Serve: %v", err)
	}
}

package http1

import (
	"errors"
	"net"
	"net/http"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
)

// troubled is a listener that fails with an error, again and again, while it is in trouble.
type troubled struct {
	net.Listener
	trouble atomic.Pointer[error]
	failed  chan struct{}
}

func (l *troubled) Accept() (net.Conn, error) {
	if err := l.trouble.Load(); err != nil {
		select {
		case l.failed <- struct{}{}:
		default:
		}
		return nil, &net.OpError{Op: "accept", Err: *err}
	}
	c, err := l.Listener.Accept()
	if err == nil && l.trouble.Load() != nil {
		// It came before the trouble, but was waited for in it.
		_ = c.Close()
		return l.Accept()
	}
	return c, err
}

// begin makes accepting fail, and returns when it has.
func (l *troubled) begin(err error) {
	l.trouble.Store(&err)
	if c, err := net.Dial("tcp", l.Addr().String()); err == nil {
		_ = c.Close()
	}
	<-l.failed
}

// lines is a log.
type lines struct {
	mu   sync.Mutex
	text strings.Builder
}

func (l *lines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

func (l *lines) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

// serveTroubled serves on a listener that can be brought into trouble.
func serveTroubled(t *testing.T, h http.Handler) (*Server, *troubled, *lines) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	l := &troubled{Listener: listener, failed: make(chan struct{}, 1)}
	said := &lines{}
	o := options(h)
	o.ErrorLog.SetOutput(said)
	s := New(o)
	s.shedAfter = 0
	ended := make(chan error, 1)
	go func() { ended <- s.Serve(l) }()
	t.Cleanup(func() {
		if err := s.Shutdown(t.Context()); err != nil && t.Context().Err() == nil {
			t.Errorf("Shutdown: %v", err)
		}
		_ = s.Close()
		if err := <-ended; !errors.Is(err, http.ErrServerClosed) {
			t.Errorf("Serve: %v", err)
		}
	})
	return s, l, said
}

// TestConnectionsAreHandedOverWhileNoneCanBeAccepted has connections that leave for net/http while accepting fails:
// they must not wait with net/http for it to work again.
func TestConnectionsAreHandedOverWhileNoneCanBeAccepted(t *testing.T) {
	_, l, said := serveTroubled(t, http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	var clients []*client
	for range 20 {
		c := dial(t, l.Addr().String())
		c.send(get)
		c.answer()
		clients = append(clients, c)
	}
	l.begin(syscall.ECONNABORTED)
	for _, c := range clients {
		for range 3 {
			c.send(oddGet)
			if resp, _ := c.answer(); resp.StatusCode != http.StatusOK {
				t.Errorf("it is answered %s", resp.Status)
			}
		}
		<-l.failed
	}
	l.trouble.Store(nil)
	c := dial(t, l.Addr().String())
	c.send(get)
	c.answer()
	if text := said.String(); strings.Contains(text, "Accept error") || strings.Count(text, "cannot be accepted") != 1 {
		t.Errorf("net/http hears of it, or the log more than once:\n%s", text)
	}
}

// TestIdleConnectionsGoWhenDescriptorsRunOut has idle connections, and some that are not quite.
func TestIdleConnectionsGoWhenDescriptorsRunOut(t *testing.T) {
	g := newGate()
	s, l, _ := serveTroubled(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPost {
			g.ServeHTTP(w, r)
		}
	}))
	answering, begun := dial(t, l.Addr().String()), dial(t, l.Addr().String())
	answering.send(get)
	answering.answer()
	answering.send(post("{}"))
	<-g.entered
	begun.send(get)
	begun.answer()
	begun.send("GET / HT")
	var idle []*client
	for range shedLeast {
		idle = append(idle, dial(t, l.Addr().String()))
	}
	for s.waiting() != len(idle) {
		runtime.Gosched() // the begun head is on its way
	}
	l.begin(syscall.EMFILE)
	for _, c := range idle {
		c.ended()
	}
	l.trouble.Store(nil)
	begun.send("TP/1.1\r\nHost: a\r\n\r\n")
	begun.answer()
	close(g.leave)
	if _, body := answering.answer(); body != "done" {
		t.Errorf("the request in progress is answered %q", body)
	}
}

// TestThoseWhoNeverAskedGoFirst has connections without any request, and older ones that have had some.
func TestThoseWhoNeverAskedGoFirst(t *testing.T) {
	s, l, _ := serveTroubled(t, http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	var served []*client
	for range 3 {
		c := dial(t, l.Addr().String())
		c.send(get)
		c.answer()
		served = append(served, c)
	}
	var fresh []*client
	for range shedLeast {
		fresh = append(fresh, dial(t, l.Addr().String()))
	}
	for s.waiting() != len(served)+len(fresh) {
		runtime.Gosched()
	}
	if n := s.shed(); n != len(fresh) {
		t.Errorf("%d were closed", n)
	}
	for _, c := range fresh {
		c.ended()
	}
	for _, c := range served {
		c.send(get)
		c.answer()
	}
}

// waiting counts the idle connections.
func (s *Server) waiting() (n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for c := range s.conns {
		if c.state.Load() == waiting && c.idleSince.Load() != 0 {
			n++
		}
	}
	return n
}

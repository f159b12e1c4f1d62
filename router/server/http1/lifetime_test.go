package http1

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"
)

const get = "GET / HTTP/1.1\r\nHost: a\r\n\r\n"

// odd is a request that net/http answers.
const oddGet = "GET / HTTP/1.1\r\nHost: a\r\nPragma: x\r\n\r\n"

// client is a connection to a server.
type client struct {
	*net.TCPConn
	t  testing.TB
	in *bufio.Reader
}

func dial(t testing.TB, addr string) *client {
	t.Helper()
	c, err := net.Dial("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	_ = c.SetDeadline(time.Now().Add(20 * time.Second))
	return &client{c.(*net.TCPConn), t, bufio.NewReader(c)}
}

func (c *client) send(text string) {
	c.t.Helper()
	if _, err := io.WriteString(c, text); err != nil {
		c.t.Fatal(err)
	}
}

// answer reads an answer and its body.
func (c *client) answer() (*http.Response, string) {
	c.t.Helper()
	resp, err := http.ReadResponse(c.in, nil)
	if err != nil {
		c.t.Fatal(err)
	}
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		c.t.Fatal(err)
	}
	return resp, string(body)
}

// ended waits for the server to close the connection, which must say nothing more.
func (c *client) ended() {
	c.t.Helper()
	if n, err := c.in.WriteTo(io.Discard); n > 0 || errors.As(err, new(net.Error)) && !isReset(err) {
		c.t.Fatalf("%d bytes came, and %v, instead of the end", n, err)
	}
}

func isReset(err error) bool { return strings.Contains(err.Error(), "reset") }

// gate is a handler that tells of each request and waits before it returns.
type gate struct {
	entered chan *http.Request
	leave   chan struct{}
}

func newGate() gate { return gate{make(chan *http.Request, 100), make(chan struct{})} }

func (g gate) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	g.entered <- r
	<-g.leave
	_, _ = io.WriteString(w, "done")
}

func TestTheContextEndsWhenTheClientLeaves(t *testing.T) {
	for name, leave := range map[string]func(c *client){
		"closed":      func(c *client) { _ = c.Close() },
		"half closed": func(c *client) { _ = c.CloseWrite() },
		"reset":       func(c *client) { _ = c.SetLinger(0); _ = c.Close() },
	} {
		t.Run(name, func(t *testing.T) {
			ended := make(chan error, 2)
			addr := start(t, New(options(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if r.Method == http.MethodPost {
					<-r.Context().Done()
				}
				for r.Context().Err() == nil {
					runtime.Gosched() // asks without waiting for it
				}
				ended <- r.Context().Err()
			}))))
			for _, request := range []string{post("{}"), get} {
				c := dial(t, addr)
				c.send(request)
				leave(c)
				if err := <-ended; !errors.Is(err, context.Canceled) {
					t.Errorf("it ended with %v", err)
				}
			}
		})
	}
}

// TestAClientThatWaitsHasNotLeft also sends a request ahead, which must not be taken for anything else.
func TestAClientThatWaitsHasNotLeft(t *testing.T) {
	g := newGate()
	addr := start(t, New(options(g)))
	waits := []*client{dial(t, addr), dial(t, addr)}
	var requests []*http.Request
	for i, c := range waits {
		c.send(get)
		requests = append(requests, <-g.entered)
		c.send(strings.Repeat(get, i))
	}
	leaves := dial(t, addr)
	leaves.send(get)
	left := <-g.entered
	_ = leaves.Close()
	// The watch looks at connections in the order of their first requests.
	<-left.Context().Done()
	for _, r := range requests {
		if err := r.Context().Err(); err != nil {
			t.Errorf("the context of %s has ended: %v", r.RemoteAddr, err)
		}
	}
	close(g.leave)
	for i, c := range waits {
		for range i + 1 {
			if resp, body := c.answer(); body != "done" {
				t.Errorf("%s: %q", resp.Status, body)
			}
		}
	}
	if r := <-g.entered; r.Method != http.MethodGet {
		t.Errorf("the request that was sent ahead has become %s %s", r.Method, r.URL)
	}
}

func TestTheContextEndsWithTheRequest(t *testing.T) {
	requests := make(chan *http.Request, 2)
	addr := start(t, New(options(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { requests <- r }))))
	c := dial(t, addr)
	c.send(get)
	c.answer()
	r := <-requests
	derived, cancel := context.WithCancel(r.Context())
	defer cancel()
	<-derived.Done()
	<-r.Context().Done()
	if !errors.Is(r.Context().Err(), context.Canceled) || !errors.Is(derived.Err(), context.Canceled) {
		t.Errorf("it ended with %v and %v", r.Context().Err(), derived.Err())
	}
}

func TestDerivedContextsNeedNoGoroutine(t *testing.T) {
	c := &requestContext{parent: t.Context()}
	before := runtime.NumGoroutine()
	for range 100 {
		derived, cancel := context.WithCancel(c)
		defer cancel()
		defer func() { <-derived.Done() }()
	}
	if after := runtime.NumGoroutine(); after > before {
		t.Errorf("%d goroutines more", after-before)
	}
	c.end()
}

// TestNothingIsUsedTwice keeps everything that a handler can get hold of and looks at it during a later request.
func TestNothingIsUsedTwice(t *testing.T) {
	type kept struct {
		w      http.ResponseWriter
		r      *http.Request
		header http.Header
	}
	var first *kept
	addr := start(t, New(options(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if first == nil {
			first = &kept{w, r, r.Header.Clone()}
			w.Header().Set("First", "1")
			_, _ = w.Write(make([]byte, 3000))
			return
		}
		if n, err := first.w.Write(make([]byte, 10_000)); n > 0 || err == nil {
			t.Error("an answer that has ended takes more")
		}
		if first.w.(http.Flusher).Flush(); http.NewResponseController(first.w).Flush() == nil {
			t.Error("an answer that has ended can be flushed")
		}
		first.w.WriteHeader(http.StatusTeapot)
		first.w.Header().Set("Second", "2")
		if body, err := io.ReadAll(first.r.Body); len(body) > 0 || !errors.Is(err, http.ErrBodyReadAfterClose) {
			t.Errorf("the first body reads %q, %v", body, err)
		}
		if len(first.r.Header) != len(first.header) || first.r.Header.Get("Content-Length") != "2" || first.r.URL.Path != "/graphql" ||
			first.r.Host != "example.com:4000" || r.Header.Get("Content-Length") != "3" {
			t.Errorf("the first request has become %+v", first.r)
		}
		_, _ = io.Copy(w, r.Body)
	}))))
	c := dial(t, addr)
	c.send(post("{}") + post("abc"))
	c.answer()
	if resp, body := c.answer(); body != "abc" || resp.StatusCode != http.StatusOK || len(resp.Header) != 3 {
		t.Errorf("%q, %v", body, resp)
	}
}

// TestDeadlinesOfHandlers have no effect on later requests, wherever those are served.
func TestDeadlinesOfHandlers(t *testing.T) {
	s := options(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Length", "2")
		_, _ = io.WriteString(w, "ok")
		c := http.NewResponseController(w)
		if c.Flush() != nil || c.SetReadDeadline(time.Unix(1, 0)) != nil || c.SetWriteDeadline(time.Unix(1, 0)) != nil {
			t.Error("the deadlines cannot be set")
		}
	}))
	s.ReadTimeout, s.ReadHeaderTimeout, s.WriteTimeout, s.IdleTimeout = 0, 0, 0, 0
	c := dial(t, start(t, New(s)))
	for _, request := range []string{get, get, oddGet} {
		c.send(request)
		if _, body := c.answer(); body != "ok" {
			t.Errorf("%q", body)
		}
	}
}

// TestPanics are logged, unless they are meant to abort an answer, and end the request's context.
func TestPanics(t *testing.T) {
	var log strings.Builder
	contexts := make(chan context.Context, 1)
	s := options(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		contexts <- r.Context()
		if r.Method == http.MethodPost {
			panic("by intent")
		}
		panic(http.ErrAbortHandler)
	}))
	s.ErrorLog.SetOutput(&log)
	ours := New(s)
	addr := start(t, ours)
	for request, want := range map[string]string{get: "", post("{}"): "by intent"} {
		log.Reset()
		c := dial(t, addr)
		c.send(request)
		c.ended()
		<-(<-contexts).Done()
		if got := log.String(); !strings.Contains(got, want) || want == "" && got != "" {
			t.Errorf("the log says %q", got)
		}
	}
	for watched := true; watched; runtime.Gosched() {
		ours.watch.mu.Lock()
		watched = ours.watch.ticking
		ours.watch.mu.Unlock()
	}
}

// TestSlowClients sends a little again and again: what counts is the time since the first byte.
func TestSlowClients(t *testing.T) {
	handler := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if _, err := io.Copy(io.Discard, r.Body); err != nil {
			http.Error(w, "slow", http.StatusRequestTimeout)
		}
	})
	const short, long = 100 * time.Millisecond, time.Hour
	const head = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9999\r\n\r\n"
	for name, test := range map[string]struct {
		header, body, idle  time.Duration
		begin, more, answer string
	}{
		"silent":          {header: short, body: long, idle: long},
		"a slow head":     {header: short, body: long, idle: long, begin: "G", more: "E"},
		"many headers":    {header: short, body: long, idle: long, begin: "GET / HTTP/1.1\r\nHost: a\r\n", more: "A: b\r\n"},
		"a second head":   {header: short, body: long, idle: long, begin: get + "G", answer: "HTTP/1.1 200 OK\r\n"},
		"a slow odd head": {header: short, body: long, idle: long, begin: "PUT / HTTP/1.1\r\n", more: "A: b\r\n"},
		"idle":            {header: long, body: long, idle: short, begin: get, answer: "HTTP/1.1 200 OK\r\n"},
		"a slow body":     {header: long, body: short, idle: long, begin: head, more: "x", answer: "HTTP/1.1 408 Request Timeout\r\n"},
		"half a body":     {header: long, body: short, idle: long, begin: head + "x", answer: "HTTP/1.1 408 Request Timeout\r\n"},
		"only reading":    {body: short, begin: "G", more: "E"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := options(handler)
			s.ReadHeaderTimeout, s.ReadTimeout, s.IdleTimeout = test.header, test.body, test.idle
			c := dial(t, start(t, New(s)))
			c.send(test.begin)
			var sending sync.WaitGroup
			defer sending.Wait()
			sending.Go(func() {
				tick := time.NewTicker(5 * time.Millisecond)
				defer tick.Stop()
				for test.more != "" {
					if _, err := io.WriteString(c, test.more); err != nil {
						return
					}
					<-tick.C
				}
			})
			said, err := io.ReadAll(c)
			if err != nil && !isReset(err) {
				t.Errorf("the connection stays: %v", err)
			}
			if !strings.HasPrefix(string(said), test.answer) || test.answer == "" && len(said) > 0 {
				t.Errorf("the server says %q", said)
			}
		})
	}
}

func TestAClientThatDoesNotRead(t *testing.T) {
	failed := make(chan error, 1)
	s := options(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		for {
			if _, err := w.Write(make([]byte, 1<<20)); err != nil {
				failed <- err
				return
			}
		}
	}))
	s.WriteTimeout = 50 * time.Millisecond
	c := dial(t, start(t, New(s)))
	c.send(get)
	var timeout net.Error
	if err := <-failed; !errors.As(err, &timeout) || !timeout.Timeout() {
		t.Errorf("writing failed with %v", err)
	}
}

// TestIdleConnectionsAreSmall compares what idle connections hold with what they hold in net/http.
func TestIdleConnectionsAreSmall(t *testing.T) {
	const many = 1000
	var sizes []uint64
	handler := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		_, _ = w.Write(make([]byte, 100_000))
	})
	for _, s := range []server{options(handler), New(options(handler))} {
		addr := start(t, s)
		before := heap()
		var clients []*client
		for range many {
			c := dial(t, addr)
			c.in = bufio.NewReaderSize(c, 16)
			c.send("POST /" + strings.Repeat("x", 7000) + " HTTP/1.1\r\nHost: a\r\nContent-Length: 20000\r\n\r\n" + strings.Repeat("x", 20_000))
			c.answer()
			clients = append(clients, c)
		}
		sizes = append(sizes, (heap()-before)/many)
		for _, c := range clients {
			_ = c.Close()
		}
	}
	t.Logf("an idle connection holds %d bytes, in net/http %d", sizes[1], sizes[0])
	if sizes[1] > sizes[0] || sizes[1] > 10_000 {
		t.Errorf("an idle connection holds %d bytes, in net/http %d", sizes[1], sizes[0])
	}
}

// heap is what is in use after everything that can be collected was.
func heap() uint64 {
	var m runtime.MemStats
	for range 3 { // pools let go in the second
		runtime.GC()
	}
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

// TestTheWatchAndTheEndOfConnections lets both happen at the same time, for the race detector.
func TestTheWatchAndTheEndOfConnections(t *testing.T) {
	s := New(options(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPost {
			<-r.Context().Done()
		}
	})))
	s.watch.every = 50 * time.Microsecond
	addr := start(t, s)
	var clients sync.WaitGroup
	for i := range 8 {
		clients.Go(func() {
			for n := range 40 {
				c := dial(t, addr)
				c.send(get)
				c.answer()
				if n%10 == i {
					c.send(post("{}"))
				}
				_ = c.Close()
			}
		})
	}
	clients.Wait()
}

package upstream_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/andybalholm/brotli"
	"github.com/klauspost/compress/zstd"
	"go.uber.org/goleak"

	"github.com/weft-graphql/weft/router/upstream"
	"github.com/weft-graphql/weft/router/upstream/http1"
)

func TestMain(m *testing.M) {
	goleak.VerifyTestMain(m)
}

func newClient(t *testing.T, config upstream.Config) *upstream.Client {
	t.Helper()
	config.Name = "test"
	c, err := upstream.New(config)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return c
}

// plain makes the transport for HTTP/1.1 without TLS.
type plain = func(upstream.Endpoint) upstream.Transport

// overBoth runs a test over net/http's client and over ours.
func overBoth(t *testing.T, test func(*testing.T, plain)) {
	t.Helper()
	t.Run("http1", func(t *testing.T) { test(t, http1.New) })
	t.Run("standard", func(t *testing.T) { test(t, nil) })
}

// ask sends a query and returns status and body.
func ask(c upstream.Subgraph, body string, headers ...upstream.Header) (int, string, error) {
	var resp upstream.Response
	err := c.Do(context.Background(), &upstream.Request{Body: []byte(body), Header: headers, Query: true}, &resp)
	status, got := resp.Status, string(resp.Body)
	resp.Release()
	return status, got, err
}

// echo answers with what it was asked.
func echo(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	w.Header().Set("Cache-Control", "max-age=5")
	fmt.Fprintf(w, "%s %s %s %q %q %s", r.Method, r.URL.Path, r.Header.Get("Content-Type"), r.Header.Get("X-A"), r.Header.Get("X-B"), body)
}

func TestTransportsCarryTheRequest(t *testing.T) {
	tcp := httptest.NewServer(http.HandlerFunc(echo))
	t.Cleanup(tcp.Close)
	h2c := httptest.NewUnstartedServer(http.HandlerFunc(echo))
	h2c.Config.Protocols = new(http.Protocols)
	h2c.Config.Protocols.SetUnencryptedHTTP2(true)
	h2c.Start()
	t.Cleanup(h2c.Close)
	socket := filepath.Join(t.TempDir(), "s.sock")
	listener, err := net.Listen("unix", socket)
	if err != nil {
		t.Fatal(err)
	}
	unix := httptest.NewUnstartedServer(http.HandlerFunc(echo))
	unix.Listener = listener
	unix.Start()
	t.Cleanup(unix.Close)
	secure := httptest.NewTLSServer(http.HandlerFunc(echo))
	t.Cleanup(secure.Close)
	h2 := httptest.NewUnstartedServer(http.HandlerFunc(echo))
	h2.EnableHTTP2 = true
	h2.StartTLS()
	t.Cleanup(h2.Close)
	static := []upstream.Header{{Name: "X-A", Value: "fixed"}}
	for name, config := range map[string]upstream.Config{
		"http1":      {URL: tcp.URL + "/graphql", Plain: http1.New},
		"standard":   {URL: tcp.URL + "/graphql"},
		"h2c":        {URL: h2c.URL + "/graphql", Protocol: upstream.H2C},
		"unix":       {URL: "unix://" + socket + ":/graphql", Plain: http1.New},
		"std unix":   {URL: "unix://" + socket + ":/graphql"},
		"in process": {Handler: http.HandlerFunc(echo)},
		"https":      {URL: secure.URL + "/graphql", TLS: secure.Client().Transport.(*http.Transport).TLSClientConfig},
		"http2":      {URL: h2.URL + "/graphql", Protocol: upstream.HTTP2, TLS: h2.Client().Transport.(*http.Transport).TLSClientConfig},
	} {
		t.Run(name, func(t *testing.T) {
			config.Header = static
			c := newClient(t, config)
			for range 3 {
				var resp upstream.Response
				req := &upstream.Request{Body: []byte("{1}"), Query: true, Header: []upstream.Header{{Name: "X-B", Value: "given"}}}
				if err := c.Do(context.Background(), req, &resp); err != nil {
					t.Fatal(err)
				}
				if want := `POST /graphql application/json "fixed" "given" {1}`; string(resp.Body) != want || resp.Status != 200 {
					t.Fatalf("got %d %s, want %s", resp.Status, resp.Body, want)
				}
				if cc := string(resp.Header("cache-control")); cc != "max-age=5" {
					t.Fatalf("Cache-Control is %q", cc)
				}
				resp.Release()
				// Headers of one request must not stay for the next.
				_, got, err := ask(c, "{2}")
				if want := `POST /graphql application/json "fixed" "" {2}`; got != want || err != nil {
					t.Fatalf("got %s %v, want %s", got, err, want)
				}
			}
		})
	}
}

func TestCompressedAnswers(t *testing.T) { overBoth(t, testCompressedAnswers) }

func testCompressedAnswers(t *testing.T, plain plain) {
	text := strings.Repeat("all work and no play ", 1000)
	handler := func(w http.ResponseWriter, r *http.Request) {
		encoding := r.Header.Get("Accept-Encoding")
		if encoding == "" {
			fmt.Fprint(w, text)
			return
		}
		w.Header().Set("Content-Encoding", encoding)
		var to io.WriteCloser
		switch encoding {
		case "gzip":
			to = gzip.NewWriter(w)
		case "br":
			to = brotli.NewWriter(w)
		case "zstd":
			z, err := zstd.NewWriter(w)
			if err != nil {
				t.Error(err)
				return
			}
			to = z
		}
		fmt.Fprint(to, text)
		if err := to.Close(); err != nil {
			t.Error(err)
		}
	}
	server := httptest.NewServer(http.HandlerFunc(handler))
	t.Cleanup(server.Close)
	for _, encoding := range []string{"", "gzip", "br", "zstd"} {
		for _, config := range []upstream.Config{{URL: server.URL}, {Handler: http.HandlerFunc(handler)}} {
			if encoding != "" {
				config.AcceptEncoding = []string{encoding}
			}
			if _, got, err := ask(newClient(t, config), "{}"); got != text || err != nil {
				t.Errorf("%s: got %d bytes, %v", encoding, len(got), err)
			}
			config.MaxResponse = 1000
			if _, _, err := ask(newClient(t, config), "{}"); !errors.Is(err, upstream.ErrTooLarge) {
				t.Errorf("%s: a large answer gives %v", encoding, err)
			}
		}
	}
}

func TestBrokenSubgraphs(t *testing.T) { overBoth(t, testBrokenSubgraphs) }

func testBrokenSubgraphs(t *testing.T, plain plain) {
	release := make(chan struct{})
	raw := func(answer string) string {
		listener, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { listener.Close() })
		go func() {
			for {
				conn, err := listener.Accept()
				if err != nil {
					return
				}
				buffer := make([]byte, 4096)
				if _, err := conn.Read(buffer); err == nil && answer != "" {
					_, _ = io.WriteString(conn, answer)
				}
				if answer == "wait" {
					<-release
				}
				conn.Close()
			}
		}()
		return "http://" + listener.Addr().String()
	}
	t.Cleanup(func() { close(release) })
	slow := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		if _, err := io.Copy(io.Discard, r.Body); err == nil {
			<-r.Context().Done()
		}
	}))
	t.Cleanup(slow.Close)
	for name, c := range map[string]struct {
		url  string
		want error
	}{
		"nobody listens":    {"http://127.0.0.1:1", upstream.ErrUnreachable}, // a free port may be taken
		"closes at once":    {raw(""), upstream.ErrUnreachable},
		"no HTTP":           {raw("hello\r\n\r\n"), upstream.ErrBroken},
		"breaks off":        {raw("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{\"data\""), upstream.ErrBroken},
		"breaks off chunks": {raw("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n50\r\n{\"da"), upstream.ErrBroken},
		"too large":         {raw("HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n{\"data\""), upstream.ErrTooLarge},
		"too slow":          {slow.URL, upstream.ErrTimeout},
		"strange encoding":  {raw("HTTP/1.1 200 OK\r\nContent-Encoding: lzw\r\nContent-Length: 2\r\n\r\n{}"), upstream.ErrBroken},
	} {
		t.Run(name, func(t *testing.T) {
			client := newClient(t, upstream.Config{Plain: plain, URL: c.url, Timeout: 300 * time.Millisecond, MaxResponse: 10_000})
			if _, got, err := ask(client, "{}"); !errors.Is(err, c.want) {
				t.Errorf("got %q, %v, want %v", got, err, c.want)
			}
		})
	}
}

func TestDeadlineOfTheContext(t *testing.T) { overBoth(t, testDeadlineOfTheContext) }

func testDeadlineOfTheContext(t *testing.T, plain plain) {
	slow := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		if _, err := io.Copy(io.Discard, r.Body); err == nil {
			<-r.Context().Done()
		}
	}))
	t.Cleanup(slow.Close)
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Millisecond)
	defer cancel()
	c := newClient(t, upstream.Config{Plain: plain, URL: slow.URL})
	if err := c.Do(ctx, &upstream.Request{Body: []byte("{}"), Query: true}, &upstream.Response{}); !errors.Is(err, upstream.ErrTimeout) {
		t.Errorf("got %v", err)
	}
}

// script answers each call with the next status or error, and 200 when there is none left.
type script struct {
	mu    sync.Mutex
	steps []any
	calls int
}

func (s *script) ServeHTTP(w http.ResponseWriter, _ *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	step := any(200)
	if s.calls < len(s.steps) {
		step = s.steps[s.calls]
	}
	s.calls++
	if step == "panic" {
		panic(http.ErrAbortHandler)
	}
	w.WriteHeader(step.(int))
	fmt.Fprint(w, step)
}

func TestRetriesRepeatQueriesOnly(t *testing.T) {
	for _, c := range []struct {
		steps    []any
		query    bool
		status   int
		attempts int
	}{
		{[]any{503, "panic", 200}, true, 200, 3},
		{[]any{503, 200}, false, 503, 1},
		{[]any{500, 200}, true, 500, 1},
		{[]any{503, 502, 504, 503}, true, 504, 3},
	} {
		s := &script{steps: c.steps}
		client := newClient(t, upstream.Config{Handler: s, Retries: upstream.Retries{Max: 2, Pause: time.Microsecond}})
		var resp upstream.Response
		err := client.Do(context.Background(), &upstream.Request{Body: []byte("{}"), Query: c.query}, &resp)
		if err != nil || resp.Status != c.status || s.calls != c.attempts || resp.Attempts != c.attempts {
			t.Errorf("%v: status %d after %d calls (%d told), %v; want %d after %d", c.steps, resp.Status, s.calls, resp.Attempts, err, c.status, c.attempts)
		}
		resp.Release()
	}
}

func TestRetriesKeepToTheirBudget(t *testing.T) {
	s := &script{}
	for range 1000 {
		s.steps = append(s.steps, 503)
	}
	client := newClient(t, upstream.Config{Handler: s, Retries: upstream.Retries{Max: 5, Pause: time.Microsecond, Budget: 0.1}})
	for range 100 {
		if _, _, err := ask(client, "{}"); err != nil {
			t.Fatal(err)
		}
	}
	// Ten in reserve, and a tenth of a hundred.
	if s.calls < 110 || s.calls > 120 {
		t.Errorf("100 requests made %d calls", s.calls)
	}
	if n := client.Stats().Retries; int(n) != s.calls-100 {
		t.Errorf("%d of %d calls are counted as repetitions", n, s.calls)
	}
}

func TestBreakerOpensAndCloses(t *testing.T) {
	var healthy atomic.Bool
	var calls atomic.Int32
	client := newClient(t, upstream.Config{
		Breaker: upstream.Breaker{Failures: 3, OpenFor: 50 * time.Millisecond},
		Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			calls.Add(1)
			if !healthy.Load() {
				w.WriteHeader(http.StatusServiceUnavailable)
			}
		}),
	})
	var err error
	for range 10 {
		_, _, err = ask(client, "{}")
	}
	if !errors.Is(err, upstream.ErrRejected) || calls.Load() != 3 || !client.Stats().Breaking {
		t.Errorf("after failures: %v, %d calls, %+v", err, calls.Load(), client.Stats())
	}
	healthy.Store(true)
	deadline := time.Now().Add(5 * time.Second)
	for err != nil && time.Now().Before(deadline) {
		_, _, err = ask(client, "{}")
	}
	if err != nil || client.Stats().Breaking {
		t.Errorf("the breaker stays open: %v, %+v", err, client.Stats())
	}
}

func TestHedgeTakesTheFasterAnswer(t *testing.T) {
	var calls atomic.Int32
	client := newClient(t, upstream.Config{
		Hedge: 5 * time.Millisecond,
		Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if calls.Add(1) == 1 {
				<-r.Context().Done()
				return
			}
			fmt.Fprint(w, "second")
		}),
	})
	if _, got, err := ask(client, "{}"); got != "second" || err != nil {
		t.Errorf("got %q, %v", got, err)
	}
}

func TestDedupeSharesCallsUnderWay(t *testing.T) {
	var calls atomic.Int32
	entered, release := make(chan struct{}, 10), make(chan struct{})
	client := newClient(t, upstream.Config{
		Dedupe: true,
		Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			calls.Add(1)
			body, err := io.ReadAll(r.Body)
			if err != nil {
				t.Error(err)
			}
			entered <- struct{}{}
			<-release
			w.Write(body)
		}),
	})
	var wg sync.WaitGroup
	send := func(mutations uint64, query bool, varies ...byte) {
		wg.Go(func() {
			var resp upstream.Response
			req := &upstream.Request{Body: []byte("{a}"), Query: query, Epoch: upstream.Epoch{Mutations: mutations}, VariesBy: varies}
			if err := client.Do(context.Background(), req, &resp); err != nil || string(resp.Body) != "{a}" {
				t.Errorf("got %q, %v", resp.Body, err)
			}
			resp.Release()
		})
	}
	send(1, true)
	<-entered
	for range 20 {
		send(1, true)
	}
	send(2, true)
	send(1, false)
	send(1, true, 'x')
	for range 3 {
		<-entered
	}
	// One that leaves must not disturb the others.
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if err := client.Do(ctx, &upstream.Request{Body: []byte("{a}"), Query: true, Epoch: upstream.Epoch{Mutations: 1}}, &upstream.Response{}); !errors.Is(err, context.Canceled) {
		t.Errorf("the one that left got %v", err)
	}
	close(release)
	wg.Wait()
	if n, shared := calls.Load(), client.Stats().Shared; int(n)+int(shared) != 24 || shared == 0 {
		t.Errorf("24 requests: %d calls and %d shared", n, shared)
	}
}

func TestBoundedCallsWaitForTheirTurn(t *testing.T) {
	var now, most atomic.Int32
	client := newClient(t, upstream.Config{
		MaxConcurrent: 3,
		Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			n := now.Add(1)
			for m := most.Load(); n > m && !most.CompareAndSwap(m, n); m = most.Load() {
			}
			w.Write(bytes.Repeat([]byte("x"), 1000))
			now.Add(-1)
		}),
	})
	var wg sync.WaitGroup
	for range 50 {
		wg.Go(func() {
			if _, got, err := ask(client, "{}"); len(got) != 1000 || err != nil {
				t.Errorf("got %d bytes, %v", len(got), err)
			}
		})
	}
	wg.Wait()
	if most.Load() > 3 {
		t.Errorf("%d calls at the same time", most.Load())
	}
}

func TestConfigurationErrors(t *testing.T) {
	for want, config := range map[string]upstream.Config{
		`subgraph "s": "" is not an address`:                {},
		`begins with none of http://, https:// and unix://`: {URL: "ftp://x"},
		`has no host`:    {URL: "http:///graphql"},
		`needs its path`: {URL: "unix://"},
		`the protocol http2 does not fit the address http://x`: {URL: "http://x", Protocol: upstream.HTTP2},
		`the protocol "spdy" is not known`:                     {URL: "http://x", Protocol: "spdy"},
		`the compression "lzw" is not known`:                   {URL: "http://x", AcceptEncoding: []string{"lzw"}},
	} {
		config.Name = "s"
		if _, err := upstream.New(config); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %s", err, want)
		}
	}
}

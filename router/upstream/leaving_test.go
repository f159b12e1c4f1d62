package upstream_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"

	"github.com/weft-graphql/weft/router/upstream"
	"github.com/weft-graphql/weft/router/upstream/http1"
)

// patient is a subgraph that answers "late" when it is let, and tells of requests that came and of those whose client
// has gone.
type patient struct{ entered, left, let chan struct{} }

func newPatient() *patient {
	return &patient{entered: make(chan struct{}, 100), left: make(chan struct{}, 100), let: make(chan struct{})}
}

func (p *patient) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if _, err := io.Copy(io.Discard, r.Body); err != nil {
		return
	}
	p.entered <- struct{}{}
	select {
	case <-p.let:
		fmt.Fprint(w, "late")
	case <-r.Context().Done():
		p.left <- struct{}{}
	}
}

// ways are the transports to a handler, each with a configuration for it.
func ways(t *testing.T, handler http.Handler) map[string]upstream.Config {
	t.Helper()
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	https := httptest.NewTLSServer(handler)
	t.Cleanup(https.Close)
	h2c := httptest.NewUnstartedServer(handler)
	h2c.Config.Protocols = new(http.Protocols)
	h2c.Config.Protocols.SetUnencryptedHTTP2(true)
	h2c.Start()
	t.Cleanup(h2c.Close)
	return map[string]upstream.Config{
		"http1":      {URL: server.URL, Plain: http1.New},
		"standard":   {URL: server.URL},
		"https":      {URL: https.URL, TLS: https.Client().Transport.(*http.Transport).TLSClientConfig},
		"h2c":        {URL: h2c.URL, Protocol: upstream.H2C},
		"in process": {Handler: handler},
	}
}

// received waits for something that must happen.
func received(t *testing.T, c <-chan struct{}, what string) {
	t.Helper()
	select {
	case <-c:
	case <-time.After(10 * time.Second):
		t.Fatalf("in vain: %s", what)
	}
}

// start sends a request in the background.
func start(ctx context.Context, c upstream.Subgraph, query bool) <-chan error {
	result := make(chan error, 1)
	go func() {
		var resp upstream.Response
		err := c.Do(ctx, &upstream.Request{Body: []byte("{a}"), Query: query}, &resp)
		if err == nil && string(resp.Body) != "late" {
			err = fmt.Errorf("got %q", resp.Body)
		}
		resp.Release()
		result <- err
	}()
	return result
}

func TestQueriesOfClientsThatLeaveAreGivenUp(t *testing.T) {
	for name := range ways(t, nil) {
		for _, dedupe := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s, dedupe %v", name, dedupe), func(t *testing.T) {
				t.Parallel()
				p := newPatient()
				config := ways(t, p)[name]
				// The breaker must not take it for a failure.
				config.Dedupe, config.Breaker, config.Timeout = dedupe, upstream.Breaker{Failures: 1, OpenFor: time.Hour}, time.Hour
				client := newClient(t, config)
				for range 2 {
					ctx, cancel := context.WithCancel(context.Background())
					result := start(ctx, client, true)
					received(t, p.entered, "the subgraph gets the request")
					cancel()
					received(t, p.left, "the subgraph sees that nobody waits")
					if err := <-result; !errors.Is(err, context.Canceled) {
						t.Errorf("got %v", err)
					}
				}
			})
		}
	}
}

func TestMutationsOfClientsThatLeaveAreWaitedFor(t *testing.T) {
	for name := range ways(t, nil) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := newPatient()
			client := newClient(t, ways(t, p)[name])
			ctx, cancel := context.WithCancel(context.Background())
			result := start(ctx, client, false)
			received(t, p.entered, "the subgraph gets the mutation")
			cancel()
			select {
			case <-p.left:
				t.Error("the mutation was given up")
			case err := <-result:
				t.Errorf("the mutation ended: %v", err)
			case <-time.After(time.Second / 2):
				// A query would have been given up by now.
			}
			close(p.let)
			if err := <-result; err != nil {
				t.Error(err)
			}
		})
	}
}

func TestHandlersThatForgetTheTime(t *testing.T) {
	release, read := make(chan struct{}), make(chan string, 1)
	client := newClient(t, upstream.Config{Timeout: 20 * time.Millisecond, Handler: http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		<-release
		text, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		read <- string(text)
	})})
	body := []byte("{}")
	err := client.Do(context.Background(), &upstream.Request{Body: body, Query: true}, &upstream.Response{})
	if !errors.Is(err, upstream.ErrTimeout) {
		t.Errorf("got %v", err)
	}
	// The body is somebody else's by now.
	body[0] = 'x'
	close(release)
	if got := <-read; got != "{}" {
		t.Errorf("the handler read %q", got)
	}
}

func TestWaitingForATurnIsPartOfTheTime(t *testing.T) {
	p := newPatient()
	client := newClient(t, upstream.Config{Handler: p, MaxConcurrent: 1, Timeout: time.Hour})
	first, cancel := context.WithCancel(context.Background())
	result := start(first, client, true)
	received(t, p.entered, "the first request is under way")
	short, end := context.WithTimeout(context.Background(), 20*time.Millisecond)
	defer end()
	if err := <-start(short, client, true); !errors.Is(err, upstream.ErrRejected) {
		t.Errorf("the second got %v", err)
	}
	leaving, leave := context.WithCancel(context.Background())
	third := start(leaving, client, true)
	leave()
	if err := <-third; !errors.Is(err, context.Canceled) {
		t.Errorf("the third got %v", err)
	}
	cancel()
	<-result
}

func TestHedgeDoesNotHoldUpFailures(t *testing.T) {
	var calls atomic.Int32
	client := newClient(t, upstream.Config{Hedge: time.Hour, Timeout: 2 * time.Hour, Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		calls.Add(1)
		w.WriteHeader(http.StatusServiceUnavailable)
	})})
	if status, _, err := ask(client, "{}"); status != http.StatusServiceUnavailable || err != nil || calls.Load() != 1 {
		t.Errorf("got %d, %v after %d calls", status, err, calls.Load())
	}
}

func TestHedgeWaitsForTheOtherWhenOneFails(t *testing.T) {
	second := make(chan struct{})
	var calls atomic.Int32
	client := newClient(t, upstream.Config{Hedge: 5 * time.Millisecond, Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		if calls.Add(1) == 1 {
			<-second
			fmt.Fprint(w, "first")
			return
		}
		w.WriteHeader(http.StatusServiceUnavailable)
		close(second)
	})})
	if status, got, err := ask(client, "{}"); got != "first" || err != nil {
		t.Errorf("got %d %q, %v", status, got, err)
	}
	if n := client.Stats().Hedges; n != 1 {
		t.Errorf("%d hedges counted", n)
	}
}

func TestHedgeKeepsToTheTime(t *testing.T) {
	p := newPatient()
	client := newClient(t, upstream.Config{Handler: p, Hedge: 10 * time.Millisecond, Timeout: 50 * time.Millisecond})
	if err := <-start(context.Background(), client, true); !errors.Is(err, upstream.ErrTimeout) {
		t.Errorf("got %v", err)
	}
	received(t, p.left, "the first request is given up")
	received(t, p.left, "the second request is given up")
}

func TestRepeatedHeadersAllArrive(t *testing.T) {
	for name, config := range ways(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprint(w, r.Header.Values("X-A"))
	})) {
		client := newClient(t, config)
		_, got, err := ask(client, "{}", upstream.Header{Name: "X-A", Value: "1"}, upstream.Header{Name: "X-A", Value: "2"})
		if got != "[1 2]" || err != nil {
			t.Errorf("%s: got %s, %v", name, got, err)
		}
	}
}

// TestHTTP2KeepsToItsConnections has more requests at the same time than connections.
func TestHTTP2KeepsToItsConnections(t *testing.T) {
	p := newPatient()
	config := ways(t, p)["h2c"]
	config.MaxConnections = 1
	client := newClient(t, config)
	var results []<-chan error
	for range 50 {
		results = append(results, start(context.Background(), client, true))
	}
	for range results {
		received(t, p.entered, "all requests are under way")
	}
	close(p.let)
	for _, r := range results {
		if err := <-r; err != nil {
			t.Error(err)
		}
	}
}

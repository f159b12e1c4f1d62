package stream

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"
)

// relay is a router that asks the source anew for each client, and tells it as often as copies says.
func relay(t *testing.T, s *Source, url string, copies func(event int) int) *httptest.Server {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		upstream, err := dial(r.Context(), "websocket", url, plainQuery)
		if err != nil {
			t.Error(err)
			return
		}
		defer upstream.close()
		w.Header().Set("Content-Type", "text/event-stream")
		w.WriteHeader(http.StatusOK)
		_ = http.NewResponseController(w).Flush()
		for n := 1; ; n++ {
			text, err := upstream.next()
			if err != nil {
				return // the client, or the test, has ended
			}
			for range copies(n) {
				_, _ = fmt.Fprintf(w, "event: next\ndata: %s\n\n", text)
			}
			_ = http.NewResponseController(w).Flush()
		}
	}))
	t.Cleanup(server.Close)
	t.Cleanup(s.Close) // first: what relays then ends
	return server
}

// source serves the subgraphs.
func source(t *testing.T) (*Source, string) {
	t.Helper()
	s, err := NewSource(0)
	if err != nil {
		t.Fatal(err)
	}
	return s, s.TicksURL
}

// TestCountsWhatClientsGet measures a router that does as it should, over both kinds of connection.
func TestCountsWhatClientsGet(t *testing.T) {
	for _, protocol := range []string{"sse", "websocket"} {
		t.Run(protocol, func(t *testing.T) {
			s, url := source(t)
			c := Config{URL: url, PID: os.Getpid(), Source: s, Protocol: protocol, Clients: 9, Events: 5, Patience: time.Minute}
			if protocol == "sse" {
				c.URL = relay(t, s, url, func(int) int { return 1 }).URL
			} else {
				t.Cleanup(s.Close)
			}
			r, err := Run(t.Context(), c)
			if err != nil {
				t.Fatal(err)
			}
			if r.Upstream != 10 || r.Calls != 0 || r.P50 <= 0 || r.P99 < r.P50 {
				t.Errorf("it says %+v", r)
			}
			if err := s.await(t.Context(), func(open int) bool { return open == 0 }); err != nil {
				t.Error(err)
			}
		})
	}
}

// TestNoticesWhatIsLost has routers that leave an event out, or tell of it twice.
func TestNoticesWhatIsLost(t *testing.T) {
	for copies, want := range map[int]string{0: " has reached ", 2: " came behind "} {
		s, url := source(t)
		router := relay(t, s, url, func(n int) int {
			if n == 7 {
				return copies
			}
			return 1
		})
		c := Config{URL: router.URL, PID: os.Getpid(), Source: s, Protocol: "sse", Clients: 1, Events: 20, Patience: time.Second}
		if _, err := Run(t.Context(), c); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%d copies of an event: %v, not like %q", copies, err, want)
		}
	}
}

// TestNoticesWhatIsMissing asks for what the source alone does not know, and of what does not answer.
func TestNoticesWhatIsMissing(t *testing.T) {
	s, url := source(t)
	t.Cleanup(s.Close)
	c := Config{URL: url, PID: os.Getpid(), Source: s, Protocol: "websocket", Entity: true, Clients: 2, Events: 1,
		Patience: time.Minute}
	if _, err := Run(t.Context(), c); err == nil || !strings.Contains(err.Error(), "not the answer for an event") {
		t.Errorf("without the other subgraph's field: %v", err)
	}
	c.Protocol = "sse" // which the source does not speak
	if _, err := Run(t.Context(), c); err == nil || !strings.Contains(err.Error(), "EOF") {
		t.Errorf("a stream that ends: %v", err)
	}
	silent := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body) // before that, nobody notices that a client has left
		<-r.Context().Done()
	}))
	defer silent.Close()
	for protocol, want := range map[string]string{"sse": "1 have got no event", "websocket": "no answer in 50ms"} {
		c := c
		c.URL, c.Protocol, c.Patience = silent.URL, protocol, 50*time.Millisecond
		if _, err := Run(t.Context(), c); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("without an answer over %s: %v", protocol, err)
		}
	}
	none := httptest.NewServer(http.NotFoundHandler())
	defer none.Close()
	c.URL = none.URL
	if _, err := Run(t.Context(), c); err == nil || !strings.Contains(err.Error(), "404") {
		t.Errorf("without an endpoint: %v", err)
	}
}

// TestItemsAnswers asks the other subgraph as routers do.
func TestItemsAnswers(t *testing.T) {
	s, _ := source(t)
	t.Cleanup(s.Close)
	response, err := http.Post(s.ItemsURL, "application/json", strings.NewReader(
		`{"query":"…","variables":{"r":[{"__typename":"Item","id":"3"}]}}`))
	if err != nil {
		t.Fatal(err)
	}
	got, err := io.ReadAll(response.Body)
	_ = response.Body.Close()
	const want = `{"data":{"_entities":[{"__typename":"Item","id":"3","name":"item 3"}]}}`
	if strings.TrimSpace(string(got)) != want || err != nil || s.Calls() != 1 {
		t.Errorf("%d calls: %s, %v", s.Calls(), got, err)
	}
}

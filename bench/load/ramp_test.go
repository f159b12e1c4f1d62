package load

import (
	"context"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

func TestConnectionsGrowAndHeadersDiffer(t *testing.T) {
	var mu sync.Mutex
	callers, connections := map[string]int{}, map[string]bool{}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		callers[r.Header.Get("Authorization")]++
		connections[r.RemoteAddr] = true
		mu.Unlock()
		time.Sleep(time.Millisecond)               // or a connection could be free again for the next caller
		_, _ = w.Write([]byte(`{"data":{"a":1}}`)) // a client that is gone needs no answer
	}))
	defer server.Close()
	operation := filepath.Join(t.TempDir(), "operation.json")
	if err := os.WriteFile(operation, []byte(`{"query":"{ a }"}`), 0o600); err != nil {
		t.Fatal(err)
	}
	// Where the processors have other work, the last connections may get their turn when the time is over: then it is
	// measured longer.
	config := Config{
		URL: server.URL, Operation: operation, Connections: 2, RampTo: 9, Duration: 150 * time.Millisecond,
		Header: []string{"Authorization: Bearer 7777777"},
	}
	r := run(t, config)
	for len(connections) < 9 && config.Duration < 10*time.Second {
		clear(callers)
		clear(connections)
		config.Duration *= 2
		r = run(t, config)
	}
	if !r.OK() || r.Connections != 9 || len(connections) < 9 {
		t.Errorf("%d connections were made: %+v", len(connections), r)
	}
	for text, n := range callers {
		if n != 1 || !strings.HasPrefix(text, "Bearer ") || strings.Contains(text, "7777777") {
			t.Fatalf("%d requests with Authorization %q", n, text)
		}
	}
	config = Config{URL: server.URL, Operation: operation, Connections: 5, RampTo: 3, Duration: 1}
	if _, err := Run(context.Background(), config); err == nil || !strings.Contains(err.Error(), "cannot grow to 3") {
		t.Errorf("error %v", err)
	}
}

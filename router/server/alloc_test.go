//go:build !race

// The race detector makes sync.Pool forget on purpose, so allocations are only counted without it.

package server

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"
)

// constant is an engine that costs nothing.
type constant struct{}

func (constant) Execute(_ context.Context, _ *Request, resp *Response) {
	resp.Body = append(resp.Buffer(), `{"data":{"a":"b"}}`...)
}

type discard struct{ header http.Header }

func (d discard) Header() http.Header         { return d.header }
func (d discard) Write(p []byte) (int, error) { return len(p), nil }
func (d discard) WriteHeader(int)             {}

// TestTheHandlerAddsNoAllocations guards the fixed cost of a small request: what the handler adds to net/http.
func TestTheHandlerAddsNoAllocations(t *testing.T) {
	h := newTestHandler(t, func(o *Options) { o.Engine = constant{} })
	body := []byte(`{"query":"query A($n: Int) { a(n: $n) }","variables":{"n":1234567}}`)
	reader := bytes.NewReader(body)
	r := httptest.NewRequest("POST", "/graphql", io.NopCloser(reader))
	r.Header.Set("Content-Type", "application/json")
	w := discard{http.Header{}}
	got := testing.AllocsPerRun(200, func() {
		reader.Reset(body)
		h.ServeHTTP(w, r)
	})
	if got > 0 {
		t.Errorf("%v allocations a request, want none", got)
	}
}

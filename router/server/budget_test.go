package server

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// plainEngine answers everything.
type plainEngine struct{}

func (plainEngine) Execute(_ context.Context, _ *Request, resp *Response) {
	resp.Body = append(resp.Buffer(), `{"data":{}}`...)
}

// TestLargeBodiesShareABudget holds a large body back half-way: another one finds no room then, small ones do, and
// when the first has ended there is room again.
func TestLargeBodiesShareABudget(t *testing.T) {
	const limit, all = 200 << 10, 256 << 10
	h, err := NewHandler(Options{Engine: plainEngine{}, MaxBodyBytes: limit, MaxBodiesBytes: all})
	if err != nil {
		t.Fatal(err)
	}
	post := func(body io.Reader) *httptest.ResponseRecorder {
		r := httptest.NewRequest(http.MethodPost, "/graphql", body)
		r.Header.Set("Content-Type", "application/json")
		rec := httptest.NewRecorder()
		h.ServeHTTP(rec, r)
		return rec
	}
	const opening, closing = `{"query":"{a}","variables":{"x":"`, `"}}`
	large := opening + strings.Repeat("x", 150<<10) + closing

	body, client := io.Pipe()
	first := make(chan *httptest.ResponseRecorder, 1)
	go func() { first <- post(body) }()
	if _, err := io.WriteString(client, large[:150<<10]); err != nil { // returns when the handler has read it
		t.Fatal(err)
	}
	if rec := post(strings.NewReader(large)); rec.Code != http.StatusServiceUnavailable || !strings.Contains(rec.Body.String(), CodeOverloaded) {
		t.Errorf("a second large body: %d %s", rec.Code, rec.Body)
	}
	if rec := post(strings.NewReader(opening + strings.Repeat("x", 50<<10) + closing)); rec.Code != http.StatusOK {
		t.Errorf("a small body: %d %s", rec.Code, rec.Body)
	}
	if _, err := io.WriteString(client, large[150<<10:]); err != nil {
		t.Fatal(err)
	}
	if err := client.Close(); err != nil {
		t.Fatal(err)
	}
	if rec := <-first; rec.Code != http.StatusOK {
		t.Errorf("the first body: %d %s", rec.Code, rec.Body)
	}
	if rec := post(strings.NewReader(large)); rec.Code != http.StatusOK {
		t.Errorf("a large body afterwards: %d %s", rec.Code, rec.Body)
	}
	if rec := post(strings.NewReader(large + strings.Repeat(" ", limit))); rec.Code != http.StatusRequestEntityTooLarge {
		t.Errorf("a body over the limit: %d %s", rec.Code, rec.Body)
	}
	if left := h.bodies.Left(); left != all {
		t.Errorf("%d bytes of the budget are left, expected all %d", left, all)
	}
}

// Package kittest asks services questions in tests.
package kittest

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/uptrace/bun"

	"github.com/weft-graphql/weft/schema/wire"
	"github.com/weft-graphql/weft/subgraphs/kit"
)

// Answer is a GraphQL response.
type Answer struct {
	Status int
	Header http.Header
	Data   json.RawMessage
	Errors []Error
	// Extensions are the answer's own, by name.
	Extensions map[string]json.RawMessage
}

// Error is one GraphQL error.
type Error struct {
	Message    string
	Path       []any
	Extensions struct {
		Code  string
		Field string
	}
}

// Ask posts the query as the caller (nil: as nobody) to a service without identity keys and returns the answer.
func Ask(t testing.TB, h http.Handler, caller *wire.Identity, query string, variables map[string]any) Answer {
	t.Helper()
	body, err := json.Marshal(map[string]any{"query": query, "variables": variables})
	if err != nil {
		t.Fatalf("encode the question: %v", err)
	}
	r := httptest.NewRequest(http.MethodPost, "/graphql", bytes.NewReader(body))
	r.Header.Set("Content-Type", "application/json")
	if caller != nil {
		r = r.WithContext(kit.WithCaller(r.Context(), *caller))
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	answer := Answer{Status: w.Code, Header: w.Header()}
	if err := json.Unmarshal(w.Body.Bytes(), &answer); err != nil {
		t.Fatalf("the answer is not JSON: %v\n%s", err, w.Body)
	}
	return answer
}

// MustAsk is Ask for a question that must be answered without errors; it decodes the data into `into` unless nil.
func MustAsk(
	t testing.TB,
	h http.Handler,
	caller *wire.Identity,
	query string,
	variables map[string]any,
	into any,
) Answer {
	t.Helper()
	answer := Ask(t, h, caller, query, variables)
	if len(answer.Errors) > 0 || answer.Status != http.StatusOK {
		t.Fatalf("status %d, errors %+v for\n%s", answer.Status, answer.Errors, query)
	}
	if into != nil {
		if err := json.Unmarshal(answer.Data, into); err != nil {
			t.Fatalf("decode the data: %v\n%s", err, answer.Data)
		}
	}
	return answer
}

// Fields returns "CODE field" of every error, in order, joined by commas.
func (a Answer) Fields() string {
	parts := make([]string, len(a.Errors))
	for i, e := range a.Errors {
		parts[i] = strings.TrimSpace(e.Extensions.Code + " " + e.Extensions.Field)
	}
	return strings.Join(parts, ", ")
}

// Counter is a bun query hook that counts SQL statements.
type Counter struct{ n atomic.Int64 }

// BeforeQuery counts.
func (c *Counter) BeforeQuery(ctx context.Context, _ *bun.QueryEvent) context.Context {
	c.n.Add(1)
	return ctx
}

// AfterQuery does nothing.
func (c *Counter) AfterQuery(context.Context, *bun.QueryEvent) {}

// Take returns how many statements were run since the last Take.
func (c *Counter) Take() int { return int(c.n.Swap(0)) }

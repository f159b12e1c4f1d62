package router_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strconv"
	"strings"
	"testing"

	"github.com/weft-graphql/weft/router"
	"github.com/weft-graphql/weft/router/config"
)

// Operations that make much of little: a small list and a small schema, asked for under very many names.
var (
	manyNames   = `{ people { ` + repeated("a%d: __typename ", 2000) + `} }`
	manySchemas = `{ ` + repeated("a%d: __schema { types { name kind description fields { name args { name } type { name kind fields { name } ofType { name kind fields { name type { name } } } } } } } ", 950) + `}`
)

func repeated(format string, n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, format, i)
	}
	return b.String()
}

// few are so many people of whom only the type is asked.
type few int

func (n few) ServeHTTP(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "application/json")
	_, _ = io.WriteString(w, `{"data":{"people":[`+strings.Repeat(`,{"__typename":"Person"}`, int(n))[1:]+`]}}`)
}

func newFewRouter(t *testing.T, change func(*config.Config)) *router.Router {
	t.Helper()
	return newPeopleRouterOf(t, few(1000), change)
}

// TestSmallRequestsDoNotTakeMuchMemory lets clients have tens of megabytes for a small request, and looks at the
// memory that was used for it.
func TestSmallRequestsDoNotTakeMuchMemory(t *testing.T) {
	r := newFewRouter(t, nil)
	for name, query := range map[string]string{"names": manyNames, "schemas": manySchemas} {
		ask(r, query, false) // prepared once
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		m := ask(r, query, false)
		runtime.ReadMemStats(&after)
		if m.total < 10<<20 || m.largest > 64<<10 || m.header.Get("Content-Length") != strconv.Itoa(m.total) {
			t.Errorf("%s: %d bytes in pieces of up to %d, Content-Length %s", name, m.total, m.largest, m.header.Get("Content-Length"))
		}
		if took := after.TotalAlloc - before.TotalAlloc; took > 8<<20 {
			t.Errorf("%s: %d bytes were allocated for an answer of %d", name, took, m.total)
		}
	}
}

// TestAnswersHaveALimit asks for more than one answer may have, in every way in which answers are made.
func TestAnswersHaveALimit(t *testing.T) {
	for name, change := range map[string]func(*config.Config){
		"streamed": nil,
		"whole":    func(c *config.Config) { c.GraphQL.StreamAbove = 0 },
		"shared":   func(c *config.Config) { c.Dedupe.ClientQueries = true },
		"cached":   func(c *config.Config) { c.Cache.Enabled = true },
	} {
		s := httptest.NewServer(newFewRouter(t, func(c *config.Config) {
			c.Limits.ResponseBytes = 2 << 20
			if change != nil {
				change(c)
			}
		}))
		for _, query := range []string{manyNames, manySchemas} {
			resp, err := http.Post(s.URL+"/graphql", "application/json", strings.NewReader(`{"query":`+strconv.Quote(query)+`}`))
			if err != nil {
				t.Fatal(err)
			}
			body, err := io.ReadAll(resp.Body)
			const start = `{"data":null,"errors":[{"message":"The answer would have more than the 2097152 bytes`
			if err != nil || resp.StatusCode != http.StatusOK || !strings.HasPrefix(string(body), start) ||
				!strings.HasSuffix(string(body), `"extensions":{"code":"RESPONSE_TOO_LARGE"}}]}`) || resp.Header.Get("Cache-Control") != "" && resp.Header.Get("Cache-Control") != "no-store" {
				t.Errorf("%s: %v, status %d, %v, %.300s", name, err, resp.StatusCode, resp.Header, body)
			}
		}
		s.Close()
	}
}

// TestAnswersShareMemory asks for what there is no memory for where nothing is streamed.
func TestAnswersShareMemory(t *testing.T) {
	r := newFewRouter(t, func(c *config.Config) { c.GraphQL.StreamAbove, c.Limits.ResponsesBytes = 0, 1<<20 })
	rec := httptest.NewRecorder()
	req := httptest.NewRequest(http.MethodPost, "/graphql", strings.NewReader(`{"query":`+strconv.Quote(manyNames)+`}`))
	req.Header.Set("Content-Type", "application/json")
	r.ServeHTTP(rec, req)
	if rec.Code != http.StatusServiceUnavailable || !strings.Contains(rec.Body.String(), `"OVERLOADED"`) {
		t.Errorf("%d %.300s", rec.Code, rec.Body)
	}
	// With streaming there is no need for that memory.
	r = newFewRouter(t, func(c *config.Config) { c.Limits.ResponsesBytes = 1 << 20 })
	if m := ask(r, manyNames, false); m.total < 10<<20 {
		t.Errorf("streamed: %d bytes", m.total)
	}
}

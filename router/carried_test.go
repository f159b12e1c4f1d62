package router_test

import (
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/weft-graphql/weft/router"
	"github.com/weft-graphql/weft/router/config"
	"github.com/weft-graphql/weft/router/modules"
	"github.com/weft-graphql/weft/router/modules/headers"
)

// TestWhatARequestCarriesIsInTheKeyOrNotShared asks for one entity as two callers, and for the second one once more.
// The subgraph answers with whom it sees.
func TestWhatARequestCarriesIsInTheKeyOrNotShared(t *testing.T) {
	h := func(values ...string) http.Header {
		header := http.Header{}
		for i := 0; i < len(values); i += 2 {
			header.Add(values[i], values[i+1])
		}
		return header
	}
	control := func(value string) http.Header { return h("Cache-Control", value) }
	a, b := h("Authorization", "A"), h("Authorization", "B")
	for _, c := range []struct {
		name          string
		said          http.Header
		first, second http.Header
		settings      config.CacheSubgraph
		// calls are those of the subgraph after each of three requests.
		calls [3]int
	}{
		{name: "credentials, and nobody says that it is public", said: control("max-age=60"), first: a, second: b, calls: [3]int{1, 2, 3}},
		{name: "the same caller", said: control("max-age=60"), first: a, second: a, calls: [3]int{1, 2, 3}},
		{name: "the same caller, private ones stored", said: control("max-age=60"), first: a, second: a,
			settings: config.CacheSubgraph{Private: true}, calls: [3]int{1, 1, 1}},
		{name: "two callers, private ones stored", said: control("max-age=60"), first: a, second: b,
			settings: config.CacheSubgraph{Private: true}, calls: [3]int{1, 2, 2}},
		{name: "public", said: control("public, max-age=60"), first: a, second: b, calls: [3]int{1, 1, 1}},
		{name: "s-maxage", said: control("s-maxage=60"), first: a, second: b, calls: [3]int{1, 1, 1}},
		{name: "must-revalidate", said: control("max-age=60, must-revalidate"), first: a, second: b, calls: [3]int{1, 1, 1}},
		{name: "public by the settings", said: control("max-age=60"), first: a, second: b,
			settings: config.CacheSubgraph{Public: true}, calls: [3]int{1, 1, 1}},
		{name: "private all the same", said: control("private, max-age=60"), first: a, second: b,
			settings: config.CacheSubgraph{Public: true}, calls: [3]int{1, 2, 3}},
		{name: "a caller after nobody", said: control("max-age=60"), first: h(), second: a, calls: [3]int{1, 2, 3}},
		{name: "nobody after nobody", said: control("max-age=60"), first: h(), second: h(), calls: [3]int{1, 1, 1}},
		{name: "a caller after nobody, public", said: control("public, max-age=60"), first: h(), second: a, calls: [3]int{1, 1, 1}},
		{name: "a cookie", said: h("Cache-Control", "public, max-age=60", "Set-Cookie", "s=1"), first: h(), second: h(), calls: [3]int{1, 2, 3}},
		{name: "varies by what it gets", said: h("Cache-Control", "public, max-age=60", "Vary", "X-Tenant"),
			first: h("X-Tenant", "1"), second: h("X-Tenant", "1"), calls: [3]int{1, 2, 3}},
		{name: "varies by what it does not get", said: h("Cache-Control", "public, max-age=60", "Vary", "Origin"),
			first: h("Origin", "1"), second: h("Origin", "1"), calls: [3]int{1, 1, 1}},
		{name: "varies by what nobody knows", said: h("Cache-Control", "public, max-age=60", "Vary", "X-Other"),
			first: h("X-Other", "1"), second: h("X-Other", "2"), calls: [3]int{1, 2, 3}},
		{name: "varies by anything", said: h("Cache-Control", "public, max-age=60", "Vary", "*"), first: h(), second: h(), calls: [3]int{1, 2, 3}},
		{name: "private, another header", said: control("private, max-age=60"), settings: config.CacheSubgraph{Private: true},
			first: h("Authorization", "A", "X-Tenant", "1"), second: h("Authorization", "A", "X-Tenant", "2"), calls: [3]int{1, 2, 2}},
		{name: "private, another second line", said: control("private, max-age=60"), settings: config.CacheSubgraph{Private: true},
			first: h("Authorization", "A", "X-Tenant", "1"), second: h("Authorization", "A", "X-Tenant", "1", "X-Tenant", "2"), calls: [3]int{1, 2, 2}},
		{name: "private, what it does not get", said: control("private, max-age=60"), settings: config.CacheSubgraph{Private: true},
			first: h("Authorization", "A", "X-Other", "1"), second: h("Authorization", "A", "X-Other", "2"), calls: [3]int{1, 1, 1}},
		{name: "declared, another second line", said: control("public, max-age=60"), settings: config.CacheSubgraph{Vary: []string{"X-Tenant"}},
			first: h("X-Tenant", "1"), second: h("X-Tenant", "1", "X-Tenant", "2"), calls: [3]int{1, 2, 2}},
	} {
		t.Run(c.name, func(t *testing.T) {
			calls := 0
			cfg := config.Default()
			cfg.Admin.Listen = "127.0.0.1:0"
			cfg.Cache.Enabled = true
			cfg.Cache.Subgraphs = map[string]config.CacheSubgraph{"who": c.settings}
			modules.In[*headers.Headers](&cfg, headers.Info).All.Forward = []string{"Authorization", "X-Tenant"}
			r, err := router.New(&cfg, router.Options{
				Supergraph: whoGraph(t), Logger: slog.New(slog.DiscardHandler), Handlers: map[string]http.Handler{
					"people": &subgraph{answers: map[string]string{"person": `{"data":{"person":{"id":"1"}}}`}},
					"who": http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
						calls++
						for name, values := range c.said {
							w.Header()[name] = values
						}
						sees := r.Header.Get("Authorization") + strings.Join(r.Header["X-Tenant"], "+")
						_, _ = io.WriteString(w, `{"data":{"_entities":[{"you":"`+sees+`"}]}}`)
					}),
				},
			})
			if err != nil {
				t.Fatal(err)
			}
			defer r.Close()
			for i, header := range []http.Header{c.first, c.second, c.second} {
				req := httptest.NewRequest(http.MethodPost, "/graphql", strings.NewReader(`{"query":"{person{you}}"}`))
				req.Header = header.Clone()
				req.Header.Set("Content-Type", "application/json")
				rec := httptest.NewRecorder()
				r.ServeHTTP(rec, req)
				settleCache(t, r)
				if calls != c.calls[i] {
					t.Errorf("request %d: %d calls, want %d: %s", i+1, calls, c.calls[i], rec.Body)
				}
			}
		})
	}
}

// TestANewTokenFindsTheOldEntries has a module vouch for callers, whose tokens change.
func TestANewTokenFindsTheOldEntries(t *testing.T) {
	c := newCallers(t, func(cfg *config.Config) {
		cfg.Cache.Enabled = true
		cfg.Cache.Subgraphs = map[string]config.CacheSubgraph{"who": {Private: true}}
		modules.In[*headers.Headers](cfg, headers.Info).All.Forward = []string{"Authorization"}
	})
	close(c.gate)
	for i, want := range []struct {
		token string
		calls int64
	}{{"ada.1", 1}, {"ada.2", 1}, {"bob.1", 2}, {"bob.2", 2}} {
		_, body := c.ask(t, "{person{you}}", "Authorization", want.token)
		settleCache(t, c.router)
		name, _, _ := strings.Cut(want.token, ".")
		if c.calls.Load() != want.calls || !strings.Contains(body, name+"@") {
			t.Errorf("request %d: %d calls, want %d: %s", i, c.calls.Load(), want.calls, body)
		}
	}
}

// settleCache waits until what was fetched is stored, or for a time that only a test that fails takes.
func settleCache(t *testing.T, r *router.Router) {
	t.Helper()
	for deadline := time.Now().Add(10 * time.Second); time.Now().Before(deadline); runtime.Gosched() {
		rec := httptest.NewRecorder()
		r.Admin().ServeHTTP(rec, httptest.NewRequest(http.MethodGet, "/cache", nil))
		var stats struct{ Waiting int64 }
		if err := json.Unmarshal(rec.Body.Bytes(), &stats); err != nil {
			t.Fatal(err)
		}
		if stats.Waiting == 0 {
			return
		}
	}
	t.Fatal("what was fetched is not stored after 10 s")
}

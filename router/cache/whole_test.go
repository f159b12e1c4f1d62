package cache_test

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/weft-graphql/weft/router"
	"github.com/weft-graphql/weft/router/cache/redistest"
	"github.com/weft-graphql/weft/router/config"
	"github.com/weft-graphql/weft/schema/bus"
	"github.com/weft-graphql/weft/schema/bus/embedded"
	"github.com/weft-graphql/weft/schema/bus/natstest"
	"github.com/weft-graphql/weft/schema/wire"
)

// These tests run whole routers: what a configuration sets, and what the executor and the cache do together.

// eachStorage runs a test with every storage.
func eachStorage(t *testing.T, change func(*config.Cache), test func(t *testing.T, h *hinted)) {
	redis := redistest.Start(t)
	for _, storage := range storages {
		t.Run(storage, func(t *testing.T) {
			test(t, startHinted(t, "composed", func(c *config.Config) {
				if storage == "in Redis" {
					c.Cache.L1.Enabled = false
					c.Cache.Redis.Addresses = []string{redis.Addr}
				}
				change(&c.Cache)
			}))
		})
	}
}

// fetches tells how often the catalog was asked for entities or root fields by a query.
func (h *hinted) fetches(query string, header ...string) int {
	h.t.Helper()
	h.catalog.asked()
	h.ask(query, header...)
	h.idle()
	return len(h.catalog.asked())
}

func TestRequestsMayBypassTheCacheWhereThatIsAllowed(t *testing.T) {
	const query = `{ reviewed { name } }`
	for _, allowed := range []bool{false, true} {
		t.Run(fmt.Sprint("allowed ", allowed), func(t *testing.T) {
			eachStorage(t, func(c *config.Cache) { c.RequestNoCache = allowed }, func(t *testing.T, h *hinted) {
				count := func(what string, got, want int) {
					t.Helper()
					if got != want {
						t.Errorf("%s: %d fetches, want %d", what, got, want)
					}
				}
				bypassed := 0
				if allowed {
					bypassed = 1
				}
				count("no-store stores nothing where it is allowed", h.fetches(query, "Cache-Control", "no-store"), 1)
				count("the next one", h.fetches(query), bypassed)
				count("again", h.fetches(query), 0)
				count("no-cache", h.fetches(query, "Cache-Control", "no-cache"), bypassed)
				_, head := h.ask(query, "Cache-Control", "no-store")
				if got := head.Get("Cache-Control") == "no-store"; got != allowed {
					t.Errorf("the answer to no-store says %q", head.Get("Cache-Control"))
				}
				// What no-cache fetched is stored for others.
				h.catalog.change(func() { h.products["1"]["name"] = "new" })
				h.ask(query, "Cache-Control", "no-cache")
				h.idle()
				if body, _ := h.ask(query); strings.Contains(string(body), "new") != allowed {
					t.Errorf("after no-cache: %s", body)
				}
			})
		})
	}
}

func TestAnswersWithErrorsAreNotKept(t *testing.T) {
	const query = `{ reviewed { name } }`
	eachStorage(t, func(*config.Cache) {}, func(t *testing.T, h *hinted) {
		h.catalog.change(func() {
			h.catalog.errors = []any{map[string]any{"message": "no", "path": []any{"_entities", 0, "name"}}}
			h.products["1"]["name"] = nil
		})
		rec := h.send(query)
		h.idle()
		if got := rec.Header().Get("Cache-Control"); got != "no-store" || !strings.Contains(rec.Body.String(), `"errors"`) {
			t.Errorf("Cache-Control %q with %s", got, rec.Body)
		}
		h.catalog.change(func() {
			h.catalog.errors = nil
			h.products["1"]["name"] = "back"
		})
		infos := h.looked(query)
		if got, want := statuses(of(infos, "catalog", "Product")), `{"upc":"1"} miss, {"upc":"2"} hit`; got != want {
			t.Errorf("%s, want %s", got, want)
		}
	})
}

// staleProducts lets products of the catalog serve after their end.
func staleProducts(s config.Stale) func(*config.Cache) {
	return func(c *config.Cache) {
		c.Subgraphs["catalog"] = config.CacheSubgraph{Types: map[string]config.CacheType{"Product": {Stale: &s}}}
	}
}

// moments have values that end after a second.
const moments = `{ reviewed { moment } }`

func TestStaleValuesServeWhileTheyAreFetchedAnew(t *testing.T) {
	eachStorage(t, staleProducts(config.Stale{WhileRevalidate: time.Hour}), func(t *testing.T, h *hinted) {
		h.ask(moments)
		h.idle()
		h.catalog.change(func() { h.products["1"]["moment"] = 2 })
		redistest.Eventually(t, "the value has ended, and serves", func() bool {
			infos := of(h.looked(moments), "catalog", "Product")
			return len(infos) == 2 && infos[0].Status == "stale"
		})
		redistest.Eventually(t, "the new value shows", func() bool {
			body, _ := h.ask(moments)
			return strings.Contains(string(body), `"moment":2`)
		})
	})
}

// answerWith is a subgraph that answers the same to everything.
func answerWith(status int, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}
}

func TestStaleValuesServeWhenTheirSubgraphFails(t *testing.T) {
	const entities = `{"data":{"_entities":[{"__typename":"Product","moment":7},{"__typename":"Product","moment":7}]}}`
	for name, test := range map[string]struct {
		fails   http.HandlerFunc
		allowed time.Duration
		// refuses tells that the subgraph works, and says no.
		refuses bool
	}{
		"not allowed":              {answerWith(500, "down"), 0, false},
		"no answer":                {func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }, time.Hour, false},
		"a status":                 {answerWith(500, "down"), time.Hour, false},
		"a status with errors":     {answerWith(503, `{"errors":[{"message":"overloaded"}]}`), time.Hour, false},
		"a status with null data":  {answerWith(502, `{"data":null,"errors":[{"message":"no"}]}`), time.Hour, false},
		"a status with data":       {answerWith(500, entities), time.Hour, false},
		"nothing but errors":       {answerWith(200, `{"data":null,"errors":[{"message":"no"}]}`), time.Hour, false},
		"no entities":              {answerWith(200, `{"data":{"_entities":null},"errors":[{"message":"no"}]}`), time.Hour, false},
		"what makes no sense":      {answerWith(200, "<html>"), time.Hour, false},
		"too many requests":        {answerWith(429, "later"), time.Hour, false},
		"who are you":              {answerWith(401, "who are you"), time.Hour, true},
		"who are you, with errors": {answerWith(403, `{"errors":[{"message":"no"}]}`), time.Hour, true},
		"forbidden, as a GraphQL error": {
			answerWith(200, `{"data":null,"errors":[{"message":"no","extensions":{"code":"FORBIDDEN"}}]}`), time.Hour, true,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			eachStorage(t, staleProducts(config.Stale{IfError: test.allowed}), func(t *testing.T, h *hinted) {
				const old = `[{"moment":1},{"moment":1}]`
				h.ask(moments)
				h.idle()
				h.catalog.change(func() { h.catalog.fails = test.fails })
				h.catalog.asked()
				body := ""
				redistest.Eventually(t, "the value has ended: the subgraph is asked", func() bool {
					body = h.askAnyway(moments)
					return len(h.catalog.asked()) > 0
				})
				served := strings.Contains(body, old) && !strings.Contains(body, `"errors"`)
				if served != (test.allowed > 0 && !test.refuses) {
					t.Errorf("without its subgraph: %s", body)
				}
				if !served {
					return
				}
				// What was invalidated never serves; nor does anybody get another's error.
				h.invalidate(`[{"kind":"entity","type":"Product","key":{"upc":"1"}}]`)
				body = h.askAnyway(moments)
				if strings.Contains(body, `[{"moment":1}`) || !strings.Contains(body, `,{"moment":1}]`) ||
					strings.Contains(body, `"reviewed",1`) {
					t.Errorf("invalidated, and without its subgraph: %s", body)
				}
			})
		})
	}
}

func TestInvalidationsAreTakenAtTheAdminListenerOnly(t *testing.T) {
	eachStorage(t, func(*config.Cache) {}, func(t *testing.T, h *hinted) {
		const body = `[{"kind":"subgraph","subgraph":"catalog"}]`
		post := func(handler http.Handler, key string) int {
			req := httptest.NewRequest(http.MethodPost, "/invalidation", strings.NewReader(body))
			req.Header.Set("Authorization", key)
			rec := httptest.NewRecorder()
			handler.ServeHTTP(rec, req)
			return rec.Code
		}
		for what, got := range map[string][2]int{
			"at the clients' listener": {post(h.r, invalidationKey), http.StatusNotFound},
			"with the key":             {post(h.admin, invalidationKey), http.StatusAccepted},
			"with another key":         {post(h.admin, invalidationKey+"!"), http.StatusUnauthorized},
			"without a key":            {post(h.admin, ""), http.StatusUnauthorized},
		} {
			if got[0] != got[1] {
				t.Errorf("%s: %d, want %d", what, got[0], got[1])
			}
		}
	})
}

// A new version of the schema, in another router at the same Redis, finds the values of what it did not change.
func TestTwoSchemasShareWhatTheyAgreeAbout(t *testing.T) {
	redis := redistest.Start(t)
	shared := func(c *config.Config) {
		c.Cache.L1.Enabled = false
		c.Cache.Redis.Addresses = []string{redis.Addr}
	}
	old := startHinted(t, "composed", shared)
	old.ask(`{ reviewed { name price } }`)
	old.idle()
	sdl := old.supergraph(t, "composed")
	changed := strings.Replace(sdl, "name: String @join__field(graph: CATALOG)", "name: ID @join__field(graph: CATALOG)", 1)
	if changed == sdl {
		t.Fatal("the test supergraph has no such field")
	}
	next := &hinted{served: serveWith(t, changed, nil, shared), catalog: old.catalog}
	for _, step := range []struct {
		of      *hinted
		query   string
		fetches int
	}{
		{next, `{ reviewed { price } }`, 0}, {next, `{ reviewed { name } }`, 1}, {next, `{ reviewed { price name } }`, 0},
		{old, `{ reviewed { price } }`, 0},
	} {
		if got := step.of.fetches(step.query); got != step.fetches {
			t.Errorf("%s: %d fetches, want %d", step.query, got, step.fetches)
		}
	}
}

// The services' news reach the cache over an embedded bus and over a server: exactly the entity that changed goes.
func TestEventsOfServicesInvalidate(t *testing.T) {
	logger := slog.New(slog.DiscardHandler)
	for _, kind := range []string{"embedded", "nats-server"} {
		t.Run(kind, func(t *testing.T) {
			var connect func() (*bus.Bus, error)
			var options router.Options
			url := ""
			if kind == "embedded" {
				server, err := embedded.Start(t.TempDir())
				if err != nil {
					t.Fatal(err)
				}
				t.Cleanup(server.Stop)
				connect = func() (*bus.Bus, error) { return server.Connect(context.Background(), bus.Config{Logger: logger}) }
			} else {
				server := natstest.Start(t)
				url = server.URL()
				connect = func() (*bus.Bus, error) {
					return bus.Connect(context.Background(), bus.Config{URL: url, Logger: logger})
				}
			}
			service, err := connect()
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(service.Close)
			if url == "" {
				if options.Events, err = connect(); err != nil {
					t.Fatal(err)
				}
				t.Cleanup(options.Events.Close)
			}
			h := startHintedWith(t, "composed", options, func(c *config.Config) { c.Cache.Events.NATSURL = url })
			h.forMutations()
			h.ask(prices)
			h.idle()
			event := wire.EntityChanged{ID: "1", Type: "Product", Key: map[string]any{"upc": "2"}, Subgraph: "catalog", Change: wire.Updated, At: time.Now()}
			if err := service.Publish(context.Background(), event); err != nil {
				t.Fatal(err)
			}
			redistest.Eventually(t, "the news arrived", func() bool { return h.stats().Invalidations > 0 })
			h.expect("an event about product 2", []string{"2"})
		})
	}
}

// Many clients that miss the same entity at the same time make one call for it.
func TestConcurrentMissesOfRoutersMakeOneCall(t *testing.T) {
	h := startHinted(t, "composed", func(*config.Config) {})
	// Only what could be shared the last time is waited for.
	h.ask(`{ reviewed { price } }`)
	h.idle()
	h.catalog.asked()
	arrived, release := make(chan struct{}, 100), make(chan struct{})
	find := h.catalog.entity
	h.catalog.change(func() {
		h.catalog.entity = func(rep map[string]any, caller http.Header) object {
			arrived <- struct{}{}
			<-release
			return find(rep, caller)
		}
	})
	var group sync.WaitGroup
	ask := func(alias string) {
		group.Go(func() { h.ask(`{ reviewed { ` + alias + `: name } }`) })
	}
	ask("a")
	<-arrived
	for _, alias := range []string{"b", "c", "d", "e"} {
		ask(alias)
	}
	// Whoever comes after the first one's answer finds it in the process.
	redistest.Eventually(t, "all are at the entities", func() bool {
		for _, s := range h.stats().Types {
			if s.Subgraph == "reviews" && s.Type == "Query" {
				return s.Hits == 5
			}
		}
		return false
	})
	close(release)
	group.Wait()
	if calls := h.catalog.asked(); len(calls) != 1 {
		t.Errorf("%d calls: %v", len(calls), calls)
	}
}

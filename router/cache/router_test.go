package cache_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/weft-graphql/weft/bench/definition"
	"github.com/weft-graphql/weft/bench/stub"
	"github.com/weft-graphql/weft/router"
	"github.com/weft-graphql/weft/router/cache"
	"github.com/weft-graphql/weft/router/cache/redistest"
	"github.com/weft-graphql/weft/router/compose"
	"github.com/weft-graphql/weft/router/config"
	"github.com/weft-graphql/weft/router/modules"
	"github.com/weft-graphql/weft/router/modules/queryplan"
)

// These tests run the whole router, as a client sees it.

func composed(t testing.TB, subgraphs []compose.Subgraph) string {
	t.Helper()
	result, errs := compose.Compose(subgraphs, compose.Options{})
	if len(errs) > 0 {
		t.Fatal(errs)
	}
	return result.SupergraphSDL
}

// benchmarkGraph is the benchmark's supergraph over a running stub that allows caching.
func benchmarkGraph(t testing.TB) string {
	t.Helper()
	s, err := stub.Start(stub.Config{Host: "127.0.0.1", Scale: 1, CacheControl: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Stop)
	var subgraphs []compose.Subgraph
	for _, d := range definition.Subgraphs() {
		subgraphs = append(subgraphs, compose.Subgraph{Name: d.Name, SDL: d.SDL, URL: s.URLs()[d.Name]})
	}
	return composed(t, subgraphs)
}

// served is a router with its administration handler.
type served struct {
	t     testing.TB
	r     *router.Router
	admin http.Handler
}

func serve(t testing.TB, sdl string, handlers map[string]http.Handler, change func(*config.Cache)) *served {
	t.Helper()
	return serveWith(t, sdl, handlers, func(c *config.Config) { change(&c.Cache) })
}

func serveWith(t testing.TB, sdl string, handlers map[string]http.Handler, change func(*config.Config)) *served {
	t.Helper()
	return serveOptions(t, router.Options{Supergraph: sdl, Handlers: handlers}, change)
}

func serveOptions(t testing.TB, options router.Options, change func(*config.Config)) *served {
	t.Helper()
	options.Logger = slog.New(slog.DiscardHandler)
	cfg := config.Default()
	cfg.Supergraph.Path = "in memory"
	modules.In[*queryplan.QueryPlan](&cfg, queryplan.Info).Expose = true
	cfg.Cache.Enabled = true
	cfg.Cache.Timeout = 5 * time.Second // the machine may be busy
	change(&cfg)
	r, err := router.New(&cfg, options)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(r.Close)
	admin := r.Admin()
	return &served{t: t, r: r, admin: admin}
}

func (s *served) ask(query string, header ...string) (body []byte, head http.Header) {
	s.t.Helper()
	rec := s.send(query, header...)
	if bytes.Contains(rec.Body.Bytes(), []byte(`"errors"`)) {
		s.t.Errorf("%s\n answered %s", query, rec.Body)
	}
	return rec.Body.Bytes(), rec.Header()
}

// askAnyway is ask where errors are expected.
func (s *served) askAnyway(query string) string { return s.send(query).Body.String() }

func (s *served) send(query string, header ...string) *httptest.ResponseRecorder {
	s.t.Helper()
	text, err := json.Marshal(map[string]string{"query": query})
	if err != nil {
		s.t.Fatal(err)
	}
	req := httptest.NewRequest(http.MethodPost, "/graphql", bytes.NewReader(text))
	req.Header.Set("Content-Type", "application/json")
	for i := 0; i < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	rec := httptest.NewRecorder()
	s.r.ServeHTTP(rec, req)
	return rec
}

func (s *served) stats() cache.Stats {
	s.t.Helper()
	rec := httptest.NewRecorder()
	s.admin.ServeHTTP(rec, httptest.NewRequest(http.MethodGet, "/cache", nil))
	var stats cache.Stats
	if err := json.Unmarshal(rec.Body.Bytes(), &stats); err != nil {
		s.t.Fatal(err)
	}
	return stats
}

// stored waits until everything fetched so far is written.
func (s *served) stored(want uint64) {
	s.t.Helper()
	redistest.Eventually(s.t, "what was fetched is written", func() bool {
		st := s.stats()
		var stored uint64
		for _, t := range st.Types {
			stored += t.Stored
		}
		return st.Waiting == 0 && stored >= want && st.Written >= want
	})
}

// Everything that can be asked of users, products and reviews, and then twenty other operations over the same entities.
const everything = `{
  users { id name username birthday reviews { id body product { ...P reviews { id body author { id username name } } } } }
  topProducts { ...P reviews { id body author { id username name birthday } product { upc name } } }
}
fragment P on Product { upc name price weight inStock shippingEstimate }`

var twenty = []string{
	`{ topProducts { upc inStock } }`,
	`{ topProducts { upc shippingEstimate } }`,
	`{ topProducts { name reviews { id } } }`,
	`{ topProducts { price reviews { body author { id } } } }`,
	`{ topProducts { reviews { body author { username } } } }`,
	`{ topProducts { reviews { author { name } } } }`,
	`{ topProducts { reviews { author { name birthday } id } inStock } }`,
	`{ topProducts { label: name stock: inStock cost: shippingEstimate } }`,
	`{ topProducts { reviews { product { upc } } } }`,
	`{ topProducts { reviews { product { name } } } }`,
	`{ users { id reviews { id } } }`,
	`{ users { name reviews { body } } }`,
	`{ users { username reviews { id product { upc } } } }`,
	`{ users { reviews { product { name price } } } }`,
	`{ users { reviews { product { inStock } body } } }`,
	`{ users { birthday reviews { product { shippingEstimate weight } } } }`,
	`{ users { reviews { product { reviews { id } } } } }`,
	`{ users { reviews { product { reviews { author { name } } } } } }`,
	`query Both { users { reviews { body } } topProducts { reviews { id } inStock } }`,
	`query Named { topProducts { ...on Product { reviews { ...on Review { id body } } } } }`,
}

func TestOtherOperationsHit(t *testing.T) {
	server := redistest.Start(t)
	sdl := benchmarkGraph(t)
	for name, change := range map[string]func(*config.Cache){
		"in process": func(*config.Cache) {},
		"in Redis": func(c *config.Cache) {
			c.L1.Enabled = false
			c.Redis.Addresses = []string{server.Addr}
		},
	} {
		t.Run(name, func(t *testing.T) {
			plain := serve(t, sdl, nil, func(c *config.Cache) { c.Enabled = false })
			s := serve(t, sdl, nil, change)
			s.ask(everything)
			if name == "in Redis" {
				s.stored(10)
			}
			redistest.Eventually(t, "the first operation is stored", func() bool { return s.stats().Waiting == 0 })
			before := s.stats()
			for _, q := range twenty {
				got, _ := s.ask(q)
				want, _ := plain.ask(q)
				if !bytes.Equal(got, want) {
					t.Errorf("%s\n got %.300s\nwant %.300s", q, got, want)
				}
			}
			hits, all := entityCounts(s.stats(), before)
			t.Logf("%d of %d entities hit", hits, all)
			if all < 100 || 10*hits < 9*all {
				t.Errorf("%d of %d entities hit, want at least 90%%: %+v", hits, all, s.stats().Types)
			}
		})
	}
}

// entityCounts counts entities, without root fields, that were looked up since before.
func entityCounts(now, before cache.Stats) (hits, all uint64) {
	count := func(s cache.Stats) (hits, all uint64) {
		for _, t := range s.Types {
			if t.Type != "Query" {
				hits += t.Hits
				all += t.Hits + t.Nulls + t.Stale + t.Partial + t.Misses
			}
		}
		return hits, all
	}
	h, a := count(now)
	h0, a0 := count(before)
	return h - h0, a - a0
}

func TestAtMostOneRoundTripPerFetch(t *testing.T) {
	server := redistest.Start(t)
	s := serve(t, benchmarkGraph(t), nil, func(c *config.Cache) {
		c.L1.Enabled = false
		c.Redis.Addresses = []string{server.Addr}
	})
	for _, q := range append([]string{everything}, twenty...) {
		before := s.stats().RoundTrips
		body, _ := s.ask(q, "Weft-Query-Plan", "true")
		var answer struct {
			Extensions struct {
				QueryPlan struct{ Fetches []struct{ ID int } }
			}
		}
		if err := json.Unmarshal(body, &answer); err != nil {
			t.Fatal(err)
		}
		fetches := uint64(len(answer.Extensions.QueryPlan.Fetches))
		if trips := s.stats().RoundTrips - before; fetches == 0 || trips > fetches {
			t.Errorf("%s\n made %d round trips for %d fetches", q, trips, fetches)
		}
	}
}

func TestTheAnswerSaysHowLongItMayBeKept(t *testing.T) {
	s := serve(t, benchmarkGraph(t), nil, func(*config.Cache) {})
	_, head := s.ask(`{ topProducts { name inStock } }`)
	if got := head.Get("Cache-Control"); got != "public, max-age=60" && got != "public, max-age=59" {
		t.Errorf("Cache-Control: %q", got)
	}
}

// people is a subgraph that knows names, which are numbers that writes count up.
type people struct {
	mu    sync.Mutex
	names map[string]int
}

const peopleSDL = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@key"])
type Query { person(id: ID!): Person }
type Mutation { rename(id: ID!): Person }
type Person @key(fields: "id") { id: ID! name: String }`

// The other subgraph only refers to people, so that names come through entities.
const groupsSDL = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@key"])
type Query { member(id: ID!): Person }
type Person @key(fields: "id", resolvable: false) { id: ID! }`

func (p *people) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	var req struct {
		Query     string
		Variables map[string]any
	}
	if err := json.NewDecoder(r.Body).Decode(&req); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "max-age=3600")
	p.mu.Lock()
	defer p.mu.Unlock()
	one := func(id string) string {
		return fmt.Sprintf(`{"__typename":"Person","id":%q,"name":"%d"}`, id, p.names[id])
	}
	for _, v := range req.Variables {
		if reps, ok := v.([]any); ok {
			var list []string
			for _, rep := range reps {
				list = append(list, one(rep.(map[string]any)["id"].(string)))
			}
			_, _ = io.WriteString(w, `{"data":{"_entities":[`+strings.Join(list, ",")+`]}}`)
			return
		}
	}
	id := argument(req.Query)
	name := "person"
	if strings.Contains(req.Query, "rename") {
		name = "rename"
		p.names[id]++
	}
	_, _ = fmt.Fprintf(w, `{"data":{%q:%s}}`, name, one(id))
}

// groups answers with the id it was asked for.
func groups(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	w.Header().Set("Content-Type", "application/json")
	_, _ = fmt.Fprintf(w, `{"data":{"member":{"__typename":"Person","id":%q}}}`, argument(string(body)))
}

var digits = regexp.MustCompile(`\(id: ?\\?"(\d+)`)

// argument finds the literal id in a document.
func argument(document string) string {
	m := digits.FindStringSubmatch(document)
	if m == nil {
		return "no id in " + document
	}
	return m[1]
}

// Two routers share a Redis; writers and readers use both. What a router acknowledged it shows from then on; the other
// one as soon as it hears of it, which it must even though its own values would live for an hour.
func TestReadersSeeAcknowledgedWrites(t *testing.T) {
	server := redistest.Start(t)
	sdl := composed(t, []compose.Subgraph{
		{Name: "people", SDL: peopleSDL, URL: "http://people.invalid/"}, {Name: "groups", SDL: groupsSDL, URL: "http://groups.invalid/"},
	})
	for name, local := range map[string]bool{"with caches in process": true, "with Redis alone": false} {
		t.Run(name, func(t *testing.T) {
			p := &people{names: map[string]int{}}
			handlers := map[string]http.Handler{"people": p, "groups": http.HandlerFunc(groups)}
			var routers [2]*served
			for i := range routers {
				routers[i] = serve(t, sdl, handlers, func(c *config.Cache) {
					c.Redis.Addresses, c.L1.Enabled, c.L1.TTL = []string{server.Addr}, local, time.Hour
					c.Namespace = strings.ReplaceAll(name, " ", "-")
				})
			}
			var mu sync.Mutex
			acked := [2]map[string]int{{}, {}}
			var group sync.WaitGroup
			for worker := range 6 {
				rnd := rand.New(rand.NewPCG(7, uint64(worker)))
				group.Go(func() {
					for range 150 {
						at, id := rnd.IntN(2), fmt.Sprint(rnd.IntN(4))
						if rnd.IntN(4) == 0 {
							// Whether the client selects the key makes no difference.
							selection := []string{"{ id name }", "{ name }"}[rnd.IntN(2)]
							body, _ := routers[at].ask(`mutation { rename(id: "` + id + `") ` + selection + ` }`)
							v := nameIn(t, body)
							mu.Lock()
							acked[at][id] = max(acked[at][id], v)
							mu.Unlock()
							continue
						}
						mu.Lock()
						own, other := acked[at][id], acked[1-at][id]
						mu.Unlock()
						query := `{ member(id: "` + id + `") { name } }`
						if rnd.IntN(2) == 0 {
							query = `{ person(id: "` + id + `") { name } }`
						}
						body, _ := routers[at].ask(query)
						if v := nameIn(t, body); v < own {
							t.Errorf("a router showed %d after it had acknowledged %d", v, own)
						}
						redistest.Eventually(t, "the other router's write shows", func() bool {
							body, _ := routers[at].ask(query)
							return nameIn(t, body) >= other
						})
					}
				})
			}
			group.Wait()
			for _, s := range routers {
				if hits, all := entityCounts(s.stats(), cache.Stats{}); hits == 0 {
					t.Errorf("none of %d lookups hit: the test shows nothing", all)
				}
			}
		})
	}
}

// nameIn finds the only name in an answer.
func nameIn(t testing.TB, body []byte) int {
	t.Helper()
	_, rest, ok := bytes.Cut(body, []byte(`"name":"`))
	n := 0
	if _, err := fmt.Sscanf(string(rest), "%d", &n); !ok || err != nil {
		t.Errorf("no name in %s", body)
	}
	return n
}

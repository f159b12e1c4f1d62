package router_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/weft-graphql/weft/router"
	"github.com/weft-graphql/weft/router/compose"
	"github.com/weft-graphql/weft/router/config"
	"github.com/weft-graphql/weft/router/modules"
	"github.com/weft-graphql/weft/router/modules/headers"
	"github.com/weft-graphql/weft/router/modules/identity"
	"github.com/weft-graphql/weft/router/modules/queryplan"
	"github.com/weft-graphql/weft/schema/wire"
)

const link = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@key"])
`

// The graph of these tests: people with names, whose ages another subgraph knows.
const (
	namesSDL = link + `
type Query { person(id: ID!): Person }
type Mutation { rename(id: ID!, name: String!): Person }
type Person @key(fields: "id") { id: ID! name: String }`
	agesSDL = link + `type Person @key(fields: "id") { id: ID! age: Int }`
	// moreSDL is namesSDL after a change.
	moreSDL = link + `
type Query { person(id: ID!): Person  hello: String }
type Mutation { rename(id: ID!, name: String!): Person }
type Person @key(fields: "id") { id: ID! name: String }`
)

func supergraphOf(t testing.TB, names string) string {
	t.Helper()
	result, errs := compose.Compose([]compose.Subgraph{
		{Name: "names", SDL: names, URL: "http://names.invalid/graphql"},
		{Name: "ages", SDL: agesSDL, URL: "http://ages.invalid/graphql"},
	}, compose.Options{})
	if len(errs) > 0 {
		t.Fatal(errs)
	}
	return result.SupergraphSDL
}

// subgraph answers what its operations contain, and keeps the headers of the last request.
type subgraph struct {
	answers map[string]string
	// asked, when it is set, is told of each request.
	asked  func()
	mu     sync.Mutex
	header http.Header
}

func (s *subgraph) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	s.header = r.Header.Clone()
	s.mu.Unlock()
	if s.asked != nil {
		s.asked()
	}
	body, _ := io.ReadAll(r.Body)
	w.Header().Set("Content-Type", "application/json")
	for part, answer := range s.answers {
		if strings.Contains(string(body), part) {
			_, _ = io.WriteString(w, answer)
			return
		}
	}
	w.WriteHeader(http.StatusInternalServerError)
}

func (s *subgraph) lastHeader(name string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.header.Get(name)
}

type fixture struct {
	router      *router.Router
	names, ages *subgraph
}

func newFixture(t testing.TB, change func(*config.Config)) *fixture {
	t.Helper()
	return newFixtureWithLog(t, slog.New(slog.DiscardHandler), change)
}

func newFixtureWithLog(t testing.TB, logger *slog.Logger, change func(*config.Config)) *fixture {
	t.Helper()
	f := &fixture{
		names: &subgraph{answers: map[string]string{
			"{person(": `{"data":{"person":{"id":"1","name":"Ada"}}}`,
			"rename(":  `{"data":{"rename":{"id":"1","name":"Bea"}}}`,
			"{hello}":  `{"data":{"hello":"you"}}`,
		}},
		ages: &subgraph{answers: map[string]string{"_entities": `{"data":{"_entities":[{"age":36}]}}`}},
	}
	cfg := config.Default()
	cfg.Supergraph.Path = "in memory"
	options := router.Options{
		Supergraph: supergraphOf(t, namesSDL), Logger: logger, Version: "test",
		Handlers: map[string]http.Handler{"names": f.names, "ages": f.ages},
	}
	if change != nil {
		change(&cfg)
		if cfg.Supergraph.Path != "in memory" {
			options.Supergraph = ""
		}
	}
	var err error
	if f.router, err = router.New(&cfg, options); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(f.router.Close)
	return f
}

func (f *fixture) ask(t testing.TB, query string, header ...string) (status int, body string) {
	t.Helper()
	text, err := json.Marshal(map[string]string{"query": query})
	if err != nil {
		t.Fatal(err)
	}
	r := httptest.NewRequest(http.MethodPost, "/graphql", bytes.NewReader(text))
	r.Header.Set("Content-Type", "application/json")
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	rec := httptest.NewRecorder()
	f.router.ServeHTTP(rec, r)
	return rec.Code, rec.Body.String()
}

func TestRequestsPassThroughAllRooms(t *testing.T) {
	f := newFixture(t, nil)
	for query, want := range map[string]string{
		`{ person(id: 1) { name age } }`:                   `{"data":{"person":{"name":"Ada","age":36}}}`,
		`mutation { rename(id: 1, name: "Bea") { name } }`: `{"data":{"rename":{"name":"Bea"}}}`,
		`{ __typename }`:                                          `{"data":{"__typename":"Query"}}`,
		`{ __type(name: "Person") { name } }`:                     `{"data":{"__type":{"name":"Person"}}}`,
		`query($i: ID!) { person(id: $i) { name } }`:              `"code":"BAD_USER_INPUT"`,
		`{ person(id: 1) { nme } }`:                               `"code":"GRAPHQL_VALIDATION_FAILED"`,
		`{ person`:                                                `"code":"GRAPHQL_PARSE_FAILED"`,
		`query A { __typename } query B { person(id: 1) { id } }`: `"code":"OPERATION_RESOLUTION_FAILURE"`,
	} {
		if _, body := f.ask(t, query); !strings.Contains(body, want) {
			t.Errorf("%s\n got %s\nwant %s", query, body, want)
		}
	}
}

func TestPlansAreShownWhereThatIsAllowed(t *testing.T) {
	query := `{ person(id: 1) { name age } }`
	if _, body := newFixture(t, nil).ask(t, query, "Weft-Query-Plan", "true"); strings.Contains(body, "queryPlan") {
		t.Errorf("the plan is shown although nobody allowed it: %s", body)
	}
	f := newFixture(t, func(c *config.Config) { modules.In[*queryplan.QueryPlan](c, queryplan.Info).Expose = true })
	if _, body := f.ask(t, query); strings.Contains(body, "queryPlan") {
		t.Errorf("the plan is shown although nobody asked: %s", body)
	}
	_, body := f.ask(t, query, "Weft-Query-Plan", "true")
	var answer struct {
		Data       map[string]any
		Extensions struct {
			QueryPlan struct {
				Kind    string
				Node    map[string]any
				Stats   struct{ Waves int }
				Fetches []struct {
					ID            int
					Status        int
					ResponseBytes int
				}
			}
		}
	}
	if err := json.Unmarshal([]byte(body), &answer); err != nil {
		t.Fatalf("%v: %s", err, body)
	}
	plan := answer.Extensions.QueryPlan
	if answer.Data["person"] == nil || plan.Kind != "QueryPlan" || plan.Node["kind"] != "Sequence" || plan.Stats.Waves != 2 ||
		len(plan.Fetches) != 2 || plan.Fetches[1].ID != 1 || plan.Fetches[1].Status != 200 || plan.Fetches[1].ResponseBytes == 0 {
		t.Errorf("the plan: %s", body)
	}
}

func TestIntrospectionCanBeSwitchedOff(t *testing.T) {
	f := newFixture(t, func(c *config.Config) { c.GraphQL.Introspection = false })
	if _, body := f.ask(t, `{ __schema { queryType { name } } }`); !strings.Contains(body, "INTROSPECTION_DISABLED") {
		t.Errorf("__schema: %s", body)
	}
	if _, body := f.ask(t, `{ person(id: 1) { __typename } }`); !strings.Contains(body, `"__typename":"Person"`) {
		t.Errorf("__typename: %s", body)
	}
}

func TestHeadersReachTheSubgraphsTheyAreFor(t *testing.T) {
	f := newFixture(t, func(c *config.Config) {
		modules.In[*identity.Identity](c, identity.Info).On = true
		h := modules.In[*headers.Headers](c, headers.Info)
		h.All.Forward = []string{"x-tenant", wire.IdentityHeader}
		h.All.Set = map[string]string{"X-Fixed": "yes"}
		h.Subgraphs = map[string]headers.Rules{"ages": {Forward: []string{"Authorization"}}}
	})
	f.ask(t, `{ person(id: 1) { name age } }`, "X-Tenant", "t1", "Authorization", "Bearer x", "X-Other", "o", wire.IdentityHeader, "forged")
	for name, want := range map[string][2]string{ // names, ages
		"X-Tenant": {"t1", ""}, "Authorization": {"", "Bearer x"}, "X-Fixed": {"yes", "yes"}, "X-Other": {"", ""},
	} {
		if got := [2]string{f.names.lastHeader(name), f.ages.lastHeader(name)}; got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
	for _, s := range []*subgraph{f.names, f.ages} {
		if token := s.lastHeader(wire.IdentityHeader); strings.Count(token, ".") != 2 {
			t.Errorf("the identity: %q", token)
		}
	}
}

func TestSwapDropsNoRequest(t *testing.T) {
	f := newFixture(t, nil)
	graphs := []string{supergraphOf(t, moreSDL), supergraphOf(t, namesSDL)}
	var stop atomic.Bool
	var asked atomic.Int64
	var running sync.WaitGroup
	for range 4 {
		running.Go(func() {
			for !stop.Load() {
				if _, body := f.ask(t, `{ person(id: 1) { name age } }`); body != `{"data":{"person":{"name":"Ada","age":36}}}` {
					t.Errorf("during a swap: %s", body)
					return
				}
				asked.Add(1)
			}
		})
	}
	for i := range 20 {
		before := asked.Load()
		if err := f.router.Swap(graphs[i%2]); err != nil {
			t.Error(err)
		}
		for asked.Load() < before+4 && !t.Failed() {
			runtime.Gosched()
		}
	}
	stop.Store(true)
	running.Wait()
}

func TestAGraphThatCannotBeServedChangesNothing(t *testing.T) {
	f := newFixture(t, nil)
	for _, bad := range []string{"", "type Query {", "type Query { a: Int }"} {
		if err := f.router.Swap(bad); err == nil {
			t.Errorf("%q was taken for a supergraph", bad)
		}
	}
	if _, body := f.ask(t, `{ person(id: 1) { name } }`); !strings.Contains(body, "Ada") {
		t.Errorf("after graphs that were refused: %s", body)
	}
	if _, body := f.ask(t, `{ hello }`); !strings.Contains(body, "GRAPHQL_VALIDATION_FAILED") {
		t.Errorf("before the change: %s", body)
	}
	if err := f.router.Swap(supergraphOf(t, moreSDL)); err != nil {
		t.Fatal(err)
	}
	if _, body := f.ask(t, `{ hello }`); !strings.Contains(body, `"you"`) {
		t.Errorf("after the change: %s", body)
	}
}

func TestWatchTakesUpChangedFiles(t *testing.T) {
	file := filepath.Join(t.TempDir(), "supergraph.graphql")
	write := func(text string) {
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write(supergraphOf(t, namesSDL))
	f := newFixture(t, func(c *config.Config) {
		c.Supergraph.Path, c.Supergraph.PollInterval = file, 5*time.Millisecond
	})
	write(supergraphOf(t, moreSDL)) // before anybody watches
	ctx, cancel := context.WithCancel(t.Context())
	watching := make(chan struct{})
	go func() {
		defer close(watching)
		f.router.Watch(ctx)
	}()
	await := func(query, want string) {
		t.Helper()
		deadline := time.Now().Add(30 * time.Second)
		for {
			_, body := f.ask(t, query)
			if strings.Contains(body, want) {
				return
			}
			if time.Now().After(deadline) {
				t.Fatalf("%s: %s, want %s in it", query, body, want)
			}
			time.Sleep(5 * time.Millisecond)
		}
	}
	await(`{ hello }`, "you")
	write("nonsense")
	await(`{ hello }`, "you")
	write(supergraphOf(t, namesSDL))
	await(`{ hello }`, "GRAPHQL_VALIDATION_FAILED")
	cancel()
	<-watching
}

func TestStatusTellsTheGraph(t *testing.T) {
	for name, c := range map[string]struct {
		exposed, admin, graph bool
	}{
		"clients":                         {false, false, false},
		"clients that may know the graph": {true, false, true},
		"operators":                       {false, true, true},
	} {
		t.Run(name, func(t *testing.T) {
			f := newFixture(t, func(cfg *config.Config) {
				modules.In[*queryplan.QueryPlan](cfg, queryplan.Info).Expose = c.exposed
			})
			var h http.Handler = f.router
			if c.admin {
				h = f.router.Admin()
			}
			rec := httptest.NewRecorder()
			h.ServeHTTP(rec, httptest.NewRequest(http.MethodGet, "/status", nil))
			for want, there := range map[string]bool{
				`"version": "test"`: true, `"ready": true`: true, `"name": "ages"`: c.graph, `"supergraphHash"`: c.graph,
			} {
				if strings.Contains(rec.Body.String(), want) != there {
					t.Errorf("/status and %s:\n%s", want, rec.Body)
				}
			}
		})
	}
}

func TestWhatIsWrongWithTheStartIsTold(t *testing.T) {
	for name, test := range map[string]struct {
		change func(*config.Config)
		want   string
	}{
		"no file":     {func(c *config.Config) { c.Supergraph.Path = "/nowhere/graph" }, "cannot be read"},
		"no compose":  {func(c *config.Config) { c.Supergraph = subgraphFiles(t, "type Query { a: Missing }") }, "do not compose"},
		"no playing":  {func(c *config.Config) { c.Playground.Enabled, c.Playground.DefaultQuery = true, "/nowhere/q" }, "default_query"},
		"no such CA":  {func(c *config.Config) { c.Upstream.All.TLS.CAFile = "/nowhere/ca.pem" }, "/nowhere/ca.pem"},
		"no address":  {func(c *config.Config) { c.Supergraph = subgraphFiles(t, "type Query { a: Int }") }, "upstream.subgraphs.one.url"},
		"wrong cache": {func(c *config.Config) { c.Cache.Enabled, c.Cache.Namespace = true, "a:b" }, "namespace"},
	} {
		cfg := config.Default()
		options := router.Options{Logger: slog.New(slog.DiscardHandler)}
		test.change(&cfg)
		if cfg.Supergraph.Path == "" && len(cfg.Supergraph.Subgraphs) == 0 {
			options.Supergraph = supergraphOf(t, namesSDL)
		}
		if _, err := router.New(&cfg, options); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: %v, want %q in it", name, err, test.want)
		}
	}
}

func subgraphFiles(t *testing.T, sdl string) config.Supergraph {
	t.Helper()
	file := filepath.Join(t.TempDir(), "one.graphql")
	if err := os.WriteFile(file, []byte(sdl), 0o600); err != nil {
		t.Fatal(err)
	}
	return config.Supergraph{Subgraphs: []config.Subgraph{{Name: "one", Schema: file}}}
}

func TestTheAdminListenerTellsOperators(t *testing.T) {
	f := newFixture(t, func(c *config.Config) {
		c.Admin.Listen, c.Admin.Profiles = "127.0.0.1:0", true
		c.Cache.Enabled = true
		c.Cache.Invalidation.SharedKey = "a key that is long enough"
	})
	f.ask(t, `query Q { person(id: 1) { name age } }`)
	f.ask(t, `{ nope }`)
	admin := f.router.Admin()
	get := func(method, path, body, auth string) (int, string) {
		r := httptest.NewRequest(method, path, strings.NewReader(body))
		r.Header.Set("Authorization", auth)
		rec := httptest.NewRecorder()
		admin.ServeHTTP(rec, r)
		return rec.Code, rec.Body.String()
	}
	_, metrics := get("GET", "/metrics", "", "")
	for _, want := range []string{
		`weft_requests_total{kind="query",status="200"} 1`, `weft_requests_total{kind="rejected",status="200"} 1`,
		`weft_operation_cache_lookups_total{result="miss",what="operation"} 2`, `weft_requests_in_progress 0`,
	} {
		if !strings.Contains(metrics, want) {
			t.Errorf("/metrics has no %s:\n%s", want, metrics)
		}
	}
	for path, want := range map[string]string{"/healthz": "ok", "/debug/pprof/cmdline": "test", "/cache": `"types"`} {
		if status, body := get("GET", path, "", ""); status != http.StatusOK || !strings.Contains(body, want) {
			t.Errorf("%s: %d %s", path, status, body)
		}
	}
	purge := `[{"kind":"entity","type":"Person","key":{"id":"1"}}]`
	if status, body := get("POST", "/invalidation", purge, "wrong"); status != http.StatusUnauthorized {
		t.Errorf("invalidation with a wrong key: %d %s", status, body)
	}
	if status, body := get("POST", "/invalidation", purge, "a key that is long enough"); status != http.StatusAccepted {
		t.Errorf("invalidation: %d %s", status, body)
	}
}

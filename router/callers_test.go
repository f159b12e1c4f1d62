package router_test

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/weft-graphql/weft/router"
	"github.com/weft-graphql/weft/router/caller"
	"github.com/weft-graphql/weft/router/compose"
	"github.com/weft-graphql/weft/router/config"
	"github.com/weft-graphql/weft/router/module"
	"github.com/weft-graphql/weft/router/server"
	"github.com/weft-graphql/weft/router/supergraph"
	"github.com/weft-graphql/weft/router/upstream"
)

// signIn is a module that believes a header, and tells subgraphs whom it believes.
type signIn struct {
	subject caller.ClaimRef
	tenant  caller.HeaderRef
}

func (*signIn) Enabled() bool { return true }

func (s *signIn) Provision(host module.Host) error {
	host.HandleAdmin("GET /in-progress", http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprintln(w, host.State().InFlight)
	}))
	s.subject, s.tenant = host.VariesBy().Claim("sub"), host.VariesBy().Header("X-Tenant")
	return nil
}

func (*signIn) Identify(_ context.Context, request *server.Request, who *caller.Caller) *server.Refusal {
	who.Subject, _, _ = strings.Cut(request.Header.Get("Authorization"), ".")
	return nil
}

func (s *signIn) SubgraphHeaders(to *supergraph.Subgraph) func(*caller.Values, []upstream.Header) []upstream.Header {
	if to.Name != "who" {
		return nil
	}
	return func(values *caller.Values, headers []upstream.Header) []upstream.Header {
		subject, _ := values.Claim(s.subject)
		headers = append(headers, upstream.Header{Name: "X-Subject", Value: subject.(string)})
		for _, tenant := range values.Header(s.tenant) {
			headers = append(headers, upstream.Header{Name: "X-Tenant", Value: tenant})
		}
		return headers
	}
}

// whoGraph has a person with a field that is another one for everybody.
func whoGraph(t *testing.T) string {
	t.Helper()
	result, errs := compose.Compose([]compose.Subgraph{
		{Name: "people", URL: "http://people.invalid", SDL: link + `type Query { person: Person } type Person @key(fields: "id") { id: ID! }`},
		{Name: "who", URL: "http://who.invalid", SDL: link + `type Person @key(fields: "id") { id: ID! you: String }`},
	}, compose.Options{})
	if len(errs) > 0 {
		t.Fatal(errs)
	}
	return result.SupergraphSDL
}

// callers is a router whose subgraph "who" answers everybody with who they are, once it may.
type callers struct {
	*fixture
	calls atomic.Int64
	mu    sync.Mutex
	gate  chan struct{}
}

func newCallers(t *testing.T, change func(*config.Config)) *callers {
	c := &callers{gate: make(chan struct{})}
	cfg := config.Default()
	cfg.Admin.Listen = "127.0.0.1:0"
	cfg.Dedupe = config.Dedupe{}
	change(&cfg)
	people := &subgraph{answers: map[string]string{"person": `{"data":{"person":{"id":"1"}}}`}}
	r, err := router.New(&cfg, router.Options{
		Supergraph: whoGraph(t), Logger: slog.New(slog.DiscardHandler),
		Modules: []module.Info{{Name: "sign_in", New: func() module.Module { return &signIn{} }}},
		Handlers: map[string]http.Handler{"people": people, "who": http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			c.calls.Add(1)
			c.mu.Lock()
			gate := c.gate
			c.mu.Unlock()
			<-gate
			w.Header().Set("Cache-Control", "private, max-age=60")
			_, _ = io.WriteString(w, `{"data":{"_entities":[{"you":"`+r.Header.Get("X-Subject")+"@"+r.Header.Get("X-Tenant")+`"}]}}`)
		})},
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(r.Close)
	c.fixture = &fixture{router: r}
	return c
}

// await waits until the subgraph was called so often, or for a time that only a test that fails takes.
func (c *callers) await(t *testing.T, calls int64) {
	t.Helper()
	for deadline := time.Now().Add(10 * time.Second); c.calls.Load() < calls; runtime.Gosched() {
		if time.Now().After(deadline) {
			t.Fatalf("%d calls, want %d: two callers share one", c.calls.Load(), calls)
		}
	}
}

// together lets two requests be in progress at the same time and returns how often the subgraph was called for both.
func (c *callers) together(t *testing.T, a, b asker, apart bool) int64 {
	t.Helper()
	c.mu.Lock()
	gate := make(chan struct{})
	c.gate = gate
	c.mu.Unlock()
	open := sync.OnceFunc(func() { close(gate) })
	before := c.calls.Load()
	var asking sync.WaitGroup
	defer asking.Wait()
	defer open() // also when the test has failed
	asking.Go(func() { a.ask(t, c) })
	c.await(t, before+1)
	asking.Go(func() { b.ask(t, c) })
	if apart {
		c.await(t, before+2)
	} else {
		for !c.inProgress(2) {
			runtime.Gosched()
		}
	}
	open()
	asking.Wait()
	return c.calls.Load() - before
}

// inProgress tells whether so many requests are.
func (c *callers) inProgress(n int) bool {
	rec := httptest.NewRecorder()
	c.router.Admin().ServeHTTP(rec, httptest.NewRequest(http.MethodGet, "/in-progress", nil))
	return strings.TrimSpace(rec.Body.String()) == fmt.Sprint(n)
}

// remember asks until the answer comes from the cache: it is stored behind the client's back.
func (c *callers) remember(t *testing.T, a asker) {
	t.Helper()
	for deadline := time.Now().Add(10 * time.Second); ; {
		before := c.calls.Load()
		if a.ask(t, c); c.calls.Load() == before {
			return
		}
		if time.Now().After(deadline) {
			t.Fatal("the answer is never remembered")
		}
	}
}

// asker is a request with what it has to be answered with.
type asker struct {
	header []string
	want   string
}

func (a asker) ask(t *testing.T, c *callers) {
	t.Helper()
	if _, body := c.ask(t, "{person{you}}", a.header...); !strings.Contains(body, `"you":"`+a.want+`"`) {
		t.Errorf("%v was answered %s, want %s", a.header, body, a.want)
	}
}

// TestCallersShareOnlyWhatTheyMay has every pair of callers at each place where answers are shared.
func TestCallersShareOnlyWhatTheyMay(t *testing.T) {
	ada := asker{[]string{"Authorization", "ada.1"}, "ada@"}
	others := map[string]struct {
		asker
		shares bool
	}{
		"another subject":         {asker{[]string{"Authorization", "bob.1"}, "bob@"}, false},
		"nobody":                  {asker{nil, "@"}, false},
		"a tenant":                {asker{[]string{"Authorization", "ada.1", "X-Tenant", "t"}, "ada@t"}, false},
		"a new token":             {asker{[]string{"Authorization", "ada.2"}, "ada@"}, true},
		"what nobody declared":    {asker{[]string{"Authorization", "ada.1", "X-Other", "o"}, "ada@"}, true},
		"a cookie beside a token": {asker{[]string{"Authorization", "ada.1", "Cookie", "c=1"}, "ada@"}, true},
	}
	for place, change := range map[string]func(*config.Config){
		"client queries":    func(c *config.Config) { c.Dedupe.ClientQueries = true },
		"subgraph requests": func(c *config.Config) { c.Dedupe.SubgraphRequests = true },
	} {
		for name, other := range others {
			t.Run(place+", "+name, func(t *testing.T) {
				c := newCallers(t, change)
				if !other.shares {
					if calls := c.together(t, ada, other.asker, true); calls != 2 {
						t.Errorf("%d calls", calls)
					}
					return
				}
				// A request that is in progress may not have come to where it joins another one.
				for range 100 {
					if c.together(t, ada, other.asker, false) == 1 {
						return
					}
				}
				t.Error("they never share")
			})
		}
	}
	for name, other := range others {
		t.Run("the entity cache, "+name, func(t *testing.T) {
			c := newCallers(t, func(c *config.Config) {
				c.Cache.Enabled = true
				c.Cache.Subgraphs = map[string]config.CacheSubgraph{"who": {Private: true, Vary: []string{"X-Tenant"}}}
			})
			close(c.gate)
			c.remember(t, ada)
			before := c.calls.Load()
			other.ask(t, c)
			if shares := c.calls.Load() == before; shares != other.shares {
				t.Errorf("shares: %v", shares)
			}
			before = c.calls.Load()
			if ada.ask(t, c); c.calls.Load() != before {
				t.Error("the first caller's answer was lost")
			}
		})
	}
}

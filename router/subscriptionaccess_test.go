package router_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/weft-graphql/weft/router"
	"github.com/weft-graphql/weft/router/caller"
	"github.com/weft-graphql/weft/router/compose"
	"github.com/weft-graphql/weft/router/config"
	"github.com/weft-graphql/weft/router/module"
	"github.com/weft-graphql/weft/router/modules"
	"github.com/weft-graphql/weft/router/server"
	"github.com/weft-graphql/weft/router/subscription/subscriptiontest"
)

// scoped takes callers at their word: a header has their scopes.
type scoped struct{}

func (*scoped) Enabled() bool               { return true }
func (*scoped) Provision(module.Host) error { return nil }
func (*scoped) Identify(_ context.Context, req *server.Request, who *caller.Caller) *server.Refusal {
	if scopes := req.Header.Get("X-Scopes"); scopes != "" {
		who.Subject, who.Claims = "ada", map[string]any{"scope": scopes}
	}
	return nil
}

// guarded is a place in a graph with events that may ask something of callers.
type guarded struct {
	// alternatives are lists of scopes of which one must be had; nil when nothing is asked.
	alternatives [][]string
}

func (g *guarded) String() string {
	if g.alternatives == nil {
		return ""
	}
	text, _ := json.Marshal(g.alternatives)
	return "@requiresScopes(scopes: " + string(text) + ")"
}

func (g *guarded) lets(scopes []string) bool {
	return g.alternatives == nil || slices.ContainsFunc(g.alternatives, func(all []string) bool {
		return !slices.ContainsFunc(all, func(s string) bool { return !slices.Contains(scopes, s) })
	})
}

// someGuard is a random one.
func someGuard(rnd *rand.Rand) (g guarded) {
	if rnd.IntN(3) > 0 {
		return g
	}
	for range 1 + rnd.IntN(2) {
		g.alternatives = append(g.alternatives, someScopes(rnd, 1+rnd.IntN(2)))
	}
	return g
}

func someScopes(rnd *rand.Rand, n int) (scopes []string) {
	for _, i := range rnd.Perm(4)[:n] {
		scopes = append(scopes, fmt.Sprint("s", i))
	}
	return scopes
}

// TestSubscribersGetWhatTheyMaySee has random requirements, callers and selections. Who may see all of a selection gets
// its events; who may not is refused, and no subgraph is asked for anything. What it takes is decided field by field.
func TestSubscribersGetWhatTheyMaySee(t *testing.T) {
	refused, served := 0, 0
	for seed := range uint64(12) {
		rnd := rand.New(rand.NewPCG(seed, 5))
		guards := map[string]*guarded{}
		for _, place := range []string{"Subscription.tick", "Tick", "Tick.n", "Tick.product", "Product.upc", "Product.name"} {
			g := someGuard(rnd)
			guards[place] = &g
		}
		s := newGuardedEvents(t, guards)
		for range 12 {
			scopes := someScopes(rnd, rnd.IntN(5))
			query, want, needs := "subscription { tick {", `{"data":{"tick":{`, []string{"Subscription.tick", "Tick"}
			var fields, values []string
			for _, f := range []struct{ field, value, place string }{
				{"n", `"n":1`, "Tick.n"}, {"product { upc }", `"product":{"upc":"p1"}`, "Product.upc"},
				{"product { name }", `"product":{"name":"name of p1"}`, "Product.name"},
			} {
				// A second selection of the product would be merged into the first.
				if rnd.IntN(2) == 0 || f.place == "Product.name" && slices.Contains(needs, "Tick.product") {
					continue
				}
				fields, values, needs = append(fields, f.field), append(values, f.value), append(needs, f.place)
				if strings.HasPrefix(f.field, "product") {
					needs = append(needs, "Tick.product")
				}
			}
			if len(fields) == 0 {
				continue
			}
			query += strings.Join(fields, " ") + "} }"
			want += strings.Join(values, ",") + "}}}"
			may := !slices.ContainsFunc(needs, func(place string) bool { return !guards[place].lets(scopes) })
			header := http.Header{"X-Scopes": {strings.Join(scopes, " ")}}
			if may {
				served++
				events := s.stream(query, header)
				s.await(1)
				s.events.Tick(1)
				if got := events.next(); got != want {
					t.Errorf("%v with %v: %s is told %s, not %s", guards, scopes, query, got, want)
				}
				_ = events.resp.Body.Close()
				s.await(0)
				continue
			}
			refused++
			opened, _, _ := s.events.Opened()
			resp := s.post(query, "text/event-stream", header)
			text, _ := io.ReadAll(resp.Body)
			if now, _, _ := s.events.Opened(); now != opened || !strings.Contains(string(text), "UNAUTHORIZED_FIELD_OR_TYPE") ||
				strings.Contains(string(text), `"data":{`) {
				t.Errorf("%v with %v: %s, which is refused, asks for %d events and is told %s", guards, scopes, query, now-opened,
					text)
			}
		}
	}
	if t.Logf("%d refused, %d served", refused, served); refused < 20 || served < 20 {
		t.Errorf("%d refused and %d served tell too little", refused, served)
	}
}

// newGuardedEvents is a router of a graph with events that asks things of callers.
func newGuardedEvents(t *testing.T, guards map[string]*guarded) *subscriptions {
	t.Helper()
	const link = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.5", import: ["@key", "@requiresScopes"])
type Query { `
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	t.Cleanup(cancel)
	s := &subscriptions{T: t, ctx: ctx, events: subscriptiontest.New()}
	subgraph := httptest.NewServer(s.events)
	t.Cleanup(subgraph.Close)
	t.Cleanup(subgraph.CloseClientConnections)
	at := func(place string) string { return guards[place].String() }
	result, errs := compose.Compose([]compose.Subgraph{
		{Name: "events", URL: subgraph.URL, SDL: link + `ping: String }
type Subscription { tick: Tick ` + at("Subscription.tick") + ` }
type Tick ` + at("Tick") + ` { n: Int ` + at("Tick.n") + ` product: Product ` + at("Tick.product") + ` }
type Product @key(fields: "upc") { upc: ID! ` + at("Product.upc") + ` }`},
		{Name: "names", URL: "http://names.invalid", SDL: link + `names: [String] }
type Product @key(fields: "upc") { upc: ID! name: String ` + at("Product.name") + ` }`},
	}, compose.Options{})
	if len(errs) > 0 {
		t.Fatal(errs)
	}
	list := append([]module.Info{{Name: "scoped", New: func() module.Module { return &scoped{} }}}, modules.List()...)
	cfg := config.Default()
	cfg.Subscription.All.Protocol = "sse"
	r, err := router.New(&cfg, router.Options{
		Supergraph: result.SupergraphSDL, Logger: slog.New(slog.DiscardHandler), Modules: list,
		Handlers: map[string]http.Handler{"names": http.HandlerFunc(s.serveNames)},
	})
	if err != nil {
		t.Fatal(err)
	}
	s.server = httptest.NewServer(r)
	t.Cleanup(func() {
		r.Close()
		s.server.CloseClientConnections()
		s.server.Close()
	})
	return s
}

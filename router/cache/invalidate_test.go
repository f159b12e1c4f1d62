package cache

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/weft-graphql/weft/router/cache/clock"
	"github.com/weft-graphql/weft/router/cache/connection"
	"github.com/weft-graphql/weft/router/cache/redistest"
)

// replicas are caches that share a Redis and a shop of products.
type replicas struct {
	t      *testing.T
	server *redistest.Server
	caches []*Cache
	asks   []*ask
	up     *shop
}

func newReplicas(t *testing.T, n int, cfg Config) *replicas {
	r := &replicas{t: t, server: redistest.Start(t), up: &shop{}}
	cfg.Redis.Addresses = []string{r.server.Addr}
	for range n {
		r.add(cfg)
	}
	r.up.set(product(1), `{"name":"Table"}`)
	r.up.set(product(2), `{"name":"Chair"}`)
	return r
}

func (r *replicas) add(cfg Config) {
	c, g := openCache(r.t, loadShop(r.t), cfg)
	r.caches = append(r.caches, c)
	r.asks = append(r.asks, newAsk(r.t, g, "products", "Product", "upc", "", "{ name }"))
}

// get asks replica i for product 1 and returns its name.
func (r *replicas) get(i int) string {
	r.t.Helper()
	return r.asks[i].must(r.t, r.caches[i], []string{product(1)}, r.up.upstream).values[0]
}

func (r *replicas) invalidate(i int, what Invalidation) InvalidationResult {
	r.t.Helper()
	res, err := r.caches[i].Invalidate(context.Background(), what)
	if err != nil {
		r.t.Fatal(err)
	}
	return res
}

var productOne = Invalidation{Kind: "entity", Type: "Product", Key: []byte(`{"upc":"1"}`)}

func TestEveryKindReachesEveryReplica(t *testing.T) {
	// Values in process would live for an hour: what the other replica sees of the invalidation is its message.
	r := newReplicas(t, 2, Config{L1: L1Config{TTL: time.Hour}, Sync: time.Hour})
	r.up.header = map[string]string{"Cache-Control": "max-age=3600"}
	r.up.extensions = `{"apolloEntityCacheTags":[["furniture","legs"]]}`
	for _, what := range []Invalidation{
		productOne,
		{Kind: "type", Subgraph: "products", Type: "Product"},
		{Kind: "subgraph", Subgraph: "products"},
		{Kind: "cache_tag", Subgraphs: []string{"products"}, Tag: "legs"},
		{Kind: "cache_tag", Tag: "furniture"},
		{Kind: "all"},
	} {
		t.Run(what.Kind, func(t *testing.T) {
			for i := range r.caches {
				same(t, "before", r.get(i), `{"name":"Table"}`)
			}
			calls := r.up.count()
			same(t, "again", r.get(0), r.get(1))
			same(t, "both are warm", r.up.count(), calls)
			r.invalidate(0, what)
			r.up.set(product(1), `{"name":"Desk"}`)
			same(t, "the replica that was told", r.get(0), `{"name":"Desk"}`)
			redistest.Eventually(t, "the other replica follows", func() bool { return r.get(1) == `{"name":"Desk"}` })
			r.up.set(product(1), `{"name":"Table"}`)
			r.invalidate(0, Invalidation{Kind: "all"})
			redistest.Eventually(t, "the next round can begin", func() bool { return r.get(1) == `{"name":"Table"}` })
		})
	}
}

func TestOtherSubgraphsAndTypesStay(t *testing.T) {
	r := newReplicas(t, 1, Config{L1: L1Config{Disabled: true}})
	for _, what := range []Invalidation{
		{Kind: "subgraph", Subgraph: "reviews"},
		{Kind: "type", Subgraph: "reviews", Type: "Review"},
		{Kind: "type", Subgraph: "inventory", Type: "Product"},
		{Kind: "entity", Type: "Product", Key: []byte(`{"upc":"2"}`)},
		{Kind: "cache_tag", Subgraph: "products", Tag: "none"},
	} {
		r.get(0)
		calls := r.up.count()
		r.invalidate(0, what)
		r.get(0)
		same(t, what.Kind, r.up.count(), calls)
	}
}

func TestCountsOfInvalidation(t *testing.T) {
	r := newReplicas(t, 1, Config{})
	same(t, "nothing stored", r.invalidate(0, productOne).Count, 0)
	r.get(0)
	same(t, "one entity", r.invalidate(0, productOne).Count, 1)
	same(t, "a subgraph", r.invalidate(0, Invalidation{Kind: "subgraph", Subgraphs: []string{"products", "reviews"}}).Count, 2)
}

func TestWrongInvalidationsSayWhatIsWrong(t *testing.T) {
	c, _ := openCache(t, loadShop(t), Config{})
	for _, test := range []struct {
		i    Invalidation
		want string
	}{
		{Invalidation{}, `"kind" is missing`},
		{Invalidation{Kind: "table"}, `"table" is unknown`},
		{Invalidation{Kind: "subgraph"}, `needs "subgraph"`},
		{Invalidation{Kind: "subgraph", Subgraph: "shoes"}, `no subgraph "shoes"`},
		{Invalidation{Kind: "type"}, `needs "type"`},
		{Invalidation{Kind: "cache_tag"}, `needs "cache_tag"`},
		{Invalidation{Kind: "entity", Type: "Product"}, `needs "key"`},
		{Invalidation{Kind: "entity", Type: "Product", Key: []byte(`{"upc":`)}, `needs "key"`},
		{Invalidation{Kind: "entity", Type: "Product", Key: []byte(`{"ean":"1"}`)}, `no key of type Product`},
	} {
		_, err := c.Invalidate(context.Background(), test.i)
		if err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%+v: error %v, want it to contain %q", test.i, err, test.want)
		}
	}
}

func TestTagsOfTheSchema(t *testing.T) {
	s := redistest.Start(t)
	c, g := openCache(t, loadShop(t), redisOnly(s.Addr))
	reviews := newAsk(t, g, "reviews", "Product", "upc", "", "{ reviews { id } }")
	up := func(reps []string) subgraphAnswer {
		a := subgraphAnswer{}
		for range reps {
			a.entities = append(a.entities, `{"reviews":[{"id":"r1"}]}`)
		}
		return a
	}
	reps := []string{product(1), product(2)}
	reviews.must(t, c, reps, up)
	same(t, "tags", stored(t, c, "Product", `{"upc":"1"}`)["reviews~"].Tags, []string{"reviews-of-1"})
	if _, err := c.Invalidate(context.Background(), Invalidation{Kind: "cache_tag", Subgraph: "reviews", Tag: "reviews-of-1"}); err != nil {
		t.Fatal(err)
	}
	same(t, "only the tagged one", reviews.must(t, c, reps, up).fetched, []string{product(1)})

	root := newAsk(t, g, "products", "Query", "", "", `query ($u: ID!) { product(upc: $u) { name } }`, "u")
	fetch := func() int {
		r, err := root.run(context.Background(), c.Visit(VisitOptions{}), variableValues{`"7"`}, nil, func([]string) subgraphAnswer {
			return subgraphAnswer{entities: []string{`{"product":{"name":"x"}}`}}
		})
		if err != nil {
			t.Fatal(err)
		}
		settle(t, c)
		return len(r.fetched)
	}
	fetch()
	same(t, "root field, warm", fetch(), 0)
	if _, err := c.Invalidate(context.Background(), Invalidation{Kind: "cache_tag", Subgraph: "products", Tag: "product-7"}); err != nil {
		t.Fatal(err)
	}
	same(t, "root field, invalidated by its argument's tag", fetch(), 1)
}

func TestWhatContainsAnEntityFollowsIt(t *testing.T) {
	s := redistest.Start(t)
	for name, cfg := range map[string]Config{"redis": redisOnly(s.Addr), "process": {}} {
		t.Run(name, func(t *testing.T) {
			c, g := openCache(t, loadShop(t), cfg)
			list := newAsk(t, g, "products", "Query", "", "", `{ topProducts { upc name } }`)
			one := newAsk(t, g, "products", "Query", "", "", `{ product(upc: "1") { id: upc name } }`)
			keyless := newAsk(t, g, "products", "Query", "", "", `{ product(upc: "1") { price } }`)
			none := newAsk(t, g, "products", "Query", "", "", `{ product(upc: "3") { upc } }`)
			nested := newAsk(t, g, "reviews", "Product", "upc", "", "{ reviews { id author { id } } }")
			fetches := func() []int {
				var n []int
				for _, x := range []struct {
					a    *ask
					rep  string
					data string
				}{
					{list, "", `{"topProducts":[{"upc":"1","name":"Table"},{"upc":"2","name":"Chair"}]}`},
					{one, "", `{"product":{"id":"1","name":"Table"}}`},
					{keyless, "", `{"product":{"price":3}}`},
					{none, "", `{"product":null}`},
					{nested, product(1), `{"reviews":[{"id":"r1","author":{"id":"u1"}}]}`},
				} {
					r := x.a.must(t, c, []string{x.rep}, func([]string) subgraphAnswer { return subgraphAnswer{entities: []string{x.data}} })
					n = append(n, len(r.fetched))
				}
				return n
			}
			changed := func(typ, key string) {
				if _, err := c.Invalidate(context.Background(), Invalidation{Kind: "entity", Type: typ, Key: []byte(key)}); err != nil {
					t.Fatal(err)
				}
			}
			fetches()
			same(t, "warm", fetches(), []int{0, 0, 0, 0, 0})
			changed("Product", `{"upc":"2"}`)
			same(t, "a product changed: its list, where nobody knows which it is, and where there was none", fetches(), []int{1, 0, 1, 1, 0})
			changed("Product", `{"upc":"1"}`)
			same(t, "the product itself", fetches(), []int{1, 1, 1, 1, 1})
			changed("User", `{"id":"u1"}`)
			same(t, "an author", fetches(), []int{0, 0, 0, 0, 1})
			changed("Review", `{"id":"other"}`)
			same(t, "another review", fetches(), []int{0, 0, 0, 0, 0})
			everyOne := func(typ string) {
				if _, err := c.Invalidate(context.Background(), Invalidation{Kind: "type", Type: typ}); err != nil {
					t.Fatal(err)
				}
			}
			everyOne("User")
			same(t, "all authors", fetches(), []int{0, 0, 0, 0, 1})
			everyOne("Product")
			same(t, "all products", fetches(), []int{1, 1, 1, 1, 1})
		})
	}
}

// The heart of reading one's own writes: data read before a write must not be stored after the write was announced.
func TestAFetchFromBeforeAnInvalidationIsNotRemembered(t *testing.T) {
	for _, kind := range []Invalidation{
		productOne, {Kind: "type", Subgraph: "products", Type: "Product"}, {Kind: "subgraph", Subgraph: "products"}, {Kind: "all"},
	} {
		for _, from := range []int{0, 1} {
			r := newReplicas(t, 2, Config{Sync: time.Hour})
			_, err := r.asks[0].run(context.Background(), r.caches[0].Visit(VisitOptions{}), nil, []string{product(1)}, func(reps []string) subgraphAnswer {
				old := r.up.upstream(reps)
				r.up.set(product(1), `{"name":"Desk"}`)
				r.invalidate(from, kind)
				return old
			})
			if err != nil {
				t.Fatal(err)
			}
			settle(t, r.caches[0])
			want := `{"name":"Desk"}`
			redistest.Eventually(t, "the first replica knows", func() bool { return r.get(0) == want })
			same(t, "the second replica", r.get(1), want)
		}
	}
}

func TestMutationsInvalidateWhatTheyReturn(t *testing.T) {
	r := newReplicas(t, 2, Config{L1: L1Config{TTL: time.Hour}})
	ctx := context.Background()
	g := r.asks[0].graph
	inventory := newAsk(t, g, "inventory", "Product", "upc", "", "{ inStock }")
	stock := func() int {
		return len(inventory.must(t, r.caches[0], []string{product(1), product(2)}, func(reps []string) subgraphAnswer {
			a := subgraphAnswer{}
			for range reps {
				a.entities = append(a.entities, `{"inStock":true}`)
			}
			return a
		}).fetched)
	}
	warm := func() {
		r.get(0)
		r.get(1)
		stock()
		same(t, "warm", stock(), 0)
	}
	warm()
	r.up.set(product(1), `{"name":"Desk"}`)
	withKey := newAsk(t, g, "products", "Mutation", "", "", `{ rename(upc: "1", name: "Desk") { code: upc name } }`)
	v := r.caches[0].Visit(VisitOptions{})
	withKey.mutate(ctx, v, `{"rename":{"code":"1","name":"Desk"}}`, nil)
	same(t, "the replica of the mutation", r.get(0), `{"name":"Desk"}`)
	redistest.Eventually(t, "the other replica follows", func() bool { return r.get(1) == `{"name":"Desk"}` })
	same(t, "other subgraphs' data of the entity, and only that", stock(), 1)
	header, _ := v.CacheControl(false)
	same(t, "a mutation's answer", header, "no-store")

	// Without a key in the answer, or without an answer, nobody knows which product it was.
	noKey := newAsk(t, g, "products", "Mutation", "", "", `{ rename(upc: "1", name: "Stool") { name } }`)
	for i, run := range []func(){
		func() { noKey.mutate(ctx, nil, `{"rename":{"name":"Stool"}}`, nil) },
		func() { withKey.mutate(ctx, nil, ``, errors.New("it took too long")) },
	} {
		warm()
		r.up.set(product(1), []string{`{"name":"Stool"}`, `{"name":"Bench"}`}[i])
		run()
		same(t, "after it", r.get(0), []string{`{"name":"Stool"}`, `{"name":"Bench"}`}[i])
	}
}

func TestSubgraphsInvalidateByExtension(t *testing.T) {
	r := newReplicas(t, 1, Config{})
	r.get(0)
	other := newAsk(t, r.asks[0].graph, "reviews", "Product", "upc", "", "{ reviews { id } }")
	r.up.set(product(1), `{"name":"Desk"}`)
	other.must(t, r.caches[0], []string{product(2)}, func([]string) subgraphAnswer {
		return subgraphAnswer{
			entities:   []string{`{"reviews":null}`},
			extensions: `{"invalidation":[{"kind":"entity","subgraph":"products","type":"Product","key":{"upc":"1"}}]}`,
		}
	})
	same(t, "after the extension", r.get(0), `{"name":"Desk"}`)
	// What is not understood does no harm.
	other.must(t, r.caches[0], []string{product(3)}, func([]string) subgraphAnswer {
		return subgraphAnswer{entities: []string{`{"reviews":null}`}, extensions: `{"invalidation":{"kind":7}}`}
	})
}

func TestEndpoint(t *testing.T) {
	r := newReplicas(t, 1, Config{})
	h, err := r.caches[0].Endpoint("correct horse")
	if err != nil {
		t.Fatal(err)
	}
	post := func(method, key, body string) (int, string) {
		req := httptest.NewRequest(method, "/invalidation", strings.NewReader(body))
		req.Header.Set("Authorization", key)
		rec := httptest.NewRecorder()
		h.ServeHTTP(rec, req)
		return rec.Code, strings.TrimSpace(rec.Body.String())
	}
	r.get(0)
	r.up.set(product(1), `{"name":"Desk"}`)
	for _, test := range []struct {
		method, key, body string
		status            int
		want              string
	}{
		{http.MethodGet, "correct horse", `[]`, 405, "POST"},
		{http.MethodPost, "", `[{"kind":"subgraph","subgraph":"products"}]`, 401, "shared key"},
		{http.MethodPost, "correct horsE", `[{"kind":"subgraph","subgraph":"products"}]`, 401, "shared key"},
		{http.MethodPost, "correct horse", `{"kind":"subgraph"}`, 400, "JSON array"},
		{http.MethodPost, "correct horse", `[]`, 400, "1 to 10000"},
		{http.MethodPost, "correct horse", `[{"kind":"type","subgraph":"products"}]`, 400, "needs"},
		{http.MethodPost, "correct horse", `[` + strings.Repeat(" ", maxInvalidationBody) + `]`, 413, "larger"},
	} {
		status, body := post(test.method, test.key, test.body)
		if status != test.status || !strings.Contains(body, test.want) {
			t.Errorf("%s %.60s: %d %s", test.method, test.body, status, body)
		}
	}
	same(t, "nothing happened so far", r.get(0), `{"name":"Table"}`)
	status, body := post(http.MethodPost, "correct horse", `[{"kind":"entity","type":"Product","key":{"upc":"1"}},{"kind":"type","subgraph":"reviews","type":"User"}]`)
	same(t, "answer", []any{status, body}, []any{202, `{"count":2}`})
	same(t, "after it", r.get(0), `{"name":"Desk"}`)
	r.server.Stop()
	status, _ = post(http.MethodPost, "correct horse", `[{"kind":"subgraph","subgraph":"products"}]`)
	same(t, "without Redis", status, 503)
	if _, err := r.caches[0].Endpoint("short"); err == nil {
		t.Error("a short key was accepted")
	}
}

// With and without a cache in process: what a replica was not told, and what is still in Redis although it was
// invalidated, counts no more once the table in Redis was read.
func TestMissedMessagesAreCaughtUp(t *testing.T) {
	for _, disabled := range []bool{false, true} {
		r := newReplicas(t, 1, Config{L1: L1Config{TTL: time.Hour, Disabled: disabled}, Sync: 10 * time.Millisecond})
		r.get(0)
		// Another replica's invalidation whose message got lost and that did not get to the entity's hash.
		r.up.set(product(1), `{"name":"Desk"}`)
		client := r.server.Client()
		member := clock.EntityMember("products", "Product", []byte(`{"upc":"1"}`))
		keys := r.caches[0].keys
		other := clock.NewTable(clock.NewVersions(1000), connection.NewScripts(client), clock.TableOptions{
			Epochs: keys.Epochs(), Deps: keys.Deps(), Channel: "nobody-listens", MaxTracked: 1000, Keep: 24 * time.Hour,
		})
		_, err := other.Tick(context.Background(), []string{member})
		_ = client.Close()
		if err != nil {
			t.Fatal(err)
		}
		redistest.Eventually(t, "the sync brings it", func() bool { return r.get(0) == `{"name":"Desk"}` })
	}
}

// A replica that hears nothing at all still sees an entity's invalidation at once when it asks Redis, and does not
// spoil it with what it fetched before.
func TestWhoAsksRedisNeedsNoMessage(t *testing.T) {
	rules := "deaf on nopass ~* resetchannels +@all"
	r := &replicas{t: t, up: &shop{}, server: redistest.Start(t, append([]string{"--user"}, strings.Fields(rules)...)...)}
	cfg := Config{Sync: time.Hour, L1: L1Config{Disabled: true}, Redis: connection.Config{Addresses: []string{r.server.Addr}}}
	r.add(Config{Sync: cfg.Sync, L1: cfg.L1, Redis: connection.Config{Addresses: cfg.Redis.Addresses, Username: "deaf", Password: "x"}})
	r.add(cfg)
	r.up.set(product(1), `{"name":"Table"}`)
	deaf := r.caches[0]
	_, err := r.asks[0].run(context.Background(), deaf.Visit(VisitOptions{}), nil, []string{product(1)}, func(reps []string) subgraphAnswer {
		old := r.up.upstream(reps)
		r.up.set(product(1), `{"name":"Desk"}`)
		r.invalidate(1, productOne)
		return old
	})
	if err != nil {
		t.Fatal(err)
	}
	settle(t, deaf)
	same(t, "the deaf one", r.get(0), `{"name":"Desk"}`)
	same(t, "the one that can hear", r.get(1), `{"name":"Desk"}`)
	r.up.set(product(1), `{"name":"Stool"}`)
	r.invalidate(1, productOne)
	same(t, "the deaf one again", r.get(0), `{"name":"Stool"}`)
}

func TestInvalidationJSON(t *testing.T) {
	var list []Invalidation
	body := `[{"kind":"cache_tag","subgraphs":["posts"],"cache_tag":"user-42"},{"kind":"type","subgraph":"a","type":"T"},{"kind":"entity","subgraph":"a","type":"T","key":{"id":"1"}}]`
	if err := json.Unmarshal([]byte(body), &list); err != nil {
		t.Fatal(err)
	}
	same(t, "tag", []any{list[0].Tag, list[0].Subgraphs}, []any{"user-42", []string{"posts"}})
	same(t, "key", string(list[2].Key), `{"id":"1"}`)
}

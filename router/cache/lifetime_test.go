package cache

import (
	"context"
	"net/http"
	"testing"
	"time"

	"github.com/weft-graphql/weft/router/cache/policy"
	"github.com/weft-graphql/weft/router/cache/redistest"
)

// lifetimeRig fetches Product.name of one product again and again.
type lifetimeRig struct {
	t   *testing.T
	c   *Cache
	ask *ask
	up  *shop
	clk *wallClock
}

func newLifetimeRig(t *testing.T, cfg Config) *lifetimeRig {
	r := &lifetimeRig{t: t, up: &shop{}, clk: &wallClock{}}
	cfg.Now = r.clk.now
	c, g := openCache(t, loadShop(t), cfg)
	r.c, r.ask = c, newAsk(t, g, "products", "Product", "upc", "", "{ name }")
	r.up.set(product(1), `{"name":"Table"}`)
	return r
}

// as fetches for a caller and tells whether the subgraph was asked.
func (r *lifetimeRig) as(o VisitOptions, wantFetch bool) *Visit {
	r.t.Helper()
	v := r.c.Visit(o)
	res, err := r.ask.run(context.Background(), v, nil, []string{product(1)}, r.up.upstream)
	if err != nil {
		r.t.Fatal(err)
	}
	settle(r.t, r.c)
	if got := len(res.fetched) == 1; got != wantFetch {
		r.t.Errorf("fetched: %v, want %v", got, wantFetch)
	}
	return v
}

func (r *lifetimeRig) fetches(want bool) *Visit {
	r.t.Helper()
	return r.as(VisitOptions{}, want)
}

func (r *lifetimeRig) says(cacheControl string, more ...string) {
	r.up.header = map[string]string{"Cache-Control": cacheControl}
	for i := 0; i+1 < len(more); i += 2 {
		r.up.header[more[i]] = more[i+1]
	}
}

func TestLifetimeComesFromTheAnswer(t *testing.T) {
	for _, test := range []struct {
		header, age string
		config      time.Duration
		// lives is how long the value may be used.
		lives time.Duration
	}{
		{"max-age=30", "", time.Minute, 30 * time.Second},
		{"max-age=30, s-maxage=10", "", time.Minute, 10 * time.Second},
		{"max-age=30", "20", time.Minute, 10 * time.Second},
		{"max-age=30", "40", time.Minute, 0},
		{"public", "", 20 * time.Second, 20 * time.Second},
		{"", "", 20 * time.Second, 20 * time.Second},
		{"no-store", "", time.Minute, 0},
		{"no-cache", "", time.Minute, 0},
		{"private, max-age=30", "", time.Minute, 0},
		{"max-age=99999999", "", time.Minute, 24 * time.Hour},
	} {
		t.Run(test.header+"|"+test.age, func(t *testing.T) {
			r := newLifetimeRig(t, Config{TTL: test.config})
			r.says(test.header, "Age", test.age)
			r.fetches(true)
			if test.lives > 0 {
				r.clk.advance(test.lives - 5*time.Second)
				r.fetches(false)
				r.clk.advance(5 * time.Second)
			}
			r.fetches(true)
		})
	}
}

func TestLifetimeComesFromTheSchema(t *testing.T) {
	var clk wallClock
	c, g := openCache(t, loadShop(t), Config{Now: clk.now})
	up := &shop{}
	up.set(product(1), `{"name":"Table","volatile":1}`)
	both := newAsk(t, g, "products", "Product", "upc", "", "{ name volatile }")
	both.must(t, c, []string{product(1)}, up.upstream)
	clk.advance(8 * time.Second)
	name := newAsk(t, g, "products", "Product", "upc", "", "{ name }")
	same(t, "the other field is still there", name.must(t, c, []string{product(1)}, nil).fetched, []string{})
	same(t, "the field with maxAge: 7 is not", len(both.must(t, c, []string{product(1)}, up.upstream).fetched), 1)
}

func TestDefaultsBySubgraphAndType(t *testing.T) {
	cfg := Config{TTL: time.Hour, Subgraphs: map[string]policy.Subgraph{
		"products":  {TTL: time.Minute, Types: map[string]policy.Type{"Query": {TTL: time.Second}, "Brand": {Disabled: true}}},
		"inventory": {Disabled: true},
	}}
	for _, test := range []struct {
		subgraph, typ string
		ttl           time.Duration
		disabled      bool
	}{
		{"accounts", "User", time.Hour, false}, {"products", "Product", time.Minute, false},
		{"products", "Query", time.Second, false}, {"products", "Brand", time.Minute, true}, {"inventory", "Product", time.Hour, true},
	} {
		if p := cfg.policyFor(test.subgraph, test.typ); p.TTL != test.ttl || p.Disabled != test.disabled {
			t.Errorf("%s.%s: ttl %v disabled %v", test.subgraph, test.typ, p.TTL, p.Disabled)
		}
	}
}

func TestDisabledSubgraphIsNotCached(t *testing.T) {
	r := newLifetimeRig(t, Config{Subgraphs: map[string]policy.Subgraph{"products": {Disabled: true}}})
	r.says("max-age=60")
	r.fetches(true)
	v := r.fetches(true)
	header, _ := v.CacheControl(false)
	same(t, "the client may cache all the same", header, "public, max-age=60")
}

func TestPrivateAnswersBelongToOneCaller(t *testing.T) {
	s := redistest.Start(t)
	for name, cfg := range map[string]Config{"redis": redisOnly(s.Addr), "process": {}} {
		t.Run(name, func(t *testing.T) {
			cfg.Subgraphs = map[string]policy.Subgraph{"products": {Private: true}}
			r := newLifetimeRig(t, cfg)
			r.says("private, max-age=60")
			ada, bob := VisitOptions{Identity: "ada"}, VisitOptions{Identity: "bob"}
			r.as(VisitOptions{}, true)
			r.as(VisitOptions{}, true) // nothing private is stored without an identity
			r.as(ada, true)
			v := r.as(ada, false)
			header, _ := v.CacheControl(false)
			same(t, "the answer says", header, "private, max-age=60")
			r.as(bob, true)
			r.as(bob, false)
			r.as(VisitOptions{}, true)
			// The entity's invalidation reaches every caller's values.
			if _, err := r.c.Invalidate(context.Background(), Invalidation{Kind: "entity", Type: "Product", Key: []byte(`{"upc":"1"}`)}); err != nil {
				t.Fatal(err)
			}
			r.as(ada, true)
			r.as(bob, true)
		})
	}
}

func TestPrivateFieldsOfTheSchema(t *testing.T) {
	c, g := openCache(t, loadShop(t), Config{Subgraphs: map[string]policy.Subgraph{"accounts": {Private: true}}})
	a := newAsk(t, g, "accounts", "User", "id", "", "{ name cart }")
	rep := `{"__typename":"User","id":"1"}`
	up := func([]string) subgraphAnswer {
		return subgraphAnswer{entities: []string{`{"name":"Ada","cart":"full"}`}}
	}
	run := func(identity string, a *ask) int {
		r, err := a.run(context.Background(), c.Visit(VisitOptions{Identity: identity}), nil, []string{rep}, up)
		if err != nil {
			t.Fatal(err)
		}
		settle(t, c)
		return len(r.fetched)
	}
	same(t, "first", run("ada", a), 1)
	same(t, "again", run("ada", a), 0)
	same(t, "somebody else", run("bob", a), 1)
	same(t, "somebody else, the public field", run("eve", newAsk(t, g, "accounts", "User", "id", "", "{ name }")), 0)
}

func TestVaryHeadersArePartOfTheKey(t *testing.T) {
	s := redistest.Start(t)
	for name, cfg := range map[string]Config{"redis": redisOnly(s.Addr), "process": {}} {
		t.Run(name, func(t *testing.T) {
			cfg.Subgraphs = map[string]policy.Subgraph{"products": {Vary: []string{"Accept-Language"}}}
			r := newLifetimeRig(t, cfg)
			r.says("max-age=60", "Vary", "accept-language")
			in := func(language string) VisitOptions {
				h := http.Header{"Accept-Language": {language}}
				return VisitOptions{Header: h.Values}
			}
			r.as(in("de"), true)
			r.as(in("de"), false)
			r.as(in("fr"), true)
			r.as(in("de"), false)
			r.as(VisitOptions{}, true)
			lines := http.Header{"Accept-Language": {"de", "fr"}}
			r.as(VisitOptions{Header: lines.Values}, true) // not that of the first line alone
			r.as(VisitOptions{Header: lines.Values}, false)
			if _, err := r.c.Invalidate(context.Background(), Invalidation{Kind: "entity", Type: "Product", Key: []byte(`{"upc":"1"}`)}); err != nil {
				t.Fatal(err)
			}
			r.as(in("de"), true)
		})
	}
}

func TestUndeclaredVaryIsNotStored(t *testing.T) {
	r := newLifetimeRig(t, Config{})
	r.says("max-age=60", "Vary", "Cookie")
	r.fetches(true)
	r.fetches(true)
}

func TestErrorsAreNotStored(t *testing.T) {
	c, g := openCache(t, loadShop(t), Config{})
	a := newAsk(t, g, "products", "Product", "upc", "", "{ name }")
	up := func(reps []string) subgraphAnswer {
		ans := subgraphAnswer{failed: map[int]bool{}}
		for i, r := range reps {
			ans.entities = append(ans.entities, `{"name":null}`)
			ans.failed[i] = r == product(1)
		}
		return ans
	}
	reps := []string{product(1), product(2)}
	a.must(t, c, reps, up)
	same(t, "the one with an error", a.must(t, c, reps, up).fetched, []string{product(1)})

	status := newAsk(t, g, "products", "Product", "upc", "", "{ price }")
	failing := func([]string) subgraphAnswer { return subgraphAnswer{entities: []string{`{"price":1}`}, status: 500} }
	status.must(t, c, []string{product(1)}, failing)
	same(t, "status 500", len(status.must(t, c, []string{product(1)}, failing).fetched), 1)
}

func TestRequestDirectives(t *testing.T) {
	r := newLifetimeRig(t, Config{RequestNoCache: true})
	r.fetches(true)
	r.fetches(false)
	r.as(VisitOptions{CacheControl: "no-cache"}, true)
	r.up.set(product(1), `{"name":"Desk"}`)
	r.as(VisitOptions{CacheControl: "no-cache"}, true) // stores the new name
	r.fetches(false)
	v := r.as(VisitOptions{CacheControl: "no-store"}, true)
	header, _ := v.CacheControl(false)
	same(t, "answer to no-store", header, "no-store")

	r = newLifetimeRig(t, Config{})
	r.fetches(true)
	r.as(VisitOptions{CacheControl: "no-cache"}, false) // not allowed, so it has no effect

	r = newLifetimeRig(t, Config{RequestNoCache: true})
	r.as(VisitOptions{CacheControl: "no-store"}, true)
	r.fetches(true) // nothing was stored
}

func TestTheClientsCacheControl(t *testing.T) {
	var clk wallClock
	c, g := openCache(t, loadShop(t), Config{Now: clk.now})
	products := newAsk(t, g, "products", "Product", "upc", "", "{ name }")
	reviews := newAsk(t, g, "reviews", "Product", "upc", "", "{ reviews { id } }")
	one := func(entity, header, age string) upstreamFunc {
		return func([]string) subgraphAnswer {
			return subgraphAnswer{entities: []string{entity}, header: map[string]string{"Cache-Control": header, "Age": age}}
		}
	}
	run := func(v *Visit, a *ask, up upstreamFunc) {
		if _, err := a.run(context.Background(), v, nil, []string{product(1)}, up); err != nil {
			t.Fatal(err)
		}
		settle(t, c)
	}
	says := func(what string, v *Visit, header string, age int) {
		t.Helper()
		h, a := v.CacheControl(false)
		same(t, what, []any{h, a}, []any{header, age})
	}
	v := c.Visit(VisitOptions{})
	says("nothing fetched", v, "", 0)
	run(v, products, one(`{"name":"Table"}`, "max-age=100", ""))
	run(v, reviews, one(`{"reviews":[]}`, "max-age=60", "20"))
	says("the shortest part", v, "public, max-age=60", 20)

	clk.advance(10 * time.Second)
	v = c.Visit(VisitOptions{})
	run(v, products, nil)
	run(v, reviews, nil)
	says("from the cache, ten seconds later", v, "public, max-age=60", 30)
	h, _ := v.CacheControl(true)
	same(t, "with errors", h, "no-store")

	v = c.Visit(VisitOptions{})
	run(v, newAsk(t, g, "products", "Product", "upc", "", "{ price }"), one(`{"price":1}`, "no-store", ""))
	run(v, products, nil)
	says("a part that must not be stored", v, "no-store", 0)

	v = c.Visit(VisitOptions{})
	run(v, newAsk(t, g, "products", "Product", "upc", "", "{ weight }"), one(`{"weight":1}`, "private, max-age=50", ""))
	says("a private part", v, "private, max-age=50", 0)
}

func TestStaleWhileRevalidate(t *testing.T) {
	s := redistest.Start(t)
	for name, cfg := range map[string]Config{"redis": redisOnly(s.Addr), "process": {}} {
		t.Run(name, func(t *testing.T) {
			cfg.Subgraphs = map[string]policy.Subgraph{"products": {Types: map[string]policy.Type{
				"Product": {Stale: &policy.Stale{WhileRevalidate: 30 * time.Second}},
			}}}
			r := newLifetimeRig(t, cfg)
			r.says("max-age=10")
			r.fetches(true)
			r.clk.advance(15 * time.Second)
			r.up.set(product(1), `{"name":"Desk"}`)
			res, err := r.ask.run(context.Background(), r.c.Visit(VisitOptions{}), nil, []string{product(1)}, r.up.upstream)
			if err != nil {
				t.Fatal(err)
			}
			same(t, "the old value is served", res.values, []string{`{"name":"Table"}`})
			same(t, "and fetched in the background", res.fetched, []string{product(1)})
			settle(t, r.c)
			res, _ = r.ask.run(context.Background(), r.c.Visit(VisitOptions{}), nil, []string{product(1)}, nil)
			same(t, "then the new one", res.values, []string{`{"name":"Desk"}`})
			r.clk.advance(41 * time.Second)
			r.up.set(product(1), `{"name":"Stool"}`)
			res, _ = r.ask.run(context.Background(), r.c.Visit(VisitOptions{}), nil, []string{product(1)}, r.up.upstream)
			same(t, "beyond the window", res.values, []string{`{"name":"Stool"}`})
		})
	}
}

func TestStaleIfError(t *testing.T) {
	s := redistest.Start(t)
	for name, cfg := range map[string]Config{"redis": redisOnly(s.Addr), "process": {}} {
		t.Run(name, func(t *testing.T) {
			cfg.Stale = policy.Stale{IfError: time.Minute}
			r := newLifetimeRig(t, cfg)
			r.says("max-age=10")
			r.fetches(true)
			r.clk.advance(30 * time.Second)
			r.up.down = true
			res, err := r.ask.run(context.Background(), r.c.Visit(VisitOptions{}), nil, []string{product(1)}, r.up.upstream)
			if err != nil {
				t.Fatal(err)
			}
			same(t, "served", res.values, []string{`{"name":"Table"}`})
			// What was invalidated is never served again, error or not.
			if _, err := r.c.Invalidate(context.Background(), Invalidation{Kind: "entity", Type: "Product", Key: []byte(`{"upc":"1"}`)}); err != nil {
				t.Fatal(err)
			}
			if _, err = r.ask.run(context.Background(), r.c.Visit(VisitOptions{}), nil, []string{product(1)}, r.up.upstream); err == nil {
				t.Error("an invalidated value was served")
			}
		})
	}
	t.Run("not allowed", func(t *testing.T) {
		r := newLifetimeRig(t, Config{})
		r.says("max-age=10, stale-if-error=100")
		r.fetches(true)
		r.clk.advance(30 * time.Second)
		r.up.down = true
		if _, err := r.ask.run(context.Background(), r.c.Visit(VisitOptions{}), nil, []string{product(1)}, r.up.upstream); err == nil {
			t.Error("served although it was not configured")
		}
	})
}

// Whoever looks at a stored value learns when it ends, and who says so.
func TestInspectTellsWhyAValueEnds(t *testing.T) {
	s := redistest.Start(t)
	for _, test := range []struct {
		header, selection, field string
		entity, want             string
	}{
		{"max-age=30", "{ name }", "name", `{"name":"Table"}`, "the answer's Cache-Control"},
		{"max-age=30", "{ volatile }", "volatile", `{"volatile":1}`, "@cacheControl in the schema"},
		{"max-age=3", "{ volatile }", "volatile", `{"volatile":1}`, "the answer's Cache-Control"},
		{"", "{ name }", "name", `{"name":"Table"}`, "the configured ttl"},
		{"max-age=99999999", "{ name }", "name", `{"name":"Table"}`, "max_ttl"},
		{"max-age=30", "{ name }", negativeName, `null`, "negative_ttl"},
	} {
		c, g := openCache(t, loadShop(t), redisOnly(s.Addr))
		up := func([]string) subgraphAnswer {
			return subgraphAnswer{entities: []string{test.entity}, header: map[string]string{"Cache-Control": test.header}}
		}
		newAsk(t, g, "products", "Product", "upc", "", test.selection).must(t, c, []string{product(1)}, up)
		same(t, test.header+" "+test.field, stored(t, c, "Product", `{"upc":"1"}`)[test.field].EndsBy, test.want)
		if _, err := c.Invalidate(context.Background(), Invalidation{Kind: "all"}); err != nil {
			t.Fatal(err)
		}
	}
}

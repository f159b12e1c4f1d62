package cache

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/weft-graphql/weft/router/cache/connection"
	"github.com/weft-graphql/weft/router/cache/policy"
	"github.com/weft-graphql/weft/router/cache/redistest"
)

// many are n representations, for which up answers with names of some length.
func many(n, length int) (reps []string, up *shop) {
	up = &shop{}
	for i := range n {
		reps = append(reps, product(i))
		up.set(product(i), fmt.Sprintf(`{"name":%q}`, strings.Repeat("x", length)))
	}
	return reps, up
}

func TestWhatWaitsToBeWrittenIsBoundedAndDropsAreCounted(t *testing.T) {
	s := redistest.Start(t)
	cfg := redisOnly(s.Addr)
	cfg.Writes.MaxBytes = 20_000
	c, g := openCache(t, loadShop(t), cfg)
	a := newAsk(t, g, "products", "Product", "upc", "", "{ name }")
	reps, up := many(50, 1000)
	same(t, "answered all the same", len(a.must(t, c, reps, up.upstream).values), 50)
	if st := c.Stats(); st.WriteDrops != 50 || st.Written != 0 || st.Waiting != 0 {
		t.Errorf("50 KB against a bound of 20: %+v", st)
	}
	a.must(t, c, reps[:5], up.upstream)
	if st := c.Stats(); st.WriteDrops != 50 || st.Written != 5 || st.Waiting != 0 {
		t.Errorf("what fits is written: %+v", st)
	}
}

func TestTheCacheInProcessIsBoundedByBytes(t *testing.T) {
	const bound = 256 << 10
	c, g := openCache(t, loadShop(t), Config{L1: L1Config{MaxBytes: bound}})
	a := newAsk(t, g, "products", "Product", "upc", "", "{ name }")
	reps, up := many(2000, 1000)
	for i := 0; i < len(reps); i += 100 {
		a.must(t, c, reps[i:i+100], up.upstream)
	}
	redistest.Eventually(t, "it is within its bound", func() bool { return c.Stats().LocalBytes <= bound })
	if st := c.Stats(); st.LocalEntries < 50 || st.LocalEntries > 300 {
		t.Errorf("%d entities of about 1 KB in %d bytes", st.LocalEntries, bound)
	}
}

func TestTheCacheInProcessAsksRedisAfterItsTime(t *testing.T) {
	s := redistest.Start(t)
	var clk wallClock
	c, g := openCache(t, loadShop(t), Config{Redis: connection.Config{Addresses: []string{s.Addr}}, L1: L1Config{TTL: 2 * time.Second}, Now: clk.now})
	a := newAsk(t, g, "products", "Product", "upc", "", "{ name }")
	reps, up := many(1, 5)
	a.must(t, c, reps, up.upstream)
	for _, step := range []struct {
		advance time.Duration
		trips   uint64
	}{{time.Second, 0}, {1500 * time.Millisecond, 1}, {time.Second, 0}} {
		clk.advance(step.advance)
		before := c.Stats().RoundTrips
		same(t, "fetched", a.must(t, c, reps, nil).fetched, []string{})
		same(t, fmt.Sprint("round trips after ", step.advance), c.Stats().RoundTrips-before, step.trips)
	}
}

func TestCountsByType(t *testing.T) {
	var clk wallClock
	c, g := openCache(t, loadShop(t), Config{Now: clk.now, TTL: time.Minute, Stale: policy.Stale{WhileRevalidate: time.Minute}})
	name := newAsk(t, g, "products", "Product", "upc", "", "{ name }")
	both := newAsk(t, g, "products", "Product", "upc", "", "{ name price }")
	up := &shop{}
	up.set(product(1), `{"name":"Table","price":1}`)
	name.must(t, c, []string{product(1), product(2)}, up.upstream) // two misses, of which one does not exist
	name.must(t, c, []string{product(1), product(2)}, nil)         // a hit, a null
	both.must(t, c, []string{product(1)}, up.upstream)             // has one field of two
	both.must(t, c, []string{product(1)}, nil)                     // a hit
	clk.advance(90 * time.Second)
	both.must(t, c, []string{product(1)}, up.upstream) // stale
	for _, st := range c.Stats().Types {
		got := []uint64{st.Hits, st.Nulls, st.Partial, st.Misses, st.Stale}
		want := []uint64{0, 0, 0, 0, 0}
		if st.Subgraph == "products" && st.Type == "Product" {
			want = []uint64{2, 1, 1, 2, 1}
		}
		same(t, st.Subgraph+"."+st.Type, got, want)
	}
}

// An invalidation of a type, a subgraph or a tag costs the same however many values it covers.
func TestWideInvalidationsCostTheSameHoweverMuchIsStored(t *testing.T) {
	s := redistest.Start(t)
	client := s.Client()
	defer func() { _ = client.Close() }()
	commands := func() (n int) {
		text, err := client.Info(context.Background(), "stats").Result()
		if err != nil {
			t.Fatal(err)
		}
		_, rest, _ := strings.Cut(text, "total_commands_processed:")
		if _, err := fmt.Sscanf(rest, "%d", &n); err != nil {
			t.Fatal(err)
		}
		return n
	}
	cfg := redisOnly(s.Addr)
	cfg.Sync = time.Hour
	c, g := openCache(t, loadShop(t), cfg)
	a := newAsk(t, g, "products", "Product", "upc", "", "{ name }")
	for _, what := range []Invalidation{
		{Kind: "type", Subgraph: "products", Type: "Product"}, {Kind: "subgraph", Subgraph: "products"},
		{Kind: "cache_tag", Subgraph: "products", Tag: "sale"}, {Kind: "all"},
	} {
		var cost []int
		for _, n := range []int{1, 10, 1000} {
			reps, up := many(n, 5)
			tags := strings.TrimSuffix(strings.Repeat(`["sale"],`, n), ",")
			up.extensions = `{"apolloEntityCacheTags":[` + tags + `]}`
			a.must(t, c, reps, up.upstream)
			before := commands()
			if _, err := c.Invalidate(context.Background(), what); err != nil {
				t.Fatal(err)
			}
			cost = append(cost, commands()-before)
			same(t, what.Kind+": fetched again", len(a.must(t, c, reps, up.upstream).fetched), n)
			if _, err := c.Invalidate(context.Background(), Invalidation{Kind: "all"}); err != nil {
				t.Fatal(err)
			}
		}
		if cost[0] != cost[1] || cost[1] != cost[2] {
			t.Errorf("%s costs %v commands with 1, 10 and 1000 values", what.Kind, cost)
		}
	}
}

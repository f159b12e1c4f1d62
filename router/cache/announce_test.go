package cache

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/weft-graphql/weft/router/cache/clock"
	"github.com/weft-graphql/weft/router/cache/redistest"
)

func TestManyEntitiesOfATypeAreItsWhole(t *testing.T) {
	c, _ := openCache(t, loadShop(t), Config{})
	add := func(to *targets, subgraph string, from, n int) {
		for i := range n {
			to.entity(c, subgraph, "Product", fmt.Appendf(nil, `{"upc":"%d"}`, from+i))
		}
	}
	var few targets
	add(&few, "products", 0, maxSingle)
	add(&few, "products", 0, maxSingle) // the same ones again
	if len(few.members) != maxSingle+1 || len(few.hashes) != maxSingle || few.whole != 0 {
		t.Errorf("%d members, %d hashes, %d whole ones", len(few.members), len(few.hashes), few.whole)
	}
	var many targets
	add(&many, "products", 0, maxSingle+1)
	add(&many, "products", 5000, 100)
	add(&many, "reviews", 0, 1)
	if len(many.members) != 4 || len(many.hashes) != 1 || many.whole != 1 {
		t.Errorf("%d members, %d hashes, %d whole ones", len(many.members), len(many.hashes), many.whole)
	}
	for _, member := range []string{clock.TypeMember("products", "Product"), clock.ChangedMember("products", "Product")} {
		if !slices.Contains(many.members, member) {
			t.Errorf("%s is missing in %q", member, many.members)
		}
	}
}

// The time of a look-up is far too short here for anything.
func TestAnInvalidationHasATimeOfItsOwn(t *testing.T) {
	server := redistest.Start(t)
	cfg := redisOnly(server.Addr)
	cfg.Timeout = time.Nanosecond
	c, g := openCache(t, loadShop(t), cfg)
	redistest.Eventually(t, "Redis is in use", c.breaker.Closed)
	mutation := newAsk(t, g, "products", "Mutation", "", "", "{ rename { upc name } }")
	before := c.Clock()
	mutation.mutate(context.Background(), c.Visit(VisitOptions{}), `{"rename":{"upc":"1","name":"Desk"}}`, nil)
	if c.pending.any() || !c.breaker.Closed() || c.Clock() == before {
		t.Errorf("waiting: %v, Redis in use: %v", c.pending.any(), c.breaker.Closed())
	}
}

func TestAnInvalidationIsTriedTwice(t *testing.T) {
	server := redistest.Start(t)
	proxy := redistest.StartProxy(t, server)
	cfg := redisOnly(proxy.Addr)
	cfg.Sync = time.Hour
	c, _ := openCache(t, loadShop(t), cfg)
	redistest.Eventually(t, "Redis is in use", c.breaker.Closed)
	for _, news := range []string{"", "some"} {
		proxy.CutAfter(0)
		ended, end := context.WithCancel(context.Background())
		end() // the client has gone
		res, err := c.InvalidateOnce(ended, news, Invalidation{Kind: "entity", Type: "Product", Key: []byte(`{"upc":"1"}`)})
		if err != nil || res.Deferred {
			t.Errorf("news %q: %+v, %v", news, res, err)
		}
		if proxy.Whole() {
			t.Errorf("news %q: nothing was cut", news)
		}
	}
}

func TestLookupsOfManyEntitiesHaveMoreTime(t *testing.T) {
	c := &Cache{cfg: Config{Timeout: 20 * time.Millisecond, WriteTimeout: time.Second}}
	for commands, want := range map[int]time.Duration{
		1: 20 * time.Millisecond, 500: 40 * time.Millisecond, 10_000: 420 * time.Millisecond, 1_000_000: time.Second,
	} {
		if got := c.timeoutFor(commands).Truncate(time.Millisecond); got != want {
			t.Errorf("%d commands: %s, want %s", commands, got, want)
		}
	}
	c.cfg.Timeout = 2 * time.Second
	if got := c.timeoutFor(1); got != 2*time.Second {
		t.Errorf("with a long timeout: %s", got)
	}
}

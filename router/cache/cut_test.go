package cache

import (
	"context"
	"testing"
	"time"

	"github.com/weft-graphql/weft/router/cache/policy"
	"github.com/weft-graphql/weft/router/cache/redistest"
)

// Whenever the connection is cut, no hash is left that never ends.
func TestACutConnectionLeavesNothingForEver(t *testing.T) {
	server := redistest.Start(t)
	proxy := redistest.StartProxy(t, server)
	client := server.Client()
	defer func() { _ = client.Close() }()
	cfg := redisOnly(proxy.Addr)
	// Nothing but what is stored is sent while a cut is to come.
	cfg.Sync = time.Hour
	cfg.Subgraphs = map[string]policy.Subgraph{"products": {Vary: []string{"Language"}}}
	c, g := openCache(t, loadShop(t), cfg)
	plain := newAsk(t, g, "inventory", "Product", "upc", "", "{ inStock }")
	varied := newAsk(t, g, "products", "Product", "upc", "", "{ name price }")
	up := &shop{}
	up.set(product(1), `{"name":"Table","price":3,"inStock":true}`)
	up.set(product(2), `{"name":"Chair","price":4,"inStock":true}`)
	reps := []string{product(1), product(2)}
	cuts := 0
	for _, a := range []*ask{plain, varied} {
		for at := 0; ; at += 61 {
			if err := client.FlushAll(context.Background()).Err(); err != nil {
				t.Fatal(err)
			}
			redistest.Eventually(t, "Redis is in use", func() bool { return c.breaker.Closed() })
			if _, err := a.run(context.Background(), c.Visit(VisitOptions{}), nil, reps, func(reps []string) subgraphAnswer {
				proxy.CutAfter(at)
				return up.upstream(reps)
			}); err != nil {
				t.Fatal(err)
			}
			settle(t, c)
			whole := proxy.Whole()
			for _, pattern := range []string{"weft:default:e:*", "weft:default:a:*"} {
				keys, err := client.Keys(context.Background(), pattern).Result()
				if err != nil {
					t.Fatal(err)
				}
				for _, key := range keys {
					if left := client.PTTL(context.Background(), key).Val(); left == -1 {
						t.Errorf("after a cut at byte %d %s never ends", at, key)
					}
				}
			}
			if whole {
				break
			}
			cuts++
		}
	}
	if cuts < 20 {
		t.Errorf("only %d cuts", cuts)
	}
}

package cache

import (
	"context"
	"fmt"
	"testing"

	"github.com/weft-graphql/weft/router/cache/redistest"
	"github.com/weft-graphql/weft/router/exec"
)

// benchmarkLookup looks 20 entities with four fields up, as one fetch of a list does.
func benchmarkLookup(b *testing.B, cfg Config, subgraph, requires, selection, entity string) {
	c, g := openCache(b, loadShop(b), cfg)
	a := newAsk(b, g, subgraph, "Product", "upc", requires, selection)
	up := &shop{}
	var reps []string
	for i := range 20 {
		rep := product(i)
		if requires != "" {
			rep = fmt.Sprintf(`{"__typename":"Product","upc":"%d","price":899,"weight":100}`, i)
		}
		up.set(rep, entity)
		reps = append(reps, rep)
	}
	a.must(b, c, reps, up.upstream)
	f := a.fetch(c.Visit(VisitOptions{}), nil, reps)
	ctx := context.Background()
	b.ReportAllocs()
	for b.Loop() {
		a.cache.Lookup(ctx, f)
	}
	for i := range f.Entities {
		if f.Entities[i].Status != exec.CacheHit {
			b.Fatalf("entity %d is no hit", i)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*len(reps)), "ns/entity")
}

func BenchmarkLocalHitLeaves(b *testing.B) {
	benchmarkLookup(b, Config{}, "products", "", "{ name price weight color }", `{"name":"Table","price":899,"weight":100,"color":"RED"}`)
}

func BenchmarkLocalHitComposite(b *testing.B) {
	benchmarkLookup(b, Config{}, "reviews", "", "{ reviews { id body author { id } } }", `{"reviews":[{"id":"1","body":"Good","author":{"id":"7"}}]}`)
}

func BenchmarkLocalHitRequires(b *testing.B) {
	benchmarkLookup(b, Config{}, "inventory", "price weight", "{ inStock shippingEstimate }", `{"inStock":true,"shippingEstimate":50}`)
}

func BenchmarkRedisHit(b *testing.B) {
	s := redistest.Start(b)
	benchmarkLookup(b, redisOnly(s.Addr), "products", "", "{ name price weight color }", `{"name":"Table","price":899,"weight":100,"color":"RED"}`)
}

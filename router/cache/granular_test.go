package cache

import (
	"testing"

	"github.com/weft-graphql/weft/router/cache/redistest"
)

// With the cache in process switched off every answer comes from Redis.
func redisOnly(addr string) Config {
	return Config{Redis: RedisConfig{Addresses: []string{addr}}, L1: L1Config{Disabled: true}}
}

func TestAnotherOperationHitsWhatOneResolved(t *testing.T) {
	s := redistest.Start(t)
	for name, cfg := range map[string]Config{
		"redis":   redisOnly(s.Addr),
		"process": {},
		"both":    {Redis: RedisConfig{Addresses: []string{s.Addr}}, Namespace: "both"},
	} {
		t.Run(name, func(t *testing.T) {
			c, g := openCache(t, loadShop(t), cfg)
			up := &shop{}
			up.set(product(1), `{"upc":"1","name":"Table","price":899,"weight":100}`)
			up.set(product(2), `{"upc":"2","name":"Chair","price":54,"weight":50}`)
			up.set(product(3), `{"upc":"3","name":"Sofa","price":1299,"weight":1000}`)
			all := newAsk(t, g, "products", "Product", "upc", "", "{ name price weight }")
			r := all.must(t, c, []string{product(1), product(2)}, up.upstream)
			same(t, "fetched", r.fetched, []string{product(1), product(2)})

			less := newAsk(t, g, "products", "Product", "upc", "", "{ price label: name }")
			r = less.must(t, c, []string{product(1), product(2)}, up.upstream)
			same(t, "subset fetched", r.fetched, []string{})
			same(t, "subset", r.values, []string{`{"price":899,"label":"Table"}`, `{"price":54,"label":"Chair"}`})

			r = less.must(t, c, []string{product(3), product(2)}, func(reps []string) subgraphAnswer {
				return subgraphAnswer{entities: []string{`{"price":1299,"label":"Sofa"}`}}
			})
			same(t, "only the miss is fetched", r.fetched, []string{product(3)})
			more := newAsk(t, g, "products", "Product", "upc", "", "{ name weight }")
			r = more.must(t, c, []string{product(1), product(3)}, up.upstream)
			same(t, "only the entity that lacks something is fetched", r.fetched, []string{product(3)})
			same(t, "values", r.values, []string{`{"name":"Table","weight":100}`, `{"name":"Sofa","weight":1000}`})
		})
	}
}

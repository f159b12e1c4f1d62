package cache_test

import (
	"testing"

	"github.com/weft-graphql/weft/router/cache/redistest"
	"github.com/weft-graphql/weft/router/config"
)

// manyOperations are different operations over the same entities, with their keys, as clients that keep entities write
// them.
var manyOperations = []string{
	`{ users { id name nick } }`,
	`{ a: product(upc: "0") { upc title price } b: product(upc: "1") { upc title price }
		c: product(upc: "2") { upc title price } }`,
	`{ a: product(upc: "3") { upc title price } b: product(upc: "4") { upc title price }
		c: product(upc: "5") { upc title price } }`,
	`{ latest(first: 12) { id body author { id name } product { upc title } } }`,
	`{ latest(first: 12) { id author { id nick } } }`,
	`{ latest(first: 12) { id author { id name nick } product { upc title price } } }`,
	`{ latest(first: 12) { id body author { id } product { upc price } } }`,
	`{ latest(first: 6) { id product { upc title } } }`,
	`{ latest(first: 8) { author { id name } product { upc price } } }`,
	`{ users { id reviews { id body author { id } product { upc } } } }`,
	`{ users { id nick reviews { id product { upc title } } } }`,
	`{ users { id reviews { id body author { id name nick } } } }`,
	`{ users { name reviews { body product { title } } } }`,
	`{ users { nick reviews { product { price title } author { nick } } } }`,
	`{ user(id: "1") { id name reviews { body product { title price } } } }`,
	`{ user(id: "2") { id nick reviews { id author { name } } } }`,
	`{ latest(first: 12) { author { name } product { title } } }`,
	`{ latest(first: 4) { id author { id reviews { id body product { upc title } } } } }`,
	`{ latest(first: 12) { product { worth } } }`,
	`{ latest(first: 5) { body author { nick } product { title price worth } } }`,
}

// What one operation brought serves all others, wherever in its answer it was.
func TestDifferentOperationsShareEntities(t *testing.T) {
	redis := redistest.Start(t)
	for name, change := range map[string]func(*config.Cache){
		"in process": nil,
		"in Redis": func(c *config.Cache) {
			c.L1.Enabled = false
			c.Redis.Addresses = []string{redis.Addr}
		},
	} {
		t.Run(name, func(t *testing.T) {
			r := newFormsRig(t, change)
			for _, q := range manyOperations {
				if err := r.query(q, nil); err != nil {
					t.Error(err)
				}
				r.idle()
			}
			var hits, all, rootHits, roots uint64
			for _, s := range r.stats().Types {
				looked := s.Hits + s.Nulls + s.Stale + s.Partial + s.Misses
				if s.Type == "Query" {
					rootHits, roots = rootHits+s.Hits, roots+looked
					continue
				}
				hits, all = hits+s.Hits, all+looked
				t.Logf("%+v", s)
			}
			t.Logf("%d of %d entities, %d of %d root selections, %d requests", hits, all, rootHits, roots, r.shop.asked.Load())
			if r.shop.asked.Load() > 12 {
				t.Errorf("%d requests to subgraphs for %d operations, want 12", r.shop.asked.Load(), len(manyOperations))
			}
			if 10*hits < 9*all {
				t.Errorf("only %d of %d entities were found", hits, all)
			}
		})
	}
}

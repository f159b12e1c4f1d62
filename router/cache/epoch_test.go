package cache

import (
	"context"
	"testing"
	"time"

	"github.com/weft-graphql/weft/router/cache/clock"
	"github.com/weft-graphql/weft/router/cache/storage"
)

// TestALookupIsToldOfWhatNoMessageHasBrought empties an entity's hash as another replica does, without the message:
// what this replica asked for before must not answer the lookup that has seen it.
func TestALookupIsToldOfWhatNoMessageHasBrought(t *testing.T) {
	r := newReplicas(t, 1, Config{L1: L1Config{Disabled: true}, Sync: time.Hour})
	c := r.caches[0]
	r.get(0)
	before := c.Told()
	r.get(0)
	same(t, "told of nothing", c.Told(), before)
	hash := storage.EntityKey(c.keys.EntityPrefix("products", "Product"), []byte(`{"upc":"1"}`))
	later := clock.Sequence(c.Clock()) + 1_000_000
	since := clock.FormatNumber(later)
	if err := c.scripts.Eval(context.Background(), storage.EntityScript, []string{hash}, since, tombstone.Milliseconds()).Err(); err != nil {
		t.Fatal(err)
	}
	r.get(0)
	if c.Told() == before {
		t.Error("what began before the invalidation can be shared with the lookup that was told of it")
	}
	if other, _ := openCache(t, loadShop(t), Config{}); other.Told() == c.Told() || other.Told()>>40 == c.Told()>>40 {
		t.Error("two caches have the same readings, which mean different things")
	}
}

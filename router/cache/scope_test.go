package cache

import (
	"testing"

	"github.com/weft-graphql/weft/router/cache/redistest"
)

// lookingRig has a replica without values in process, and says what may be stored of the answers it gets.
func lookingRig(t *testing.T) (c *Cache, a *ask, up *shop) {
	s := redistest.Start(t)
	c, g := openCache(t, loadShop(t), redisOnly(s.Addr))
	up = &shop{}
	up.set(product(1), `{"name":"Table"}`)
	return c, newAsk(t, g, "products", "Product", "upc", "", "{ name }"), up
}

// roundTrips counts the lookups that n fetches cost.
func roundTrips(t *testing.T, c *Cache, a *ask, up *shop, n int) uint64 {
	t.Helper()
	before := c.Stats().RoundTrips
	for range n {
		same(t, "what the client gets", a.must(t, c, []string{product(1)}, up.upstream).values[0], `{"name":"Table"}`)
	}
	return c.Stats().RoundTrips - before
}

func TestWhatMayNotBeStoredIsNotLookedUpForEver(t *testing.T) {
	c, a, up := lookingRig(t)
	up.header = map[string]string{"Cache-Control": "no-store"}
	same(t, "lookups while it is being found out", roundTrips(t, c, a, up, maxUnstored), maxUnstored)
	same(t, "lookups then", roundTrips(t, c, a, up, 10*lookAgain), 10)

	up.header = map[string]string{"Cache-Control": "max-age=60"}
	roundTrips(t, c, a, up, lookAgain)
	calls := up.count()
	same(t, "lookups of what may be stored now", roundTrips(t, c, a, up, 20), 20)
	same(t, "calls for what is stored now", up.count(), calls)
}

func TestWhatIsFoundIsLookedUp(t *testing.T) {
	c, a, up := lookingRig(t)
	// Another selection of the type may not be stored, and is asked for much more often.
	other := newAsk(t, a.graph, "products", "Product", "upc", "", "{ price }")
	up.header = map[string]string{"Cache-Control": "max-age=60"}
	roundTrips(t, c, a, up, 1)
	dear := &shop{header: map[string]string{"Cache-Control": "no-store"}}
	dear.set(product(2), `{"price":7}`)
	for i := range 2 * maxUnstored {
		other.must(t, c, []string{product(2)}, dear.upstream)
		if i%(maxUnstored/2) == 0 {
			calls := up.count()
			same(t, "lookups of what is stored", roundTrips(t, c, a, up, 1), 1)
			same(t, "calls for what is stored", up.count(), calls)
		}
	}
}

func TestWhatAnotherReplicaStoresIsFound(t *testing.T) {
	r := newReplicas(t, 2, Config{})
	r.up.header = map[string]string{"Cache-Control": "no-store"}
	for range maxUnstored {
		r.get(0)
	}
	r.up.header = map[string]string{"Cache-Control": "max-age=60"}
	r.get(1)
	r.up.header = map[string]string{"Cache-Control": "no-store"}
	for range lookAgain {
		r.get(0)
	}
	calls := r.up.count()
	r.get(0)
	same(t, "calls for what the other replica has stored", r.up.count(), calls)
}

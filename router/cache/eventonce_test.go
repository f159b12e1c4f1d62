package cache

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/weft-graphql/weft/router/cache/clock"
	"github.com/weft-graphql/weft/router/cache/redistest"
	"github.com/weft-graphql/weft/router/cache/storage"
)

// published counts the messages that were published so far.
func published(t *testing.T, s *redistest.Server) (n int) {
	t.Helper()
	client := s.Client()
	defer func() { _ = client.Close() }()
	info, err := client.Info(context.Background(), "commandstats").Result()
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(info) {
		if rest, ok := strings.CutPrefix(line, "cmdstat_publish:calls="); ok {
			if _, err := fmt.Sscanf(rest, "%d", &n); err != nil {
				t.Fatal(err)
			}
		}
	}
	return n
}

func TestManyReplicasTellRedisOnce(t *testing.T) {
	// No message would arrive before the test is over: all follow by themselves.
	r := newReplicas(t, 4, Config{L1: L1Config{TTL: time.Hour}, Sync: time.Hour})
	r.up.header = map[string]string{"Cache-Control": "max-age=3600"}
	before := published(t, r.server)
	for round := range 10 {
		name := []string{`{"name":"Table"}`, `{"name":"Desk"}`}[round%2]
		r.up.set(product(1), name)
		var group sync.WaitGroup
		for _, c := range r.caches {
			group.Go(func() {
				if _, err := c.InvalidateOnce(context.Background(), fmt.Sprint("round ", round), productOne); err != nil {
					t.Error(err)
				}
			})
		}
		group.Wait()
		for i := range r.caches {
			same(t, "a replica that was told", r.get(i), name)
		}
	}
	same(t, "messages for ten events", published(t, r.server)-before, 10)
}

// The same name with something else in it is other news: replicas can have different supergraphs.
func TestWhatIsToldOfNewsCounts(t *testing.T) {
	r := newReplicas(t, 2, Config{L1: L1Config{Disabled: true}})
	r.get(0)
	if _, err := r.caches[0].InvalidateOnce(context.Background(), "news", Invalidation{Kind: "type", Type: "Review"}); err != nil {
		t.Fatal(err)
	}
	r.up.set(product(1), `{"name":"Desk"}`)
	if _, err := r.caches[1].InvalidateOnce(context.Background(), "news", productOne); err != nil {
		t.Fatal(err)
	}
	same(t, "the product", r.get(0), `{"name":"Desk"}`)
}

// A replica that is stopped between telling of the news and emptying the hashes leaves this to the others.
func TestNewsOfAReplicaThatWasStopped(t *testing.T) {
	r := newReplicas(t, 3, Config{WriteTimeout: 200 * time.Millisecond})
	r.get(0)
	var targets targets
	if _, err := r.caches[0].expand(&targets, &productOne); err != nil {
		t.Fatal(err)
	}
	hash := storage.EntityKey(r.caches[0].keys.EntityPrefix("products", "Product"), []byte(`{"upc":"1"}`))
	client := r.server.Client()
	defer func() { _ = client.Close() }()
	held := func() int64 {
		n, err := client.HLen(context.Background(), hash).Result()
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	same(t, "fields before", held(), 2)
	stopped := stopBeforeEmptying(t, r.caches[0], "news", targets.members)
	for _, c := range r.caches[1:] {
		if _, err := c.InvalidateOnce(context.Background(), "news", productOne); err != nil {
			t.Fatal(err)
		}
	}
	redistest.Eventually(t, "another replica empties the hash", func() bool { return held() == 1 })
	since, err := client.HGet(context.Background(), hash, storage.SinceField).Result()
	if err != nil || clock.ParseNumber(since) != clock.Sequence(stopped) {
		t.Errorf("what is left is since %s, want %d (%v)", since, clock.Sequence(stopped), err)
	}
	same(t, "messages", published(t, r.server), 1)
}

// stopBeforeEmptying does what a replica does first about news.
func stopBeforeEmptying(t *testing.T, c *Cache, news string, members []string) (clock uint64) {
	t.Helper()
	clock, held, err := c.claimNews(context.Background(), news, members)
	if err != nil || held != "" {
		t.Fatal(held, err)
	}
	return clock
}

func TestNewsWithoutRedis(t *testing.T) {
	c, g := openCache(t, loadShop(t), Config{})
	up := &shop{}
	up.set(product(1), `{"name":"Table"}`)
	a := newAsk(t, g, "products", "Product", "upc", "", "{ name }")
	for round := range 3 {
		a.must(t, c, []string{product(1)}, up.upstream)
		same(t, "calls", up.count(), round+1)
		if _, err := c.InvalidateOnce(context.Background(), fmt.Sprint(round), productOne); err != nil {
			t.Fatal(err)
		}
	}
}

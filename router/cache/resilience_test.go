package cache

import (
	"context"
	"crypto/tls"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"

	"github.com/weft-graphql/weft/router/cache/connection"
	"github.com/weft-graphql/weft/router/cache/redistest"
	"github.com/weft-graphql/weft/router/cache/storage"
)

func connected(t testing.TB, c *Cache) {
	t.Helper()
	redistest.Eventually(t, "Redis is in use", func() bool { return c.Stats().Connected })
}

// TestFrozenRedisCostsFewWaits holds a Redis up that hangs: three failures in a row open the breaker, whoever they
// are of.
func TestFrozenRedisCostsFewWaits(t *testing.T) {
	r := newReplicas(t, 1, Config{Timeout: 20 * time.Millisecond, WriteTimeout: 200 * time.Millisecond, L1: L1Config{Disabled: true}})
	c := r.caches[0]
	// Under load 20 ms can be too short for a healthy Redis too; what counts begins when it is in use.
	redistest.Eventually(t, "the value is stored", func() bool { r.get(0); return c.Stats().Written > 0 })
	connected(t, c)
	r.server.Freeze()
	before := c.Stats()
	for range 20 {
		same(t, "frozen", r.get(0), `{"name":"Table"}`)
	}
	after := c.Stats()
	if n := after.RoundTrips - before.RoundTrips; n > connection.MaxFailures {
		t.Errorf("%d lookups asked a frozen Redis, want at most %d", n, connection.MaxFailures)
	}
	if after.Skipped-before.Skipped < 20-connection.MaxFailures {
		t.Errorf("only %d lookups went past the frozen Redis", after.Skipped-before.Skipped)
	}
	// An invalidation meanwhile is followed here at once, and passed on later.
	r.up.set(product(1), `{"name":"Desk"}`)
	res := r.invalidate(0, productOne)
	same(t, "deferred", res.Deferred, true)
	r.server.Thaw()
	redistest.Eventually(t, "Redis is in use and has the new value", func() bool {
		return r.get(0) == `{"name":"Desk"}` && c.Stats().Connected
	})
	same(t, "afterwards", r.get(0), `{"name":"Desk"}`)
}

func TestDeferredInvalidationReachesOtherReplicas(t *testing.T) {
	r := newReplicas(t, 2, Config{WriteTimeout: 200 * time.Millisecond, L1: L1Config{Disabled: true}})
	r.get(0)
	r.server.Freeze()
	r.caches[0].breaker.Open(context.DeadlineExceeded)
	r.up.set(product(1), `{"name":"Desk"}`)
	same(t, "deferred", r.invalidate(0, productOne).Deferred, true)
	r.server.Thaw()
	connected(t, r.caches[0])
	connected(t, r.caches[1])
	redistest.Eventually(t, "the other replica follows", func() bool { return r.get(1) == `{"name":"Desk"}` })
}

func TestRedisThatComesLaterIsUsed(t *testing.T) {
	r := newReplicas(t, 0, Config{})
	r.server.Stop()
	r.add(Config{Redis: connection.Config{Addresses: []string{r.server.Addr}}, L1: L1Config{Disabled: true}, WriteTimeout: 200 * time.Millisecond})
	same(t, "without Redis", r.get(0), `{"name":"Table"}`)
	r.server.Restart()
	connected(t, r.caches[0])
	r.get(0)
	calls := r.up.count()
	r.get(0)
	same(t, "calls with Redis", r.up.count(), calls)
}

func TestRestartAndFlushLoseNothingButValues(t *testing.T) {
	r := newReplicas(t, 2, Config{L1: L1Config{TTL: time.Hour}})
	lose := map[string]func(){
		"restart": r.server.Restart,
		"flush": func() {
			c := r.server.Client()
			defer func() { _ = c.Close() }()
			if err := c.FlushAll(context.Background()).Err(); err != nil {
				t.Fatal(err)
			}
		},
	}
	names := []string{"Desk", "Stool"}
	for what, do := range lose {
		r.get(0)
		r.get(1)
		do()
		connected(t, r.caches[0])
		connected(t, r.caches[1])
		name := names[0]
		names = names[1:]
		r.up.set(product(1), fmt.Sprintf(`{"name":%q}`, name))
		redistest.Eventually(t, "the invalidation after a "+what+" gets through", func() bool {
			return !r.invalidate(0, productOne).Deferred
		})
		want := fmt.Sprintf(`{"name":%q}`, name)
		same(t, "here, after a "+what, r.get(0), want)
		redistest.Eventually(t, "there, after a "+what, func() bool { return r.get(1) == want })
	}
}

func TestFullRedis(t *testing.T) {
	r := newReplicas(t, 1, Config{L1: L1Config{Disabled: true}})
	r.get(0)
	client := r.server.Client()
	defer func() { _ = client.Close() }()
	ctx := context.Background()
	if err := client.ConfigSet(ctx, "maxmemory", "100kb").Err(); err != nil {
		t.Fatal(err)
	}
	same(t, "what is stored is read", r.get(0), `{"name":"Table"}`)
	a := newAsk(t, r.asks[0].graph, "products", "Product", "upc", "", "{ price }")
	up := func([]string) subgraphAnswer { return subgraphAnswer{entities: []string{`{"price":1}`}} }
	a.must(t, r.caches[0], []string{product(1)}, up)
	if st := r.caches[0].Stats(); st.WriteErrors == 0 || !st.Connected {
		t.Errorf("refused writes should be counted and do no other harm: %+v", st)
	}
	r.up.set(product(1), `{"name":"Desk"}`)
	same(t, "an invalidation gets through", r.invalidate(0, productOne).Deferred, false)
	same(t, "after it", r.get(0), `{"name":"Desk"}`)
}

func TestForeignAndDamagedValuesAreNotUsed(t *testing.T) {
	r := newReplicas(t, 1, Config{L1: L1Config{Disabled: true}})
	client := r.server.Client()
	defer func() { _ = client.Close() }()
	ctx := context.Background()
	key := func(upc string) string {
		return storage.EntityKey(r.caches[0].keys.EntityPrefix("products", "Product"), []byte(`{"upc":"`+upc+`"}`))
	}
	get := func(upc int) string {
		return r.asks[0].must(t, r.caches[0], []string{product(upc)}, r.up.upstream).values[0]
	}
	get(1)
	get(2)
	chair, err := client.HGet(ctx, key("2"), "name").Result()
	if err != nil {
		t.Fatal(err)
	}
	for what, damage := range map[string]func() error{
		"another entity's value": func() error { return client.HSet(ctx, key("1"), "name", chair).Err() },
		"another field's value":  func() error { return client.HSet(ctx, key("1"), "price", chair, "name", "x").Err() },
		"text":                   func() error { return client.HSet(ctx, key("1"), "name", `"Cuckoo"`).Err() },
		"a damaged value": func() error {
			return client.HSet(ctx, key("1"), "name", strings.Replace(chair, "Chair", "Chaff", 1)).Err()
		},
		"a cut value":         func() error { return client.HSet(ctx, key("1"), "name", chair[:30]).Err() },
		"no reading":          func() error { return client.HDel(ctx, key("1"), storage.SinceField).Err() },
		"nonsense as reading": func() error { return client.HSet(ctx, key("1"), storage.SinceField, "soon").Err() },
	} {
		get(1)
		if err := damage(); err != nil {
			t.Fatal(err)
		}
		same(t, what, get(1), `{"name":"Table"}`)
		if err := client.Del(ctx, key("1")).Err(); err != nil {
			t.Fatal(err)
		}
	}
	if err := client.Set(ctx, key("1"), "a string", 0).Err(); err != nil {
		t.Fatal(err)
	}
	same(t, "a string instead of a hash", get(1), `{"name":"Table"}`)
	get(1)
	calls := r.up.count()
	get(1)
	same(t, "it is replaced", r.up.count(), calls)
}

func TestClusterHasNoCrossSlotErrors(t *testing.T) {
	cluster := redistest.StartCluster(t)
	cfg := Config{Redis: connection.Config{Addresses: cluster.Addrs(), Mode: "cluster"}, L1: L1Config{Disabled: true}}
	c, g := openCache(t, loadShop(t), cfg)
	c2, g2 := openCache(t, loadShop(t), Config{Redis: cfg.Redis, L1: L1Config{TTL: time.Hour}})
	connected(t, c)
	connected(t, c2)
	a := newAsk(t, g, "products", "Product", "upc", "", "{ name size { width } }")
	a2 := newAsk(t, g2, "products", "Product", "upc", "", "{ name }")
	up := &shop{}
	var reps []string
	for i := range 200 {
		reps = append(reps, product(i))
		up.set(product(i), `{"name":"x","size":{"width":1}}`)
	}
	a.must(t, c, reps, up.upstream)
	before := c.Stats().RoundTrips
	r := a.must(t, c, reps, nil)
	same(t, "fetched", len(r.fetched), 0)
	same(t, "round trips", c.Stats().RoundTrips-before, 1)
	same(t, "the other replica fetches", len(a2.must(t, c2, reps, nil).fetched), 0)
	for _, n := range cluster.Nodes {
		client := n.Client()
		if size := client.DBSize(context.Background()).Val(); size < 30 {
			t.Errorf("node %s has only %d of 200 entities", n.Addr, size)
		}
		_ = client.Close()
	}
	var list []Invalidation
	for i := range 100 {
		list = append(list, Invalidation{Kind: "entity", Type: "Product", Key: []byte(fmt.Sprintf(`{"upc":"%d"}`, i))})
		up.set(product(i), `{"name":"y","size":{"width":1}}`)
	}
	res, err := c.Invalidate(context.Background(), list...)
	if err != nil || res.Deferred || res.Count != 100 {
		t.Fatalf("invalidate: %+v %v", res, err)
	}
	same(t, "the invalidated half", len(a.must(t, c, reps, up.upstream).fetched), 100)
	redistest.Eventually(t, "the other replica follows", func() bool {
		return a2.must(t, c2, []string{product(1)}, up.upstream).values[0] == `{"name":"y"}`
	})
	if st := c.Stats(); st.Failures+st.WriteErrors+st.WriteDrops+st.Foreign > 0 {
		t.Errorf("unexpected counts: %+v", st)
	}

	// A node that is gone takes the whole cache out of use until the cluster is whole; requests go on.
	cluster.Nodes[2].Stop()
	r = a.must(t, c, reps, up.upstream)
	for i, v := range r.values {
		if !strings.Contains(v, `"name"`) {
			t.Fatalf("entity %d: %s", i, v)
		}
	}
}

func TestSentinelFailover(t *testing.T) {
	group := redistest.StartSentinels(t)
	cfg := Config{
		Redis: connection.Config{Addresses: group.Addrs, MasterName: group.Master}, L1: L1Config{Disabled: true},
		WriteTimeout: 500 * time.Millisecond,
	}
	r := &replicas{t: t, up: &shop{}}
	r.add(cfg)
	r.up.set(product(1), `{"name":"Table"}`)
	c := r.caches[0]
	connected(t, c)
	r.get(0)
	replica := group.Replica.Client()
	defer func() { _ = replica.Close() }()
	redistest.Eventually(t, "the replica has the value", func() bool { return replica.DBSize(context.Background()).Val() >= 3 })
	group.Primary.Stop()
	same(t, "while nobody is primary", r.get(0), `{"name":"Table"}`)
	r.up.set(product(1), `{"name":"Desk"}`)
	r.invalidate(0, productOne) // deferred, or lost with the primary: either way the value must not come back
	same(t, "after the invalidation", r.get(0), `{"name":"Desk"}`)
	redistest.Eventually(t, "the replica took over", func() bool {
		info, err := replica.Info(context.Background(), "replication").Result()
		return err == nil && strings.Contains(info, "role:master")
	})
	connected(t, c)
	for range 3 {
		same(t, "after the failover", r.get(0), `{"name":"Desk"}`)
	}
	calls := r.up.count()
	redistest.Eventually(t, "the new primary is used", func() bool {
		calls = r.up.count()
		r.get(0)
		return r.up.count() == calls
	})
}

func TestAccessControlList(t *testing.T) {
	// The least a router needs; docs/caching.md names the same rules.
	rules := "weft on >secret ~weft:* &weft:* -@all +@read +@write +@connection +eval +publish +subscribe +unsubscribe +time"
	s := redistest.Start(t, append([]string{"--user"}, strings.Fields(rules)...)...)
	cfg := redisOnly("redis://weft:secret@" + s.Addr + "/0")
	c, g := openCache(t, loadShop(t), cfg)
	connected(t, c)
	a := newAsk(t, g, "products", "Product", "upc", "", "{ name }")
	up := func([]string) subgraphAnswer { return subgraphAnswer{entities: []string{`{"name":"Table"}`}} }
	a.must(t, c, []string{product(1)}, up)
	same(t, "hit", a.must(t, c, []string{product(1)}, nil).fetched, []string{})
	res, err := c.Invalidate(context.Background(), productOne)
	if err != nil || res.Count != 1 || res.Deferred {
		t.Errorf("invalidate: %+v %v", res, err)
	}
	if st := c.Stats(); st.WriteErrors+st.Failures > 0 {
		t.Errorf("unexpected counts: %+v", st)
	}
}

func TestAddressesWithSecretsAreNotRepeated(t *testing.T) {
	_, err := Open(Config{Redis: connection.Config{Addresses: []string{"redis://user:hunter2@host:port:1/x"}}})
	if err == nil || strings.Contains(err.Error(), "hunter2") {
		t.Errorf("error: %v", err)
	}
}

func TestClusterAccessControlList(t *testing.T) {
	cluster := redistest.StartCluster(t)
	rules := "weft on >secret ~weft:* &weft:* -@all +@read +@write +@connection +eval +publish +subscribe +unsubscribe +time +cluster|slots +cluster|shards +readonly"
	for _, n := range cluster.Nodes {
		client := n.Client()
		args := []any{"acl", "setuser"}
		for _, r := range strings.Fields(rules) {
			args = append(args, r)
		}
		if err := client.Do(context.Background(), args...).Err(); err != nil {
			t.Fatal(err)
		}
		_ = client.Close()
	}
	c, g := openCache(t, loadShop(t), Config{
		Redis: connection.Config{Addresses: cluster.Addrs(), Mode: "cluster", Username: "weft", Password: "secret"}, L1: L1Config{Disabled: true},
	})
	connected(t, c)
	a := newAsk(t, g, "products", "Product", "upc", "", "{ name }")
	up := &shop{}
	var reps []string
	for i := range 30 {
		reps = append(reps, product(i))
		up.set(product(i), `{"name":"x"}`)
	}
	a.must(t, c, reps, up.upstream)
	same(t, "hits", len(a.must(t, c, reps, up.upstream).fetched), 0)
	res, err := c.Invalidate(context.Background(), productOne)
	if err != nil || res.Count != 1 || res.Deferred {
		t.Errorf("invalidate: %+v %v", res, err)
	}
	if st := c.Stats(); st.WriteErrors+st.Failures > 0 {
		t.Errorf("unexpected counts: %+v", st)
	}
}

func TestTLS(t *testing.T) {
	server, pool := redistest.StartTLS(t)
	c, g := openCache(t, loadShop(t), Config{
		Redis: connection.Config{Addresses: []string{server}, TLS: &tls.Config{RootCAs: pool, ServerName: "localhost"}}, L1: L1Config{Disabled: true},
	})
	connected(t, c)
	a := newAsk(t, g, "products", "Product", "upc", "", "{ name }")
	up := func([]string) subgraphAnswer { return subgraphAnswer{entities: []string{`{"name":"Table"}`}} }
	a.must(t, c, []string{product(1)}, up)
	same(t, "hit", a.must(t, c, []string{product(1)}, nil).fetched, []string{})
}

// Servers that only speak the protocol, and Redis before version 7, do not know the flags of scripts.
func TestServersWithoutScriptFlags(t *testing.T) {
	s := miniredis.RunT(t)
	c, g := openCache(t, loadShop(t), redisOnly(s.Addr()))
	connected(t, c)
	a := newAsk(t, g, "products", "Product", "upc", "", "{ name }")
	up := func([]string) subgraphAnswer { return subgraphAnswer{entities: []string{`{"name":"Table"}`}} }
	a.must(t, c, []string{product(1)}, up)
	same(t, "hit", a.must(t, c, []string{product(1)}, up).fetched, []string{})
	res, err := c.Invalidate(context.Background(), productOne)
	if err != nil || res.Count != 1 || res.Deferred {
		t.Errorf("invalidate: %+v %v", res, err)
	}
	same(t, "after the invalidation", len(a.must(t, c, []string{product(1)}, up).fetched), 1)
}

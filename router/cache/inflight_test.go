package cache

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/weft-graphql/weft/router/cache/clock"
	"github.com/weft-graphql/weft/router/cache/redistest"
	"github.com/weft-graphql/weft/router/cache/storage"
	"github.com/weft-graphql/weft/router/exec"
)

// flightRig has one replica whose Product type is known to be shareable, so that misses wait for each other.
func flightRig(t *testing.T) *replicas {
	r := newReplicas(t, 1, Config{})
	r.get(0)
	r.invalidate(0, Invalidation{Kind: "all"})
	return r
}

// fetchInBackground starts a fetch and returns its result's channel.
func (r *replicas) fetchInBackground(a *ask, reps []string, up upstreamFunc) chan result {
	out := make(chan result, 1)
	go func() {
		res, err := a.run(context.Background(), r.caches[0].Visit(VisitOptions{}), nil, reps, up)
		if err != nil {
			r.t.Error(err)
		}
		out <- res
	}()
	return out
}

func (r *replicas) waiting() uint64 {
	r.caches[0].flights.mu.Lock()
	defer r.caches[0].flights.mu.Unlock()
	return uint64(len(r.caches[0].flights.by))
}

func TestConcurrentMissesMakeOneCall(t *testing.T) {
	r := flightRig(t)
	calls := r.up.count()
	release := make(chan struct{})
	leader := r.fetchInBackground(r.asks[0], []string{product(1)}, func(reps []string) subgraphAnswer {
		<-release
		return r.up.upstream(reps)
	})
	redistest.Eventually(t, "the leader is on its way", func() bool { return r.waiting() == 1 })
	var followers []chan result
	var looked sync.WaitGroup
	for range 10 {
		looked.Add(1)
		f := r.asks[0].fetch(r.caches[0].Visit(VisitOptions{}), nil, []string{product(1)})
		out := make(chan result, 1)
		go func() {
			r.asks[0].cache.Lookup(context.Background(), f)
			looked.Done()
			r.asks[0].cache.Wait(context.Background(), f)
			out <- result{values: []string{r.asks[0].text(&f.Entities[0])}}
		}()
		followers = append(followers, out)
	}
	looked.Wait()
	close(release)
	for _, f := range append(followers, leader) {
		same(t, "value", (<-f).values, []string{`{"name":"Table"}`})
	}
	same(t, "calls", r.up.count()-calls, 1)
	same(t, "shared", r.caches[0].Stats().Types[0].Shared, 10)
}

// TestMissesAreSharedFromTheFirstOn has many wait for one call: in a cache that has just been opened, and after private
// answers, as long as these are not all there is.
func TestMissesAreSharedFromTheFirstOn(t *testing.T) {
	for private, shared := range map[int]bool{0: true, 1: true, maxUnshared - 1: true, maxUnshared: false} {
		t.Run(fmt.Sprintf("after %d private answers", private), func(t *testing.T) {
			r := newReplicas(t, 1, Config{L1: L1Config{TTL: time.Hour}})
			for i := range private {
				_, err := r.asks[0].run(context.Background(), r.caches[0].Visit(VisitOptions{}), nil, []string{product(10 + i), product(20 + i)},
					func([]string) subgraphAnswer {
						secret := `{"name":"Secret"}`
						return subgraphAnswer{entities: []string{secret, secret}, header: map[string]string{"Cache-Control": "private, max-age=60"}}
					})
				if err != nil {
					t.Fatal(err)
				}
				settle(t, r.caches[0])
			}
			f := r.asks[0].fetch(r.caches[0].Visit(VisitOptions{}), nil, []string{product(1)})
			r.asks[0].cache.Lookup(context.Background(), f)
			g := r.asks[0].fetch(r.caches[0].Visit(VisitOptions{}), nil, []string{product(1)})
			r.asks[0].cache.Lookup(context.Background(), g)
			if waits := g.Entities[0].Status == exec.CachePending; waits != shared {
				t.Errorf("the second one waits: %v", waits)
			}
			for _, f := range []*exec.CacheFetch{f, g} {
				r.asks[0].cache.Finish(context.Background(), f, &exec.CacheOutcome{Err: context.Canceled})
			}
		})
	}
}

func TestTwoFetchesThatWaitForEachOther(t *testing.T) {
	r := flightRig(t)
	r.up.set(product(3), `{"name":"Sofa"}`)
	// A leads 1 and meets B at 2; B leads 2 and 3 and meets A at 1.
	bLeads := make(chan struct{})
	a := r.fetchInBackground(r.asks[0], []string{product(1), product(2)}, func(reps []string) subgraphAnswer {
		<-bLeads
		return r.up.upstream(reps)
	})
	redistest.Eventually(t, "A leads", func() bool { return r.waiting() == 2 })
	b := r.fetchInBackground(r.asks[0], []string{product(3), product(1)}, func(reps []string) subgraphAnswer {
		same(t, "B fetches", reps, []string{product(3)})
		close(bLeads)
		return r.up.upstream(reps)
	})
	same(t, "B", (<-b).values, []string{`{"name":"Sofa"}`, `{"name":"Table"}`})
	same(t, "A", (<-a).values, []string{`{"name":"Table"}`, `{"name":"Chair"}`})
}

func TestFailedFlightsLetOthersFetch(t *testing.T) {
	for what, answer := range map[string]func(reps []string) subgraphAnswer{
		"a failure": func([]string) subgraphAnswer { return subgraphAnswer{err: errDown} },
		"an error in it": func([]string) subgraphAnswer {
			return subgraphAnswer{entities: []string{`{"name":null}`}, failed: map[int]bool{0: true}}
		},
		"a private answer": func([]string) subgraphAnswer {
			return subgraphAnswer{entities: []string{`{"name":"Secret"}`}, header: map[string]string{"Cache-Control": "private, max-age=60"}}
		},
		"a no-store answer": func([]string) subgraphAnswer {
			return subgraphAnswer{entities: []string{`{"name":"Secret"}`}, header: map[string]string{"Cache-Control": "no-store"}}
		},
	} {
		t.Run(what, func(t *testing.T) {
			r := flightRig(t)
			release := make(chan struct{})
			done := make(chan struct{})
			go func() {
				defer close(done)
				_, _ = r.asks[0].run(context.Background(), r.caches[0].Visit(VisitOptions{}), nil, []string{product(1)}, func(reps []string) subgraphAnswer {
					<-release
					return answer(reps)
				})
			}()
			redistest.Eventually(t, "the leader is on its way", func() bool { return r.waiting() == 1 })
			f := r.asks[0].fetch(r.caches[0].Visit(VisitOptions{}), nil, []string{product(1)})
			r.asks[0].cache.Lookup(context.Background(), f)
			same(t, "pending", f.Entities[0].Status, 3)
			close(release)
			r.asks[0].cache.Wait(context.Background(), f)
			same(t, "a miss after the wait", f.Entities[0].Status, 0)
			<-done
			same(t, "flights", r.waiting(), 0)
		})
	}
}

func TestNobodyJoinsAFetchFromBeforeAnInvalidation(t *testing.T) {
	r := flightRig(t)
	release := make(chan struct{})
	old := r.fetchInBackground(r.asks[0], []string{product(1)}, func(reps []string) subgraphAnswer {
		a := r.up.upstream(reps)
		<-release
		return a
	})
	redistest.Eventually(t, "the old fetch is on its way", func() bool { return r.waiting() == 1 && r.up.count() > 1 })
	r.up.set(product(1), `{"name":"Desk"}`)
	r.invalidate(0, productOne)
	same(t, "a later reader", r.get(0), `{"name":"Desk"}`)
	close(release)
	same(t, "the old reader", (<-old).values, []string{`{"name":"Table"}`})
	settle(t, r.caches[0])
	same(t, "later still", r.get(0), `{"name":"Desk"}`)
}

func TestWaitingEndsWithTheClient(t *testing.T) {
	r := flightRig(t)
	release := make(chan struct{})
	leader := r.fetchInBackground(r.asks[0], []string{product(1)}, func(reps []string) subgraphAnswer {
		<-release
		return r.up.upstream(reps)
	})
	redistest.Eventually(t, "the leader is on its way", func() bool { return r.waiting() == 1 })
	f := r.asks[0].fetch(r.caches[0].Visit(VisitOptions{}), nil, []string{product(1)})
	r.asks[0].cache.Lookup(context.Background(), f)
	ctx, cancel := context.WithTimeout(context.Background(), time.Millisecond)
	defer cancel()
	r.asks[0].cache.Wait(ctx, f)
	same(t, "a miss", f.Entities[0].Status, 0)
	close(release)
	<-leader
}

// TestNobodyWaitsForAFetchFromBeforeAnInvalidation: the message of another replica's invalidation is still on its way,
// but Redis, which the lookup asks, knows that the fetch under way began before it.
func TestNobodyWaitsForAFetchFromBeforeAnInvalidation(t *testing.T) {
	r := flightRig(t)
	release := make(chan struct{})
	leader := r.fetchInBackground(r.asks[0], []string{product(1)}, func(reps []string) subgraphAnswer {
		answer := r.up.upstream(reps)
		<-release
		return answer
	})
	redistest.Eventually(t, "the leader is on its way", func() bool { return r.waiting() == 1 })
	c := r.caches[0]
	late := clock.Sequence(c.versions.Clock.Load()) + 1
	hash := storage.EntityKey(c.keys.EntityPrefix("products", "Product"), []byte(`{"upc":"1"}`))
	if err := c.scripts.Eval(context.Background(), storage.EntityScript, []string{hash}, clock.FormatNumber(late), 60_000).Err(); err != nil {
		t.Fatal(err)
	}
	r.up.set(product(1), `{"name":"Stool"}`)
	follower := r.fetchInBackground(r.asks[0], []string{product(1)}, r.up.upstream)
	select {
	case res := <-follower:
		same(t, "value", res.values, []string{`{"name":"Stool"}`})
	case <-time.After(30 * time.Second):
		t.Error("the second request waits for the first one's fetch")
	}
	close(release)
	<-leader
}

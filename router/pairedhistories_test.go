package router_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/anishathalye/porcupine"

	"github.com/weft-graphql/weft/router/cache/redistest"
)

// TestHistoriesOfTwoRouters runs the histories through two routers that share a Redis, with invalidations through
// either between any two steps. Each router's clients must see what it acknowledged. Without a cache in process, what
// was asked of an entity by its key shows what either router acknowledged of that entity, whoever is asked: nobody
// has to hear of it first.
//
// Redis takes its own time, so that a seed repeats what is done, but not the order in which it comes to pass.
//
// WEFT_HISTORIES is how many there are of each kind, WEFT_HISTORY_SEED the first seed.
func TestHistoriesOfTwoRouters(t *testing.T) {
	histories, seed := number(t, "WEFT_HISTORIES", 8), number(t, "WEFT_HISTORY_SEED", 1)
	single, cluster := []string{redistest.Start(t).Addr}, []string(nil)
	for _, node := range redistest.StartCluster(t).Nodes {
		cluster = append(cluster, node.Addr)
	}
	for _, kind := range []struct {
		name      string
		inProcess bool
		redis     []string
	}{{"cache in process", true, single}, {"Redis alone", false, single}, {"Redis Cluster alone", false, cluster}} {
		t.Run(kind.name, func(t *testing.T) {
			seen := map[string]int{}
			for i := range histories {
				h := prepareHistory(t, uint64(seed+i), true)
				for range 2 {
					cfg := h.settings()
					cfg.Cache.Namespace = fmt.Sprintf("%s-%d", strings.ReplaceAll(kind.name, " ", "-"), i)
					cfg.Cache.Redis.Addresses = kind.redis
					cfg.Cache.L1.Enabled = kind.inProcess
					// However busy the machine is, Redis is in use. What clients share is not asked again of Redis.
					cfg.Cache.Timeout, cfg.Dedupe.ClientQueries = 10*time.Second, false
					h.add(cfg)
				}
				h.connected()
				h.settle = h.waitForChange
				for range 400 {
					h.step()
					h.settle()
				}
				h.end()
				for what, n := range h.counts {
					seen[what] += n
				}
				h.judgeViews(kind.inProcess)
				if t.Failed() {
					t.Fatalf("seed %d", seed+i)
				}
			}
			t.Logf("%v", seen)
			for _, what := range []string{"query", "read", "mutation", "invalidation", "left", "failure", "swap"} {
				if seen[what] == 0 {
					t.Errorf("the histories have no %s: they show less than they should", what)
				}
			}
		})
	}
}

// connected waits until all routers use Redis.
func (h *history) connected() {
	for _, r := range h.routers {
		redistest.Eventually(h.t, "a router uses Redis", func() bool {
			w := httptest.NewRecorder()
			r.Admin().ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/cache", nil))
			return strings.Contains(strings.ReplaceAll(w.Body.String(), " ", ""), `"connected":true`)
		})
	}
}

// waitForChange waits until a call is held, if there is nothing else to be done.
func (h *history) waitForChange() {
	for {
		h.mu.Lock()
		idle := h.running > 0 && len(h.held) == 0
		h.mu.Unlock()
		if !idle {
			return
		}
		<-h.changed
	}
}

// judgeViews judges what each router may be held to, and what both together may.
func (h *history) judgeViews(inProcess bool) {
	for p, all := range h.ops {
		for i := range h.routers {
			h.judgeSome(fmt.Sprintf("product %d through router %d", p, i), all, func(e event) bool { return e.router == i })
		}
		if !inProcess {
			h.judgeSome(fmt.Sprintf("product %d through both", p), all, func(e event) bool { return e.entity })
		}
	}
}

// judgeSome judges a part of the reads and acknowledgements of a history, with all of its writes.
func (h *history) judgeSome(what string, all []porcupine.Operation, counts func(event) bool) {
	ops := slices.DeleteFunc(slices.Clone(all), func(o porcupine.Operation) bool {
		e := o.Input.(event)
		return e.kind != writes && !counts(e)
	})
	for i := range ops {
		ops[i].ClientId = i
	}
	if problem := judge(ops); problem != "" {
		h.t.Errorf("%s: %s\n%s", what, problem, describeHistory(ops))
	}
}

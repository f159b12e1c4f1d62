package fedtest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"runtime"
	"testing"
	"time"

	"github.com/weft-graphql/weft/router/cache"
	"github.com/weft-graphql/weft/router/config"
	"github.com/weft-graphql/weft/router/modules"
	"github.com/weft-graphql/weft/router/modules/queryplan"
)

// driftKey is the key of the invalidation endpoint.
const driftKey = "entities drift"

// tryDrifting runs an operation until its answer comes from the cache in process, as printed forms where there are
// some. Then entities change, one after the other, and are invalidated: each time the answer must be the one that is
// put together without printed forms, which those get who want to see the plan. Both can lack what no invalidation of
// an entity reaches: what a subgraph that has no key of it says. Therefore what is missing is fetched before.
func (r *rig) tryDrifting(op *randomOperation) error {
	rnd := rand.New(rand.NewPCG(r.graph.seed, 11))
	for change := range 6 {
		for range 3 {
			if _, _, err := r.askStored(op); err != nil {
				return err
			}
		}
		if err := r.change(rnd); err != nil {
			return err
		}
		if _, _, err := r.askStored(op, "Weft-Query-Plan", "true"); err != nil {
			return err
		}
		got, body, err := r.askStored(op)
		if err != nil {
			return err
		}
		want, _, err := r.askStored(op, "Weft-Query-Plan", "true")
		if err == nil {
			err = same(want, got)
		}
		if err != nil {
			return fmt.Errorf("after %d changes: %w\nwant %s\n got %s", change+1, err, want.Data, body)
		}
	}
	r.complaints.take()
	return nil
}

// askStored is ask. What was fetched is remembered when it returns.
func (r *rig) askStored(op *randomOperation, header ...string) (*answer, []byte, error) {
	a, body, err := r.ask(op, header...)
	for err == nil {
		var stats cache.Stats
		if stats, err = r.cacheStats(); stats.Waiting == 0 {
			break
		}
		runtime.Gosched()
	}
	return a, body, err
}

// change changes an entity, and tells the router.
func (r *rig) change(rnd *rand.Rand) error {
	var pools []*pool
	for _, t := range r.graph.types {
		if t.pool != nil && t.kind == objectKind && t.pool.types[0] == t && r.graph.whole(t) != nil {
			pools = append(pools, t.pool)
		}
	}
	if len(pools) == 0 {
		return nil
	}
	o := r.world.entity(pick(rnd, pools), rnd.IntN(poolSize))
	if r.world.drift == nil {
		r.world.drift = map[string]int{}
	}
	r.world.drift[o.id]++
	var news []cache.Invalidation
	for s, name := range r.graph.subgraphs {
		// A subgraph that knows no key of the type has no entities of it, and nobody would ask for their invalidation.
		p := o.typ.at[s]
		if p == nil || len(p.keys) == 0 {
			continue
		}
		switch {
		case rnd.IntN(4) == 0:
			news = append(news, cache.Invalidation{Kind: "type", Type: o.typ.name, Subgraph: name})
		default:
			news = append(news, cache.Invalidation{Kind: "entity", Type: o.typ.name, Key: r.world.keysOf(o), Subgraph: name})
		}
	}
	if len(news) == 0 {
		return nil
	}
	body, err := json.Marshal(news)
	if err != nil {
		return err
	}
	admin := r.router.Admin()
	req := httptest.NewRequest(http.MethodPost, "/invalidation", bytes.NewReader(body))
	req.Header.Set("Authorization", driftKey)
	w := httptest.NewRecorder()
	admin.ServeHTTP(w, req)
	if w.Code != http.StatusAccepted {
		return fmt.Errorf("invalidating %s: %d %s", body, w.Code, w.Body)
	}
	return nil
}

// keysOf is an object with the fields of all keys of an entity.
func (w *world) keysOf(o *object) json.RawMessage {
	keys := map[string]any{}
	for _, k := range o.typ.keys {
		w.keyInto(keys, o, k)
	}
	raw, err := json.Marshal(keys)
	if err != nil {
		panic(err)
	}
	return raw
}

func (w *world) keyInto(into map[string]any, o *object, s set) {
	for _, it := range s {
		v := w.identity(o, it.field)
		child, ok := v.(*object)
		if !ok {
			into[it.field.name] = v
			continue
		}
		below, _ := into[it.field.name].(map[string]any)
		if below == nil {
			below = map[string]any{}
			into[it.field.name] = below
		}
		w.keyInto(below, child, it.sub)
	}
}

func TestChangedEntitiesShowAnew(t *testing.T) {
	check, enough := withForms(t, (*rig).tryDrifting)
	campaign{
		check: check, with: traits{uniform: true}, queries: true,
		setUp: func(r *rig, seed uint64) {
			r.world.nulls = []uint64{0, 10}[seed%2]
		},
		rig: func(g *graph) (*rig, error) {
			return newRig(g, func(c *config.Config) {
				c.Cache.Enabled, c.Cache.TTL = true, time.Hour
				c.Cache.Invalidation.SharedKey = driftKey
				modules.In[*queryplan.QueryPlan](c, queryplan.Info).Expose = true
			})
		},
	}.run(t)
	enough()
}

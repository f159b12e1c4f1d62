package fedtest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"hash/fnv"
	"net/http"
	"testing"

	"github.com/weft-graphql/weft/router/config"
)

// tryHalved runs an operation while some entities make every batch they are in fail as a whole, twice for the cache,
// and then when they have recovered: what failed must not be remembered.
func (r *rig) tryHalved(op *randomOperation) error {
	for _, s := range r.stubs {
		s.spoil = failBatches
	}
	for i := range 2 {
		if err := r.tryHonest(op); err != nil {
			return fmt.Errorf("time %d: %w", i+1, err)
		}
	}
	for _, s := range r.stubs {
		s.spoil = nil
	}
	if err := r.try(op); err != nil {
		return fmt.Errorf("recovered: %w", err)
	}
	return nil
}

// failBatches answers with an error and no data when one of the entities that are asked for is bad.
func failBatches(w http.ResponseWriter, req *http.Request, answer []byte) {
	var sent request
	_ = json.NewDecoder(req.Body).Decode(&sent) // the stub has complained if it is not JSON
	w.Header().Set("Content-Type", "application/json")
	for _, raw := range sent.Variables {
		var representations []json.RawMessage
		if !bytes.HasPrefix(raw, []byte(`[{"__typename"`)) || json.Unmarshal(raw, &representations) != nil {
			continue
		}
		for _, rep := range representations {
			if h := fnv.New32a(); len(rep) > 0 {
				h.Write(rep)
				if h.Sum32()%5 == 0 {
					w.WriteHeader(http.StatusInternalServerError)
					answer = []byte(`{"data":null,"errors":[{"message":"one is bad"}]}`)
				}
			}
		}
	}
	_, _ = w.Write(answer) // who asked has gone; there is nobody to tell
}

func TestHalvedBatchesWithTheCache(t *testing.T) {
	campaign{
		check: (*rig).tryHalved, with: traits{stored: true, uniform: true}, queries: true,
		setUp: func(r *rig, seed uint64) { r.world.nulls = []uint64{0, 10}[seed%2] },
		rig:   halvedRig,
	}.run(t)
}

func halvedRig(g *graph) (*rig, error) {
	return newRig(g, func(c *config.Config) {
		cached("", "")(c)
		c.Upstream.All.Halving.Enabled = true
	})
}

// TestTypesThatNobodyToldAreNotGuessed runs a graph in which the subgraph that knows the type of an object fails: what
// another subgraph has for each of the possible types cannot be asked for.
func TestTypesThatNobodyToldAreNotGuessed(t *testing.T) {
	const seed = 7100018
	r, err := halvedRig(generate(seed, traits{stored: true, uniform: true}))
	if err != nil {
		t.Fatal(err)
	}
	defer r.close()
	op := &randomOperation{text: "query { toEntity013 { toFace { ... on Impl1 { s2 } ... on Impl0 { i0 e0 } } } }"}
	if err := r.tryHalved(op); err != nil {
		t.Error(err)
	}
}

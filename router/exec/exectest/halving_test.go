package exectest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/weft-graphql/weft/router/exec"
)

// poison makes some entities fail: alone if alone is set, otherwise every batch with one of them fails as a whole.
func poison(seed uint64, alone bool, batches *atomic.Int64) func(request, body []byte) ([]byte, int, error) {
	return func(request, body []byte) ([]byte, int, error) {
		var sent struct {
			Variables struct {
				Representations []json.RawMessage `json:"representations"`
			} `json:"variables"`
		}
		if err := json.Unmarshal(request, &sent); err != nil {
			return nil, 0, err
		}
		var bad []int
		for i, rep := range sent.Variables.Representations {
			h := fnv.New64a()
			h.Write(rep)
			if rand.New(rand.NewPCG(seed, h.Sum64())).IntN(6) == 0 {
				bad = append(bad, i)
			}
		}
		if len(bad) == 0 {
			return body, 200, nil
		}
		if !alone {
			if n := len(sent.Variables.Representations); n > 1 && len(bad) < n {
				batches.Add(1)
			}
			return []byte(`{"data":null,"errors":[{"message":"bad"}]}`), 200, nil
		}
		var reported []string
		out := entities(body, func(list []json.RawMessage) []json.RawMessage {
			for _, i := range bad {
				list[i] = json.RawMessage("null")
				reported = append(reported, fmt.Sprintf(`{"message":"bad","path":["_entities",%d]}`, i))
			}
			return list
		})
		return append(bytes.TrimSuffix(out, []byte("}")), `,"errors":[`+strings.Join(reported, ",")+`]}`...), 200, nil
	}
}

// bad are the errors of an answer that poison made.
func bad(a *Answer) []ReferenceError {
	return slices.DeleteFunc(slices.Clone(a.Errors), func(e ReferenceError) bool { return e.Message != "bad" })
}

// TestHalvedBatchesAreAsIfEntitiesFailedAlone compares the answers when subgraphs fail whole batches for some entities
// with those when they fail these entities alone.
func TestHalvedBatchesAreAsIfEntitiesFailedAlone(t *testing.T) {
	sg := load(t)
	var batches atomic.Int64
	campaign(t, 4, func(seed uint64) (bool, error) {
		var answers [2]*Answer
		var text string
		for i := range answers {
			rnd := rand.New(rand.NewPCG(seed, 4))
			trial := newTrial(sg, rnd)
			if trial == nil {
				return false, nil
			}
			trial.world.Errors, trial.places, trial.halve = 0, 1000, 1000
			var cache exec.EntityCache
			if rnd.IntN(2) == 0 {
				cache = NewCache()
			}
			got, plan, err := trial.run(rnd, randomly, cache, poison(seed, i == 0, &batches))
			if err != nil {
				if strings.HasPrefix(err.Error(), "planning") {
					return false, nil
				}
				return false, fmt.Errorf("%w\n%s", err, trial.query)
			}
			answers[i], text = got, trial.query+"\nplan:\n"+plan
		}
		alone, halved := answers[0], answers[1]
		if !bytes.Equal(alone.Data, halved.Data) || !slices.Equal(paths(bad(alone)), paths(bad(halved))) {
			return true, fmt.Errorf("the answers differ\n%s\nalone  %s %v\nhalved %s %v", text, alone.Data, paths(alone.Errors), halved.Data, paths(halved.Errors))
		}
		return true, nil
	})
	t.Logf("%d batches failed as a whole", batches.Load())
	if batches.Load() == 0 && *cases > 1000 {
		t.Error("there was nothing to halve")
	}
}

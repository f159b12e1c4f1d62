package exectest

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"

	"github.com/weft-graphql/weft/router/upstream"
)

// spoils are what a broken subgraph can do to an answer. None of them may lead to a wrong value.
var spoils = []func(rnd *rand.Rand, body []byte) ([]byte, int, error){
	func(_ *rand.Rand, _ []byte) ([]byte, int, error) { return nil, 0, upstream.ErrUnreachable },
	func(_ *rand.Rand, _ []byte) ([]byte, int, error) { return nil, 0, upstream.ErrTimeout },
	func(_ *rand.Rand, _ []byte) ([]byte, int, error) {
		return nil, 0, fmt.Errorf("%w: circuit open", upstream.ErrRejected)
	},
	func(_ *rand.Rand, _ []byte) ([]byte, int, error) {
		return []byte("<html>Bad gateway</html>"), 502, nil
	},
	func(_ *rand.Rand, _ []byte) ([]byte, int, error) { return []byte(`{"message":"no"}`), 500, nil },
	func(_ *rand.Rand, _ []byte) ([]byte, int, error) { return nil, 200, nil },
	func(_ *rand.Rand, _ []byte) ([]byte, int, error) { return []byte("null"), 200, nil },
	func(_ *rand.Rand, _ []byte) ([]byte, int, error) { return []byte("{}"), 200, nil },
	func(_ *rand.Rand, _ []byte) ([]byte, int, error) { return []byte(`{"data":[]}`), 200, nil },
	func(_ *rand.Rand, _ []byte) ([]byte, int, error) {
		return []byte(`{"data":null,"errors":[{"message":"overloaded"}]}`), 200, nil
	},
	func(_ *rand.Rand, _ []byte) ([]byte, int, error) {
		return []byte(`{"errors":[{"message":"denied","extensions":{"code":"DENIED"}},7,{"path":[true]}]}`), 403, nil
	},
	func(_ *rand.Rand, body []byte) ([]byte, int, error) { return append(body, body...), 200, nil },
	func(rnd *rand.Rand, body []byte) ([]byte, int, error) {
		return body[:rnd.IntN(len(body))], 200, nil
	},
	func(_ *rand.Rand, body []byte) ([]byte, int, error) {
		return bytes.Replace(body, []byte(`{"data":{`), []byte(`{"data":{"_entities":7,`), 1), 200, nil
	},
	func(_ *rand.Rand, body []byte) ([]byte, int, error) {
		return bytes.Replace(body, []byte(`"_entities":[`), []byte(`"_entities":[null,`), 1), 200, nil
	},
	func(_ *rand.Rand, body []byte) ([]byte, int, error) {
		return bytes.ReplaceAll(body, []byte(`[{`), []byte(`{"x":{`)), 200, nil
	},
	func(_ *rand.Rand, body []byte) ([]byte, int, error) {
		return bytes.ReplaceAll(body, []byte(`:{`), []byte(`:"x"`)), 200, nil
	},
	func(_ *rand.Rand, body []byte) ([]byte, int, error) {
		return bytes.Replace(body, []byte(`"__typename":"`), []byte(`"__typename":"X`), 1), 200, nil
	},
	func(rnd *rand.Rand, body []byte) ([]byte, int, error) {
		body = bytes.Clone(body)
		if at := bytes.IndexByte(body, '"'); at >= 0 {
			body[rnd.IntN(len(body))] = "\x00\xff{}[]:,"[rnd.IntN(8)]
		}
		return body, 200, nil
	},
}

// TestSpoiledAnswersNeverGiveWrongValues lets subgraphs break, and checks that what they break is null, that the rest
// of the answer stands, and that an error says so. A byte changed within a string is not to be noticed: such changes
// are left to the test that follows.
func TestSpoiledAnswersNeverGiveWrongValues(t *testing.T) {
	sg := load(t)
	done, spoiled := 0, 0
	for seed := uint64(0); done < *cases; seed++ {
		rnd := rand.New(rand.NewPCG(seed, 2))
		trial := newTrial(sg, rnd)
		if trial == nil {
			continue
		}
		trial.world.Errors = 0
		want, err := trial.world.Reference(trial.query, trial.variables)
		if err != nil {
			t.Fatal(err)
		}
		spoil := spoils[rnd.IntN(len(spoils)-1)]
		var mu sync.Mutex
		hit := 0
		got, plan, err := trial.run(rnd, randomly, nil, func(body []byte) ([]byte, int, error) {
			mu.Lock()
			defer mu.Unlock()
			if rnd.IntN(3) > 0 {
				return body, 200, nil
			}
			out, status, err := spoil(rnd, bytes.Clone(body))
			if err != nil || !bytes.Equal(out, body) {
				hit++
			}
			return out, status, err
		})
		if err != nil {
			if strings.HasPrefix(err.Error(), "planning") {
				continue
			}
			t.Fatalf("seed %d: %v\n%s", seed, err, trial.query)
		}
		done++
		if hit > 0 {
			spoiled++
		}
		if trial.world.Nulls == 0 {
			if err := Partial(want.Data, got.Data); err != nil {
				t.Fatalf("seed %d: %v\n%s\nplan:\n%s\nwant %s\n got %s\nerrors %v", seed, err, trial.query, plan, want.Data, got.Data, got.Errors)
			}
		}
		if !bytes.Equal(want.Data, got.Data) && len(got.Errors) == 0 {
			t.Fatalf("seed %d: values are missing without an error\n%s\nplan:\n%s\nwant %s\n got %s", seed, trial.query, plan, want.Data, got.Data)
		}
	}
	if spoiled < done/4 {
		t.Errorf("only %d of %d operations met a broken subgraph", spoiled, done)
	}
}

// TestDamagedBytesNeverBreakTheAnswer changes single bytes of answers: what comes out may differ, but it is always an
// answer of the right shape.
func TestDamagedBytesNeverBreakTheAnswer(t *testing.T) {
	sg := load(t)
	damage := spoils[len(spoils)-1]
	for seed, done := uint64(0), 0; done < *cases/3; seed++ {
		rnd := rand.New(rand.NewPCG(seed, 3))
		trial := newTrial(sg, rnd)
		if trial == nil {
			continue
		}
		var mu sync.Mutex
		_, _, err := trial.run(rnd, randomly, nil, func(body []byte) ([]byte, int, error) {
			mu.Lock()
			defer mu.Unlock()
			return damage(rnd, body)
		})
		if err != nil && !strings.HasPrefix(err.Error(), "planning") {
			t.Fatalf("seed %d: %v\n%s", seed, err, trial.query)
		}
		done++
	}
}

package exectest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/weft-graphql/weft/router/exec"
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
	func(_ *rand.Rand, _ []byte) ([]byte, int, error) { return []byte(`{"data":{}}`), 200, nil },
	func(_ *rand.Rand, body []byte) ([]byte, int, error) {
		return entities(body, func([]json.RawMessage) []json.RawMessage { return nil }), 200, nil
	},
	func(_ *rand.Rand, body []byte) ([]byte, int, error) {
		return entities(body, func(list []json.RawMessage) []json.RawMessage { return list[1:] }), 200, nil
	},
	func(_ *rand.Rand, body []byte) ([]byte, int, error) {
		return entities(body, func(list []json.RawMessage) []json.RawMessage { return append(list, list[0]) }), 200, nil
	},
	func(rnd *rand.Rand, body []byte) ([]byte, int, error) {
		found := scalarField.FindAllIndex(body, -1)
		if len(found) == 0 {
			return body, 200, nil
		}
		at := found[rnd.IntN(len(found))]
		return append(body[:at[0]], body[at[1]:]...), 200, nil
	},
	func(rnd *rand.Rand, body []byte) ([]byte, int, error) {
		body = bytes.Clone(body)
		if at := bytes.IndexByte(body, '"'); at >= 0 {
			body[rnd.IntN(len(body))] = "\x00\xff{}[]:,"[rnd.IntN(8)]
		}
		return body, 200, nil
	},
}

// scalarField finds fields of objects, to leave them out.
var scalarField = regexp.MustCompile(`"\w+":("([^"\\]|\\.)*"|-?[0-9][0-9.eE+-]*|true|false|null),`)

// entities changes the list of entities of an answer, if it has one with entities.
func entities(body []byte, change func([]json.RawMessage) []json.RawMessage) []byte {
	var answer struct {
		Data struct {
			Entities []json.RawMessage `json:"_entities"`
		} `json:"data"`
	}
	if json.Unmarshal(body, &answer) != nil || len(answer.Data.Entities) == 0 {
		return body
	}
	answer.Data.Entities = change(answer.Data.Entities)
	out, err := json.Marshal(answer)
	if err != nil {
		panic(err)
	}
	return out
}

// spoilSome spoils every third request, always in the same way, and counts those that were changed.
func spoilSome(seed uint64, spoil func(*rand.Rand, []byte) ([]byte, int, error), hit *atomic.Int64) func(request, body []byte) ([]byte, int, error) {
	return func(request, body []byte) ([]byte, int, error) {
		h := fnv.New64a()
		h.Write(request)
		rnd := rand.New(rand.NewPCG(seed, h.Sum64()))
		if rnd.IntN(3) > 0 {
			return body, 200, nil
		}
		out, status, err := spoil(rnd, bytes.Clone(body))
		if err != nil || !bytes.Equal(out, body) {
			hit.Add(1)
		}
		return out, status, err
	}
}

// TestSpoiledAnswersNeverGiveWrongValues lets subgraphs break, and checks that what they break is null, that the rest
// of the answer stands, and that an error says so. A byte changed within a string is not to be noticed: such changes
// are left to the test that follows.
func TestSpoiledAnswersNeverGiveWrongValues(t *testing.T) {
	sg := load(t)
	var done, spoiled atomic.Int64
	campaign(t, 24, func(seed uint64) (bool, error) {
		rnd := rand.New(rand.NewPCG(seed, 2))
		trial := newTrial(sg, rnd)
		if trial == nil {
			return false, nil
		}
		trial.places = []int{0, 3, 100_000}[rnd.IntN(3)]
		want, err := trial.world.Reference(trial.query, trial.variables)
		if err != nil {
			return false, err
		}
		var cache exec.EntityCache
		if rnd.IntN(3) == 0 {
			cache = NewCache()
		}
		var hit atomic.Int64
		got, plan, err := trial.run(rnd, randomly, cache, spoilSome(seed, spoils[rnd.IntN(len(spoils)-1)], &hit))
		if err != nil {
			if strings.HasPrefix(err.Error(), "planning") {
				return false, nil
			}
			return false, fmt.Errorf("%w\n%s", err, trial.query)
		}
		done.Add(1)
		if hit.Load() > 0 {
			spoiled.Add(1)
		}
		err = Partial(want.Data, got.Data)
		if err == nil {
			err = explains(want.Data, got.Data, got.Errors, trial.places > 1000)
		}
		if err == nil {
			err = located(trial.query, got.Errors)
		}
		if err != nil {
			err = fmt.Errorf("%w\n%s\nplan:\n%s\nwant %s\n got %s\nerrors %v", err, trial.query, plan, want.Data, got.Data, got.Errors)
		}
		return true, err
	})
	if spoiled.Load() < done.Load()/4 && done.Load() > 100 {
		t.Errorf("only %d of %d operations met a broken subgraph", spoiled.Load(), done.Load())
	}
}

// TestDamagedBytesNeverBreakTheAnswer changes single bytes of answers: what comes out may differ, but it is always an
// answer of the right shape.
func TestDamagedBytesNeverBreakTheAnswer(t *testing.T) {
	sg := load(t)
	campaign(t, 6, func(seed uint64) (bool, error) {
		rnd := rand.New(rand.NewPCG(seed, 3))
		trial := newTrial(sg, rnd)
		if trial == nil {
			return false, nil
		}
		_, _, err := trial.run(rnd, randomly, nil, spoilSome(seed, spoils[len(spoils)-1], new(atomic.Int64)))
		if err != nil {
			if strings.HasPrefix(err.Error(), "planning") {
				return false, nil
			}
			return false, fmt.Errorf("%w\n%s", err, trial.query)
		}
		return true, nil
	})
}

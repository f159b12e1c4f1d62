package exectest

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"regexp"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/weft-graphql/weft/router/exec"
	"github.com/weft-graphql/weft/router/operation"
	"github.com/weft-graphql/weft/router/plan"
	"github.com/weft-graphql/weft/router/supergraph"
	"github.com/weft-graphql/weft/router/upstream"
)

// computed finds fields with @requires.
var computed = regexp.MustCompile("score|rank|shipping")

// fake answers for a subgraph of a world. spoil, if set, may change an answer.
type fake struct {
	world *World
	spoil func(request, body []byte) ([]byte, int, error)
}

func (f *fake) Do(_ context.Context, req *upstream.Request, resp *upstream.Response) error {
	answer, err := f.world.Subgraph(req.Body)
	if err != nil {
		return err
	}
	body := append([]byte(`{"data":`), answer.Data...)
	if len(answer.Errors) > 0 {
		raw, err := json.Marshal(answer.Errors)
		if err != nil {
			return err
		}
		body = append(append(body, `,"errors":`...), raw...)
	}
	body = append(body, '}')
	resp.Body, resp.Status, resp.Attempts = body, 200, 1
	if f.spoil != nil {
		resp.Body, resp.Status, err = f.spoil(req.Body, body)
	}
	return err
}

func load(t testing.TB) *supergraph.Supergraph {
	t.Helper()
	sg, err := supergraph.Load(SDL)
	if err != nil {
		t.Fatal(err)
	}
	return sg
}

// trial is one random operation over one random world.
type trial struct {
	world     *World
	query     string
	variables map[string]json.RawMessage
	operation *operation.Operation
	coerced   operation.Variables
	// places bounds the errors of a failed call.
	places int
	// halve is the most requests more for a batch that failed as a whole.
	halve int
}

// newTrial makes a trial; nil when the random operation is not valid.
func newTrial(sg *supergraph.Supergraph, rnd *rand.Rand) *trial {
	t := &trial{
		world:     &World{Supergraph: sg, Seed: rnd.Uint64(), Nulls: []uint64{0, 5, 20}[rnd.IntN(3)], Errors: []uint64{0, 0, 3, 10}[rnd.IntN(4)]},
		query:     RandomOperation(sg, rnd),
		variables: map[string]json.RawMessage{"n": json.RawMessage("5"), "yes": json.RawMessage("true")},
	}
	prepared, errs := operation.Prepare(sg, t.query, "", operation.Limits{})
	if len(errs) > 0 {
		return nil
	}
	if t.coerced, errs = prepared.CoerceVariables([]byte(`{"n":5}`)); len(errs) > 0 {
		return nil
	}
	t.operation = prepared.Operation(prepared.ConditionSet(&t.coerced, func(string) bool { return false }))
	return t
}

// randomly plans with random choices.
func randomly(t *trial, rnd *rand.Rand) (*plan.Plan, error) {
	return Plan(t.world.Supergraph, t.operation, rnd.IntN)
}

// run plans and executes a trial.
func (t *trial) run(rnd *rand.Rand, planned func(*trial, *rand.Rand) (*plan.Plan, error), cache exec.EntityCache, spoil func(request, body []byte) ([]byte, int, error)) (*Answer, string, error) {
	p, err := planned(t, rnd)
	if err != nil {
		return nil, "", fmt.Errorf("planning: %w", err)
	}
	config := exec.Config{MaxParallel: rnd.IntN(3), Cache: cache, Errors: exec.ErrorPolicy{Max: 10_000, MaxPlaces: t.places}}
	spoil = consistently(spoil)
	for range t.world.Supergraph.Subgraphs {
		config.Halving = append(config.Halving, t.halve)
		config.Subgraphs = append(config.Subgraphs, &fake{world: t.world, spoil: spoil})
	}
	program, err := exec.New(config).Compile(p)
	if err != nil {
		return nil, "", fmt.Errorf("compiling: %w", err)
	}
	var resp exec.Response
	// Twice: what is pooled must not show.
	for range 2 {
		resp = exec.Response{}
		program.Execute(context.Background(), &exec.Request{Variables: &t.coerced}, &resp)
	}
	if spoil != nil {
		// With each execution a cache knows more of what another request got spoiled: no two answers would be alike.
		config.Cache = nil
	}
	if err := t.streams(p, config, rnd); err != nil {
		return nil, "", err
	}
	var answer Answer
	if err := json.Unmarshal(resp.Body, &answer); err != nil {
		return nil, "", fmt.Errorf("%w: %s", err, resp.Body)
	}
	var text strings.Builder
	for _, r := range p.Requests {
		fmt.Fprintf(&text, "%d after %v: %s %s\n", r.ID, r.After, r.Subgraph.Name, r.Document)
		for _, c := range r.Calls {
			for _, target := range c.Targets {
				fmt.Fprintf(&text, "   %s completes %s of request %d\n", c.Key, setPath(target.At), requestOf(p, target.At))
			}
		}
	}
	return &answer, text.String(), nil
}

// requestOf returns the ID of the request that asks for a selection set.
func requestOf(p *plan.Plan, s *plan.SelectionSet) int {
	for _, r := range p.Requests {
		if slices.Contains(r.Calls, s.Call) {
			return r.ID
		}
	}
	return -1
}

// setPath returns the keys that lead to a selection set.
func setPath(s *plan.SelectionSet) string {
	if s.Owner == nil {
		return s.Call.Key
	}
	return setPath(s.Owner.Parent) + "." + s.Owner.Key
}

func steps(path []any) []string {
	out := make([]string, len(path))
	for i, p := range path {
		out[i] = fmt.Sprint(p)
	}
	return out
}

func prefix(of, path []string) bool {
	if len(of) > len(path) {
		return false
	}
	for i := range of {
		if of[i] != path[i] {
			return false
		}
	}
	return true
}

// isObject tells whether the value at a path of the data is an object.
func isObject(data json.RawMessage, path []any) bool {
	for _, step := range path {
		switch s := step.(type) {
		case string:
			var o map[string]json.RawMessage
			if json.Unmarshal(data, &o) != nil {
				return false
			}
			data = o[s]
		case float64:
			var l []json.RawMessage
			if json.Unmarshal(data, &l) != nil || int(s) >= len(l) {
				return false
			}
			data = l[int(s)]
		}
	}
	return len(data) > 0 && data[0] == '{'
}

// compareErrors checks that the router's errors are those of the reference. Of several errors that make the same value
// null, one is enough: once the value is null, nothing below it has to be asked for. When fields with @requires are
// asked for, there can be errors about inputs, which clients do not see: they stand at the object.
func compareErrors(want []ReferenceError, answer *Answer, inputs bool) error {
	got := answer.Errors
	for _, g := range got {
		known := inputs && isObject(answer.Data, g.Path)
		for _, w := range want {
			known = known || prefix(steps(w.Path[:w.nulled]), steps(g.Path))
		}
		if !known {
			return fmt.Errorf("unexpected error %q at %v", g.Message, g.Path)
		}
	}
	for _, w := range want {
		region := w.Path[:w.nulled]
		for changed := true; changed; {
			changed = false
			for _, o := range want {
				if o.nulled < len(region) && prefix(steps(o.Path[:o.nulled]), steps(region)) {
					region, changed = o.Path[:o.nulled], true
				}
			}
		}
		alone := true
		for _, o := range want {
			same := len(o.Path) == len(w.Path) && prefix(steps(o.Path), steps(w.Path))
			alone = alone && (same || !prefix(steps(region), steps(o.Path)))
		}
		found := false
		for _, g := range got {
			if alone {
				found = found || len(g.Path) == len(w.Path) && prefix(steps(w.Path), steps(g.Path))
			} else {
				found = found || prefix(steps(region), steps(g.Path))
			}
		}
		if !found {
			return fmt.Errorf("the error %q at %v is missing", w.Message, w.Path)
		}
	}
	return nil
}

func TestRandomPlansAgreeWithTheReference(t *testing.T) { agree(t, 20, load(t), randomly, nil, nil) }

func TestPlansAgreeWithTheReference(t *testing.T) {
	sg := load(t)
	planner := plan.New(sg)
	agree(t, 20, sg, func(t *trial, _ *rand.Rand) (*plan.Plan, error) { return planner.Plan(t.operation) }, nil, nil)
}

func TestCachedAnswersAgreeWithTheReference(t *testing.T) {
	var hits, misses atomic.Int64
	agree(t, 16, load(t), randomly, NewCache, func(cache *Cache) {
		hits.Add(int64(cache.Hits))
		misses.Add(int64(cache.Misses))
	})
	if hits.Load() < misses.Load()/2 {
		t.Errorf("%d hits and %d misses: the second run should hit what the first has fetched", hits.Load(), misses.Load())
	}
}

// What is known in part is asked for in part.
func TestPartlyCachedAnswersAgreeWithTheReference(t *testing.T) {
	var partial atomic.Int64
	sg := load(t)
	planner := plan.New(sg)
	agree(t, 16, sg, func(t *trial, _ *rand.Rand) (*plan.Plan, error) { return planner.Plan(t.operation) }, func() *Cache {
		c := NewCache()
		c.Forgets = 2
		return c
	}, func(cache *Cache) { partial.Add(int64(cache.Partial)) })
	if partial.Load() < 100 {
		t.Errorf("%d entities were known in part: the test shows nothing", partial.Load())
	}
}

// agree compares the answers to random operations with the reference's. made, if not nil, makes the cache of every
// trial, and cached looks at it afterwards; there is none otherwise.
func agree(t *testing.T, percent int, sg *supergraph.Supergraph, planned func(*trial, *rand.Rand) (*plan.Plan, error),
	made func() *Cache, cached func(*Cache)) {
	t.Helper()
	campaign(t, percent, func(seed uint64) (bool, error) {
		rnd := rand.New(rand.NewPCG(seed, 1))
		trial := newTrial(sg, rnd)
		if trial == nil {
			return false, nil
		}
		want, err := trial.world.Reference(trial.query, trial.variables)
		if err != nil {
			return false, err
		}
		var cache exec.EntityCache
		if made != nil {
			c := made()
			cache = c
			defer cached(c)
		}
		got, plan, err := trial.run(rnd, planned, cache, nil)
		if err != nil {
			if strings.HasPrefix(err.Error(), "planning") {
				return false, nil
			}
			return false, fmt.Errorf("%w\n%s", err, trial.query)
		}
		if string(got.Data) != string(want.Data) {
			err = fmt.Errorf("the data differ")
		} else {
			err = compareErrors(want.Errors, got, computed.MatchString(trial.query))
		}
		if err == nil {
			err = located(trial.query, got.Errors)
		}
		if err != nil {
			err = fmt.Errorf("%w\n%s\nplan:\n%s\nwant %s\n got %s\nwant %v\n got %v", err, trial.query, plan, want.Data, got.Data, want.Errors, got.Errors)
		}
		return true, err
	})
}

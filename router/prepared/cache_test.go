package prepared_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/weft-graphql/weft/router/compose"
	"github.com/weft-graphql/weft/router/operation"
	"github.com/weft-graphql/weft/router/plan"
	"github.com/weft-graphql/weft/router/prepared"
	"github.com/weft-graphql/weft/router/supergraph"
)

func load(t testing.TB) *supergraph.Supergraph {
	t.Helper()
	const link = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@key"]) `
	composed, errs := compose.Compose([]compose.Subgraph{
		{Name: "products", SDL: link + `type Query{product(upc:ID!):Product} type Product@key(fields:"upc"){upc:ID! name:String}`},
		{Name: "stock", SDL: link + `type Product@key(fields:"upc"){upc:ID! inStock:Boolean}`},
	}, compose.Options{})
	if len(errs) > 0 {
		t.Fatal(errs)
	}
	sg, err := supergraph.Load(composed.SupergraphSDL)
	if err != nil {
		t.Fatal(err)
	}
	return sg
}

func newCache(t testing.TB, bytes int64, compile func(*operation.Prepared, *plan.Plan) (string, error)) *prepared.Cache[string] {
	sg := load(t)
	return prepared.New(prepared.Options[string]{Supergraph: sg, Planner: plan.New(sg), Bytes: bytes, Compile: compile})
}

func first(_ *operation.Prepared, p *plan.Plan) (string, error) { return p.Requests[0].Document, nil }

func TestGetAndPlan(t *testing.T) {
	c := newCache(t, 0, first)
	query := []byte(`query A($x:Boolean!){product(upc:1){upc name@include(if:$x)}} query B{product(upc:2){upc}}`)
	a, errs, _ := c.Get(t.Context(), query, []byte("A"), nil)
	if len(errs) > 0 {
		t.Fatal(errs)
	}
	if b, _, _ := c.Get(t.Context(), query, []byte("B"), nil); b == a {
		t.Fatal("two operations share an entry")
	}
	if again, _, _ := c.Get(t.Context(), query, []byte("A"), nil); again != a {
		t.Fatal("the entry was not found again")
	}
	off, err := a.Plan(t.Context(), operation.ConditionSet{})
	if err != nil {
		t.Fatal(err)
	}
	on, err := a.Plan(t.Context(), operation.ConditionSet{}.With(0))
	if err != nil {
		t.Fatal(err)
	}
	if off.Compiled != "{product(upc:1){upc}}" || on.Compiled != "{product(upc:1){upc name}}" {
		t.Errorf("compiled %q and %q", off.Compiled, on.Compiled)
	}
	if again, _ := a.Plan(t.Context(), operation.ConditionSet{}); again != off {
		t.Error("planned twice")
	}
	s := c.Stats()
	if s.Hits != 1 || s.Misses != 2 || s.PlanHits != 1 || s.PlanMisses != 2 || s.Entries != 2 || s.Bytes <= 0 {
		t.Errorf("stats %+v", s)
	}
}

func TestRefusedDocumentsAreRemembered(t *testing.T) {
	c := newCache(t, 0, nil)
	for range 3 {
		if _, errs, _ := c.Get(t.Context(), []byte(`{nope}`), nil, nil); len(errs) == 0 {
			t.Fatal("accepted")
		}
	}
	if s := c.Stats(); s.Misses != 1 || s.Hits != 2 {
		t.Errorf("stats %+v", s)
	}
}

func TestCompileErrors(t *testing.T) {
	fail := func(*operation.Prepared, *plan.Plan) (string, error) { return "", errors.New("cannot compile") }
	e, _, _ := newCache(t, 0, fail).Get(t.Context(), []byte(`{product(upc:1){upc}}`), nil, nil)
	for range 2 {
		if _, err := e.Plan(t.Context(), operation.ConditionSet{}); err == nil || !strings.Contains(err.Error(), "cannot compile") {
			t.Errorf("got %v", err)
		}
	}
}

func TestSingleFlight(t *testing.T) {
	var compiled atomic.Int32
	c := newCache(t, 0, func(*operation.Prepared, *plan.Plan) (string, error) { compiled.Add(1); return "", nil })
	var wg sync.WaitGroup
	for range 50 {
		wg.Go(func() {
			e, errs, _ := c.Get(t.Context(), []byte(`{product(upc:1){upc}}`), nil, nil)
			if len(errs) > 0 {
				t.Error(errs)
				return
			}
			if _, err := e.Plan(t.Context(), operation.ConditionSet{}); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if s := c.Stats(); s.Misses != 1 || compiled.Load() != 1 {
		t.Errorf("prepared %d times, compiled %d times", s.Misses, compiled.Load())
	}
}

func TestBoundedByBytes(t *testing.T) {
	const bound = 2 << 20
	c := newCache(t, bound, first)
	hot := []byte(`{product(upc:"hot"){name}}`)
	for i := range 3000 {
		e, errs, _ := c.Get(t.Context(), fmt.Appendf(nil, `{product(upc:"%d"){upc name}}`, i), nil, nil)
		if len(errs) > 0 {
			t.Fatal(errs)
		}
		if _, err := e.Plan(t.Context(), operation.ConditionSet{}); err != nil {
			t.Fatal(err)
		}
		if _, errs, _ := c.Get(t.Context(), hot, nil, nil); len(errs) > 0 {
			t.Fatal(errs)
		}
	}
	s := c.Stats()
	if s.Bytes > bound || s.Evictions == 0 {
		t.Errorf("%d bytes held, %d evictions", s.Bytes, s.Evictions)
	}
	if s.Misses != 3001 {
		t.Errorf("a document in constant use was dropped: %d misses", s.Misses)
	}
}

func TestConditionSetsAreBounded(t *testing.T) {
	c := newCache(t, 0, nil)
	e, errs, _ := c.Get(t.Context(), conditional(10), nil, nil)
	if len(errs) > 0 {
		t.Fatal(errs)
	}
	for n := range 1024 {
		var set operation.ConditionSet
		for i := range 10 {
			if n&(1<<i) != 0 {
				set = set.With(i)
			}
		}
		if _, err := e.Plan(t.Context(), set); err != nil {
			t.Fatal(err)
		}
	}
	if held := e.Plans(); held > 64 {
		t.Errorf("%d plans kept", held)
	}
}

func TestWarmUp(t *testing.T) {
	old, fresh := newCache(t, 0, nil), newCache(t, 0, nil)
	for i := range 20 {
		e, errs, _ := old.Get(t.Context(), fmt.Appendf(nil, `query($x:Boolean!){product(upc:%d){upc name@skip(if:$x)}}`, i), nil, nil)
		if len(errs) > 0 {
			t.Fatal(errs)
		}
		for _, set := range []operation.ConditionSet{{}, operation.ConditionSet{}.With(0)} {
			if _, err := e.Plan(t.Context(), set); err != nil {
				t.Fatal(err)
			}
		}
	}
	old.Get(t.Context(), []byte(`{refused}`), nil, nil)
	if n := fresh.WarmUp(context.Background(), old, 5); n != 5 {
		t.Fatalf("%d operations warmed up", n)
	}
	before := fresh.Stats()
	e, _, _ := fresh.Get(t.Context(), []byte(`query($x:Boolean!){product(upc:19){upc name@skip(if:$x)}}`), nil, nil)
	if _, err := e.Plan(t.Context(), operation.ConditionSet{}.With(0)); err != nil {
		t.Fatal(err)
	}
	after := fresh.Stats()
	if after.Misses != before.Misses || after.PlanMisses != before.PlanMisses {
		t.Error("the latest operation was not warm")
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if n := newCache(t, 0, nil).WarmUp(ctx, old, 5); n != 0 {
		t.Errorf("%d operations warmed up after the end", n)
	}
}

func TestHitsDoNotAllocate(t *testing.T) {
	c := newCache(t, 0, first)
	query, name := []byte(`query A{product(upc:1){upc}}`), []byte("A")
	hit := func() {
		e, errs, _ := c.Get(t.Context(), query, name, nil)
		if len(errs) > 0 {
			t.Fatal(errs)
		}
		if _, err := e.Plan(t.Context(), operation.ConditionSet{}); err != nil {
			t.Fatal(err)
		}
	}
	hit()
	if n := testing.AllocsPerRun(100, hit); n > 0 {
		t.Errorf("%v allocations for a hit", n)
	}
}

func BenchmarkHit(b *testing.B) {
	c := newCache(b, 0, first)
	query := []byte(`query A{product(upc:1){upc}}`)
	b.ReportAllocs()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			e, _, _ := c.Get(b.Context(), query, nil, nil)
			if _, err := e.Plan(b.Context(), operation.ConditionSet{}); err != nil {
				b.Fatal(err)
			}
		}
	})
}

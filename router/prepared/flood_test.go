package prepared_test

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"sync"
	"testing"

	"github.com/weft-graphql/weft/router/operation"
	"github.com/weft-graphql/weft/router/plan"
	"github.com/weft-graphql/weft/router/prepared"
)

// TestEverythingAnEntryHoldsCounts floods a cache with documents whose memory is not in their text.
func TestEverythingAnEntryHoldsCounts(t *testing.T) {
	const bound = 1 << 20
	long := strings.Repeat("x", 20_000)
	wrong := strings.Repeat("x ", 90)
	for _, c := range []struct {
		name string
		get  func(i int) (query, operation string)
		// least is how much each entry holds at least.
		least int
	}{
		{"operation names", func(i int) (string, string) { return "query Q{product(upc:1){upc}}", fmt.Sprint(long, i) }, len(long)},
		{"errors", func(i int) (string, string) { return fmt.Sprintf("query Q%d{%s}", i, wrong), "" }, 90 * 500},
	} {
		cache := newCache(t, bound, first)
		for i := range 300 {
			query, name := c.get(i)
			if _, errs, err := cache.Get(t.Context(), []byte(query), []byte(name), nil); len(errs) == 0 || err != nil {
				t.Fatalf("%s: accepted, or %v", c.name, err)
			}
		}
		if s := cache.Stats(); s.Entries == 0 || s.Entries*c.least > bound || s.Bytes > bound {
			t.Errorf("%s: %d entries are kept as %d bytes", c.name, s.Entries, s.Bytes)
		}
	}
}

// TestLargeDocumentsAreNotKept prepares documents each of which would fill the cache.
func TestLargeDocumentsAreNotKept(t *testing.T) {
	const bound = 1 << 20
	c := newCache(t, bound, first)
	small := []byte("{product(upc:1){upc}}")
	for i := range 40 {
		e, errs, err := c.Get(t.Context(), fmt.Appendf(nil, "query Q%d{product(upc:1){%s}}", i, strings.Repeat("upc ", 5000)), nil, nil)
		if len(errs) > 0 || err != nil {
			t.Fatal(errs, err)
		}
		if _, err := e.Plan(t.Context(), operation.ConditionSet{}); err != nil {
			t.Fatal(err)
		}
		if s := c.Stats(); s.Bytes > bound {
			t.Fatalf("%d bytes are held", s.Bytes)
		}
		if _, errs, err := c.Get(t.Context(), small, nil, nil); len(errs) > 0 || err != nil {
			t.Fatal(errs, err)
		}
	}
	if s := c.Stats(); s.Misses != 41 || s.Entries != 1 {
		t.Errorf("the small document is not kept, or a large one is: %+v", s)
	}
}

// TestPlansThatAreDroppedDoNotCount plans one operation for more sets of conditions than are kept.
func TestPlansThatAreDroppedDoNotCount(t *testing.T) {
	c := newCache(t, 0, nil)
	e, errs, err := c.Get(t.Context(), conditional(10), nil, nil)
	if len(errs) > 0 || err != nil {
		t.Fatal(errs, err)
	}
	planned := func(from, to int) int64 {
		for n := from; n < to; n++ {
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
		return c.Stats().Bytes
	}
	if full, after := planned(0, 64), planned(64, 1024); after > 3*full {
		t.Errorf("64 plans are %d bytes, and after 1024 they are %d", full, after)
	}
}

// conditional is an operation with n conditions.
func conditional(n int) []byte {
	var b strings.Builder
	b.WriteString("query(")
	for i := range n {
		fmt.Fprintf(&b, "$v%d:Boolean! ", i)
	}
	b.WriteString("){product(upc:1){upc ")
	for i := range n {
		fmt.Fprintf(&b, "a%d:name@include(if:$v%d) ", i, i)
	}
	b.WriteString("}}")
	return []byte(b.String())
}

// held is a cache whose plans wait to be let go, with channels that tell of them.
func held(t *testing.T, bytes int64) (c *prepared.Cache[string], begun chan string, letGo chan struct{}) {
	begun, letGo = make(chan string, 1000), make(chan struct{})
	return newCache(t, bytes, func(p *operation.Prepared, _ *plan.Plan) (string, error) {
		begun <- p.Name
		<-letGo
		return "", nil
	}), begun, letGo
}

func large(name string) []byte {
	return []byte("query " + name + "{product(upc:1){" + strings.Repeat("upc ", 2000) + "}}")
}

// TestLargeDocumentsWaitForEachOther plans many large documents, and a small one while they wait.
func TestLargeDocumentsWaitForEachOther(t *testing.T) {
	c, begun, letGo := held(t, 0)
	var running sync.WaitGroup
	do := func(query []byte) {
		running.Go(func() {
			e, errs, err := c.Get(t.Context(), query, nil, nil)
			if len(errs) > 0 || err != nil {
				t.Error(errs, err)
				return
			}
			if _, err := e.Plan(t.Context(), operation.ConditionSet{}); err != nil {
				t.Error(err)
			}
		})
	}
	most := max(1, runtime.GOMAXPROCS(0)/2)
	for i := range most {
		do(large(fmt.Sprint("Large", i)))
	}
	for range most {
		<-begun
	}
	// All places for large documents are taken from here on.
	for i := range 20 {
		do(large(fmt.Sprint("Late", i)))
	}
	do([]byte("query Small{product(upc:1){upc}}"))
	if name := <-begun; name != "Small" {
		t.Errorf("%s did not wait", name)
	}
	close(letGo)
	running.Wait()
}

// TestPreparedDocumentsDoNotPileUp lets nothing be planned: then nothing more is prepared either, until the requests
// that have not asked for their plans say that they do not need them.
func TestPreparedDocumentsDoNotPileUp(t *testing.T) {
	c := newCache(t, 0, nil)
	over, cancel := context.WithCancel(t.Context())
	cancel()
	var entries []*prepared.Entry[string]
	for i := range 1000 {
		e, errs, err := c.Get(over, large(fmt.Sprint("Large", i)), nil, nil)
		if errors.Is(err, prepared.ErrBusy) {
			break
		}
		if len(errs) > 0 {
			t.Fatal(errs)
		}
		entries = append(entries, e)
	}
	if most := max(1, runtime.GOMAXPROCS(0)/2); len(entries) != most {
		t.Errorf("%d documents are prepared and not planned, want %d", len(entries), most)
	}
	for _, e := range entries {
		e.Done()
		if _, _, err := c.Get(over, []byte("{"+string(large("Next"))), nil, nil); err != nil {
			t.Error(err)
		}
	}
}

// TestNobodyWaitsForever gives up waiting for a place: because the time is over, and because too much waits already.
func TestNobodyWaitsForever(t *testing.T) {
	c, begun, letGo := held(t, 1<<20)
	var running sync.WaitGroup
	for i := range max(1, runtime.GOMAXPROCS(0)/2) {
		running.Go(func() {
			if e, _, err := c.Get(t.Context(), large(fmt.Sprint("Large", i)), nil, nil); err != nil {
				t.Error(err)
			} else if _, err := e.Plan(t.Context(), operation.ConditionSet{}); err != nil {
				t.Error(err)
			}
		})
		<-begun
	}
	over, cancel := context.WithCancel(t.Context())
	cancel()
	if _, _, err := c.Get(over, large("Late"), nil, nil); !errors.Is(err, prepared.ErrBusy) {
		t.Errorf("after its time: %v", err)
	}
	huge := append(large("Huge"), make([]byte, 1<<20)...)
	if _, _, err := c.Get(t.Context(), huge, nil, nil); !errors.Is(err, prepared.ErrBusy) {
		t.Errorf("too much waits: %v", err)
	}
	if s := c.Stats(); s.Entries > max(1, runtime.GOMAXPROCS(0)/2) {
		t.Errorf("%d entries are kept", s.Entries)
	}
	close(letGo)
	running.Wait()
	// What was given up is nobody's fate for ever.
	e, errs, err := c.Get(t.Context(), large("Late"), nil, nil)
	if len(errs) > 0 || err != nil {
		t.Fatal(errs, err)
	}
	if _, err := e.Plan(t.Context(), operation.ConditionSet{}); err != nil {
		t.Error(err)
	}
}

// TestPanicsAreToldToOperators checks who hears what of a panic.
func TestPanicsAreToldToOperators(t *testing.T) {
	sg := load(t)
	var told any
	c := prepared.New(prepared.Options[string]{
		Supergraph: sg, Planner: plan.New(sg), Panicked: func(cause any) { told = cause },
		Compile: func(*operation.Prepared, *plan.Plan) (string, error) { panic("at home") },
	})
	e, _, err := c.Get(t.Context(), []byte("{product(upc:1){upc}}"), nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := e.Plan(t.Context(), operation.ConditionSet{}); err == nil || strings.Contains(err.Error(), "at home") {
		t.Errorf("the client hears %v", err)
	}
	if told != "at home" {
		t.Errorf("operators hear %v", told)
	}
}

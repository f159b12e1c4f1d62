package prepared_test

import (
	"encoding/json"
	"fmt"
	"os"
	"runtime"
	"strings"
	"testing"

	"github.com/weft-graphql/weft/bench/definition"
	"github.com/weft-graphql/weft/router/exec"
	"github.com/weft-graphql/weft/router/operation"
	"github.com/weft-graphql/weft/router/plan"
	"github.com/weft-graphql/weft/router/prepared"
	"github.com/weft-graphql/weft/router/supergraph"
	"github.com/weft-graphql/weft/router/upstream"
)

// TestDocumentsOfOneFormShareAnEntry asks for documents that differ in literals and white space, and for one that
// differs in more.
func TestDocumentsOfOneFormShareAnEntry(t *testing.T) {
	c := newCache(t, 0, nil)
	var form operation.Form
	get := func(query string) (*prepared.Entry[string], string) {
		t.Helper()
		e, errs, err := c.Get(t.Context(), []byte(query), nil, &form)
		if err != nil || len(errs) > 0 {
			t.Fatal(query, errs, err)
		}
		v, errs := e.Prepared.Coerce(nil, &form.Literals)
		if len(errs) > 0 {
			t.Fatal(errs)
		}
		if v.Len() == 0 {
			return e, ""
		}
		return e, string(v.Raw(0))
	}
	first, _ := get(`{product(upc:1){upc}}`)
	for range 4 {
		// From the third time on, the document is known for itself.
		for _, upc := range []string{"2", "30"} {
			e, value := get("{ product(upc: " + upc + ") { upc } }")
			if e != first || value != upc {
				t.Errorf("upc %s: another entry, or the value %s", upc, value)
			}
		}
	}
	if other, _ := get(`{product(upc:1){upc name}}`); other == first {
		t.Error("documents that ask for different fields share an entry")
	}
	if plain, _, _ := c.Get(t.Context(), []byte(`{product(upc:1){upc}}`), nil, nil); plain == first || plain.Formed() {
		t.Error("a document is wanted for itself and shares an entry")
	}
	if s := c.Stats(); s.Misses != 3 || s.Hits != 8 {
		t.Errorf("stats %+v", s)
	}
}

// TestRefusedDocumentsOfOneForm has documents of one form that are not valid: each has its errors in its own places.
func TestRefusedDocumentsOfOneForm(t *testing.T) {
	c := newCache(t, 0, nil)
	var form operation.Form
	for range 3 {
		for i := range 3 {
			query := "{product(upc:1){" + strings.Repeat(" ", i) + "upc{a}}}"
			_, errs, err := c.Get(t.Context(), []byte(query), nil, &form)
			if err != nil || len(errs) != 1 || errs[0].Locations[0].Column != 17+i {
				t.Fatalf("%s: %v %v", query, errs, err)
			}
		}
	}
	if s := c.Stats(); s.Misses != 3 {
		t.Errorf("stats %+v", s)
	}
}

// TestAFloodLeavesHonestTrafficAlone sends documents that come again among ten times as many that never do.
func TestAFloodLeavesHonestTrafficAlone(t *testing.T) {
	const bound, honest, rounds, settled = 2 << 20, 40, 30, 5
	c := newCache(t, bound, first)
	var form operation.Form
	flood := 0
	ask := func(query string) {
		t.Helper()
		e, errs, err := c.Get(t.Context(), []byte(query), nil, &form)
		if err != nil || len(errs) > 0 {
			t.Fatal(errs, err)
		}
		if _, err := e.Plan(t.Context(), operation.ConditionSet{}); err != nil {
			t.Fatal(err)
		}
		if s := c.Stats(); s.Bytes > bound {
			t.Fatalf("%d bytes", s.Bytes)
		}
	}
	var missed uint64
	for round := range rounds {
		for i := range honest {
			before := c.Stats().Misses
			ask(fmt.Sprintf("{h%d:product(upc:1){upc inStock name}}", i))
			if round >= settled {
				missed += c.Stats().Misses - before
			}
			for range 10 {
				flood++
				ask(fmt.Sprintf("{f%d:product(upc:1){upc inStock name}}", flood))
			}
		}
	}
	if missed > 0 {
		t.Errorf("%d of %d honest requests were prepared again", missed, (rounds-settled)*honest)
	}
	if s := c.Stats(); s.Bytes > bound/2 {
		t.Errorf("the flood fills the cache: %+v", s)
	}
}

// TestBytesAreThoseOfMemory fills a cache with large operations, and compares what it says it holds with the heap.
func TestBytesAreThoseOfMemory(t *testing.T) {
	sdl, err := os.ReadFile("../exec/testdata/bench.graphql")
	if err != nil {
		t.Fatal(err)
	}
	sg, err := supergraph.Load(string(sdl))
	if err != nil {
		t.Fatal(err)
	}
	workload, err := definition.FindWorkload("distinct")
	if err != nil {
		t.Fatal(err)
	}
	var request struct{ Query string }
	if err := json.Unmarshal(workload.Body, &request); err != nil {
		t.Fatal(err)
	}
	config := exec.Config{Subgraphs: make([]upstream.Subgraph, len(sg.Subgraphs))}
	for i := range config.Subgraphs {
		config.Subgraphs[i] = nobody{}
	}
	engine := exec.New(config)
	c := prepared.New(prepared.Options[*exec.Program]{
		Supergraph: sg, Planner: plan.New(sg), Bytes: 8 << 20,
		Compile: func(_ *operation.Prepared, p *plan.Plan) (*exec.Program, error) { return engine.Compile(p) },
	})
	var form operation.Form
	ask := func(i int) {
		query := strings.Replace(request.Query, "users(", fmt.Sprintf("a%d:users(", i), 1)
		e, errs, err := c.Get(t.Context(), []byte(query), nil, &form)
		if err != nil || len(errs) > 0 {
			t.Fatal(errs, err)
		}
		if _, err := e.Plan(t.Context(), operation.ConditionSet{}); err != nil {
			t.Fatal(err)
		}
	}
	before := heap()
	for i := range 400 {
		ask(i)
		ask(i)
	}
	held, said := heap()-before, c.Stats().Bytes
	t.Logf("%d entries hold %d bytes and say %d", c.Stats().Entries, held, said)
	if held > said*12/10 {
		t.Errorf("%d bytes are held, and only %d are counted", held, said)
	}
	runtime.KeepAlive(c)
}

func heap() int64 {
	var m runtime.MemStats
	runtime.GC()
	runtime.GC()
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}

// nobody is a subgraph that nobody asks.
type nobody struct{ upstream.Subgraph }

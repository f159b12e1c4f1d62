package operationtest

import (
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/weft-graphql/weft/router/syntax"
)

var (
	cases     = flag.Int("cases", defaultCases, "random documents")
	firstSeed = flag.Uint64("seed", 1, "seed of the first schema")
)

// perSchema is how many documents there are for a schema.
const perSchema = 100

// TestLikeGraphQLJS compares the verdicts about random documents.
func TestLikeGraphQLJS(t *testing.T) {
	js := startGraphQLJS(t)
	found := newFindings()
	var next atomic.Uint64
	next.Store(*firstSeed)
	last := *firstSeed + uint64(*cases/perSchema)
	var workers sync.WaitGroup
	for range 2 * runtime.GOMAXPROCS(0) {
		workers.Go(func() {
			for {
				seed := next.Add(1) - 1
				if seed >= last {
					return
				}
				if err := judgeSchema(js, seed, found); err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	workers.Wait()
	found.report(t)
}

// TestHostileLikeGraphQLJS compares the verdicts about documents that were made up.
func TestHostileLikeGraphQLJS(t *testing.T) {
	w, err := newWorld(startGraphQLJS(t), 0, "type Query { a(x: String, y: Boolean): String on: Query query: Query }")
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range hostileDocuments {
		for _, d := range []string{
			text, "{" + text + "}", "{a(x:" + text + ")}", "query Q " + text, "{a} " + text, text + "{a}",
		} {
			var differs *difference
			if _, err := w.judge(document{text: d, variables: []string{"{}"}}); errors.As(err, &differs) {
				t.Errorf("%q: %v", d, differs)
			} else if err != nil {
				t.Fatal(err)
			}
		}
	}
}

// TestSchemaSyntaxLikeGraphQLJS compares what definitions of a schema can be parsed.
func TestSchemaSyntaxLikeGraphQLJS(t *testing.T) {
	js := startGraphQLJS(t)
	refused := 0
	for seed := *firstSeed; seed < *firstSeed+uint64(*cases/50); seed++ {
		rnd := rand.New(rand.NewPCG(seed, 2))
		sdl := writeSchema(rnd)
		if rnd.IntN(4) > 0 {
			sdl = spoil(rnd, sdl)
		}
		var theirs struct {
			Syntax     string
			Executable bool
		}
		if err := js.ask(map[string]any{"command": "syntax", "text": sdl}, &theirs); err != nil {
			t.Fatal(err)
		}
		if theirs.Syntax != "" {
			refused++
		}
		if _, err := syntax.ParseExecutable(&ast.Source{Input: sdl}, 0); (err != nil) != (theirs.Syntax != "") {
			t.Errorf("seed %d: graphql-js: %s; we: %v\n%s", seed, theirs.Syntax, err, sdl)
		}
		_, err := syntax.ParseTypeSystem(&ast.Source{Input: sdl})
		if (err != nil) != (theirs.Syntax != "" || theirs.Executable) {
			t.Errorf("seed %d, as a schema: graphql-js: %s; we: %v\n%s", seed, theirs.Syntax, err, sdl)
		}
	}
	t.Logf("%d refused", refused)
	if refused < *cases/500 {
		t.Errorf("only %d are refused", refused)
	}
}

func judgeSchema(js *graphqlJS, seed uint64, found *findings) error {
	rnd := rand.New(rand.NewPCG(seed, 1))
	w, err := newWorld(js, seed, writeSchema(rnd))
	if err != nil {
		return fmt.Errorf("seed %d: %w", seed, err)
	}
	for i := range perSchema {
		if i < len(introspections) {
			d := document{text: introspections[i], variables: introspectionVariables}
			if err := judgeDocument(w, seed, d, found); err != nil {
				return err
			}
			continue
		}
		d := writeDocument(rnd, w.sg.API, pick(rnd, []int{0, 0, 3, 10, 50}))
		if rnd.IntN(8) == 0 {
			d.text = spoil(rnd, d.text)
		}
		if err := judgeDocument(w, seed, d, found); err != nil {
			return err
		}
	}
	return nil
}

func judgeDocument(w *world, seed uint64, d document, found *findings) error {
	theirs, err := w.judge(d)
	var differs *difference
	switch {
	case errors.As(err, &differs):
		found.add(seed, d, differs)
	case err != nil:
		return fmt.Errorf("seed %d: %w", seed, err)
	}
	found.count(theirs)
	return nil
}

// findings collects the shortest difference of each kind, and counts verdicts.
type findings struct {
	mu       sync.Mutex
	verdicts map[string]int
	kinds    map[string]*finding
}

type finding struct {
	count, length int
	text          string
}

func newFindings() *findings {
	return &findings{verdicts: map[string]int{}, kinds: map[string]*finding{}}
}

func (f *findings) count(v *verdict) {
	f.mu.Lock()
	defer f.mu.Unlock()
	switch {
	case len(v.Rules) > 0:
		for rule := range v.Rules {
			f.verdicts[rule]++
		}
	default:
		f.verdicts[v.kind()]++
	}
}

func (f *findings) add(seed uint64, d document, differs *difference) {
	f.mu.Lock()
	defer f.mu.Unlock()
	kind := f.kinds[differs.kind]
	if kind == nil {
		kind = &finding{}
		f.kinds[differs.kind] = kind
	}
	kind.count++
	if length := len(d.text); kind.text == "" || length < kind.length {
		kind.length = length
		kind.text = fmt.Sprintf("%s\n%s\noperation %q, document:\n%s\n%q\n(seed %d)",
			differs.kind, differs.detail, d.operationName, d.text, d.text, seed)
	}
}

// report fails for each kind of difference.
func (f *findings) report(t *testing.T) {
	var names []string
	for name := range f.verdicts {
		names = append(names, name)
	}
	slices.Sort(names)
	var counts []string
	for _, n := range names {
		counts = append(counts, fmt.Sprintf("%s %d", n, f.verdicts[n]))
	}
	t.Log(strings.Join(counts, ", "))
	kinds := []*finding{}
	for _, k := range f.kinds {
		kinds = append(kinds, k)
	}
	slices.SortFunc(kinds, func(a, b *finding) int { return b.count - a.count })
	for _, k := range kinds {
		t.Errorf("%d times: %s", k.count, k.text)
	}
}

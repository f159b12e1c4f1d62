package router_test

import (
	"fmt"
	"runtime"
	"strings"
	"testing"

	"github.com/weft-graphql/weft/router/config"
)

// TestOldGraphsAreLetGo swaps the graph again and again, each time with many operations prepared.
func TestOldGraphsAreLetGo(t *testing.T) {
	f := newFixture(t, func(c *config.Config) { c.Plan.WarmUp = 0 })
	held := func() int64 {
		runtime.GC()
		runtime.GC() // what was in pools goes with the second one
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return int64(m.HeapAlloc)
	}
	fill := func() {
		for i := range 20 {
			f.ask(t, fmt.Sprintf("query Q%d{person(id:1){%s}}", i, strings.Repeat("name ", 3000)))
		}
	}
	empty := held()
	fill()
	full := held()
	for i := range 10 {
		if err := f.router.Swap(supergraphOf(t, namesSDL) + fmt.Sprintf("\n# %d", i)); err != nil {
			t.Fatal(err)
		}
		fill()
	}
	if after := held(); after-empty > 3*(full-empty) {
		t.Errorf("one graph with its operations takes %d KB, and after ten swaps %d KB are held", (full-empty)>>10, (after-empty)>>10)
	}
	runtime.KeepAlive(f)
}

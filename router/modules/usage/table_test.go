package usage

import (
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/weft-graphql/weft/router/module"
	"github.com/weft-graphql/weft/router/operation"
	"github.com/weft-graphql/weft/router/server"
	"github.com/weft-graphql/weft/router/usage"
)

func newTestTable(pairs, bytes int) *table {
	t := newTable(pairs, bytes)
	t.unattributed = prometheus.NewCounter(prometheus.CounterOpts{})
	return t
}

func testDocument(name string) *document {
	d := usage.NewDocument(name, "query", "query "+name+"{a}", usage.Coordinates{"Query." + name: true, "Query": true, "E.A": false})
	return &document{Document: d, bytes: sizeOf(&d)}
}

// counted is an operation that a client asks for.
func counted(u *Usage, d *document, client string) *module.Operation {
	op := &module.Operation{}
	op.Begin(&server.Request{Header: http.Header{"Graphql-Client-Name": {client}, "Graphql-Client-Version": {"1"}}}, nil, nil, 1)
	op.Prepared = &operation.Prepared{}
	op.SetCompiled([]any{d})
	return op
}

func counting() *Usage {
	u := defaults()
	u.ClientHeaders, u.VersionHeaders = []string{"Graphql-Client-Name"}, []string{"Graphql-Client-Version"}
	u.table = newTestTable(100, 1<<20)
	return u
}

// TestCountingAllocatesNothing counts a client that is known.
func TestCountingAllocatesNothing(t *testing.T) {
	u := counting()
	op := counted(u, testDocument("a"), "web")
	if allocs := testing.AllocsPerRun(1000, func() { u.OperationEnded(t.Context(), op, &server.Response{}) }); allocs > 0 {
		t.Errorf("%v allocations", allocs)
	}
}

// BenchmarkCount is what a request costs.
func BenchmarkCount(b *testing.B) {
	u := counting()
	op := counted(u, testDocument("a"), "web")
	response := &server.Response{}
	b.ReportAllocs()
	b.RunParallel(func(p *testing.PB) {
		for p.Next() {
			u.OperationEnded(b.Context(), op, response)
		}
	})
}

// TestNothingIsLost counts by many goroutines while reports are taken, some of which cannot be written.
func TestNothingIsLost(t *testing.T) {
	for name, table := range map[string]*table{"room for all": newTestTable(1000, 1<<20), "few pairs": newTestTable(3, 1<<20), "few documents": newTestTable(1000, 700)} {
		const goroutines, each = 4, 5000
		documents := []*document{testDocument("a"), testDocument("b"), testDocument("c"), testDocument("a")}
		all := usage.NewReport()
		var counting sync.WaitGroup
		for g := range goroutines {
			counting.Go(func() {
				r := rand.New(rand.NewPCG(uint64(g), 1))
				for range each {
					table.count(documents[r.IntN(len(documents))], usage.Client{Name: fmt.Sprint(r.IntN(3))})
				}
			})
		}
		done := make(chan struct{})
		go func() { counting.Wait(); close(done) }()
		for taking := true; taking; {
			select {
			case <-done:
				taking = false
			default:
			}
			if report := table.take(time.Now()); rand.IntN(2) == 0 {
				table.give(report)
			} else {
				all.Merge(report)
			}
			table.mu.RLock()
			pairs, bytes := table.pairs, table.bytes
			table.mu.RUnlock()
			if pairs > table.maxPairs || bytes > table.maxBytes {
				t.Fatalf("%s: %d pairs, %d bytes", name, pairs, bytes)
			}
		}
		all.Merge(table.take(time.Now()))
		if got := all.Requests(); got != goroutines*each {
			t.Errorf("%s: %d requests, want %d", name, got, goroutines*each)
		}
		var queries uint64
		for _, u := range all.Uses() {
			queries += u.Count
		}
		if queries+all.Rest["Query"].Uses != goroutines*each {
			t.Errorf("%s: what is used was counted %d times, want %d", name, queries+all.Rest["Query"].Uses, goroutines*each)
		}
	}
}

// TestWhatCannotBeWrittenIsPartOfTheNextReport has the directory go and come.
func TestWhatCannotBeWrittenIsPartOfTheNextReport(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "reports")
	log := &strings.Builder{}
	w := &writer{
		directory: dir, keep: 2, logger: slog.New(slog.NewTextHandler(log, nil)), process: "p",
		written: prometheus.NewCounter(prometheus.CounterOpts{}), failed: prometheus.NewCounter(prometheus.CounterOpts{}),
	}
	to := &destination{pending: newTestTable(100, 1<<20), send: w.send}
	write := func(now time.Time) { to.flush(t.Context(), now) }
	d, now := testDocument("a"), time.Unix(1_000_000, 0)
	to.pending.count(d, usage.Client{Name: "web"})
	write(now)
	write(now)
	if n := strings.Count(log.String(), "cannot be written"); n != 1 {
		t.Errorf("%d lines in the log", n)
	}
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	to.pending.count(d, usage.Client{Name: "web"})
	write(now.Add(time.Second))
	report, err := usage.ReadFiles([]string{dir})
	if err != nil || report.Requests() != 2 {
		t.Errorf("%v: %d requests", err, report.Requests())
	}
	write(now.Add(2 * time.Second)) // nothing has happened
	for i := range 4 {
		to.pending.count(d, usage.Client{Name: "web"})
		write(now.Add(time.Duration(3+i) * time.Second))
	}
	files, _ := filepath.Glob(filepath.Join(dir, "*"))
	if len(files) != 2 || !strings.Contains(files[1], now.Add(6*time.Second).UTC().Format("150405")) {
		t.Errorf("%q", files)
	}
	if _, err := os.Stat(filepath.Join(dir, "usage-"+now.Add(time.Second).UTC().Format("20060102T150405.000Z")+"-p.jsonl")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the oldest report is still there: %v", err)
	}
}

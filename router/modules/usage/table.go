package usage

import (
	"sync"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/vektah/gqlparser/v2/ast"

	"github.com/weft-graphql/weft/router/usage"
)

type definition = ast.OperationDefinition

// document is a prepared document and what it uses.
type document struct {
	usage.Document
	// bytes is about what it takes.
	bytes int
}

// sizeOf is about what a document takes, in bytes.
func sizeOf(d *usage.Document) int {
	size := 256 + len(d.Text) + len(d.Name)
	for _, list := range [][]string{d.Uses, d.Maybe} {
		for _, c := range list {
			size += 16 + len(c)
		}
	}
	return size
}

// table counts pairs of client and document in the present interval. Both are chosen by clients: there is a bound on
// pairs, and on what documents take. Beyond it there are only counts of coordinates, of which the graph has so many.
type table struct {
	maxPairs, maxBytes int
	// unattributed counts what has no pair.
	unattributed prometheus.Counter

	mu           sync.RWMutex
	began        time.Time
	graphs       map[string]bool
	counts       map[*document]map[usage.Client]*atomic.Uint64
	pairs, bytes int
	rest         map[string]usage.Rest
	restRequests uint64
	// serving is the graph in use.
	serving string
}

func newTable(maxPairs, maxBytes int) *table {
	t := &table{maxPairs: maxPairs, maxBytes: maxBytes}
	t.clear()
	return t
}

// clear begins another interval. The mutex is held, or nobody has the table yet.
func (t *table) clear() {
	t.began = time.Now()
	t.counts, t.rest = map[*document]map[usage.Client]*atomic.Uint64{}, map[string]usage.Rest{}
	t.pairs, t.bytes, t.restRequests = 0, 0, 0
	t.graphs = map[string]bool{}
	if t.serving != "" {
		t.graphs[t.serving] = true
	}
}

// serves notes the graph that is served from now on.
func (t *table) serves(graph string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if graph != "" {
		t.serving, t.graphs[graph] = graph, true
	}
}

// count counts that a client sent a document.
func (t *table) count(d *document, client usage.Client) {
	t.mu.RLock()
	n := t.counts[d][client]
	if n != nil {
		n.Add(1)
	}
	t.mu.RUnlock()
	if n == nil {
		t.mu.Lock()
		t.add(d, client, 1)
		t.mu.Unlock()
	}
}

// add counts what there may be no pair for yet. The mutex is held.
func (t *table) add(d *document, client usage.Client, times uint64) {
	of := t.counts[d]
	if n := of[client]; n != nil {
		n.Add(times)
		return
	}
	if t.pairs >= t.maxPairs || of == nil && t.bytes+d.bytes > t.maxBytes {
		t.addRest(d, times)
		return
	}
	if of == nil {
		of = map[usage.Client]*atomic.Uint64{}
		t.counts[d] = of
		t.bytes += d.bytes
	}
	n := new(atomic.Uint64)
	n.Store(times)
	// The strings may be of a request, whose memory is used again.
	of[usage.Client{Name: clone(client.Name), Version: clone(client.Version)}] = n
	t.pairs++
}

// addRest counts only what a document uses.
func (t *table) addRest(d *document, times uint64) {
	t.restRequests += times
	t.unattributed.Add(float64(times))
	for _, c := range d.Uses {
		t.rest[c] = t.rest[c].Plus(usage.Rest{Uses: times})
	}
	for _, c := range d.Maybe {
		t.rest[c] = t.rest[c].Plus(usage.Rest{Maybe: times})
	}
}

// take ends the interval.
func (t *table) take(now time.Time) *usage.Report {
	t.mu.Lock()
	counts, report := t.counts, usage.NewReport()
	report.From, report.To, report.Graphs = t.began.UTC().Truncate(time.Millisecond), now.UTC().Truncate(time.Millisecond), t.graphs
	report.Rest, report.RestRequests = t.rest, t.restRequests
	t.clear()
	t.mu.Unlock()
	for d, of := range counts {
		for client, n := range of {
			report.Add(client, &d.Document, n.Load())
		}
	}
	return report
}

// give adds a report, such as one that could not be written. What does not fit becomes part of the rest.
func (t *table) give(report *usage.Report) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if report.From.Before(t.began) {
		t.began = report.From
	}
	known := map[string]*document{}
	for d := range t.counts {
		known[d.Hash] = d
	}
	for _, u := range report.Uses() {
		d := known[u.Document]
		if d == nil {
			described := report.Documents[u.Document]
			d = &document{Document: *described, bytes: sizeOf(described)}
			known[u.Document] = d
		}
		t.add(d, u.Client, u.Count)
	}
	for c, n := range report.Rest {
		t.rest[c] = t.rest[c].Plus(n)
	}
	t.restRequests += report.RestRequests
	for graph := range report.Graphs {
		t.graphs[graph] = true
	}
}

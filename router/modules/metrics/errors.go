package metrics

import (
	"sync"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/weft-graphql/weft/router/module"
)

const (
	// mostCodes is how many pairs of a subgraph and a code have series of their own: codes may be the subgraphs'.
	mostCodes = 200
	// longestCode is the longest code that is a label, in bytes.
	longestCode = 64
	otherCodes  = "(other)"
)

// errorCounts count the errors in answers.
type errorCounts struct {
	counts *prometheus.CounterVec

	mu    sync.Mutex
	known map[reported]prometheus.Counter
}

type reported struct{ code, subgraph string }

func newErrorCounts() *errorCounts {
	return &errorCounts{
		counts: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "weft_graphql_errors_total",
			Help: "Errors in the answers to executed operations, by code and by the subgraph they are about; empty for the router itself."},
			[]string{"code", "subgraph"}),
		known: map[reported]prometheus.Counter{},
	}
}

func (e *errorCounts) register(registry *prometheus.Registry) { registry.MustRegister(e.counts) }

// ErrorReported implements module.ErrorObserver.
func (m *Metrics) ErrorReported(_ *module.Operation, subgraph, code string) {
	m.errors.of(reported{code, subgraph}).Inc()
}

func (e *errorCounts) of(r reported) prometheus.Counter {
	e.mu.Lock()
	defer e.mu.Unlock()
	counter := e.known[r]
	if counter == nil {
		if len(r.code) > longestCode || len(e.known) >= mostCodes {
			return e.counts.WithLabelValues(otherCodes, r.subgraph)
		}
		counter = e.counts.WithLabelValues(r.code, r.subgraph)
		e.known[r] = counter
	}
	return counter
}

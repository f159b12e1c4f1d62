package metrics

import (
	"context"
	"errors"
	"net/http"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/weft-graphql/weft/router/supergraph"
	"github.com/weft-graphql/weft/router/upstream"
)

// calls count the requests to subgraphs.
type calls struct {
	counts   *prometheus.CounterVec
	duration *prometheus.HistogramVec
	received *prometheus.CounterVec
}

func newCalls() *calls {
	return &calls{
		counts: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "weft_subgraph_requests_total",
			Help: "Requests to subgraphs, by HTTP status, or why there was no answer: timeout, rejected or failed. " +
				"Those that were sent again count once."},
			[]string{"subgraph", "status"}),
		duration: prometheus.NewHistogramVec(histogram(
			"weft_subgraph_request_duration_seconds",
			"Time until a subgraph had answered, or was not waited for any more; attempts together.",
			[]float64{.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30},
		), []string{"subgraph"}),
		received: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "weft_subgraph_received_bytes_total", Help: "Bytes of subgraphs' answers, decompressed."}, []string{"subgraph"}),
	}
}

func (c *calls) register(registry *prometheus.Registry) {
	registry.MustRegister(c.counts, c.duration, c.received)
}

// WrapSubgraph implements module.SubgraphClient.
func (m *Metrics) WrapSubgraph(s *supergraph.Subgraph, next upstream.Subgraph) upstream.Subgraph {
	return &counted{
		name: s.Name, next: next, counts: m.calls.counts, well: m.calls.counts.WithLabelValues(s.Name, "200"),
		took: m.calls.duration.WithLabelValues(s.Name), received: m.calls.received.WithLabelValues(s.Name),
	}
}

// counted is a subgraph whose calls are counted.
type counted struct {
	name   string
	next   upstream.Subgraph
	counts *prometheus.CounterVec
	// well counts the answers that are as they should be: nearly all.
	well, received prometheus.Counter
	took           prometheus.Observer
}

// Do implements upstream.Subgraph.
func (c *counted) Do(ctx context.Context, req *upstream.Request, resp *upstream.Response) error {
	began := time.Now()
	err := c.next.Do(ctx, req, resp)
	if err == nil && resp.Attempts == 0 {
		return nil // it was answered by what another request asked
	}
	c.took.Observe(time.Since(began).Seconds())
	switch {
	case err != nil:
		c.counts.WithLabelValues(c.name, reason(err)).Inc()
		return err
	case resp.Status == http.StatusOK:
		c.well.Inc()
	default:
		c.counts.WithLabelValues(c.name, strconv.Itoa(resp.Status)).Inc()
	}
	c.received.Add(float64(len(resp.Body)))
	return nil
}

// reason tells why there is no answer.
func reason(err error) string {
	switch {
	case errors.Is(err, upstream.ErrTimeout), errors.Is(err, context.DeadlineExceeded):
		return "timeout"
	case errors.Is(err, upstream.ErrRejected), errors.Is(err, upstream.ErrNoRoom):
		return "rejected"
	default:
		return "failed"
	}
}

package main

import (
	"fmt"
	"io"
	"slices"
	"time"

	"github.com/weft-graphql/weft/bench/stream"
)

// streamTable has what subscriptions took.
type streamTable struct {
	order []streamKey
	had   map[streamKey][]*stream.Report
}

type streamKey struct {
	protocol, fields, router string
}

func newStreamTable() *streamTable { return &streamTable{had: map[streamKey][]*stream.Report{}} }

func (t *streamTable) add(router, protocol string, entity bool, r *stream.Report) {
	key := streamKey{protocol, "of one subgraph", router}
	if entity {
		key.fields = "and of another"
	}
	if t.had[key] == nil {
		t.order = append(t.order, key)
	}
	t.had[key] = append(t.had[key], r)
}

// write prints the medians of the rounds.
func (t *streamTable) write(w io.Writer) error {
	lines := [][]string{{"protocol", "fields", "router", "upstream", "calls per event", "bytes each, idle",
		"CPU per delivery", "p50", "p99"}}
	for _, k := range t.order {
		reports := t.had[k]
		took := func(of func(*stream.Report) time.Duration) string {
			return middle(reports, of).Round(10 * time.Microsecond).String()
		}
		lines = append(lines, []string{k.protocol, k.fields, k.router,
			fmt.Sprint(middle(reports, func(r *stream.Report) int { return r.Upstream })),
			fmt.Sprintf("%.2f", middle(reports, func(r *stream.Report) float64 { return r.Calls })),
			fmt.Sprint(middle(reports, func(r *stream.Report) int64 { return r.Idle })),
			fmt.Sprintf("%.1f µs", float64(middle(reports, func(r *stream.Report) time.Duration { return r.CPU }))/1e3),
			took(func(r *stream.Report) time.Duration { return r.P50 }),
			took(func(r *stream.Report) time.Duration { return r.P99 })})
	}
	return writeAligned(w, lines)
}

// middle is the median of a figure.
func middle[T int | int64 | float64 | time.Duration](reports []*stream.Report, of func(*stream.Report) T) T {
	var all []T
	for _, r := range reports {
		all = append(all, of(r))
	}
	slices.Sort(all)
	return all[len(all)/2]
}

package usage

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/weft-graphql/weft/router/module"
	"github.com/weft-graphql/weft/router/modules/otlp"
)

// reporter hands what a table has counted to destinations, at intervals.
type reporter struct {
	table        *table
	destinations []*destination
}

func newReporter(u *Usage, host module.Host) (*reporter, error) {
	unattributed := host.Metrics().Counter("weft_usage_unattributed_total",
		"Requests whose client and operation are not told in reports of usage, because there are too many.").WithLabelValues()
	newTable := func() *table {
		t := newTable(u.MaxPairs, int(u.MaxBytes))
		t.unattributed = unattributed
		return t
	}
	r := &reporter{table: newTable()}
	add := func(name string, send sendFunc, end func(context.Context)) {
		r.destinations = append(r.destinations, &destination{
			name: name, pending: newTable(), send: send, end: end, wake: make(chan struct{}, 1), logger: host.Logger(),
		})
	}
	if u.Directory != "" {
		reports := host.Metrics().Counter("weft_usage_reports_total",
			"Reports of usage, by whether they were written.", "result")
		w := &writer{
			directory: u.Directory, keep: u.Keep, logger: host.Logger(),
			written: reports.WithLabelValues("written"), failed: reports.WithLabelValues("failed"),
		}
		if err := w.open(); err != nil {
			return nil, fmt.Errorf("usage.directory: %w", err)
		}
		add("the directory", w.send, nil)
	}
	if u.OTLP.Endpoint != "" {
		s, err := newSender(&u.OTLP, host)
		if err != nil {
			return nil, fmt.Errorf("usage.otlp: %w", err)
		}
		add("the collector", s.send, s.close)
	}
	return r, nil
}

// run reports after each interval, and for the last time when what it returns is called. That takes as long as
// otlp.FlushTimeout at most.
func (r *reporter) run(interval time.Duration) (end func()) {
	stop := make(chan struct{})
	ctx, cancel := context.WithCancel(context.Background())
	var running sync.WaitGroup
	for _, d := range r.destinations {
		running.Go(func() { d.run(ctx) })
	}
	running.Go(func() {
		ticks := time.NewTicker(interval)
		defer ticks.Stop()
		for {
			select {
			case <-ticks.C:
				r.report(time.Now())
			case <-stop:
				r.report(time.Now())
				for _, d := range r.destinations {
					close(d.wake)
				}
				return
			}
		}
	})
	return func() {
		late := time.AfterFunc(otlp.FlushTimeout, cancel)
		close(stop)
		running.Wait()
		late.Stop()
		cancel()
	}
}

// report hands on what was counted since it was called last.
func (r *reporter) report(now time.Time) {
	report := r.table.take(now)
	for _, d := range r.destinations {
		d.give(report)
	}
}

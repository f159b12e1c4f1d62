package usage

import (
	"context"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/weft-graphql/weft/router/usage"
)

// TestADestinationThatHangs holds up neither the others nor the end, and the log has what did not get there.
func TestADestinationThatHangs(t *testing.T) {
	log := &strings.Builder{}
	hung, got := make(chan struct{}, 10), make(chan uint64, 10)
	to := func(name string, send sendFunc) *destination {
		return &destination{
			name: name, pending: newTestTable(100, 1<<20), send: send, wake: make(chan struct{}, 1),
			logger: slog.New(slog.NewTextHandler(log, nil)),
		}
	}
	r := &reporter{table: newTestTable(100, 1<<20), destinations: []*destination{
		to("the first", func(ctx context.Context, report *usage.Report) *usage.Report {
			hung <- struct{}{}
			<-ctx.Done()
			return report
		}),
		to("the second", func(_ context.Context, report *usage.Report) *usage.Report {
			got <- report.Requests()
			return nil
		}),
	}}
	end := r.run(time.Hour)
	await := func(what string, done func() bool) {
		t.Helper()
		finished := make(chan bool, 1)
		go func() { finished <- done() }()
		select {
		case ok := <-finished:
			if !ok {
				t.Fatal(what)
			}
		case <-time.After(time.Minute):
			t.Fatal(what + ", not within a minute")
		}
	}
	for range 3 {
		r.table.count(testDocument("a"), usage.Client{Name: "web"})
		await("a report is handed on", func() bool { r.report(time.Now()); return true })
		await("the second gets it", func() bool { return <-got == 1 })
	}
	await("the first is asked", func() bool { <-hung; return true })
	r.table.count(testDocument("a"), usage.Client{Name: "web"})
	await("the end", func() bool { end(); return true })
	await("the second gets the last one", func() bool { return <-got == 1 })
	if text := log.String(); !strings.Contains(text, `did not get to the first" requests=4`) || strings.Contains(text, "the second") {
		t.Error(text)
	}
}

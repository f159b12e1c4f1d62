package usage

import (
	"context"
	"log/slog"
	"time"

	"github.com/weft-graphql/weft/router/usage"
)

// sendFunc sends a report, and returns what of it has to be sent again; nil for nothing.
type sendFunc func(context.Context, *usage.Report) (left *usage.Report)

// destination is where reports go. What does not arrive there becomes part of the next report, within the bounds of
// one. It has a goroutine of its own, so that a slow one holds up neither counting nor the others.
type destination struct {
	// name is how the log calls it.
	name string
	// pending is what has to be sent.
	pending *table
	send    sendFunc
	// end, if there is one, is called when all is sent.
	end  func(context.Context)
	wake chan struct{}

	logger *slog.Logger
}

// give adds a report to what has to be sent. It does not wait.
func (d *destination) give(report *usage.Report) {
	if !report.Empty() {
		d.pending.give(report)
	}
	select {
	case d.wake <- struct{}{}:
	default: // it will find the report
	}
}

// run sends until wake is closed, and then what is left.
func (d *destination) run(ctx context.Context) {
	for range d.wake {
		d.flush(ctx, time.Now())
	}
	d.flush(ctx, time.Now())
	if lost := d.pending.take(time.Now()).Requests(); lost > 0 {
		d.logger.Error("the last report of usage did not get to "+d.name, "requests", lost)
	}
	if d.end != nil {
		d.end(ctx)
	}
}

// flush sends what is pending.
func (d *destination) flush(ctx context.Context, now time.Time) {
	report := d.pending.take(now)
	if report.Empty() {
		return
	}
	if left := d.send(ctx, report); left != nil {
		d.pending.give(left)
	}
}

package bus

import (
	"context"
	"errors"
	"fmt"
	"iter"

	"github.com/weft-graphql/weft/schema/wire"
)

// stored waits until the server has stored what was handed to it. It answers at once when that is known, also when the
// context has ended.
type stored func(context.Context) error

// Publish hands the event to the server and returns once the server has stored it. Publishing one again is harmless.
func (b *Bus) Publish(ctx context.Context, event wire.EntityChanged) error {
	var failure error
	for _, err := range b.PublishAll(ctx, []wire.EntityChanged{event}) {
		failure = err
	}
	return failure
}

// PublishAll hands all events to the server before it waits for the first to be stored: what a server takes its time
// for, it does for many at once. Of each event, in order, it yields nil once the server has stored it, or why that is not
// known; later ones may have been stored all the same. So events of one entity, which must not overtake each other, do not
// belong into one list.
func (b *Bus) PublishAll(ctx context.Context, events []wire.EntityChanged) iter.Seq2[int, error] {
	return func(yield func(int, error) bool) {
		over, end := context.WithCancel(ctx)
		defer end()
		for i, wait := range b.hand(ctx, events) {
			waiting, cancel := context.WithTimeout(over, callTimeout)
			err := wait(waiting)
			cancel()
			if errors.Is(err, context.DeadlineExceeded) {
				end() // a server that is silent about this one has no more time for the others
			}
			if err != nil {
				err = fmt.Errorf("publish event %s: %w", events[i].ID, err)
			}
			if !yield(i, err) {
				return
			}
		}
	}
}

// hand hands the events over, until one cannot be.
func (b *Bus) hand(ctx context.Context, events []wire.EntityChanged) []stored {
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	waits := make([]stored, len(events))
	var broken error
	for i, event := range events {
		payload, err := event.Encode()
		if err == nil {
			if err = broken; err == nil {
				waits[i], broken = b.broker.publish(ctx, event, payload)
				err = broken
			}
		}
		if err != nil {
			waits[i] = func(context.Context) error { return err }
		}
	}
	return waits
}

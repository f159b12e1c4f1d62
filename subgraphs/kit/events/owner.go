package events

import (
	"context"
	"fmt"

	"github.com/uptrace/bun"

	"github.com/weft-graphql/weft/schema/wire"
)

const (
	// pageEvents and pageBytes bound one answer to who catches up.
	pageEvents = 500
	pageBytes  = 256 << 10
)

// CaughtUp tells the last event of every entity that changed after a place in the sequence, as far as one answer goes.
func (o *Outbox) CaughtUp(ctx context.Context, question wire.CatchUp) (wire.CaughtUp, error) {
	// What gets a place meanwhile comes with the next answer, or over the bus.
	head, err := position(ctx, o.db, "")
	if err != nil {
		return wire.CaughtUp{}, fmt.Errorf("read the place in the sequence: %w", err)
	}
	var rows []logRow
	q := o.db.NewSelect().Model(&rows).Where("l.sequence > ?", question.After).OrderExpr("l.sequence").Limit(pageEvents)
	if len(question.Types) > 0 {
		q = q.Where("l.type IN (?)", bun.List(question.Types))
	}
	if err := q.Scan(ctx); err != nil {
		return wire.CaughtUp{}, fmt.Errorf("read what has changed: %w", err)
	}
	answer := wire.CaughtUp{Events: make([]wire.EntityChanged, 0, len(rows)), UpTo: max(head, question.After)}
	size := 0
	for i, row := range rows {
		event, err := readEvent(row.Payload, row.Version, row.Sequence)
		if err != nil {
			return wire.CaughtUp{}, fmt.Errorf("read the last event of %s: %w", row.Entity, err)
		}
		answer.Events = append(answer.Events, event)
		if size += len(row.Payload) + 100; size > pageBytes || i == pageEvents-1 {
			answer.UpTo, answer.More = row.Sequence, true
			break
		}
	}
	return answer, nil
}

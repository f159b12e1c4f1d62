package orders

import (
	"context"
	"strconv"
	"time"

	"github.com/weft-graphql/weft/schema/wire"
	"github.com/weft-graphql/weft/subgraphs/kit/fault"
	"github.com/weft-graphql/weft/subgraphs/kit/page"
)

// SagaConnection is one page of checkouts in progress.
type SagaConnection struct {
	Nodes    []*Saga
	Edges    []*SagaEdge
	PageInfo page.Info
	total    func(context.Context) (int, error)
}

// SagaEdge is a checkout at a place in a list.
type SagaEdge struct {
	Cursor string
	Node   *Saga
}

// TotalCount counts all checkouts of the list, when asked for.
func (l *SagaConnection) TotalCount(ctx context.Context) (int, error) { return l.total(ctx) }

// Due is a place in the list of checkouts in progress. A checkout that goes on moves towards the end of it.
type Due struct {
	At      time.Time
	OrderID string
}

// Sagas returns a page of the checkouts in progress, those that are due first first.
func (c *Core) Sagas(
	ctx context.Context, caller wire.Identity, args page.Args, minAttempts int,
) (*SagaConnection, error) {
	if err := operatorsOnly(caller, "see checkouts"); err != nil {
		return nil, err
	}
	ask, err := page.Read(args, UsualPage, maxPage, 2, dueOf)
	if err != nil {
		return nil, err
	}
	found, err := c.store.OpenSagas(ctx, ask, minAttempts)
	if err != nil {
		return nil, err
	}
	list := &SagaConnection{total: func(ctx context.Context) (int, error) { return c.store.CountSagas(ctx, minAttempts) }}
	list.Nodes, list.Edges, list.PageInfo = page.Entries(ask, found, func(saga *Saga) string {
		return page.Cursor(strconv.FormatInt(saga.DueAt.UnixMilli(), 10), saga.OrderID)
	}, func(cursor string, node *Saga) *SagaEdge { return &SagaEdge{Cursor: cursor, Node: node} })
	return list, nil
}

func dueOf(parts []string, argument string) (*Due, error) {
	at, err := strconv.ParseInt(parts[0], 10, 64)
	if err != nil {
		return nil, fault.At(fault.BadUserInput, argument, "%s is not a cursor of this list", argument)
	}
	return &Due{At: time.UnixMilli(at).UTC(), OrderID: parts[1]}, nil
}

package insights

import (
	"context"
	"time"

	"github.com/weft-graphql/weft/schema/wire"
	"github.com/weft-graphql/weft/subgraphs/kit/dataloader"
	"github.com/weft-graphql/weft/subgraphs/kit/fault"
	"github.com/weft-graphql/weft/subgraphs/kit/page"
)

// AnomalyFilter says which anomalies a list has. What is nil does not matter.
type AnomalyFilter struct {
	Open         *bool
	Signal       *string
	Reason       *AnomalyReason
	StartedSince *time.Time
}

// Position is a place in a list of anomalies.
type Position struct {
	Started time.Time
	ID      string
}

// UsualAnomalies is how many anomalies a page has when nothing is said, maxAnomalies how many it has at most.
const UsualAnomalies, maxAnomalies = 20, 100

// AnomalyConnection is one page of anomalies.
type AnomalyConnection struct {
	Nodes    []*Anomaly
	Edges    []*AnomalyEdge
	PageInfo page.Info
	total    func(context.Context) (int, error)
}

// AnomalyEdge is an anomaly at a place in a list.
type AnomalyEdge struct {
	Cursor string
	Node   *Anomaly
}

// TotalCount counts all anomalies of the list, when asked for.
func (l *AnomalyConnection) TotalCount(ctx context.Context) (int, error) { return l.total(ctx) }

// loadAnomaly is the name of the loader.
type loadAnomaly struct{}

// Anomaly returns the anomaly, or nil when there is none.
func (c *Core) Anomaly(ctx context.Context, caller wire.Identity, id string) (*Anomaly, error) {
	if err := operatorsOnly(caller, "see anomalies"); err != nil {
		return nil, err
	}
	return dataloader.Load(ctx, loadAnomaly{}, id, c.store.Anomalies)
}

// Anomalies returns a page of what was unusual.
func (c *Core) Anomalies(
	ctx context.Context, caller wire.Identity, args page.Args, filter *AnomalyFilter,
) (*AnomalyConnection, error) {
	if err := operatorsOnly(caller, "see anomalies"); err != nil {
		return nil, err
	}
	if filter == nil {
		filter = &AnomalyFilter{}
	}
	ask, err := page.Read(args, UsualAnomalies, maxAnomalies, 2, positionOf)
	if err != nil {
		return nil, err
	}
	found, err := c.store.AnomalyPage(ctx, ask, *filter)
	if err != nil {
		return nil, err
	}
	nodes, more := page.Cut(ask, found)
	cursors := make([]string, len(nodes))
	edges := make([]*AnomalyEdge, len(nodes))
	for i, a := range nodes {
		cursors[i] = page.Cursor(a.StartedAt().Format(time.RFC3339Nano), a.ID)
		edges[i] = &AnomalyEdge{Cursor: cursors[i], Node: a}
	}
	return &AnomalyConnection{Nodes: nodes, Edges: edges, PageInfo: ask.Info(cursors, more),
		total: func(ctx context.Context) (int, error) { return c.store.CountAnomalies(ctx, *filter) }}, nil
}

func positionOf(parts []string, argument string) (*Position, error) {
	started, err := time.Parse(time.RFC3339Nano, parts[0])
	if err != nil {
		return nil, fault.At(fault.BadUserInput, argument, "%s is not a cursor of this list", argument)
	}
	return &Position{Started: started, ID: parts[1]}, nil
}

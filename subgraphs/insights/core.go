package insights

import (
	"context"
	"time"

	"github.com/weft-graphql/weft/schema/wire"
	"github.com/weft-graphql/weft/subgraphs/kit/dataloader"
	"github.com/weft-graphql/weft/subgraphs/kit/fault"
	"github.com/weft-graphql/weft/subgraphs/kit/page"
)

// Store keeps what is bought together, what was unusual, and what is known of signals.
type Store interface {
	// Products returns those of the products that are known and for sale.
	Products(ctx context.Context, upcs []string) (map[string]bool, error)
	// PutProduct takes over whether a product is for sale.
	PutProduct(ctx context.Context, from wire.EntityChanged, upc string, sold bool) error
	// PutBasket counts the products of an order together, in the place of what was counted of it before; none when
	// the order does not count.
	PutBasket(ctx context.Context, from wire.EntityChanged, order string, upcs []string, at time.Time) error
	// ForgetBaskets takes back some of what was counted of orders before a moment, and reports whether there may be
	// more.
	ForgetBaskets(ctx context.Context, before time.Time) (more bool, err error)
	// Companions returns, of each product, those that are most often in orders with it, and are for sale.
	Companions(ctx context.Context, upcs []string) (map[string][]Companion, error)

	// Anomalies returns those that exist.
	Anomalies(ctx context.Context, ids []string) (map[string]*Anomaly, error)
	// AnomalyPage returns the anomalies of a page and, if there is one, the next in the direction it is counted in,
	// newest first.
	AnomalyPage(ctx context.Context, ask page.Ask[Position], filter AnomalyFilter) ([]*Anomaly, error)
	// CountAnomalies counts those that pass the filter, up to 10,000.
	CountAnomalies(ctx context.Context, filter AnomalyFilter) (int, error)
	// PutAnomaly writes an anomaly, in the place of what was known of it, and sets its version.
	PutAnomaly(ctx context.Context, anomaly *Anomaly) error
	// ForgetAnomalies removes those that ended before a moment.
	ForgetAnomalies(ctx context.Context, before time.Time) error

	// Signals returns what was saved of signals, and SaveSignals saves it.
	Signals(ctx context.Context) (map[string][]byte, error)
	SaveSignals(ctx context.Context, states map[string][]byte) error
}

// Core is what can be asked of insights.
type Core struct {
	store    Store
	watchers watchers
}

// New makes a core on the store.
func New(store Store) *Core { return &Core{store: store} }

// Operator is the role that may see what is unusual.
const Operator = "operator"

// ProductsByUPC returns a product or nil for every product code, in order.
func (c *Core) ProductsByUPC(ctx context.Context, upcs []string) ([]*Product, error) {
	known, err := c.store.Products(ctx, upcs)
	if err != nil {
		return nil, err
	}
	products := make([]*Product, len(upcs))
	for i, upc := range upcs {
		if _, ok := known[upc]; ok {
			products[i] = &Product{upc}
		}
	}
	return products, nil
}

// AnomaliesByID returns an anomaly, or nil where there is none that the caller may see, for every id in order.
func (c *Core) AnomaliesByID(ctx context.Context, caller wire.Identity, ids []string) ([]*Anomaly, error) {
	if !caller.HasRole(Operator) {
		return make([]*Anomaly, len(ids)), nil
	}
	found, err := c.store.Anomalies(ctx, ids)
	return dataloader.InOrder(ids, found), err
}

func operatorsOnly(caller wire.Identity, what string) error {
	switch {
	case caller.Anonymous():
		return fault.New(fault.Unauthenticated, "sign in to %s", what)
	case !caller.HasRole(Operator):
		return fault.New(fault.Forbidden, "only operators may %s", what)
	}
	return nil
}

package orders

import (
	"context"
	"time"

	"github.com/weft-graphql/weft/schema/wire"
	"github.com/weft-graphql/weft/subgraphs/kit/dataloader"
	"github.com/weft-graphql/weft/subgraphs/kit/fault"
	"github.com/weft-graphql/weft/subgraphs/kit/page"
	"github.com/weft-graphql/weft/subgraphs/orders/payment"
)

// Store keeps carts, orders and the checkouts behind them.
type Store interface {
	// Products returns those that can be bought.
	Articles(ctx context.Context, upcs []string) (map[string]*Article, error)
	// PutArticle takes over what an event tells of a product, and RemoveArticle that it is sold no more.
	PutArticle(ctx context.Context, from wire.EntityChanged, product *Article) error
	RemoveArticle(ctx context.Context, from wire.EntityChanged, upc string) error

	// Cart and CartOf return nil when there is none.
	Cart(ctx context.Context, id string) (*Cart, error)
	CartOf(ctx context.Context, owner string) (*Cart, error)
	// NewCart makes a cart, unless there is one of this owner, and returns it. Guests' carts have no owner.
	NewCart(ctx context.Context, id, owner string) (*Cart, error)
	// ChangeCart lets change alter the cart and writes it. Two changes at once come one after the other.
	ChangeCart(ctx context.Context, id string, change func(*Cart) error) (*Cart, error)
	// MergeCarts lets merge alter the second cart, writes it, and removes the first.
	MergeCarts(ctx context.Context, from, to string, merge func(from, to *Cart)) (*Cart, error)

	// Place lets fill make the order of its buyer's cart, nil when there is none, writes order and saga, and empties the
	// cart. When the buyer has an order with this key already, it returns that one and does nothing.
	Place(ctx context.Context, order *Order, saga *Saga, fill func(*Cart) error) (*Order, error)
	// Orders returns those that exist.
	Orders(ctx context.Context, ids []string) (map[string]*Order, error)
	// Charge returns what is to be paid for an order that there is.
	Charge(ctx context.Context, id string) (payment.Charge, error)
	// OrderPage returns the orders of a page and, if there is one, the next in the direction it is counted in, newest
	// first.
	OrderPage(ctx context.Context, ask page.Ask[Position], filter Filter) ([]*Order, error)
	// CountOrders counts those that pass the filter.
	CountOrders(ctx context.Context, filter Filter) (int, error)

	// Sagas returns those of the orders.
	Sagas(ctx context.Context, orders []string) (map[string]*Saga, error)
	// OpenSagas returns those of a page of what is not done, and the next one, those that are due first first. CountSagas
	// counts all of them.
	OpenSagas(ctx context.Context, ask page.Ask[Due], minAttempts int) ([]*Saga, error)
	CountSagas(ctx context.Context, minAttempts int) (int, error)
	// SagaReport counts them; Late are those whose deadline was before now.
	SagaReport(ctx context.Context, now time.Time) (SagaReport, error)
	// NextDue is when the next saga is due; zero when none is.
	NextDue(ctx context.Context) (time.Time, error)
	// Claim returns sagas that are due, and that nobody else gets before until. It notes of each that is about to
	// authorise that the provider may have been asked.
	Claim(ctx context.Context, now, until time.Time, limit int) ([]*Saga, error)
	// Change lets change alter an order and its saga, and writes both with the news of them if it returns true. Two
	// changes at once come one after the other. It returns nil when there is no such order. An event that is given, and
	// was taken in before, changes nothing.
	Change(
		ctx context.Context, id string, from *wire.EntityChanged, change func(*Order, *Saga) (bool, error),
	) (*Order, error)
}

// Filter says which orders a list has. What is empty does not matter.
type Filter struct {
	Buyer string
	State OrderState
}

// Position is a place in a list of orders.
type Position struct {
	Placed time.Time
	ID     string
}

// Core is what can be done with carts and orders.
type Core struct {
	store    Store
	provider payment.Provider
	timing   Timing
	now      func() time.Time
	watchers watchers
	// wake tells the process manager that something may be due.
	wake chan struct{}
}

// New makes a core on the store, whose orders are paid by the provider.
func New(store Store, provider payment.Provider, timing Timing) *Core {
	return &Core{
		store: store, provider: provider, timing: timing, wake: make(chan struct{}, 1),
		// Databases keep microseconds.
		now: func() time.Time { return time.Now().UTC().Truncate(time.Microsecond) },
	}
}

// Operator is the role that may see every order, and ship and deliver.
const Operator = "operator"

// mayHave reports whether the caller may see an order and cancel it.
func (o *Order) mayHave(caller wire.Identity) bool {
	return caller.HasRole(Operator) || !caller.Anonymous() && caller.Subject == o.BuyerID
}

// OrdersByID returns an order, or nil where there is none that the caller may see, for every id in order.
func (c *Core) OrdersByID(ctx context.Context, caller wire.Identity, ids []string) ([]*Order, error) {
	found, err := c.store.Orders(ctx, ids)
	for id, order := range found {
		if !order.mayHave(caller) {
			delete(found, id)
		}
	}
	return dataloader.InOrder(ids, found), err
}

// Order returns the order, or nil when there is none that the caller may see.
func (c *Core) Order(ctx context.Context, caller wire.Identity, id string) (*Order, error) {
	found, err := c.OrdersByID(ctx, caller, []string{id})
	if err != nil {
		return nil, err
	}
	return found[0], nil
}

// UsualPage is how many orders a page has when nothing is said, maxPage how many it has at most.
const UsualPage, maxPage = 20, 100

// OrderConnection is one page of orders.
type OrderConnection struct {
	Nodes    []*Order
	Edges    []*OrderEdge
	PageInfo page.Info
	total    func(context.Context) (int, error)
}

// OrderEdge is an order at a place in a list.
type OrderEdge struct {
	Cursor string
	Node   *Order
}

// TotalCount counts all orders of the list, when asked for.
func (l *OrderConnection) TotalCount(ctx context.Context) (int, error) { return l.total(ctx) }

// AllOrders returns a page of all orders.
func (c *Core) AllOrders(
	ctx context.Context, caller wire.Identity, args page.Args, state OrderState,
) (*OrderConnection, error) {
	if err := operatorsOnly(caller, "see all orders"); err != nil {
		return nil, err
	}
	return c.orderPage(ctx, args, Filter{State: state})
}

// OrdersOf returns a page of what the person bought; nil when the caller must not know.
func (c *Core) OrdersOf(
	ctx context.Context, caller wire.Identity, buyer string, args page.Args,
) (*OrderConnection, error) {
	if caller.Subject != buyer && !caller.HasRole(Operator) {
		return nil, nil
	}
	return c.orderPage(ctx, args, Filter{Buyer: buyer})
}

func (c *Core) orderPage(ctx context.Context, args page.Args, filter Filter) (*OrderConnection, error) {
	ask, err := page.Read(args, UsualPage, maxPage, 2, positionOf)
	if err != nil {
		return nil, err
	}
	found, err := c.store.OrderPage(ctx, ask, filter)
	if err != nil {
		return nil, err
	}
	nodes, more := page.Cut(ask, found)
	cursors := make([]string, len(nodes))
	edges := make([]*OrderEdge, len(nodes))
	for i, order := range nodes {
		cursors[i] = page.Cursor(order.PlacedAt.Format(time.RFC3339Nano), order.ID)
		edges[i] = &OrderEdge{Cursor: cursors[i], Node: order}
	}
	return &OrderConnection{Nodes: nodes, Edges: edges, PageInfo: ask.Info(cursors, more),
		total: func(ctx context.Context) (int, error) { return c.store.CountOrders(ctx, filter) }}, nil
}

func positionOf(parts []string, argument string) (*Position, error) {
	placed, err := time.Parse(time.RFC3339Nano, parts[0])
	if err != nil {
		return nil, fault.At(fault.BadUserInput, argument, "%s is not a cursor of this list", argument)
	}
	return &Position{Placed: placed, ID: parts[1]}, nil
}

// SagaOf returns the checkout behind the order; nil when the caller must not know.
func (c *Core) SagaOf(ctx context.Context, caller wire.Identity, order *Order) (*Saga, error) {
	if !caller.HasRole(Operator) {
		return nil, nil
	}
	return dataloader.Load(ctx, loadSaga{}, order.ID, c.store.Sagas)
}

// The names of the loaders.
type (
	loadOrder struct{}
	loadSaga  struct{}
)

// OrderOfSaga returns the order that a checkout brings to an end. Who has the saga may see the order.
func (c *Core) OrderOfSaga(ctx context.Context, saga *Saga) (*Order, error) {
	return dataloader.Load(ctx, loadOrder{}, saga.OrderID, c.store.Orders)
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

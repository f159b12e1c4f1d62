package inventory

import (
	"context"
	"strconv"

	"github.com/weft-graphql/weft/subgraphs/kit/dataloader"
	"github.com/weft-graphql/weft/subgraphs/kit/fault"
	"github.com/weft-graphql/weft/subgraphs/kit/page"
)

// UsualPage is how many entries a page has when nothing is said, maxPage how many it has at most.
const UsualPage, maxPage = 20, 100

// Position is a place in a list: a product with its pieces there.
type Position struct {
	Pieces int
	Upc    string
}

func (p Position) cursor() string { return page.Cursor(strconv.Itoa(p.Pieces), p.Upc) }

func positionOf(parts []string, argument string) (*Position, error) {
	pieces, err := strconv.Atoi(parts[0])
	if err != nil {
		return nil, fault.At(fault.BadUserInput, argument, "%s is not a cursor of this list", argument)
	}
	return &Position{Pieces: pieces, Upc: parts[1]}, nil
}

// StockConnection is one page of what lies in a warehouse.
type StockConnection struct {
	Nodes    []*StockLevel
	Edges    []*StockEdge
	PageInfo page.Info
	total    func(context.Context) (int, error)
}

// StockEdge is the stock of a product at a place in a list.
type StockEdge struct {
	Cursor string
	Node   *StockLevel
}

// TotalCount counts the products of all pages, when asked for.
func (l *StockConnection) TotalCount(ctx context.Context) (int, error) { return l.total(ctx) }

// LowStockConnection is one page of products of which little is left.
type LowStockConnection struct {
	Nodes    []*Product
	Edges    []*LowStockEdge
	PageInfo page.Info
	total    func(context.Context) (int, error)
}

// LowStockEdge is a product at a place in a list.
type LowStockEdge struct {
	Cursor string
	Node   *Product
}

// TotalCount counts the products of all pages, when asked for.
func (l *LowStockConnection) TotalCount(ctx context.Context) (int, error) { return l.total(ctx) }

// LowStock returns a page of the products of which at most threshold pieces are left, least first.
func (c *Core) LowStock(ctx context.Context, threshold int, args page.Args) (*LowStockConnection, error) {
	var check fault.Checker
	check.Between(threshold, 0, maxQuantity, "threshold")
	if err := check.Err(); err != nil {
		return nil, err
	}
	ask, err := page.Read(args, UsualPage, maxPage, 2, positionOf)
	if err != nil {
		return nil, err
	}
	found, err := c.store.Low(ctx, threshold, ask)
	if err != nil {
		return nil, err
	}
	list := &LowStockConnection{total: func(ctx context.Context) (int, error) { return c.store.CountLow(ctx, threshold) }}
	var places []Position
	places, list.Edges, list.PageInfo = page.Entries(ask, found, Position.cursor,
		func(cursor string, at Position) *LowStockEdge {
			return &LowStockEdge{Cursor: cursor, Node: &Product{Upc: at.Upc}}
		})
	list.Nodes = make([]*Product, len(places))
	for i, edge := range list.Edges {
		list.Nodes[i] = edge.Node
	}
	return list, nil
}

// The names of the loaders: pages of several warehouses that are asked for alike are read together. No product has an
// empty code, so that the zero position is none.
type (
	loadStockIn struct {
		after, before Position
		count         int
		backward      bool
	}
	loadLevels struct{}
)

func stockIn(ask page.Ask[Position]) loadStockIn {
	l := loadStockIn{count: ask.Count, backward: ask.Backward}
	if ask.After != nil {
		l.after = *ask.After
	}
	if ask.Before != nil {
		l.before = *ask.Before
	}
	return l
}

// StockIn returns a page of what lies in the warehouse, most first.
func (c *Core) StockIn(ctx context.Context, warehouse *Warehouse, args page.Args) (*StockConnection, error) {
	ask, err := page.Read(args, UsualPage, maxPage, 2, positionOf)
	if err != nil {
		return nil, err
	}
	found, err := dataloader.Load(ctx, stockIn(ask), warehouse.ID,
		func(ctx context.Context, ids []string) (map[string][]*StockLevel, error) {
			return c.store.LevelsByWarehouse(ctx, ids, ask)
		})
	if err != nil {
		return nil, err
	}
	list := &StockConnection{total: func(ctx context.Context) (int, error) {
		return dataloader.Load(ctx, loadLevels{}, warehouse.ID, c.store.CountLevels)
	}}
	list.Nodes, list.Edges, list.PageInfo = page.Entries(ask, found,
		func(l *StockLevel) string { return Position{Pieces: l.Quantity, Upc: l.Upc}.cursor() },
		func(cursor string, node *StockLevel) *StockEdge { return &StockEdge{Cursor: cursor, Node: node} })
	return list, nil
}

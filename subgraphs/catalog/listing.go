package catalog

import (
	"context"
	"strconv"
	"time"

	"github.com/weft-graphql/weft/subgraphs/kit/fault"
	"github.com/weft-graphql/weft/subgraphs/kit/page"
)

// ProductSort is an order of a list of products.
type ProductSort string

// The orders there are.
const (
	BestSelling ProductSort = "BEST_SELLING"
	Newest      ProductSort = "NEWEST"
	PriceAsc    ProductSort = "PRICE_ASC"
	PriceDesc   ProductSort = "PRICE_DESC"
)

// ProductFilter says what products must be like to be listed; nil fields do not matter.
type ProductFilter struct {
	CategoryID, BrandID *string
	// MinPrice and MaxPrice are in cents, both inclusive.
	MinPrice, MaxPrice *int
}

// ProductQuery describes a part of a list of products.
type ProductQuery struct {
	Filter *ProductFilter
	Sort   ProductSort
	// Page is the page, of which one product more is looked for.
	Page page.Ask[ProductPosition]
}

// UsualPage and UsualSearch are how many products, and results of a search, a page has when nothing is said.
const UsualPage, UsualSearch = 20, 10

// ProductPosition is a place in a list of products: the value the list is ordered by, and the product code.
type ProductPosition struct {
	// Number is the price or the count of pieces sold; Time is used by Newest.
	Number int
	Time   time.Time
	UPC    string
}

// ProductConnection is one page of products.
type ProductConnection struct {
	Nodes    []*Product
	Edges    []*ProductEdge
	PageInfo page.Info
	total    func(context.Context) (int, error)
}

// TotalCount counts the products of all pages, when asked for.
func (l *ProductConnection) TotalCount(ctx context.Context) (int, error) { return l.total(ctx) }

// ProductEdge is a product at a place in a list.
type ProductEdge struct {
	Cursor string
	Node   *Product
}

// Products returns a page of products.
func (c *Core) Products(
	ctx context.Context, args page.Args, filter *ProductFilter, sort ProductSort,
) (*ProductConnection, error) {
	ask, err := page.Read(args, UsualPage, maxPage, 3, func(parts []string, argument string) (*ProductPosition, error) {
		return productPosition(sort, parts, argument)
	})
	if err != nil {
		return nil, err
	}
	found, err := c.store.Products(ctx, ProductQuery{Filter: filter, Sort: sort, Page: ask})
	if err != nil {
		return nil, err
	}
	products, more := page.Cut(ask, found)
	cursors := make([]string, len(products))
	edges := make([]*ProductEdge, len(products))
	for i, product := range products {
		cursors[i] = productCursor(sort, product)
		edges[i] = &ProductEdge{Cursor: cursors[i], Node: product}
	}
	return &ProductConnection{
		Nodes: products, Edges: edges, PageInfo: ask.Info(cursors, more),
		total: func(ctx context.Context) (int, error) { return c.store.CountProducts(ctx, filter) },
	}, nil
}

// productCursor names the order in the cursor, since a place in one order means nothing in another.
func productCursor(sort ProductSort, product *Product) string {
	value := strconv.Itoa(product.Price)
	switch sort {
	case BestSelling:
		value = strconv.Itoa(product.Sold)
	case Newest:
		value = product.CreatedAt.Format(time.RFC3339Nano)
	}
	return page.Cursor(string(sort), value, product.Upc)
}

func productPosition(sort ProductSort, parts []string, argument string) (_ *ProductPosition, err error) {
	position := &ProductPosition{UPC: parts[2]}
	if sort == Newest {
		position.Time, err = time.Parse(time.RFC3339Nano, parts[1])
	} else {
		position.Number, err = strconv.Atoi(parts[1])
	}
	if err != nil || parts[0] != string(sort) {
		return nil, fault.At(fault.BadUserInput, argument, "%s is a cursor of a list with another order", argument)
	}
	return position, nil
}

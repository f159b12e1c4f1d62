package catalog

import (
	"context"
	"strconv"
	"sync"
	"time"

	"github.com/weft-graphql/weft/subgraphs/kit/dataloader"
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
	// CategoryIds and BrandIds are choices, one of which is enough.
	CategoryIds, BrandIds []string
	// Query is a text whose words products must have.
	Query      *string
	Attributes []*AttributeFilter
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

// ProductConnection is one page of products. It is read once, and not at all for those who only want to count.
type ProductConnection struct {
	read   func() (*productPage, error)
	total  func(context.Context) (int, error)
	facets *ProductFacets
}

// productPage is what a page has.
type productPage struct {
	nodes []*Product
	edges []*ProductEdge
	info  page.Info
}

// Nodes are the products of the page.
func (l *ProductConnection) Nodes() ([]*Product, error) {
	read, err := l.read()
	if err != nil {
		return nil, err
	}
	return read.nodes, nil
}

// Edges are the products of the page with their places.
func (l *ProductConnection) Edges() ([]*ProductEdge, error) {
	read, err := l.read()
	if err != nil {
		return nil, err
	}
	return read.edges, nil
}

// PageInfo tells where the page ends, and what is beyond.
func (l *ProductConnection) PageInfo() (page.Info, error) {
	read, err := l.read()
	if err != nil {
		return page.Info{}, err
	}
	return read.info, nil
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
	query, err := newProductQuery(args, filter, sort)
	if err != nil {
		return nil, err
	}
	return c.productList(query, filter, func() ([]*Product, error) { return c.store.Products(ctx, query) }), nil
}

func newProductQuery(args page.Args, filter *ProductFilter, sort ProductSort) (ProductQuery, error) {
	if err := filter.check(); err != nil {
		return ProductQuery{}, err
	}
	ask, err := page.Read(args, UsualPage, maxPage, 3, func(parts []string, argument string) (*ProductPosition, error) {
		return productPosition(sort, parts, argument)
	})
	return ProductQuery{Filter: filter, Sort: sort, Page: ask}, err
}

// loadPage is the name of a loader: what a list was asked for, in a form that can be compared.
type loadPage struct {
	of, after, before string
	first, last       int // -1 when it was not given
	sort              ProductSort
}

func newLoadPage(of string, args page.Args, sort ProductSort) loadPage {
	name := loadPage{of: of, first: -1, last: -1, sort: sort}
	if args.First != nil {
		name.first = *args.First
	}
	if args.Last != nil {
		name.last = *args.Last
	}
	if args.After != nil {
		name.after = *args.After
	}
	if args.Before != nil {
		name.before = *args.Before
	}
	return name
}

// PageOfCategory returns a page of the products of the category.
func (c *Core) PageOfCategory(
	ctx context.Context, category *Category, args page.Args, sort ProductSort,
) (*ProductConnection, error) {
	return c.pageOf(ctx, &ProductFilter{CategoryID: &category.ID}, newLoadPage("category", args, sort), category.ID, args,
		c.store.PageOfCategories)
}

// PageOfBrand returns a page of the products of the brand.
func (c *Core) PageOfBrand(
	ctx context.Context,
	brand *Brand,
	args page.Args,
	sort ProductSort,
) (*ProductConnection, error) {
	return c.pageOf(ctx, &ProductFilter{BrandID: &brand.ID}, newLoadPage("brand", args, sort), brand.ID, args,
		c.store.PageOfBrands)
}

// pageOf reads the same page of many lists together.
func (c *Core) pageOf(
	ctx context.Context, filter *ProductFilter, name loadPage, id string, args page.Args,
	read func(context.Context, []string, ProductQuery) (map[string][]*Product, error),
) (*ProductConnection, error) {
	query, err := newProductQuery(args, nil, name.sort)
	if err != nil {
		return nil, err
	}
	return c.productList(query, filter, func() ([]*Product, error) {
		return dataloader.Load(ctx, name, id, func(ctx context.Context, ids []string) (map[string][]*Product, error) {
			return read(ctx, ids, query)
		})
	}), nil
}

// productList is the list of which find reads a page.
func (c *Core) productList(
	query ProductQuery, filter *ProductFilter, find func() ([]*Product, error),
) *ProductConnection {
	return &ProductConnection{
		read: sync.OnceValues(func() (*productPage, error) {
			found, err := find()
			if err != nil {
				return nil, err
			}
			return newProductPage(query, found), nil
		}),
		total:  func(ctx context.Context) (int, error) { return c.store.CountProducts(ctx, filter) },
		facets: &ProductFacets{c, filter},
	}
}

// newProductPage is the page of what was found.
func newProductPage(query ProductQuery, found []*Product) *productPage {
	products, more := page.Cut(query.Page, found)
	cursors := make([]string, len(products))
	edges := make([]*ProductEdge, len(products))
	for i, product := range products {
		cursors[i] = productCursor(query.Sort, product)
		edges[i] = &ProductEdge{Cursor: cursors[i], Node: product}
	}
	return &productPage{products, edges, query.Page.Info(cursors, more)}
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

// Package store keeps the goods of package catalog in an SQL database.
package store

import (
	"context"
	"embed"
	"fmt"
	"io/fs"
	"slices"
	"time"

	"github.com/uptrace/bun"

	"github.com/weft-graphql/weft/subgraphs/catalog"
	"github.com/weft-graphql/weft/subgraphs/kit"
	"github.com/weft-graphql/weft/subgraphs/kit/dataloader"
	"github.com/weft-graphql/weft/subgraphs/kit/events"
)

//go:embed migrations
var migrations embed.FS

// Migrations are the files that make the tables.
func Migrations() fs.FS { return migrations }

// Steps are the migrations for which SQL is not enough.
func Steps() []kit.Step {
	return []kit.Step{
		{Name: "20261129000003", Comment: "count facets", Run: countAllFacets},
		{Name: "20261130000002", Comment: "index", Run: indexAll},
	}
}

// Store keeps goods in a database.
type Store struct {
	db     bun.IDB
	outbox *events.Outbox
}

var _ catalog.Store = (*Store)(nil)

// New makes a store on a prepared database.
func New(db *bun.DB, outbox *events.Outbox) *Store { return &Store{db, outbox} }

type productRow struct {
	bun.BaseModel `bun:"table:products,alias:p"`

	UPC         string    `bun:"upc,pk"`
	SKU         string    `bun:"sku"`
	Name        string    `bun:"name"`
	Description string    `bun:"description"`
	Slug        string    `bun:"slug"`
	Price       int       `bun:"price"`
	Currency    string    `bun:"currency"`
	Weight      int       `bun:"weight"`
	Width       int       `bun:"width"`
	Height      int       `bun:"height"`
	Depth       int       `bun:"depth"`
	CategoryID  string    `bun:"category_id"`
	BrandID     string    `bun:"brand_id"`
	Sold        int       `bun:"sold"`
	CreatedAt   time.Time `bun:"created_at"`

	ArchivedAt *time.Time `bun:"archived_at"`
	Version    int        `bun:"version"`
	Family     string     `bun:"family"`
}

func (r *productRow) product() *catalog.Product {
	product := &catalog.Product{
		Upc: r.UPC, Sku: r.SKU, Name: r.Name, Description: r.Description, Slug: r.Slug,
		Price: r.Price, Currency: catalog.Currency(r.Currency), Weight: r.Weight,
		CategoryID: r.CategoryID, BrandID: r.BrandID, Sold: r.Sold, CreatedAt: r.CreatedAt.UTC(),
		Family: r.Family, Version: r.Version,
	}
	if r.Width > 0 { // 0 stands for what nobody has measured
		product.Dimensions = &catalog.Dimensions{Width: r.Width, Height: r.Height, Depth: r.Depth}
	}
	if r.ArchivedAt != nil {
		at := r.ArchivedAt.UTC()
		product.ArchivedAt = &at
	}
	return product
}

func rowOf(p *catalog.Product) *productRow {
	row := &productRow{
		UPC: p.Upc, SKU: p.Sku, Name: p.Name, Description: p.Description, Slug: p.Slug,
		Price: p.Price, Currency: string(p.Currency), Weight: p.Weight,
		CategoryID: p.CategoryID, BrandID: p.BrandID, Sold: p.Sold, CreatedAt: p.CreatedAt, ArchivedAt: p.ArchivedAt,
		Version: p.Version, Family: p.Family,
	}
	if size := p.Dimensions; size != nil {
		row.Width, row.Height, row.Depth = size.Width, size.Height, size.Depth
	}
	return row
}

func productsOf(rows []productRow) []*catalog.Product {
	products := make([]*catalog.Product, len(rows))
	for i := range rows {
		products[i] = rows[i].product()
	}
	return products
}

type categoryRow struct {
	bun.BaseModel `bun:"table:categories,alias:c"`

	ID           string `bun:"id,pk"`
	Name         string `bun:"name"`
	Description  string `bun:"description"`
	ProductCount int    `bun:"product_count"`
	Version      int    `bun:"version"`
}

type brandRow struct {
	bun.BaseModel `bun:"table:brands,alias:b"`

	ID          string `bun:"id,pk"`
	Name        string `bun:"name"`
	Description string `bun:"description"`
	Country     string `bun:"country"`
	Version     int    `bun:"version"`
}

// ProductsByUPC returns those that exist.
func (s *Store) ProductsByUPC(ctx context.Context, upcs []string) ([]*catalog.Product, error) {
	return s.productsBy(ctx, "p.upc IN (?)", upcs)
}

// ProductsBySKU returns those that exist.
func (s *Store) ProductsBySKU(ctx context.Context, skus []string) ([]*catalog.Product, error) {
	return s.productsBy(ctx, "p.sku IN (?)", skus)
}

func (s *Store) productsBy(ctx context.Context, where string, keys []string) ([]*catalog.Product, error) {
	if len(keys) == 0 {
		return nil, nil
	}
	var rows []productRow
	if err := s.db.NewSelect().Model(&rows).Where(where, bun.List(keys)).Scan(ctx); err != nil {
		return nil, fmt.Errorf("read products: %w", err)
	}
	return productsOf(rows), nil
}

// Products returns the list that the query describes.
func (s *Store) Products(ctx context.Context, query catalog.ProductQuery) ([]*catalog.Product, error) {
	var rows []productRow
	ask := query.Page
	q := s.filtered(s.db.NewSelect().Model(&rows), query.Filter).Limit(int64(ask.Limit()))
	column, descending := "p.sold", true
	switch query.Sort {
	case catalog.Newest:
		column = "p.created_at"
	case catalog.PriceAsc:
		column, descending = "p.price", false
	case catalog.PriceDesc:
		column = "p.price"
	}
	if ask.After != nil {
		q = beyond(q, query.Sort, column, descending, ask.After, ">")
	}
	if ask.Before != nil {
		q = beyond(q, query.Sort, column, !descending, ask.Before, "<")
	}
	// Products of one value come in the order of their codes, however the values are ordered.
	order := column + ", p.upc"
	switch {
	case descending && ask.Backward:
		order = column + ", p.upc DESC"
	case descending:
		order = column + " DESC, p.upc"
	case ask.Backward:
		order = column + " DESC, p.upc DESC"
	}
	if err := q.OrderExpr(order).Scan(ctx); err != nil {
		return nil, fmt.Errorf("read a list of products: %w", err)
	}
	if ask.Backward {
		slices.Reverse(rows)
	}
	return productsOf(rows), nil
}

// beyond leaves the products on one side of a position: those with smaller or greater values, and of those with its own
// value the ones whose codes compare like that with its code.
func beyond(
	q *bun.SelectQuery, sort catalog.ProductSort, column string, smaller bool, at *catalog.ProductPosition, codes string,
) *bun.SelectQuery {
	var value any = at.Number
	if sort == catalog.Newest {
		value = at.Time
	}
	values := ">"
	if smaller {
		values = "<"
	}
	// The first condition says nothing new, but an index can begin with it.
	return q.Where(column+" "+values+"= ?", value).
		Where("("+column+" "+values+" ? OR p.upc "+codes+" ?)", value, at.UPC)
}

// CountProducts counts the products that pass the filter, up to 10,000.
func (s *Store) CountProducts(ctx context.Context, filter *catalog.ProductFilter) (n int, err error) {
	if filter.ShelvesOnly() {
		err = s.facetCounts(filter).ColumnExpr("COALESCE(SUM(f.n), 0)").Where("f.name = ''").Scan(ctx, &n)
		n = min(n, kit.CountLimit)
	} else if q, ok := s.entriesOf(filter, 0); ok {
		n, err = s.countEntries(ctx, q, filter)
	}
	if err != nil {
		return 0, fmt.Errorf("count products: %w", err)
	}
	return n, nil
}

// onSale is what makes the indices of lists usable, which leave out what was archived.
const onSale = "archived_at IS NULL"

func (s *Store) filtered(q *bun.SelectQuery, filter *catalog.ProductFilter) *bun.SelectQuery {
	q = q.Where(onSale)
	if filter == nil {
		return q
	}
	if filter.CategoryID != nil {
		q = q.Where("p.category_id = ?", *filter.CategoryID)
	}
	if filter.BrandID != nil {
		q = q.Where("p.brand_id = ?", *filter.BrandID)
	}
	if filter.MinPrice != nil {
		q = q.Where("p.price >= ?", *filter.MinPrice)
	}
	if filter.MaxPrice != nil {
		q = q.Where("p.price <= ?", *filter.MaxPrice)
	}
	if len(filter.CategoryIds) > 0 {
		q = q.Where("p.category_id IN (?)", bun.List(filter.CategoryIds))
	}
	if len(filter.BrandIds) > 0 {
		q = q.Where("p.brand_id IN (?)", bun.List(filter.BrandIds))
	}
	words, nothing := filter.Words()
	switch {
	case nothing:
		q = q.Where("FALSE")
	case words != nil || len(filter.Attributes) > 0:
		other := *filter
		other.MinPrice, other.MaxPrice = nil, nil // which are left to the indices of products
		has, _ := wanted(&other)
		// The kind is half of the key, by which the entries of few products are found.
		q = q.Where("p.upc IN (?)", s.db.NewSelect().Model((*entryRow)(nil)).Column("id").
			Where("e.kind = ?", string(catalog.KindProduct)).
			Where("?", searchTable.MatchAll(s.db, "all_terms", words, has)))
	}
	return q
}

// PageOfCategories returns the products of a page of each category, and the next.
func (s *Store) PageOfCategories(
	ctx context.Context, ids []string, query catalog.ProductQuery,
) (map[string][]*catalog.Product, error) {
	return s.pages(ctx, "category_id", func(p *catalog.Product) string { return p.CategoryID }, ids, query)
}

// PageOfBrands returns the products of a page of each brand, and the next.
func (s *Store) PageOfBrands(
	ctx context.Context, ids []string, query catalog.ProductQuery,
) (map[string][]*catalog.Product, error) {
	return s.pages(ctx, "brand_id", func(p *catalog.Product) string { return p.BrandID }, ids, query)
}

// pages reads the same page of each group with one query.
func (s *Store) pages(
	ctx context.Context, column string, group func(*catalog.Product) string, ids []string, query catalog.ProductQuery,
) (map[string][]*catalog.Product, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	ask := query.Page
	ranked := kit.Ranked{
		Table: "products", Column: column, Keys: ids, Where: onSale, First: ask.Limit(),
		Order: kit.OrderBy(columnsOf(query.Sort, catalog.ProductPosition{}), ask.Backward),
	}
	for place, before := range map[*catalog.ProductPosition]bool{ask.After: false, ask.Before: true} {
		if place != nil {
			where, args := kit.Beyond(columnsOf(query.Sort, *place), before)
			ranked.Where += " AND " + where
			ranked.Args = append(ranked.Args, args...)
		}
	}
	var rows []productRow
	err := s.db.NewSelect().Model(&rows).ModelTableExpr("(?) AS p", ranked.Select(s.db)).
		OrderExpr("p.?, p.place", bun.Ident(column)).Scan(ctx)
	if err != nil {
		return nil, fmt.Errorf("read pages of products by %s: %w", column, err)
	}
	found := dataloader.Lists(ids, productsOf(rows), group)
	if ask.Backward {
		for _, list := range found {
			slices.Reverse(list)
		}
	}
	return found, nil
}

// columnsOf are those that lists of products are ordered by, with their values at a place.
func columnsOf(sort catalog.ProductSort, at catalog.ProductPosition) []kit.OrderColumn {
	by := kit.OrderColumn{Column: "sold", Descending: true, Value: at.Number}
	switch sort {
	case catalog.Newest:
		by.Column, by.Value = "created_at", at.Time
	case catalog.PriceAsc:
		by.Column, by.Descending = "price", false
	case catalog.PriceDesc:
		by.Column = "price"
	}
	return []kit.OrderColumn{by, {Column: "upc", Value: at.UPC}}
}

// TopOfCategories returns the best-selling products of each category.
func (s *Store) TopOfCategories(ctx context.Context, ids []string, first int) (map[string][]*catalog.Product, error) {
	return s.top(ctx, "category_id", func(p *catalog.Product) string { return p.CategoryID }, ids, first)
}

// TopOfBrands returns the best-selling products of each brand.
func (s *Store) TopOfBrands(ctx context.Context, ids []string, first int) (map[string][]*catalog.Product, error) {
	return s.top(ctx, "brand_id", func(p *catalog.Product) string { return p.BrandID }, ids, first)
}

// top reads the best-selling products of each group with one query.
func (s *Store) top(
	ctx context.Context, column string, group func(*catalog.Product) string, ids []string, first int,
) (map[string][]*catalog.Product, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	ranked := kit.Ranked{
		Table: "products", Column: column, Keys: ids, Order: "sold DESC, upc", Where: onSale, First: first,
	}
	var rows []productRow
	err := s.db.NewSelect().Model(&rows).ModelTableExpr("(?) AS p", ranked.Select(s.db)).
		OrderExpr("p.?, p.place", bun.Ident(column)).Scan(ctx)
	if err != nil {
		return nil, fmt.Errorf("read the best-selling products by %s: %w", column, err)
	}
	return dataloader.Lists(ids, productsOf(rows), group), nil
}

// CountByCategory counts the products of each category.
func (s *Store) CountByCategory(ctx context.Context, ids []string) (map[string]int, error) {
	counts, err := kit.Tally(ctx, s.db, "SUM(product_count)", "categories", "id", ids)
	if err != nil {
		return nil, fmt.Errorf("count products by category: %w", err)
	}
	return counts, nil
}

// Categories returns those that exist, by name; all of them when ids is nil.
func (s *Store) Categories(ctx context.Context, ids []string) ([]*catalog.Category, error) {
	var rows []categoryRow
	q := s.db.NewSelect().Model(&rows).OrderExpr("c.name, c.id")
	if ids != nil {
		q = q.Where("c.id IN (?)", bun.List(ids))
	}
	if err := q.Scan(ctx); err != nil {
		return nil, fmt.Errorf("read categories: %w", err)
	}
	categories := make([]*catalog.Category, len(rows))
	for i, row := range rows {
		categories[i] = &catalog.Category{ID: row.ID, Name: row.Name, Description: row.Description, Version: row.Version}
	}
	return categories, nil
}

// Brands returns those that exist, by name; all of them when ids is nil.
func (s *Store) Brands(ctx context.Context, ids []string) ([]*catalog.Brand, error) {
	var rows []brandRow
	q := s.db.NewSelect().Model(&rows).OrderExpr("b.name, b.id")
	if ids != nil {
		q = q.Where("b.id IN (?)", bun.List(ids))
	}
	if err := q.Scan(ctx); err != nil {
		return nil, fmt.Errorf("read brands: %w", err)
	}
	brands := make([]*catalog.Brand, len(rows))
	for i, row := range rows {
		brands[i] = &catalog.Brand{
			ID: row.ID, Name: row.Name, Description: row.Description, Country: row.Country, Version: row.Version,
		}
	}
	return brands, nil
}

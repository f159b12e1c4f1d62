package store

import (
	"context"
	"fmt"

	"github.com/uptrace/bun"

	"github.com/weft-graphql/weft/subgraphs/catalog"
)

// CountBy counts the products of the filter's categories and brands, most first.
func (s *Store) CountBy(
	ctx context.Context, by catalog.GroupBy, filter *catalog.ProductFilter, limit int,
) ([]catalog.Count, error) {
	column := "category_id"
	if by == catalog.ByBrand {
		column = "brand_id"
	}
	var counts []catalog.Count
	err := s.facetCounts(filter).ColumnExpr("f.? AS key, SUM(f.n) AS n", bun.Ident(column)).
		Where("f.name = ''").GroupExpr("f.?", bun.Ident(column)).Having("SUM(f.n) > 0").
		OrderExpr("n DESC, key").Limit(int64(limit)).Scan(ctx, &counts)
	if err != nil {
		return nil, fmt.Errorf("count products by %s: %w", by, err)
	}
	return counts, nil
}

// CountByPrice counts the products of the filter's categories and brands in each range of prices.
func (s *Store) CountByPrice(ctx context.Context, filter *catalog.ProductFilter) ([]int, error) {
	var rows []struct {
		At int `bun:"at"`
		N  int `bun:"n"`
	}
	err := s.facetCounts(filter).ColumnExpr("CAST(f.value AS INTEGER) AS at, SUM(f.n) AS n").
		Where("f.name = ''").GroupExpr("f.value").Scan(ctx, &rows)
	if err != nil {
		return nil, fmt.Errorf("count products by price: %w", err)
	}
	counts := make([]int, len(catalog.PriceBounds))
	for _, row := range rows {
		counts[row.At] = row.N
	}
	return counts, nil
}

// CountByAttribute counts the products of the filter's categories and brands for every value of every attribute.
func (s *Store) CountByAttribute(
	ctx context.Context, filter *catalog.ProductFilter, limit int,
) ([]catalog.AttributeCount, error) {
	counted := s.facetCounts(filter).ColumnExpr("f.name, f.value, SUM(f.n) AS n").Where("f.name <> ''").
		GroupExpr("f.name, f.value").Having("SUM(f.n) > 0")
	ranked := s.db.NewSelect().TableExpr("(?) AS c", counted).
		ColumnExpr("c.name, c.value, c.n, ROW_NUMBER() OVER (PARTITION BY c.name ORDER BY c.n DESC, c.value) AS place")
	var counts []catalog.AttributeCount
	err := s.db.NewSelect().TableExpr("(?) AS r", ranked).ColumnExpr("r.name, r.value, r.n").
		Where("r.place <= ?", limit).OrderExpr("r.name, r.place").Limit(catalog.MaxFacetValues).Scan(ctx, &counts)
	if err != nil {
		return nil, fmt.Errorf("count products by attribute: %w", err)
	}
	return counts, nil
}

package store

import (
	"context"
	"fmt"

	"github.com/uptrace/bun"

	"github.com/weft-graphql/weft/subgraphs/catalog"
	"github.com/weft-graphql/weft/subgraphs/kit"
)

// matching selects columns of the products that pass the filter, up to 10,000 of them.
func (s *Store) matching(filter *catalog.ProductFilter, columns string) *bun.SelectQuery {
	q := s.filtered(s.db.NewSelect().Model((*productRow)(nil)), filter)
	return q.ColumnExpr(columns).Limit(kit.CountLimit)
}

// CountBy counts the products that pass the filter, most first.
func (s *Store) CountBy(
	ctx context.Context, by catalog.GroupBy, filter *catalog.ProductFilter, limit int,
) ([]catalog.Count, error) {
	column := "category_id"
	if by == catalog.ByBrand {
		column = "brand_id"
	}
	var rows []struct {
		Key string `bun:"key"`
		N   int    `bun:"n"`
	}
	counted := s.db.NewSelect().TableExpr("(?) AS m", s.matching(filter, "p."+column)).
		ColumnExpr("m.? AS key, COUNT(*) AS n", bun.Ident(column)).GroupExpr("m.?", bun.Ident(column))
	if kept(filter) {
		counted = s.facetCounts(filter).ColumnExpr("f.? AS key, SUM(f.n) AS n", bun.Ident(column)).
			Where("f.name = ''").GroupExpr("f.?", bun.Ident(column)).Having("SUM(f.n) > 0")
	}
	if err := counted.OrderExpr("n DESC, key").Limit(int64(limit)).Scan(ctx, &rows); err != nil {
		return nil, fmt.Errorf("count products by %s: %w", by, err)
	}
	counts := make([]catalog.Count, len(rows))
	for i, row := range rows {
		counts[i] = catalog.Count{Key: row.Key, N: row.N}
	}
	return counts, nil
}

// CountByPrice counts the products that pass the filter in each range of prices.
func (s *Store) CountByPrice(ctx context.Context, filter *catalog.ProductFilter) ([]int, error) {
	var rows []struct {
		At int `bun:"at"`
		N  int `bun:"n"`
	}
	counted := s.db.NewSelect().TableExpr("(?) AS m", s.matching(filter, "p.price")).
		ColumnExpr("? AS at, COUNT(*) AS n", priceRange("m")).GroupExpr("at")
	if kept(filter) {
		counted = s.facetCounts(filter).ColumnExpr("CAST(f.value AS INTEGER) AS at, SUM(f.n) AS n").
			Where("f.name = ''").GroupExpr("f.value")
	}
	err := counted.Scan(ctx, &rows)
	if err != nil {
		return nil, fmt.Errorf("count products by price: %w", err)
	}
	counts := make([]int, len(catalog.PriceBounds))
	for _, row := range rows {
		counts[row.At] = row.N
	}
	return counts, nil
}

// CountByAttribute counts the products that pass the filter for every value of an attribute, or of all.
func (s *Store) CountByAttribute(
	ctx context.Context, filter *catalog.ProductFilter, name string, limit int,
) ([]*catalog.AttributeFacet, error) {
	counted := s.db.NewSelect().TableExpr("(?) AS m", s.matching(filter, "p.upc")).
		Join("JOIN product_attributes AS a ON a.upc = m.upc").ColumnExpr("a.name, a.value, COUNT(*) AS n").
		GroupExpr("a.name, a.value")
	if name != "" {
		counted = counted.Where("a.name = ?", name)
	}
	if kept(filter) { // so that no attribute is chosen, and all are asked for
		counted = s.facetCounts(filter).ColumnExpr("f.name, f.value, SUM(f.n) AS n").Where("f.name <> ''").
			GroupExpr("f.name, f.value").Having("SUM(f.n) > 0")
	}
	ranked := s.db.NewSelect().TableExpr("(?) AS c", counted).
		ColumnExpr("c.name, c.value, c.n, ROW_NUMBER() OVER (PARTITION BY c.name ORDER BY c.n DESC, c.value) AS place")
	var rows []struct {
		Name  string `bun:"name"`
		Value string `bun:"value"`
		N     int    `bun:"n"`
	}
	err := s.db.NewSelect().TableExpr("(?) AS r", ranked).ColumnExpr("r.name, r.value, r.n").
		Where("r.place <= ?", limit).OrderExpr("r.name, r.place").Limit(maxCounted).Scan(ctx, &rows)
	if err != nil {
		return nil, fmt.Errorf("count products by attribute: %w", err)
	}
	facets := []*catalog.AttributeFacet{}
	for _, row := range rows {
		if n := len(facets); n == 0 || facets[n-1].Name != row.Name {
			facets = append(facets, &catalog.AttributeFacet{Name: row.Name})
		}
		last := facets[len(facets)-1]
		last.Values = append(last.Values, &catalog.AttributeValueFacet{Value: row.Value, Count: row.N})
	}
	return facets, nil
}

// maxCounted bounds the values of all attributes together.
const maxCounted = 500

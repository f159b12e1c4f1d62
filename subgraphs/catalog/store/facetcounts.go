package store

import (
	"context"
	"fmt"
	"strings"

	"github.com/uptrace/bun"

	"github.com/weft-graphql/weft/subgraphs/catalog"
)

// facetCounts are the counts of the categories and brands of the filter, which are kept: large shops have as many
// products in a category as take a tenth of a second to count, with everything that they are like.
func (s *Store) facetCounts(f *catalog.ProductFilter) *bun.SelectQuery {
	q := s.db.NewSelect().TableExpr("facet_counts AS f")
	if f == nil {
		return q
	}
	if f.CategoryID != nil {
		q = q.Where("f.category_id = ?", *f.CategoryID)
	}
	if f.BrandID != nil {
		q = q.Where("f.brand_id = ?", *f.BrandID)
	}
	if len(f.CategoryIds) > 0 {
		q = q.Where("f.category_id IN (?)", bun.List(f.CategoryIds))
	}
	if len(f.BrandIds) > 0 {
		q = q.Where("f.brand_id IN (?)", bun.List(f.BrandIds))
	}
	return q
}

// priceRange is the number of the range that the price of a row lies in. Who changes the ranges counts everything again,
// with a migration that runs countAllFacets.
func priceRange(alias string) bun.Safe {
	var ranges strings.Builder
	ranges.WriteString("CASE")
	for i := 1; i < len(catalog.PriceBounds); i++ {
		fmt.Fprintf(&ranges, " WHEN %s.price < %d THEN %d", alias, catalog.PriceBounds[i], i-1)
	}
	fmt.Fprintf(&ranges, " ELSE %d END", len(catalog.PriceBounds)-1)
	return bun.Safe(ranges.String())
}

// countFacets counts a product, as it is written, once more or once less (-1): less before it is changed, more after.
// What is not on sale does not count.
func countFacets(ctx context.Context, tx bun.Tx, upc string, more int) error {
	if err := addFacets(ctx, tx, "p.upc = ?", upc, more); err != nil {
		return fmt.Errorf("count facets: %w", err)
	}
	return nil
}

// countAllFacets counts all products anew.
func countAllFacets(ctx context.Context, tx bun.Tx) error {
	if _, err := tx.ExecContext(ctx, "DELETE FROM facet_counts"); err != nil {
		return err
	}
	return addFacets(ctx, tx, "p.upc <> ?", "", 1)
}

// addFacets adds to the counts of products. Rows are written in the order of their keys, so that transactions wait for
// each other and not in a circle.
func addFacets(ctx context.Context, tx bun.Tx, which, upc string, more int) error {
	which += " AND p." + onSale
	const add = `INSERT INTO facet_counts (category_id, brand_id, name, value, n)
		SELECT k.category_id, k.brand_id, k.name, k.value, COUNT(*) * ? FROM (
			SELECT p.category_id, p.brand_id, a.name, a.value
			FROM products AS p JOIN product_attributes AS a ON a.upc = p.upc WHERE ?
			UNION ALL
			SELECT p.category_id, p.brand_id, '' AS name, CAST(? AS TEXT) AS value FROM products AS p WHERE ?
		) AS k WHERE TRUE GROUP BY k.category_id, k.brand_id, k.name, k.value
		ORDER BY k.category_id, k.brand_id, k.name, k.value
		ON CONFLICT (category_id, brand_id, name, value) DO UPDATE SET n = facet_counts.n + EXCLUDED.n`
	found := bun.SafeQuery(which, upc)
	_, err := tx.ExecContext(ctx, add, more, found, priceRange("p"), found)
	return err
}

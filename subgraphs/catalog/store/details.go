package store

import (
	"context"
	"fmt"

	"github.com/uptrace/bun"

	"github.com/weft-graphql/weft/subgraphs/catalog"
	"github.com/weft-graphql/weft/subgraphs/kit"
	"github.com/weft-graphql/weft/subgraphs/kit/dataloader"
	"github.com/weft-graphql/weft/subgraphs/kit/fault"
)

type attributeRow struct {
	bun.BaseModel `bun:"table:product_attributes,alias:a"`

	UPC      string `bun:"upc,pk"`
	Name     string `bun:"name,pk"`
	Value    string `bun:"value"`
	Position int    `bun:"position"`
}

type priceRow struct {
	bun.BaseModel `bun:"table:product_prices,alias:m"`

	UPC      string `bun:"upc,pk"`
	Currency string `bun:"currency,pk"`
	Minor    int64  `bun:"minor"`
}

// Attributes returns what products are like.
func (s *Store) Attributes(ctx context.Context, upcs []string) (map[string][]*catalog.Attribute, error) {
	var rows []attributeRow
	err := s.db.NewSelect().Model(&rows).Where("a.upc IN (?)", bun.List(upcs)).OrderExpr("a.upc, a.position").Scan(ctx)
	if err != nil {
		return nil, fmt.Errorf("read attributes: %w", err)
	}
	found := make(map[string][]*catalog.Attribute, len(upcs))
	for _, upc := range upcs {
		found[upc] = []*catalog.Attribute{}
	}
	for _, row := range rows {
		found[row.UPC] = append(found[row.UPC], &catalog.Attribute{Name: row.Name, Value: row.Value})
	}
	return found, nil
}

// OtherPrices returns what products cost in other currencies than their main one.
func (s *Store) OtherPrices(ctx context.Context, upcs []string) (map[string][]*catalog.Money, error) {
	var rows []priceRow
	err := s.db.NewSelect().Model(&rows).Where("m.upc IN (?)", bun.List(upcs)).OrderExpr("m.upc, m.currency").Scan(ctx)
	if err != nil {
		return nil, fmt.Errorf("read prices: %w", err)
	}
	found := make(map[string][]*catalog.Money, len(upcs))
	for _, row := range rows {
		found[row.UPC] = append(found[row.UPC], &catalog.Money{Minor: row.Minor, Currency: catalog.Currency(row.Currency)})
	}
	return found, nil
}

// Families returns the products on sale of families, cheapest first.
func (s *Store) Families(ctx context.Context, families []string) (map[string][]*catalog.Product, error) {
	var rows []productRow
	err := s.db.NewSelect().
		Model(&rows).
		Where("p.family IN (?)", bun.List(families)).
		Where("p.family <> ''").
		Where(onSale).
		OrderExpr("p.family, p.price, p.upc").
		Scan(ctx)
	if err != nil {
		return nil, fmt.Errorf("read variants: %w", err)
	}
	return dataloader.Lists(families, productsOf(rows), func(p *catalog.Product) string { return p.Family }), nil
}

// putDetails writes the details that are given in the place of those there are.
func putDetails(ctx context.Context, tx bun.Tx, upc string, details catalog.Details) error {
	if details.Attributes != nil {
		if _, err := tx.NewDelete().Model((*attributeRow)(nil)).Where("a.upc = ?", upc).Exec(ctx); err != nil {
			return err
		}
		rows := make([]attributeRow, len(details.Attributes))
		for i, a := range details.Attributes {
			rows[i] = attributeRow{UPC: upc, Name: a.Name, Value: a.Value, Position: i}
		}
		if err := kit.InsertAll(ctx, tx, rows); err != nil {
			return err
		}
	}
	if details.OtherPrices == nil {
		return nil
	}
	if _, err := tx.NewDelete().Model((*priceRow)(nil)).Where("m.upc = ?", upc).Exec(ctx); err != nil {
		return err
	}
	rows := make([]priceRow, len(details.OtherPrices))
	for i, p := range details.OtherPrices {
		rows[i] = priceRow{UPC: upc, Currency: string(p.Currency), Minor: p.Minor}
	}
	return kit.InsertAll(ctx, tx, rows)
}

// dropOtherPrice removes the price in a currency that became the main one.
func dropOtherPrice(ctx context.Context, tx bun.Tx, product *catalog.Product) error {
	_, err := tx.NewDelete().Model((*priceRow)(nil)).Where("m.upc = ?", product.Upc).
		Where("m.currency = ?", string(product.Currency)).Exec(ctx)
	return err
}

// joinFamily makes a new product a variant of another one, and returns all that are variants already.
func joinFamily(
	ctx context.Context,
	tx bun.Tx,
	product *catalog.Product,
	variantOf string,
) ([]*catalog.Product, error) {
	other, err := readProduct(ctx, tx, variantOf)
	if err != nil {
		return nil, err
	}
	if other == nil {
		return nil, fault.At(fault.NotFound, "input.variantOf", "there is no product %q", variantOf)
	}
	if product.Family = other.Family; product.Family == "" {
		product.Family = other.Upc
		_, err := tx.NewUpdate().Model((*productRow)(nil)).Set("family = upc").Where("upc = ?", other.Upc).Exec(ctx)
		return []*catalog.Product{other}, err
	}
	// The product that the family began with stands for it, so that it cannot become too large by two at once.
	if err := kit.Lock(ctx, tx, "products", "upc", product.Family); err != nil {
		return nil, err
	}
	var rows []productRow
	if err := tx.NewSelect().Model(&rows).Where("p.family = ?", product.Family).Where("p.family <> ''").Scan(ctx); err != nil {
		return nil, err
	}
	if n := len(rows); n >= catalog.MaxVariants {
		return nil, fault.At(fault.Conflict, "input.variantOf", "there are %d variants already, and can be %d at most",
			n, catalog.MaxVariants)
	}
	return productsOf(rows), nil
}

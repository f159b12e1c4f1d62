package store

import (
	"context"

	"github.com/uptrace/bun"

	"github.com/weft-graphql/weft/subgraphs/catalog"
	"github.com/weft-graphql/weft/subgraphs/kit"
)

// indexAtOnce is how many products are read at a time.
const indexAtOnce = 500

// indexAll makes everything that is on sale findable, anew.
func indexAll(ctx context.Context, tx bun.Tx) error {
	if _, err := tx.NewDelete().Model((*entryRow)(nil)).Where("TRUE").Exec(ctx); err != nil {
		return err
	}
	const shelves = "SELECT ? AS kind, id, name, description FROM categories " +
		"UNION ALL SELECT ?, id, name, description FROM brands"
	var found []struct{ Kind, ID, Name, Description string }
	if err := tx.NewRaw(shelves, catalog.KindCategory, catalog.KindBrand).Scan(ctx, &found); err != nil {
		return err
	}
	entries := make([]entryRow, len(found))
	for i, f := range found {
		entries[i] = newEntry(catalog.SearchKind(f.Kind), f.ID, f.Name, f.Description)
	}
	if err := kit.InsertAll(ctx, tx, entries); err != nil {
		return err
	}
	s := &Store{db: tx}
	for last := ""; ; {
		var rows []productRow
		err := tx.NewSelect().Model(&rows).Where(onSale).Where("p.upc > ?", last).OrderExpr("p.upc").
			Limit(indexAtOnce).Scan(ctx)
		if err != nil || len(rows) == 0 {
			return err
		}
		upcs := make([]string, len(rows))
		for i, row := range rows {
			upcs[i] = row.UPC
		}
		attributes, err := s.Attributes(ctx, upcs)
		if err != nil {
			return err
		}
		entries := make([]entryRow, len(rows))
		for i, row := range rows {
			entries[i] = productEntry(row.product(), attributes[row.UPC])
		}
		if err := kit.InsertAll(ctx, tx, entries); err != nil {
			return err
		}
		last = upcs[len(upcs)-1]
	}
}

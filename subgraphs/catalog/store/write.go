package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/uptrace/bun"

	"github.com/weft-graphql/weft/schema/wire"
	"github.com/weft-graphql/weft/subgraphs/catalog"
	"github.com/weft-graphql/weft/subgraphs/kit"
	"github.com/weft-graphql/weft/subgraphs/kit/fault"
)

// CreateProduct writes a new product, its details and the events about it together.
func (s *Store) CreateProduct(
	ctx context.Context, product *catalog.Product, details catalog.Details, variantOf string,
) error {
	err := s.outbox.Commit(ctx, func(ctx context.Context, tx bun.Tx) ([]wire.EntityChanged, error) {
		news := append(catalog.ListsChanged(product), catalog.Changed(product, wire.Created))
		if variantOf != "" {
			others, err := joinFamily(ctx, tx, product, variantOf)
			if err != nil {
				return nil, err
			}
			for _, other := range others { // which have one variant more
				news = append(news, catalog.Changed(other, wire.Updated))
			}
		}
		_, err := tx.NewInsert().Model(rowOf(product)).Exec(ctx)
		if kit.Duplicate(err) { // of the sku: the other unique columns hold random text
			return nil, fault.At(fault.Conflict, "input.sku", "the sku %q is taken", product.Sku)
		}
		if err != nil {
			return nil, err
		}
		if err := putDetails(ctx, tx, product.Upc, details); err != nil {
			return nil, err
		}
		if err := countProducts(ctx, tx, product.CategoryID, 1); err != nil {
			return nil, err
		}
		if err := countFacets(ctx, tx, product.Upc, 1); err != nil {
			return nil, err
		}
		return news, putProductEntry(ctx, tx, product)
	})
	if err != nil {
		return fmt.Errorf("write a new product: %w", err)
	}
	return nil
}

// countProducts notes that more, or fewer, products of the category are on sale.
func countProducts(ctx context.Context, tx bun.Tx, category string, more int) error {
	_, err := tx.NewUpdate().Model((*categoryRow)(nil)).Set("product_count = product_count + ?", more).
		Where("id = ?", category).Exec(ctx)
	return err
}

// readProduct reads a product in a transaction that changes it; nil when there is none.
func readProduct(ctx context.Context, tx bun.Tx, upc string) (*catalog.Product, error) {
	if err := kit.Lock(ctx, tx, "products", "upc", upc); err != nil {
		return nil, err
	}
	var row productRow
	err := tx.NewSelect().Model(&row).Where("p.upc = ?", upc).Scan(ctx)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	return row.product(), err
}

// ChangeProduct lets change alter the product, and writes what can change of it and the events about it together.
func (s *Store) ChangeProduct(
	ctx context.Context, upc string, details catalog.Details, change func(*catalog.Product) error,
) (product *catalog.Product, err error) {
	err = s.outbox.Commit(ctx, func(ctx context.Context, tx bun.Tx) ([]wire.EntityChanged, error) {
		if product, err = readProduct(ctx, tx, upc); err != nil || product == nil {
			return nil, err
		}
		before := *product
		if err := change(product); err != nil {
			return nil, err
		}
		product.Version++
		if err := countFacets(ctx, tx, upc, -1); err != nil {
			return nil, err
		}
		_, err := tx.NewUpdate().Model(rowOf(product)).Column("name", "description", "price", "currency", "weight", "width",
			"height", "depth", "category_id", "brand_id", "version").WherePK().Exec(ctx)
		if err != nil {
			return nil, err
		}
		if err := putDetails(ctx, tx, upc, details); err != nil {
			return nil, err
		}
		if err := dropOtherPrice(ctx, tx, product); err != nil {
			return nil, err
		}
		if err := countFacets(ctx, tx, upc, 1); err != nil {
			return nil, err
		}
		news := []wire.EntityChanged{catalog.Changed(product, wire.Updated)}
		if before.CategoryID != product.CategoryID || before.BrandID != product.BrandID {
			news = append(news, moved(&before, product)...)
		}
		if product.ArchivedAt != nil {
			return news, nil
		}
		if before.CategoryID != product.CategoryID {
			if err := countProducts(ctx, tx, before.CategoryID, -1); err != nil {
				return nil, err
			}
			if err := countProducts(ctx, tx, product.CategoryID, 1); err != nil {
				return nil, err
			}
		}
		return news, putProductEntry(ctx, tx, product)
	})
	if err != nil {
		return nil, fmt.Errorf("write a product: %w", err)
	}
	return product, nil
}

// moved are the events of the lists that a product has left, and of those it came to: each once, as a transaction
// counts the version of an entity once.
func moved(before, after *catalog.Product) []wire.EntityChanged {
	var news []wire.EntityChanged
	told := map[string]bool{}
	for _, event := range append(catalog.ListsChanged(before), catalog.ListsChanged(after)...) {
		if !told[event.Entity()] {
			told[event.Entity()] = true
			news = append(news, event)
		}
	}
	return news
}

// SetArchived takes a product off sale, out of lists and searches, or puts it there again.
func (s *Store) SetArchived(
	ctx context.Context, upc string, at *time.Time, expected *int,
) (product *catalog.Product, err error) {
	err = s.outbox.Commit(ctx, func(ctx context.Context, tx bun.Tx) ([]wire.EntityChanged, error) {
		if product, err = readProduct(ctx, tx, upc); err != nil || product == nil {
			return nil, err
		}
		if (product.ArchivedAt != nil) == (at != nil) {
			return nil, nil
		}
		if err := fault.Outdated("product", expected, product.Version); err != nil {
			return nil, err
		}
		product.ArchivedAt = at
		product.Version++
		if err := countFacets(ctx, tx, upc, -1); err != nil {
			return nil, err
		}
		_, err := tx.NewUpdate().Model(rowOf(product)).Column("archived_at", "version").WherePK().Exec(ctx)
		if err != nil {
			return nil, err
		}
		if err := countFacets(ctx, tx, upc, 1); err != nil {
			return nil, err
		}
		more := 1
		if at == nil {
			err = putProductEntry(ctx, tx, product)
		} else {
			more = -1
			_, err = tx.NewDelete().Model((*entryRow)(nil)).Where("kind = ?", string(catalog.KindProduct)).
				Where("id = ?", upc).Exec(ctx)
		}
		if err != nil {
			return nil, err
		}
		events := append(catalog.ListsChanged(product), catalog.Changed(product, wire.Updated))
		return events, countProducts(ctx, tx, product.CategoryID, more)
	})
	if err != nil {
		return nil, fmt.Errorf("archive a product: %w", err)
	}
	return product, nil
}

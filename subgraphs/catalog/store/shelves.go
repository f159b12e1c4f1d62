package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/uptrace/bun"

	"github.com/weft-graphql/weft/schema/wire"
	"github.com/weft-graphql/weft/subgraphs/catalog"
	"github.com/weft-graphql/weft/subgraphs/kit"
	"github.com/weft-graphql/weft/subgraphs/kit/fault"
)

// SaveCategory adds a category, or changes one.
func (s *Store) SaveCategory(ctx context.Context, category *catalog.Category, expected *int) error {
	return s.saveShelf(ctx, "Category", "categories", category.ID, expected, &category.Version,
		func(ctx context.Context, tx bun.Tx) error {
			row := &categoryRow{
				ID: category.ID, Name: category.Name, Description: category.Description, Version: category.Version,
			}
			_, err := tx.NewInsert().Model(row).On("CONFLICT (id) DO UPDATE").Set("name = EXCLUDED.name").
				Set("description = EXCLUDED.description").Set("version = EXCLUDED.version").Exec(ctx)
			if err != nil {
				return err
			}
			return putEntry(ctx, tx, newEntry(catalog.KindCategory, category.ID, category.Name, category.Description))
		})
}

// SaveBrand adds a brand, or changes one.
func (s *Store) SaveBrand(ctx context.Context, brand *catalog.Brand, expected *int) error {
	return s.saveShelf(ctx, "Brand", "brands", brand.ID, expected, &brand.Version,
		func(ctx context.Context, tx bun.Tx) error {
			row := &brandRow{
				ID: brand.ID, Name: brand.Name, Description: brand.Description, Country: brand.Country, Version: brand.Version,
			}
			_, err := tx.NewInsert().Model(row).On("CONFLICT (id) DO UPDATE").Set("name = EXCLUDED.name").
				Set("description = EXCLUDED.description").Set("country = EXCLUDED.country").
				Set("version = EXCLUDED.version").Exec(ctx)
			if err != nil {
				return err
			}
			return putEntry(ctx, tx, newEntry(catalog.KindBrand, brand.ID, brand.Name, brand.Description))
		})
}

// saveShelf writes a row with the next version, which it puts into version first.
func (s *Store) saveShelf(
	ctx context.Context, typeName, table, id string, expected, version *int, write func(context.Context, bun.Tx) error,
) error {
	err := s.outbox.Commit(ctx, func(ctx context.Context, tx bun.Tx) ([]wire.EntityChanged, error) {
		if err := kit.Lock(ctx, tx, table, "id", id); err != nil {
			return nil, err
		}
		was := 0
		err := tx.NewSelect().Table(table).Column("version").Where("id = ?", id).Scan(ctx, &was)
		if err != nil && !errors.Is(err, sql.ErrNoRows) {
			return nil, err
		}
		if err := fault.Outdated("entry", expected, was); err != nil {
			return nil, err
		}
		*version = was + 1
		change := wire.Updated
		if was == 0 {
			change = wire.Created
		}
		return []wire.EntityChanged{catalog.ShelfChanged(typeName, id, change)}, write(ctx, tx)
	})
	if err != nil {
		return fmt.Errorf("write a %s: %w", typeName, err)
	}
	return nil
}

// RemoveCategory removes a category that no product has.
func (s *Store) RemoveCategory(ctx context.Context, id string) error {
	return s.removeShelf(ctx, "Category", "categories", "category_id", id, catalog.KindCategory)
}

// RemoveBrand removes a brand that no product has.
func (s *Store) RemoveBrand(ctx context.Context, id string) error {
	return s.removeShelf(ctx, "Brand", "brands", "brand_id", id, catalog.KindBrand)
}

func (s *Store) removeShelf(ctx context.Context, typeName, table, column, id string, kind catalog.SearchKind) error {
	err := s.outbox.Commit(ctx, func(ctx context.Context, tx bun.Tx) ([]wire.EntityChanged, error) {
		used, err := tx.NewSelect().Model((*productRow)(nil)).Where("p.? = ?", bun.Ident(column), id).Exists(ctx)
		if err != nil {
			return nil, err
		}
		if used {
			return nil, fault.At(
				fault.Conflict,
				"input.id",
				"there are products with it, on sale or archived; change these first",
			)
		}
		// A product that comes meanwhile refers to the row, and the database refuses one of the two.
		result, err := tx.NewDelete().Table(table).Where("id = ?", id).Exec(ctx)
		if err != nil {
			return nil, err
		}
		if n, err := result.RowsAffected(); err != nil || n == 0 {
			return nil, errors.Join(err, fault.At(fault.NotFound, "input.id", "there is nothing with the id %q", id))
		}
		_, err = tx.NewDelete().Model((*entryRow)(nil)).Where("kind = ?", string(kind)).Where("id = ?", id).Exec(ctx)
		return []wire.EntityChanged{catalog.ShelfChanged(typeName, id, wire.Deleted)}, err
	})
	if err != nil {
		return fmt.Errorf("remove a %s: %w", typeName, err)
	}
	return nil
}

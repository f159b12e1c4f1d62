package subgraphs

import (
	"context"
	"errors"
	"fmt"

	"github.com/uptrace/bun"

	"github.com/weft-graphql/weft/subgraphs/kit"
)

// Migrate brings the service's database to its present form without serving, and returns the names of the migrations
// that this took.
func Migrate(ctx context.Context, name string, config kit.Config) (names []string, err error) {
	err = withDatabase(ctx, name, config, func(db *bun.DB, plan kit.Blueprint) error {
		names, err = kit.Migrate(ctx, db, plan)
		return err
	})
	return names, err
}

// MigrateDown takes back the migrations of the service's database that were run together last, and returns their names.
func MigrateDown(ctx context.Context, name string, config kit.Config) (names []string, err error) {
	err = withDatabase(ctx, name, config, func(db *bun.DB, plan kit.Blueprint) error {
		names, err = kit.MigrateDown(ctx, db, plan)
		return err
	})
	return names, err
}

// MigrationStatus returns the names of the migrations that the service's database has, and of those that it lacks.
func MigrationStatus(ctx context.Context, name string, config kit.Config) (applied, missing []string, err error) {
	err = withDatabase(ctx, name, config, func(db *bun.DB, plan kit.Blueprint) error {
		applied, missing, err = kit.MigrationStatus(ctx, db, plan)
		return err
	})
	return applied, missing, err
}

// Seed fills the service's database with a sample shop of that many times the usual size, once it is in its present
// form.
func Seed(ctx context.Context, name string, size int, config kit.Config) error {
	return withDatabase(ctx, name, config, func(db *bun.DB, plan kit.Blueprint) error {
		if err := kit.Prepare(ctx, db, plan, false); err != nil || size == 1 {
			return err
		}
		return kit.Grow(ctx, db, plan, size)
	})
}

// withDatabase opens the service's database for setting it up.
func withDatabase(ctx context.Context, name string, config kit.Config, f func(*bun.DB, kit.Blueprint) error) error {
	r, ok := recipes[name]
	if !ok {
		return fmt.Errorf("there is no subgraph %q; the subgraphs are %v", name, Names())
	}
	db, err := kit.OpenForSetup(ctx, name, config)
	if err != nil {
		return fmt.Errorf("subgraph %s: %w", name, err)
	}
	if err := errors.Join(f(db, r.blueprint), db.Close()); err != nil {
		return fmt.Errorf("subgraph %s: %w", name, err)
	}
	return nil
}

package kit

import (
	"context"
	"embed"
	"fmt"
	"io/fs"
	"slices"
	"time"

	"github.com/uptrace/bun"
	"github.com/uptrace/bun/migrate"
)

// common are the tables every service has, whatever its domain.
//
//go:embed migrations
var common embed.FS

// Blueprint says how to make a service's database.
type Blueprint struct {
	// Name is the service's name.
	Name string
	// Migrations holds files named `<number>_<name>.tx.up.sql`, run in the order of their numbers, once each, in a
	// transaction each, and `.tx.down.sql`, which take them back. They are written in the SQL that SQLite and PostgreSQL
	// share, or lie in folders called sqlite and postgres.
	Migrations fs.FS
	// Steps are migrations for which SQL is not enough, in the same order by their names: `<number>`.
	Steps []Step
	// Seed fills a new database with sample data, in one transaction.
	Seed func(ctx context.Context, tx bun.Tx) error
	// Grow adds to the sample data what makes it that many times as large; nil when there is no such thing.
	Grow func(ctx context.Context, tx bun.Tx, size int) error
}

// Step is a migration in Go, run in a transaction.
type Step struct {
	Name, Comment string
	Run           func(ctx context.Context, tx bun.Tx) error
}

// meta is a note the kit keeps in the service's database.
type meta struct {
	bun.BaseModel `bun:"table:weft_meta"`

	Name  string    `bun:"name,pk"`
	Value string    `bun:"value"`
	At    time.Time `bun:"at"`
}

// Prepare brings the database to its present form and, unless empty is set, fills a new one with sample data once.
func Prepare(ctx context.Context, db *bun.DB, plan Blueprint, empty bool) error {
	return withLock(ctx, db, plan.Name, func() error {
		if err := runMigrations(ctx, db, plan); err != nil {
			return fmt.Errorf("migrate the database: %w", err)
		}
		if empty || plan.Seed == nil {
			return nil
		}
		if err := seedOnce(ctx, db, plan); err != nil {
			return fmt.Errorf("fill the database with sample data: %w", err)
		}
		return nil
	})
}

func runMigrations(ctx context.Context, db *bun.DB, plan Blueprint) error {
	migrator, err := newMigrator(ctx, db, plan)
	if err != nil {
		return err
	}
	_, err = migrator.Migrate(ctx)
	return err
}

// Migrate brings the database to its present form, and returns the names of the migrations that this took.
func Migrate(ctx context.Context, db *bun.DB, plan Blueprint) (names []string, err error) {
	err = withLock(ctx, db, plan.Name, func() error {
		migrator, err := newMigrator(ctx, db, plan)
		if err != nil {
			return err
		}
		group, err := migrator.Migrate(ctx)
		names = namesOf(group.Migrations)
		return err
	})
	return names, err
}

// MigrateDown takes the last group of migrations back, those that were run together, and returns their names. What only
// they could store is lost.
func MigrateDown(ctx context.Context, db *bun.DB, plan Blueprint) (names []string, err error) {
	err = withLock(ctx, db, plan.Name, func() error {
		migrator, err := newMigrator(ctx, db, plan)
		if err != nil {
			return err
		}
		group, err := migrator.Rollback(ctx)
		names = namesOf(group.Migrations)
		return err
	})
	return names, err
}

// MigrationStatus returns the names of the migrations that the database has, and of those that it lacks, in order.
func MigrationStatus(ctx context.Context, db *bun.DB, plan Blueprint) (applied, missing []string, err error) {
	migrator, err := newMigrator(ctx, db, plan)
	if err != nil {
		return nil, nil, err
	}
	all, err := migrator.MigrationsWithStatus(ctx)
	if err != nil {
		return nil, nil, err
	}
	for _, migration := range all {
		if migration.IsApplied() {
			applied = append(applied, migration.String())
		} else {
			missing = append(missing, migration.String())
		}
	}
	slices.Sort(applied)
	slices.Sort(missing)
	return applied, missing, nil
}

func namesOf(migrations migrate.MigrationSlice) []string {
	names := make([]string, len(migrations))
	for i, migration := range migrations {
		names[i] = migration.String()
	}
	return names
}

func newMigrator(ctx context.Context, db *bun.DB, plan Blueprint) (*migrate.Migrator, error) {
	all := migrate.NewMigrations()
	if err := all.Discover(filesFor(db, common)); err != nil {
		return nil, err
	}
	if err := all.Discover(filesFor(db, plan.Migrations)); err != nil {
		return nil, err
	}
	for _, step := range plan.Steps {
		all.Add(step.migration())
	}
	migrator := migrate.NewMigrator(db, all, migrate.WithMarkAppliedOnSuccess(true))
	return migrator, migrator.Init(ctx)
}

func (s Step) migration() migrate.Migration {
	return migrate.Migration{
		Name: s.Name, Comment: s.Comment,
		Up: func(ctx context.Context, m *migrate.Migrator, _ *migrate.Migration) error {
			return m.DB().RunInTx(ctx, nil, s.Run)
		},
		Down: func(context.Context, *migrate.Migrator, *migrate.Migration) error { return nil },
	}
}

func seedOnce(ctx context.Context, db *bun.DB, plan Blueprint) error {
	done, err := db.NewSelect().Model((*meta)(nil)).Where("name = ?", "seed").Exists(ctx)
	if err != nil || done {
		return err
	}
	return db.RunInTx(ctx, nil, func(ctx context.Context, tx bun.Tx) error {
		if err := plan.Seed(ctx, tx); err != nil {
			return err
		}
		_, err := tx.NewInsert().Model(&meta{Name: "seed", Value: "1", At: time.Now().UTC()}).Exec(ctx)
		return err
	})
}

// insertAtOnce is how many rows one statement inserts.
const insertAtOnce = 500

// InsertAll inserts the rows in as few statements as are sensible.
func InsertAll[T any](ctx context.Context, db bun.IDB, rows []T) error {
	for len(rows) > 0 {
		n := min(insertAtOnce, len(rows))
		part := rows[:n]
		if _, err := db.NewInsert().Model(&part).Exec(ctx); err != nil {
			return err
		}
		rows = rows[n:]
	}
	return nil
}

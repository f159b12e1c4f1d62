package kit

import (
	"context"
	"fmt"
	"iter"
	"strconv"

	"github.com/uptrace/bun"
	"github.com/uptrace/bun/dialect/pgdialect"
)

// Grow fills a database that Prepare made with a sample shop of that many times the usual size. A database is filled
// once: one of that size is left as it is.
func Grow(ctx context.Context, db *bun.DB, plan Blueprint, size int) error {
	return withLock(ctx, db, plan.Name, func() error {
		var seeded meta
		if err := db.NewSelect().Model(&seeded).Where("name = ?", "seed").Scan(ctx); err != nil {
			return fmt.Errorf("the database was not filled with sample data: %w", err)
		}
		switch has, err := strconv.Atoi(seeded.Value); {
		case err != nil:
			return fmt.Errorf("read the size of the sample data: %w", err)
		case has == size || plan.Grow == nil:
			return nil
		case has != 1 || size < 1:
			return fmt.Errorf("the database has sample data of size %d, which cannot become %d; fill a new one", has, size)
		}
		err := db.RunInTx(ctx, nil, func(ctx context.Context, tx bun.Tx) error {
			if err := plan.Grow(ctx, tx, size); err != nil {
				return err
			}
			_, err := tx.NewUpdate().Model(&seeded).Set("value = ?", strconv.Itoa(size)).WherePK().Exec(ctx)
			return err
		})
		if err == nil {
			_, err = db.ExecContext(ctx, settle(db)) // or the first queries are planned for a small table
		}
		return err
	})
}

// settle makes the database take a look at what was written. PostgreSQL also notes which pages everybody may see,
// without which it counts no rows by an index alone; it would do so by itself some minutes later.
func settle(db *bun.DB) string {
	if _, ok := db.Dialect().(*pgdialect.Dialect); ok {
		return "VACUUM (ANALYZE)"
	}
	return "ANALYZE"
}

// InsertEach inserts rows made of what seq yields, in as few statements as are sensible.
func InsertEach[E, T any](ctx context.Context, db bun.IDB, seq iter.Seq[E], row func(E) T) error {
	rows := make([]T, 0, insertAtOnce)
	for e := range seq {
		rows = append(rows, row(e))
		if len(rows) == insertAtOnce {
			if err := InsertAll(ctx, db, rows); err != nil {
				return err
			}
			rows = rows[:0]
		}
	}
	return InsertAll(ctx, db, rows)
}

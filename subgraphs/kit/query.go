package kit

import (
	"context"
	"database/sql"

	"github.com/uptrace/bun"

	"github.com/weft-graphql/weft/schema/wire"
)

// IfChanged returns the events of a statement that altered a row, and none of one that altered nothing.
func IfChanged(result sql.Result, err error, events ...wire.EntityChanged) ([]wire.EntityChanged, error) {
	if err != nil {
		return nil, err
	}
	if n, err := result.RowsAffected(); err != nil || n == 0 {
		return nil, err
	}
	return events, nil
}

// Ranked selects the rows of the table whose column is one of the keys, and numbers those of each key from 1 on in the
// given order, in a column called place. A query around it takes the first few of each key: one query serves all keys,
// and no more rows than needed are read. Order is SQL, so it must not come from a caller's input.
func Ranked(db bun.IDB, table, column, order string, keys []string) *bun.SelectQuery {
	return db.NewSelect().TableExpr("?", bun.Ident(table)).ColumnExpr("*").
		ColumnExpr("ROW_NUMBER() OVER (PARTITION BY ? ORDER BY ?) AS place", bun.Ident(column), bun.Safe(order)).
		Where("? IN (?)", bun.Ident(column), bun.List(keys))
}

// Tally returns what the SQL expression, such as COUNT(*), comes to for the rows of the table whose column is the key,
// for every key that has rows.
func Tally(ctx context.Context, db bun.IDB, expression, table, column string, keys []string) (map[string]int, error) {
	if len(keys) == 0 {
		return nil, nil
	}
	var rows []struct {
		Key string `bun:"key"`
		N   int    `bun:"n"`
	}
	err := db.NewSelect().TableExpr("?", bun.Ident(table)).
		ColumnExpr("? AS key, ? AS n", bun.Ident(column), bun.Safe(expression)).
		Where("? IN (?)", bun.Ident(column), bun.List(keys)).GroupExpr("?", bun.Ident(column)).Scan(ctx, &rows)
	if err != nil {
		return nil, err
	}
	numbers := make(map[string]int, len(rows))
	for _, row := range rows {
		numbers[row.Key] = row.N
	}
	return numbers, nil
}

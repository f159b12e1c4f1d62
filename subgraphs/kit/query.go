package kit

import (
	"context"
	"database/sql"

	"github.com/uptrace/bun"
	"github.com/uptrace/bun/dialect/pgdialect"

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

// Ranked says which rows of which keys to read: of every key the first few.
type Ranked struct {
	Table string
	// Column has the key.
	Column string
	Keys   []string
	// Order and Where are SQL, so they must not come from a caller's input; the arguments of Where may. An index on the
	// column and the order lets the database read no more rows than it returns.
	Order string
	Where string
	Args  []any
	// First is how many rows of each key.
	First int
}

// Select selects the rows, with their numbers among those of their key, from 1 on, in a column called place: one query
// for all keys. PostgreSQL looks up each key by itself (LATERAL); SQLite, which cannot, reads all rows of the keys.
func (r Ranked) Select(db bun.IDB) *bun.SelectQuery {
	rows := db.NewSelect().TableExpr("?", bun.Ident(r.Table)).ColumnExpr("*")
	if r.Where != "" {
		rows = rows.Where(r.Where, r.Args...)
	}
	if _, ok := db.Dialect().(*pgdialect.Dialect); !ok {
		rows = rows.ColumnExpr("ROW_NUMBER() OVER (PARTITION BY ? ORDER BY ?) AS place", bun.Ident(r.Column), bun.Safe(r.Order)).
			Where("? IN (?)", bun.Ident(r.Column), bun.List(r.Keys))
		return db.NewSelect().TableExpr("(?) AS ranked", rows).ColumnExpr("*").Where("place <= ?", r.First)
	}
	rows = rows.ColumnExpr("ROW_NUMBER() OVER (ORDER BY ?) AS place", bun.Safe(r.Order)).
		Where("? = keys.key", bun.Ident(r.Column)).OrderExpr(r.Order).Limit(int64(max(r.First, 0)))
	if r.First <= 0 { // bun takes no limit of 0
		rows = rows.Where("FALSE")
	}
	return db.NewSelect().TableExpr("unnest(?::text[]) AS keys (key)", pgdialect.Array(r.Keys)).
		Join("CROSS JOIN LATERAL (?) AS ranked", rows).ColumnExpr("ranked.*")
}

// CountLimit is how far lists are counted.
const CountLimit = 10_000

// CountUpTo counts what the query selects, up to 10,000: counting more would take longer than anybody waits.
func CountUpTo(ctx context.Context, db bun.IDB, query *bun.SelectQuery) (int, error) {
	n, err := db.NewSelect().TableExpr("(?) AS counted", query.ColumnExpr("1").Limit(CountLimit)).Count(ctx)
	return int(n), err
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

package fulltext

import (
	"strings"

	"github.com/uptrace/bun"
	"github.com/uptrace/bun/dialect/pgdialect"
	"github.com/uptrace/bun/schema"
)

// Table is a table with columns of terms (Stored), and what the databases keep to find them.
type Table struct {
	// Alias is what queries call the table.
	Alias string
	// Index is the FTS5 table over it in SQLite, with columns of the same names and the table's rowids.
	Index string
}

// Match is the condition that the column has, for each of the words, one that begins with it. In PostgreSQL the column
// has a tsvector beside it whose name ends in _lexemes.
func (t Table) Match(db bun.IDB, column string, words []string) schema.QueryWithArgs {
	terms := Terms(words)
	if _, ok := db.Dialect().(*pgdialect.Dialect); ok {
		query := "'" + strings.Join(terms, "':* & '") + "':*"
		return bun.SafeQuery("?.? @@ ?::tsquery", bun.Ident(t.Alias), bun.Ident(column+"_lexemes"), query)
	}
	query := "{" + column + `} : ("` + strings.Join(terms, `" * AND "`) + `" *)`
	index := bun.Ident(t.Index)
	return bun.SafeQuery("?.rowid IN (SELECT rowid FROM ? WHERE ? MATCH ?)", bun.Ident(t.Alias), index, index, query)
}

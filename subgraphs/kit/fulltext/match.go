package fulltext

import (
	"slices"
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
// has a tsvector beside it, with an index, whose name ends in _lexemes: its terms, and how these begin.
func (t Table) Match(db bun.IDB, column string, words []string) schema.QueryWithArgs {
	terms := Terms(words)
	if _, ok := db.Dialect().(*pgdialect.Dialect); !ok {
		query := "{" + column + `} : ("` + strings.Join(terms, `" * AND "`) + `" *)`
		index := bun.Ident(t.Index)
		return bun.SafeQuery("?.rowid IN (SELECT rowid FROM ? WHERE ? MATCH ?)", bun.Ident(t.Alias), index, index, query)
	}
	conditions := "?.? @@ ?::tsquery"
	beginnings := make([]string, len(terms))
	args := []any{bun.Ident(t.Alias), bun.Ident(column + "_lexemes"), nil}
	for i, term := range terms {
		beginnings[i] = beginningOf(term)
		if beginnings[i] != term {
			conditions += " AND strpos(' ' || ?.?, ?) > 0"
			args = append(args, bun.Ident(t.Alias), bun.Ident(column), " "+term)
		}
	}
	args[2] = "'" + strings.Join(beginnings, "' & '") + "'"
	return bun.SafeQuery(conditions, args...)
}

// beginningLengths are those that the tsvector has of each term. Terms of other scripts than Latin have six characters
// for each letter.
var beginningLengths = []int{1, 2, 3, 5, 8, 12, 18, 30}

// beginningOf is the longest beginning of the term that PostgreSQL has in its index.
func beginningOf(term string) string {
	for _, n := range slices.Backward(beginningLengths) {
		if n <= len(term) {
			return term[:n]
		}
	}
	return term
}

// Contain is the condition that Match has, without an index: for rows that are read anyway. The column has the words
// or the terms of a text, with one space between.
func (t Table) Contain(db bun.IDB, column string, words []string) schema.QueryWithArgs {
	position := "INSTR"
	if _, ok := db.Dialect().(*pgdialect.Dialect); ok {
		position = "STRPOS"
	}
	var conditions []string
	var args []any
	for _, word := range words {
		conditions = append(conditions, position+"(' ' || ?.?, ?) > 0")
		args = append(args, bun.Ident(t.Alias), bun.Ident(column), " "+word)
	}
	return bun.SafeQuery(strings.Join(conditions, " AND "), args...)
}

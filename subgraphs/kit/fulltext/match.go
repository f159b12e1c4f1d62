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

// Has is what a column must have: of each of these groups one term (Terms), the whole of it, and none of others.
// Without a group the others do not matter.
type Has struct {
	Column string
	Groups [][]string
	Not    []string
}

// Match is the condition that the column has, for each of the words, one that begins with it. In PostgreSQL the column
// has a tsvector beside it, with an index, whose name ends in _lexemes: its terms, and how these begin.
func (t Table) Match(db bun.IDB, column string, words []string) schema.QueryWithArgs {
	return t.MatchAll(db, column, words, Has{})
}

// MatchAll is Match together with what another column must have: one question to an index of both, which PostgreSQL has
// of the column's tsvector and of what the function whole_terms makes of the other column.
func (t Table) MatchAll(db bun.IDB, column string, words []string, has Has) schema.QueryWithArgs {
	if _, ok := db.Dialect().(*pgdialect.Dialect); !ok {
		return t.matchFTS5(column, Terms(words), has)
	}
	var conditions []string
	var args []any
	if len(words) > 0 {
		condition, its := t.beginWith(column, Terms(words))
		conditions, args = append(conditions, condition), append(args, its...)
	}
	if len(has.Groups) > 0 {
		groups := make([]string, len(has.Groups))
		for i, group := range has.Groups {
			groups[i] = "('" + strings.Join(group, "' | '") + "')"
		}
		if len(has.Not) > 0 {
			groups = append(groups, "!('"+strings.Join(has.Not, "' | '")+"')")
		}
		conditions = append(conditions, "whole_terms(?.?) @@ ?::tsquery")
		args = append(args, bun.Ident(t.Alias), bun.Ident(has.Column), strings.Join(groups, " & "))
	}
	return bun.SafeQuery(strings.Join(conditions, " AND "), args...)
}

func (t Table) matchFTS5(column string, terms []string, has Has) schema.QueryWithArgs {
	var parts []string
	if len(terms) > 0 {
		parts = append(parts, "{"+column+`} : ("`+strings.Join(terms, `" * AND "`)+`" *)`)
	}
	for _, group := range has.Groups {
		parts = append(parts, "{"+has.Column+`} : ("`+strings.Join(group, `" OR "`)+`")`)
	}
	query := strings.Join(parts, " AND ")
	if len(has.Groups) > 0 && len(has.Not) > 0 {
		query = "(" + query + ") NOT ({" + has.Column + `} : ("` + strings.Join(has.Not, `" OR "`) + `"))`
	}
	index := bun.Ident(t.Index)
	return bun.SafeQuery("?.rowid IN (SELECT rowid FROM ? WHERE ? MATCH ?)", bun.Ident(t.Alias), index, index, query)
}

// beginWith is the condition in PostgreSQL that the column has terms that begin with these.
func (t Table) beginWith(column string, terms []string) (condition string, args []any) {
	condition = "?.? @@ ?::tsquery"
	beginnings := make([]string, len(terms))
	args = []any{bun.Ident(t.Alias), bun.Ident(column + "_lexemes"), nil}
	for i, term := range terms {
		beginnings[i] = beginningOf(term)
		if beginnings[i] != term {
			condition += " AND strpos(' ' || ?.?, ?) > 0"
			args = append(args, bun.Ident(t.Alias), bun.Ident(column), " "+term)
		}
	}
	args[2] = "'" + strings.Join(beginnings, "' & '") + "'"
	return condition, args
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

package store

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/uptrace/bun"
	"github.com/uptrace/bun/schema"

	"github.com/weft-graphql/weft/subgraphs/catalog"
)

// searched are the tables a search looks at.
var searched = []struct {
	kind      catalog.SearchKind
	table, id string
}{
	{catalog.KindBrand, "brands", "id"},
	{catalog.KindCategory, "categories", "id"},
	{catalog.KindProduct, "products", "upc"},
}

// hitRow has the columns by which hits are ordered.
type hitRow struct {
	Rank int    `bun:"rank"`
	Name string `bun:"name"`
	Kind string `bun:"kind"`
	ID   string `bun:"id"`
}

// Search returns the hits that the query describes, best first.
func (s *Store) Search(ctx context.Context, query catalog.SearchQuery) ([]catalog.Hit, error) {
	q, ask, order := s.hits(query), query.Page, "h.rank, h.name, h.kind, h.id"
	if after := ask.After; after != nil {
		q = q.Where("(h.rank, h.name, h.kind, h.id) > (?, ?, ?, ?)", after.Rank, after.Name, string(after.Kind), after.ID)
	}
	if before := ask.Before; before != nil {
		q = q.Where("(h.rank, h.name, h.kind, h.id) < (?, ?, ?, ?)", before.Rank, before.Name, string(before.Kind), before.ID)
	}
	if ask.Backward {
		order = "h.rank DESC, h.name DESC, h.kind DESC, h.id DESC"
	}
	var rows []hitRow
	err := q.ColumnExpr("h.rank, h.name, h.kind, h.id").OrderExpr(order).Limit(int64(ask.Limit())).Scan(ctx, &rows)
	if err != nil {
		return nil, fmt.Errorf("search: %w", err)
	}
	if ask.Backward {
		slices.Reverse(rows)
	}
	hits := make([]catalog.Hit, len(rows))
	for i, row := range rows {
		hits[i] = catalog.Hit{Rank: row.Rank, Name: row.Name, Kind: catalog.SearchKind(row.Kind), ID: row.ID}
	}
	return hits, nil
}

// CountHits counts all hits of the query.
func (s *Store) CountHits(ctx context.Context, query catalog.SearchQuery) (int, error) {
	n, err := s.hits(query).Count(ctx)
	if err != nil {
		return 0, fmt.Errorf("count what a search finds: %w", err)
	}
	return int(n), nil
}

// hits selects from everything that contains every word, with its rank, under the name h. In a catalog of this size
// reading the names is quicker than keeping an index of words.
func (s *Store) hits(query catalog.SearchQuery) *bun.SelectQuery {
	var parts []any
	for _, place := range searched {
		if !slices.Contains(query.Kinds, place.kind) {
			continue
		}
		one := s.db.NewSelect().TableExpr("?", bun.Ident(place.table)).
			ColumnExpr("? AS kind, ? AS id, name", string(place.kind), bun.Ident(place.id)).
			ColumnExpr("CASE WHEN lower(name) = ? THEN 0 WHEN lower(name) LIKE ? ESCAPE '~' THEN 1 WHEN ? THEN 2 ELSE 3 END AS rank",
				query.Text, escaped(query.Text)+"%", allWords("lower(name)", query.Words)).
			Where("?", allWords("lower(name || ' ' || description)", query.Words))
		parts = append(parts, one)
	}
	union := strings.Join(slices.Repeat([]string{"?"}, len(parts)), " UNION ALL ")
	return s.db.NewSelect().TableExpr("(?) AS h", bun.SafeQuery(union, parts...))
}

// allWords is the condition that the text, an SQL expression, contains every word.
func allWords(text string, words []string) schema.QueryWithArgs {
	conditions := make([]string, len(words))
	patterns := make([]any, len(words))
	for i, word := range words {
		conditions[i] = text + " LIKE ? ESCAPE '~'"
		patterns[i] = "%" + escaped(word) + "%"
	}
	return bun.SafeQuery(strings.Join(conditions, " AND "), patterns...)
}

// escaped takes the meaning of wildcards from what a person typed.
func escaped(text string) string {
	return strings.NewReplacer("~", "~~", "%", "~%", "_", "~_").Replace(text)
}

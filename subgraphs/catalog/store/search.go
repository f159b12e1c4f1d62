package store

import (
	"context"
	"fmt"
	"slices"

	"github.com/uptrace/bun"
	"github.com/uptrace/bun/schema"

	"github.com/weft-graphql/weft/subgraphs/catalog"
	"github.com/weft-graphql/weft/subgraphs/kit"
	"github.com/weft-graphql/weft/subgraphs/kit/fulltext"
)

// entryRow is something that a search can find.
type entryRow struct {
	bun.BaseModel `bun:"table:search_entries,alias:e"`

	Kind      string `bun:"kind,pk"`
	ID        string `bun:"id,pk"`
	Name      string `bun:"name"`
	NameTerms string `bun:"name_terms"`
	AllTerms  string `bun:"all_terms"`
	// Traits are those of a product (traitsOf).
	Traits string `bun:"traits"`
}

// searchTable is where searches look.
var searchTable = fulltext.Table{Alias: "e", Index: "search_terms"}

// newEntry makes a search find something by its name and description.
func newEntry(kind catalog.SearchKind, id, name, description string) entryRow {
	return entryRow{
		Kind: string(kind), ID: id, Name: fulltext.Normalize(name), NameTerms: fulltext.Stored(name),
		AllTerms: fulltext.Stored(name + " " + description),
	}
}

// productEntry makes a search find a product, and lists count it.
func productEntry(p *catalog.Product, attributes []*catalog.Attribute) entryRow {
	entry := newEntry(catalog.KindProduct, p.Upc, p.Name, p.Description)
	entry.Traits = traitsOf(p.Upc, p.CategoryID, p.BrandID, p.Price, attributes)
	return entry
}

// putProductEntry makes that of a product as it is written.
func putProductEntry(ctx context.Context, tx bun.Tx, p *catalog.Product) error {
	attributes, err := attributesOf(ctx, tx, p.Upc)
	if err != nil {
		return err
	}
	return putEntry(ctx, tx, productEntry(p, attributes))
}

// putEntry adds what a search can find, or changes it.
func putEntry(ctx context.Context, db bun.IDB, entry entryRow) error {
	_, err := db.NewInsert().Model(&entry).On("CONFLICT (kind, id) DO UPDATE").Set("name = EXCLUDED.name").
		Set("name_terms = EXCLUDED.name_terms").Set("all_terms = EXCLUDED.all_terms").
		Set("traits = EXCLUDED.traits").Exec(ctx)
	return err
}

// finder is how words are found: by an index (Match), or in entries that are read anyway (Contain).
type finder struct{ inName, inAll schema.QueryWithArgs }

// finders are both ways.
func (s *Store) finders(words []string) (indexed, walking finder) {
	return finder{searchTable.Match(s.db, "name_terms", words), searchTable.Match(s.db, "all_terms", words)},
		finder{searchTable.Contain(s.db, "name", words), searchTable.Contain(s.db, "all_terms", fulltext.Terms(words))}
}

// ofRank leaves the entries of one of the four ranks of hits.
func (s *Store) ofRank(q *bun.SelectQuery, query catalog.SearchQuery, rank int, find finder) *bun.SelectQuery {
	// Names that begin with the text lie between it and what it begins with the last of all characters.
	const begins = "e.name >= ? AND e.name < ?"
	end := query.Text + "\U0010ffff"
	switch rank {
	case 0:
		return q.Where("e.name = ?", query.Text)
	case 1:
		return q.Where(begins, query.Text, end).Where("e.name <> ?", query.Text)
	case 2:
		return q.Where("?", find.inName).Where("NOT ("+begins+")", query.Text, end)
	default: // the name is read in any case
		return q.Where("?", find.inAll).Where("NOT (?)", searchTable.Contain(s.db, "name", query.Words))
	}
}

// lastRank is the worst.
const lastRank = 3

// Search returns the hits that the query describes, best first. It looks for hits of one rank after the other, until
// there are enough.
func (s *Store) Search(ctx context.Context, query catalog.SearchQuery) ([]catalog.Hit, error) {
	ask := query.Page
	var hits []catalog.Hit
	for i := 0; i <= lastRank && len(hits) < ask.Limit(); i++ {
		rank := i
		if ask.Backward {
			rank = lastRank - i
		}
		if ask.After != nil && rank < ask.After.Rank || ask.Before != nil && rank > ask.Before.Rank {
			continue
		}
		found, err := s.searchRank(ctx, query, rank, ask.Limit()-len(hits))
		if err != nil {
			return nil, fmt.Errorf("search: %w", err)
		}
		hits = append(hits, found...)
	}
	if ask.Backward {
		slices.Reverse(hits)
	}
	return hits, nil
}

func (s *Store) searchRank(ctx context.Context, query catalog.SearchQuery, rank, limit int) ([]catalog.Hit, error) {
	q := ofKinds(s.db.NewSelect().Model((*entryRow)(nil)).Column("kind", "id", "name"), query.Kinds)
	if after := query.Page.After; after != nil && after.Rank == rank {
		q = q.Where("(e.name, e.kind, e.id) > (?, ?, ?)", after.Name, string(after.Kind), after.ID)
	}
	if before := query.Page.Before; before != nil && before.Rank == rank {
		q = q.Where("(e.name, e.kind, e.id) < (?, ?, ?)", before.Name, string(before.Kind), before.ID)
	}
	order := "name, kind, id"
	if query.Page.Backward {
		order = "name DESC, kind DESC, id DESC"
	}
	indexed, walking := s.finders(query.Words)
	rows, err := s.inOrder(ctx, s.ofRank(q.Clone(), query, rank, indexed), s.ofRank(q, query, rank, walking), order, limit)
	if err != nil {
		return nil, err
	}
	hits := make([]catalog.Hit, len(rows))
	for i, row := range rows {
		hits[i] = catalog.Hit{Rank: rank, Name: row.Name, Kind: catalog.SearchKind(row.Kind), ID: row.ID}
	}
	return hits, nil
}

// fewHits are quickly put in order. When there are more, going through the names in order soon meets enough.
const fewHits = 500

// inOrder reads the first of the entries, which an index finds, or who goes through the names. How many there are is
// not known before, and databases guess it badly: so the index is asked for a few in any order first.
func (s *Store) inOrder(
	ctx context.Context, indexed, walking *bun.SelectQuery, order string, limit int,
) ([]entryRow, error) {
	var few []struct {
		Kind, ID, Name string
		Total          int
	}
	err := s.db.NewSelect().TableExpr("(?) AS few", indexed.Limit(fewHits+1)).
		ColumnExpr("kind, id, name, COUNT(*) OVER () AS total").OrderExpr(order).Limit(int64(limit)).Scan(ctx, &few)
	if err != nil {
		return nil, err
	}
	var rows []entryRow
	if len(few) == 0 || few[0].Total <= fewHits {
		for _, f := range few {
			rows = append(rows, entryRow{Kind: f.Kind, ID: f.ID, Name: f.Name})
		}
		return rows, nil
	}
	err = walking.OrderExpr(order).Limit(int64(limit)).Scan(ctx, &rows)
	return rows, err
}

// ofKinds leaves the kinds that were asked for.
func ofKinds(q *bun.SelectQuery, kinds []catalog.SearchKind) *bun.SelectQuery {
	if len(kinds) == len(searchKinds) {
		return q
	}
	names := make([]string, len(kinds))
	for i, kind := range kinds {
		names[i] = string(kind)
	}
	return q.Where("e.kind IN (?)", bun.List(names))
}

// searchKinds are all there are.
var searchKinds = []catalog.SearchKind{catalog.KindProduct, catalog.KindCategory, catalog.KindBrand}

// CountHits counts all hits of the query, up to 10,000.
func (s *Store) CountHits(ctx context.Context, query catalog.SearchQuery) (int, error) {
	q := s.db.NewSelect().Model((*entryRow)(nil)).Where("?", searchTable.Match(s.db, "all_terms", query.Words))
	q = ofKinds(q, query.Kinds)
	var n int
	var err error
	if slices.Contains(query.Kinds, catalog.KindProduct) {
		n, err = s.countEntries(ctx, q, &catalog.ProductFilter{Query: &query.Text})
	} else {
		n, err = kit.CountUpTo(ctx, s.db, q)
	}
	if err != nil {
		return 0, fmt.Errorf("count what a search finds: %w", err)
	}
	return n, nil
}

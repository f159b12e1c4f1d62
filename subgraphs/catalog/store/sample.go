package store

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"github.com/uptrace/bun"

	"github.com/weft-graphql/weft/subgraphs/catalog"
	"github.com/weft-graphql/weft/subgraphs/kit"
)

// Samples that are counted have between sampleLeast and sampleMost products that pass the filter, or all that there
// are.
const sampleLeast, sampleMost = 100, 1000

// countMost are the products of the sample by which lists are recognised as too long to be counted.
const countMost = 4000

// Samples returns, for each filter, the products that pass it, when they are few, and otherwise those of a sample. It
// begins with the sample that has sampleMost of all products at most. Filters that too few of these pass have a larger
// one, and when that was guessed badly, another. What an index reads for a filter is never more than a few thousand
// entries.
func (s *Store) Samples(ctx context.Context, filters []*catalog.ProductFilter) ([]catalog.Sample, error) {
	first, err := s.firstSample(ctx, sampleMost)
	if err != nil {
		return nil, err
	}
	samples := make([]catalog.Sample, len(filters))
	next := make(map[int]int, len(filters)) // the sample to read, by filter
	for i := range filters {
		next[i] = first
	}
	for len(next) > 0 {
		found, err := s.traitsIn(ctx, filters, next)
		if err != nil {
			return nil, fmt.Errorf("read products of a sample: %w", err)
		}
		for i, n := range next {
			rows := found[i]
			if len(rows) < 2*sampleMost || n == first { // more of a further one were not to be expected
				samples[i] = catalog.Sample{Products: rows, Each: 1 << (2 * n)}
			}
			if n == 0 || len(rows) >= sampleLeast {
				delete(next, i)
			} else {
				next[i] = larger(n, len(rows))
			}
		}
	}
	return samples, nil
}

// firstSample is the largest sample that has so many products at most.
func (s *Store) firstSample(ctx context.Context, most int) (n int, err error) {
	total := 0
	err = s.db.NewSelect().TableExpr("categories").ColumnExpr("COALESCE(SUM(product_count), 0)").Scan(ctx, &total)
	if err != nil {
		return 0, fmt.Errorf("count all products: %w", err)
	}
	for n < maxSample && total>>(2*n) > most {
		n++
	}
	return n, nil
}

// countEntries counts the entries that q selects, up to kit.CountLimit. Nobody counts them when a sample has so many
// products that pass the filter, which selects no more than q, that more than the limit must pass by all that chance
// allows. What is left is little more than the limit, and the database need not look at it: the index knows it.
func (s *Store) countEntries(ctx context.Context, q *bun.SelectQuery, filter *catalog.ProductFilter) (int, error) {
	sample, err := s.firstSample(ctx, countMost)
	if err != nil {
		return 0, err
	}
	if sample > 0 {
		if few, ok := s.entriesOf(filter, sample); ok {
			n, err := few.Count(ctx)
			if err != nil {
				return 0, err
			}
			if int(n)<<(2*sample) >= kit.CountLimit*3/2 && n >= sampleLeast {
				return kit.CountLimit, nil
			}
		}
	}
	n, err := q.Count(ctx)
	return min(int(n), kit.CountLimit), err
}

// larger is the largest sample of which hardly more than sampleMost products will pass the filter, when so many of
// sample n do: the next, or one of those behind it.
func larger(n, passed int) int {
	n--
	for expected := 4 * 2 * (passed + 1); n > 0 && 4*expected <= sampleMost; n-- {
		expected *= 4
	}
	return n
}

// traitsIn reads, for the filters with these numbers, the products of a sample that pass it, with one statement.
// Sample 0 has all products.
func (s *Store) traitsIn(
	ctx context.Context, filters []*catalog.ProductFilter, samples map[int]int,
) (map[int][]catalog.Traits, error) {
	var all *bun.SelectQuery
	for _, i := range slices.Sorted(maps.Keys(samples)) {
		entries, ok := s.entriesOf(filters[i], samples[i])
		if !ok {
			continue
		}
		q := s.db.NewSelect().TableExpr("(?) AS found", entries.Column("traits").Limit(2*sampleMost)).
			ColumnExpr("? AS filter, traits", i)
		if all == nil {
			all = q
		} else {
			all = all.UnionAll(q)
		}
	}
	if all == nil {
		return nil, nil
	}
	var rows []struct {
		Filter int
		Traits string
	}
	if err := all.Scan(ctx, &rows); err != nil {
		return nil, err
	}
	found := map[int][]catalog.Traits{}
	for _, row := range rows {
		found[row.Filter] = append(found[row.Filter], readTraits(row.Traits))
	}
	return found, nil
}

// entriesOf selects the entries of products of a sample that pass the filter; ok is false when none can.
func (s *Store) entriesOf(filter *catalog.ProductFilter, sample int) (_ *bun.SelectQuery, ok bool) {
	words, nothing := filter.Words()
	has, ok := wanted(filter)
	if nothing || !ok {
		return nil, false
	}
	if sample > 0 {
		has.Groups = append(has.Groups, []string{sampleTerm(sample)})
	}
	if len(has.Groups) == 0 {
		has.Groups = [][]string{{sampleTerm(0)}} // or categories and brands would be among them
	}
	return s.db.NewSelect().Model((*entryRow)(nil)).
		Where("?", searchTable.MatchAll(s.db, "all_terms", words, has)), true
}

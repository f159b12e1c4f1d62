package usage

import (
	"cmp"
	"iter"
	"maps"
	"slices"
)

// What lines take beside their texts, in bytes, about.
const (
	headSize  = 200
	countSize = 100
	restSize  = 60
)

// Parts takes a report apart into reports of about so many bytes when they are written; a document that is longer has
// one of its own. Each part says all that its counts are about, and all of them merged are the report.
func (r *Report) Parts(bytes int) iter.Seq[*Report] {
	return func(yield func(*Report) bool) {
		part, size := r.part(), headSize
		// makeRoom begins another part where this one is full, and tells whether parts are still wanted.
		makeRoom := func(more int) bool {
			if size+more <= bytes || part.Empty() {
				return true
			}
			full := part
			part, size = r.part(), headSize
			return yield(full)
		}
		uses := r.Uses()
		slices.SortStableFunc(uses, func(a, b Use) int { return cmp.Compare(a.Document, b.Document) })
		for _, u := range uses {
			d := r.Documents[u.Document]
			cost := func() int {
				if part.Documents[u.Document] != nil {
					return countSize + len(u.Name) + len(u.Version)
				}
				return countSize + len(u.Name) + len(u.Version) + d.size()
			}
			if !makeRoom(cost()) {
				return
			}
			size += cost()
			part.Add(u.Client, d, u.Count)
		}
		part.RestRequests = r.RestRequests
		for _, c := range slices.Sorted(maps.Keys(r.Rest)) {
			if !makeRoom(restSize + len(c)) {
				return
			}
			size += restSize + len(c)
			part.Rest[c] = r.Rest[c]
		}
		if !part.Empty() {
			yield(part)
		}
	}
}

// part is an empty report of the same time.
func (r *Report) part() *Report {
	part := NewReport()
	part.From, part.To = r.From, r.To
	maps.Copy(part.Graphs, r.Graphs)
	return part
}

// Empty tells that nothing was counted.
func (r *Report) Empty() bool { return len(r.Counts) == 0 && r.RestRequests == 0 && len(r.Rest) == 0 }

// size is about what the line of a document takes, in bytes.
func (d *Document) size() int {
	size := countSize + len(d.Text) + len(d.Name)
	for _, list := range [][]string{d.Uses, d.Maybe} {
		for _, c := range list {
			size += len(c) + 3
		}
	}
	return size
}

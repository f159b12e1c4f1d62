// Package usage tells which clients use which parts of a graph, how often: reports that routers write, what an
// operation uses of a schema, and how reports are merged and read.
package usage

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"maps"
	"slices"
	"time"
)

// Client is who sent an operation, as it says itself.
type Client struct {
	Name    string `json:"client"`
	Version string `json:"version,omitempty"`
}

// Document is an operation that clients sent.
type Document struct {
	// Hash is that of Text, and, when that was not kept, of the coordinates.
	Hash string `json:"document"`
	// Name is the operation's, Kind query, mutation or subscription.
	Name string `json:"operation,omitempty"`
	Kind string `json:"kind"`
	// Text is the document without values; empty when it was not kept.
	Text string `json:"text,omitempty"`
	// Uses are the coordinates that it certainly uses, and Maybe those that variables or the data decide about.
	Uses  []string `json:"uses,omitempty"`
	Maybe []string `json:"maybe,omitempty"`
}

// NewDocument describes an operation.
func NewDocument(name, kind, text string, coordinates Coordinates) Document {
	d := Document{Name: name, Kind: kind, Text: text}
	hash := sha256.New()
	hash.Write([]byte(kind + " " + name + "\x00" + text))
	for _, c := range slices.Sorted(maps.Keys(coordinates)) {
		if coordinates[c] {
			d.Uses = append(d.Uses, c)
		} else {
			d.Maybe = append(d.Maybe, c)
		}
		if text == "" {
			hash.Write([]byte("\x00" + c))
		}
	}
	d.Hash = hex.EncodeToString(hash.Sum(nil)[:12])
	return d
}

// Use is how often a client sent a document.
type Use struct {
	Client
	Document string `json:"document"`
	Count    uint64 `json:"count"`
}

// Rest is how many requests use something certainly, and how many perhaps.
type Rest struct {
	Uses  uint64 `json:"count,omitempty"`
	Maybe uint64 `json:"maybe_count,omitempty"`
}

// Plus is the sum of two.
func (r Rest) Plus(o Rest) Rest { return Rest{r.Uses + o.Uses, r.Maybe + o.Maybe} }

// Report is what was used in a time.
type Report struct {
	From, To time.Time
	// Graphs are the hashes of the supergraphs that were served.
	Graphs map[string]bool
	// Documents are the operations, by hash.
	Documents map[string]*Document
	// Counts are how often clients sent them.
	Counts map[Client]map[string]uint64
	// Rest counts the use of coordinates by operations that are not among Counts, because there were too many, and
	// RestRequests how many requests that were.
	Rest         map[string]Rest
	RestRequests uint64
}

// NewReport returns an empty report.
func NewReport() *Report {
	return &Report{
		Graphs: map[string]bool{}, Documents: map[string]*Document{}, Counts: map[Client]map[string]uint64{},
		Rest: map[string]Rest{},
	}
}

// Add counts that a client sent a document.
func (r *Report) Add(client Client, document *Document, count uint64) {
	r.addDocument(document)
	of := r.Counts[client]
	if of == nil {
		of = map[string]uint64{}
		r.Counts[client] = of
	}
	of[document.Hash] += count
}

// addDocument joins what is known of a document: under another graph the same text may use something else.
func (r *Report) addDocument(d *Document) {
	known := r.Documents[d.Hash]
	if known == nil {
		r.Documents[d.Hash] = d
		return
	}
	uses := union(known.Uses, d.Uses)
	maybe := slices.DeleteFunc(union(known.Maybe, d.Maybe), func(c string) bool {
		_, certain := slices.BinarySearch(uses, c)
		return certain
	})
	if len(uses) == len(known.Uses) && len(maybe) == len(known.Maybe) {
		return
	}
	joined := *known
	joined.Uses, joined.Maybe = uses, maybe
	r.Documents[d.Hash] = &joined
}

func union(a, b []string) []string {
	all := slices.Concat(a, b)
	slices.Sort(all)
	return slices.Compact(all)
}

// Merge adds another report. In which order reports are merged makes no difference.
func (r *Report) Merge(other *Report) {
	if r.From.IsZero() || !other.From.IsZero() && other.From.Before(r.From) {
		r.From = other.From
	}
	if other.To.After(r.To) {
		r.To = other.To
	}
	maps.Copy(r.Graphs, other.Graphs)
	for _, d := range other.Documents {
		r.addDocument(d)
	}
	for client, counts := range other.Counts {
		of := r.Counts[client]
		if of == nil {
			of = map[string]uint64{}
			r.Counts[client] = of
		}
		for hash, n := range counts {
			of[hash] += n
		}
	}
	for c, n := range other.Rest {
		r.Rest[c] = r.Rest[c].Plus(n)
	}
	r.RestRequests += other.RestRequests
}

// Requests are all that were counted.
func (r *Report) Requests() uint64 {
	n := r.RestRequests
	for _, counts := range r.Counts {
		for _, c := range counts {
			n += c
		}
	}
	return n
}

// Uses lists who sent what, the most frequent first.
func (r *Report) Uses() []Use {
	var list []Use
	for client, counts := range r.Counts {
		for hash, n := range counts {
			list = append(list, Use{client, hash, n})
		}
	}
	slices.SortFunc(list, func(a, b Use) int {
		return cmp.Or(cmp.Compare(b.Count, a.Count), cmp.Compare(a.Name, b.Name), cmp.Compare(a.Version, b.Version),
			cmp.Compare(a.Document, b.Document))
	})
	return list
}

// Clients lists who sent a document, the most frequent first.
func (r *Report) Clients(hash string) []Use {
	return slices.DeleteFunc(r.Uses(), func(u Use) bool { return u.Document != hash })
}

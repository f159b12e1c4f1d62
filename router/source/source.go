// Package source has the places that a router's supergraph comes from: files, subgraphs to compose, an address. Load
// asks once; a Follower also notices when there is another graph.
package source

import (
	"context"

	"github.com/weft-graphql/weft/router/config"
)

// Source is a place that supergraphs come from.
type Source interface {
	// Get asks for the supergraph. It returns nil when that is still the one that was seen.
	Get(ctx context.Context, seen Seen) (*Document, error)
}

// Seen is what a source said of the state of a supergraph, so that the same is not sent again; the zero value asks for
// it in any case.
type Seen struct{ Tag, Modified string }

// Document is a supergraph that was had.
type Document struct {
	SDL string
	// Seen is what the source says of its state.
	Seen Seen
}

// maxSupergraph bounds a supergraph that is sent, in bytes.
const maxSupergraph = 64 << 20

// of returns the configured source. place names it, when it is elsewhere and has to be asked: what was seen at one
// place tells nothing of another.
func of(s *config.Supergraph) (from Source, place string) {
	switch {
	case s.HTTP.URL != "":
		return &overHTTP{settings: s.HTTP}, s.HTTP.URL
	case s.Path != "":
		return file(s.Path), ""
	default:
		return composed(s.Subgraphs), ""
	}
}

// Load reads the configured supergraph, asks for it, or composes the configured subgraphs.
func Load(ctx context.Context, s *config.Supergraph) (string, error) {
	from, _ := of(s)
	document, err := from.Get(ctx, Seen{})
	if err != nil {
		return "", err
	}
	return document.SDL, nil
}

// SamePlace tells that two settings name one place elsewhere, which may be away while the graph is what it was.
func SamePlace(a, b *config.Supergraph) bool {
	_, one := of(a)
	_, other := of(b)
	return one != "" && one == other
}

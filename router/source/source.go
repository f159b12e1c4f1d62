// Package source has the places that a router's supergraph comes from: files, subgraphs to compose, an address, S3 and
// OCI registries. Load
// asks once; a Follower also notices when there is another graph.
package source

import (
	"context"
	"strings"

	"github.com/weft-graphql/weft/router/config"
)

// Source is a place that supergraphs come from.
type Source interface {
	// Get asks for the supergraph, with its signature when it has to be signed. It returns nil when it is still the one
	// that was seen.
	Get(ctx context.Context, seen Seen, signed bool) (*Document, error)
}

// Seen is what a source said of the state of a supergraph, so that the same is not sent again; the zero value asks for
// it in any case.
type Seen struct{ Tag, Modified string }

// Document is a supergraph that was had.
type Document struct {
	SDL string
	// Signature is what stands in its signature; empty when it has none, or nobody asked.
	Signature []byte
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
	case s.S3.Bucket != "":
		return newInS3(s.S3), strings.Join([]string{"s3", s.S3.Endpoint, s.S3.Region, s.S3.Bucket, s.S3.Key}, "\x00")
	case s.OCI.Reference != "":
		return &inRegistry{s.OCI}, "oci\x00" + s.OCI.Reference
	case s.Path != "":
		return file(s.Path), ""
	default:
		return composed(s.Subgraphs), ""
	}
}

// Load reads the configured supergraph, asks for it, or composes the configured subgraphs.
func Load(ctx context.Context, s *config.Supergraph) (string, error) {
	from, _ := of(s)
	document, err := get(ctx, from, s, Seen{})
	if err != nil {
		return "", err
	}
	return document.SDL, nil
}

// get asks a source, and verifies what it says.
func get(ctx context.Context, from Source, s *config.Supergraph, seen Seen) (*Document, error) {
	document, err := from.Get(ctx, seen, len(s.Signature.PublicKeyFiles) > 0)
	if err == nil && document != nil {
		err = verify(s, document)
	}
	if err != nil {
		return nil, err
	}
	return document, nil
}

// Fallback reads the supergraph to begin with when the configured one cannot be had or used.
func Fallback(s *config.Supergraph) (string, error) {
	instead := config.Supergraph{Path: s.Fallback, Signature: s.Signature}
	return Load(context.Background(), &instead)
}

// SamePlace tells that two settings name one place elsewhere, which may be away while the graph is what it was.
func SamePlace(a, b *config.Supergraph) bool {
	_, one := of(a)
	_, other := of(b)
	return one != "" && one == other
}

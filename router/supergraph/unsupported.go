package supergraph

import (
	"slices"

	"github.com/weft-graphql/weft/router/federation"
)

// supported are the versions of the specifications that loading, planning and executing a supergraph heed.
var supported = map[string][]federation.Version{
	federation.CoreIdentity:         minors(1, 2),
	federation.LinkIdentity:         {{Major: 1}},
	federation.JoinIdentity:         minors(1, 2, 3, 4, 5),
	federation.TagIdentity:          minors(1, 2, 3),
	federation.InaccessibleIdentity: minors(1, 2),
	federation.ContextIdentity:      minors(1),
	federation.CostIdentity:         minors(1),
	federation.CacheTagIdentity:     minors(1),
	federation.WeftIdentity:         minors(1),

	// Whether somebody decides about Supergraph.Requirements is for the generation to see to.
	federation.AuthenticatedIdentity:  minors(1),
	federation.RequiresScopesIdentity: minors(1),
	federation.PolicyIdentity:         minors(1),
}

func minors(of ...int) []federation.Version {
	out := make([]federation.Version, len(of))
	for i, minor := range of {
		out[i].Minor = minor
	}
	return out
}

// Unsupported are the linked specifications without which the supergraph must not be served, because they are for
// security or execution, and which this router does not heed; in the order of the document. Clients would be given what
// an unsupported one for SECURITY is to keep from them.
// https://specs.apollo.dev/link/v1.0/#Purpose
func (s *Supergraph) Unsupported() []Feature {
	var out []Feature
	for _, f := range s.Features {
		if f.Purpose != "" && !isSupported(f.URL) {
			out = append(out, f)
		}
	}
	return out
}

func isSupported(url string) bool {
	parsed, err := federation.ParseFeatureURL(url)
	return err == nil && slices.Contains(supported[parsed.Identity], parsed.Version)
}

package federation

import (
	"fmt"
	"net/url"
	"strings"
)

// FeatureURL identifies a feature and its version: "https://specs.apollo.dev/federation/v2.3" has the identity
// "https://specs.apollo.dev/federation", the name "federation" and version 2.3.
// https://specs.apollo.dev/link/v1.0/#@link.url
type FeatureURL struct {
	Identity string
	Name     string
	Version  Version
}

// ParseFeatureURL reads a feature URL.
func ParseFeatureURL(s string) (FeatureURL, error) {
	u, err := url.Parse(s)
	if err != nil || u.Scheme == "" || u.Host == "" && u.Opaque == "" {
		return FeatureURL{}, fmt.Errorf("%q is not a URL", s)
	}
	path := strings.TrimRight(u.Path, "/")
	if path == "" {
		return FeatureURL{}, fmt.Errorf(
			"feature URL %q has no path; it must end with a name and a version, like https://example.com/spec/v1.0",
			s,
		)
	}
	rest, last := cutLast(path)
	version, err := ParseVersion(last)
	if err != nil {
		return FeatureURL{}, fmt.Errorf("feature URL %q does not end with a version: %w", s, err)
	}
	_, name := cutLast(rest)
	if name == "" {
		return FeatureURL{}, fmt.Errorf("feature URL %q has no name in front of its version", s)
	}
	return FeatureURL{Identity: u.Scheme + "://" + u.Host + rest, Name: name, Version: version}, nil
}

func cutLast(path string) (before, last string) {
	i := strings.LastIndexByte(path, '/')
	if i < 0 {
		return "", path
	}
	return path[:i], path[i+1:]
}

// String is the URL in its canonical form.
func (u FeatureURL) String() string { return u.Identity + "/" + u.Version.String() }

// The identities of the features the router knows.
const (
	LinkIdentity           = "https://specs.apollo.dev/link"
	CoreIdentity           = "https://specs.apollo.dev/core"
	FederationIdentity     = "https://specs.apollo.dev/federation"
	JoinIdentity           = "https://specs.apollo.dev/join"
	TagIdentity            = "https://specs.apollo.dev/tag"
	InaccessibleIdentity   = "https://specs.apollo.dev/inaccessible"
	AuthenticatedIdentity  = "https://specs.apollo.dev/authenticated"
	RequiresScopesIdentity = "https://specs.apollo.dev/requiresScopes"
	PolicyIdentity         = "https://specs.apollo.dev/policy"
	ContextIdentity        = "https://specs.apollo.dev/context"
	CostIdentity           = "https://specs.apollo.dev/cost"
	CacheTagIdentity       = "https://specs.apollo.dev/cacheTag"
	ConnectIdentity        = "https://specs.apollo.dev/connect"
	// WeftIdentity is that of our own specification, which has one directive: CacheControl.
	WeftIdentity = "https://github.com/weft-graphql/weft"
)

// CacheControl is the name of the directive by which a supergraph says what one subgraph says with @cacheControl:
//
//	directive @weft__cacheControl(graph: join__Graph!, maxAge: Int, scope: String, inheritMaxAge: Boolean)
const CacheControl = "weft__cacheControl"

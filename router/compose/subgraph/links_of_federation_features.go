package subgraph

import (
	"github.com/weft-graphql/weft/router/compose/problem"
	"github.com/weft-graphql/weft/router/compose/schema"
	"github.com/weft-graphql/weft/router/federation"
)

// linksOfFederationFeatures: INVALID_LINK_DIRECTIVE_USAGE, a schema that links the specification of @tag or
// @inaccessible links federation too.
func (s *Subgraph) linksOfFederationFeatures() []*problem.Error {
	if s.IsFederation2() {
		return nil
	}
	var out []*problem.Error
	for _, link := range s.Links {
		directives := federation.FeatureDirectives(link.URL.Identity)
		if link.URL.Identity != federation.TagIdentity && link.URL.Identity != federation.InaccessibleIdentity {
			continue
		}
		pos := schema.Pos{}
		if link.Position != nil {
			pos = schema.Pos{Line: link.Position.Line, Column: link.Position.Column}
		}
		e := s.Errorf(
			problem.InvalidLinkDirectiveUsage,
			pos,
			"@%s is linked from %q, but federation itself is not linked.",
			directives[0],
			link.URL,
		)
		e.Suggestion = "Import \"@" + directives[0].String() + "\" from " + federation.FederationIdentity + "/" + federation.LatestVersion.String() + " instead."
		out = append(out, e)
	}
	return out
}

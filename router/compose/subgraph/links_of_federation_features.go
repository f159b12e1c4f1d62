package subgraph

import (
	"strings"

	"github.com/weft-graphql/weft/router/compose/problem"
	"github.com/weft-graphql/weft/router/compose/schema"
	"github.com/weft-graphql/weft/router/federation"
)

// linksOfFederationFeatures: INVALID_LINK_DIRECTIVE_USAGE, the directives that federation brings along, such as @tag,
// are imported from the federation specification and not from specifications of their own.
func linksOfFederationFeatures(s *Subgraph) []*problem.Error {
	var out []*problem.Error
	for _, link := range s.Links {
		name, ours := strings.CutPrefix(link.URL.Identity, "https://specs.apollo.dev/")
		if !ours || federation.DirectiveByName(name) == federation.NoDirective {
			continue
		}
		if s.Schema.DirectiveDefinition(link.DirectiveName(name)) == nil || s.localNames[federation.DirectiveByName(name)] == link.DirectiveName(name) {
			continue
		}
		pos := schema.Pos{}
		if link.Position != nil {
			pos = schema.Pos{Line: link.Position.Line, Column: link.Position.Column}
		}
		e := s.Errorf(problem.InvalidLinkDirectiveUsage, pos, "@%s is linked from %q, which supergraphs do not support.", name, link.URL)
		e.Suggestion = "Import \"@" + name + "\" from " + federation.FederationIdentity + " instead."
		out = append(out, e)
	}
	return out
}

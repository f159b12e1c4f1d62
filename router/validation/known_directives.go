package validation

import (
	"slices"

	"github.com/vektah/gqlparser/v2/ast"
)

// CodeStream is the code of documents that ask for lists to be streamed.
const CodeStream = "STREAM_NOT_SUPPORTED"

// knownDirectives: directives are defined, and may be used where they are.
// https://spec.graphql.org/September2025/#sec-Directives-Are-Defined
// https://spec.graphql.org/September2025/#sec-Directives-Are-in-Valid-Locations
func (c *checker) knownDirectives(d *ast.Directive) {
	switch {
	case d.Definition == nil && d.Name == "stream":
		c.reportCode(
			CodeStream,
			"KnownDirectives",
			d.Position,
			"This router does not stream lists: \"@stream\" is not supported. "+
				"Remove it, or put what is slow into a fragment with @defer.",
		)
	case d.Definition == nil:
		c.report("KnownDirectives", d.Position, "Unknown directive \"@%s\".", d.Name)
	case !slices.Contains(d.Definition.Locations, d.Location):
		c.report("KnownDirectives", d.Position, "Directive \"@%s\" may not be used on %s.", d.Name, d.Location)
	}
}

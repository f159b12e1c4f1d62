package subgraph

import (
	"fmt"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/weft-graphql/weft/router/compose/problem"
	"github.com/weft-graphql/weft/router/compose/schema"
	"github.com/weft-graphql/weft/router/federation"
)

// authOnInterfaces: AUTH_REQUIREMENTS_APPLIED_ON_INTERFACE, access is controlled where data is resolved: on object
// types and their fields, not on interfaces, interface fields and interface objects.
func authOnInterfaces(s *Subgraph) []*problem.Error {
	var out []*problem.Error
	report := func(d *schema.Directive, what string) {
		e := s.Errorf(problem.AuthRequirementsAppliedOnInterface, d.Pos, "@%s cannot be used on %s.", d.Name, what)
		e.Suggestion = "Put it on the implementing types or their fields."
		out = append(out, e)
	}
	for _, which := range []federation.Directive{federation.Authenticated, federation.RequiresScopes, federation.Policy} {
		for _, t := range s.Schema.Types() {
			object := schema.Has(t.Directives, federation.InterfaceObject)
			if t.Kind != ast.Interface && !object {
				continue
			}
			if d := schema.First(t.Directives, which); d != nil {
				kind := "interface"
				if object {
					kind = "interface object"
				}
				report(d, fmt.Sprintf("%s %q", kind, t.Name))
			}
			for _, f := range t.Fields() {
				if d := schema.First(f.Directives, which); d != nil && t.Kind == ast.Interface {
					report(d, fmt.Sprintf("interface field %q", f.Coordinate()))
				}
			}
		}
	}
	return out
}

package merge

import (
	"strings"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/weft-graphql/weft/router/compose/schema"
	"github.com/weft-graphql/weft/router/federation"
)

// cacheControlSDL is what a supergraph has of our own specification: each subgraph's @cacheControl, with the subgraph.
// It is no join__directive, because gateways turn those into directives of the subgraph and refuse unknown ones, while
// everybody passes over a directive of a linked specification that is for nothing in particular. The scope is no enum,
// because gateways look for the subgraphs that an enum is from.
const cacheControlSDL = `
directive @weft__cacheControl(graph: join__Graph!, maxAge: Int, scope: String, inheritMaxAge: Boolean) repeatable on FIELD_DEFINITION | OBJECT | INTERFACE | UNION
`

// mergeCacheControl passes @cacheControl(maxAge:, scope:, inheritMaxAge:) of types and output fields through to the
// router. The directive is no part of federation: subgraphs define it themselves or link it from anywhere.
func (m *merger) mergeCacheControl(p pendingDirectives) {
	if !m.takesCacheControl(p.coordinate) {
		return
	}
	for i, s := range p.sources {
		for _, d := range s.directives {
			if !m.isCacheControl(i, d) {
				continue
			}
			args := append([]schema.Arg{m.graphArg(i)}, cacheControlArguments(d)...)
			if len(args) > 1 {
				*p.destination = append(*p.destination, apply(federation.CacheControl, args...))
				m.carriesCacheControl = true
			}
		}
	}
}

// takesCacheControl reports whether the element is a type that objects have, or a field of one.
func (m *merger) takesCacheControl(coordinate string) bool {
	name, field, isField := strings.Cut(coordinate, ".")
	t := m.out.Type(name)
	if t == nil || strings.Contains(field, "(") {
		return false
	}
	return t.Kind == ast.Object || t.Kind == ast.Interface || t.Kind == ast.Union && !isField
}

func (m *merger) isCacheControl(i int, d *schema.Directive) bool {
	if d.Federation != federation.NoDirective {
		return false
	}
	if link, original := m.subgraphs[i].LinkIndex.Owner(d.Name); link != nil {
		return original == "cacheControl"
	}
	return d.Name == "cacheControl"
}

// cacheControlArguments are the arguments that mean something to the router; others, and values of other types than
// they usually have, are the subgraph's own business.
func cacheControlArguments(d *schema.Directive) []schema.Arg {
	var out []schema.Arg
	if v := d.Arg("maxAge"); v != nil && v.Kind == ast.IntValue {
		out = append(out, arg("maxAge", v))
	}
	if v := d.Arg("scope"); v != nil && (v.Raw == "PUBLIC" || v.Raw == "PRIVATE") {
		out = append(out, arg("scope", schema.String(v.Raw)))
	}
	if v := d.Arg("inheritMaxAge"); v != nil && v.Kind == ast.BooleanValue {
		out = append(out, arg("inheritMaxAge", v))
	}
	return out
}

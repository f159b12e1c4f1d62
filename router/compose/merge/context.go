package merge

import (
	"github.com/vektah/gqlparser/v2/ast"

	"github.com/weft-graphql/weft/router/compose/schema"
	"github.com/weft-graphql/weft/router/compose/subgraph"
	"github.com/weft-graphql/weft/router/federation"
)

// mergeContexts gives the contexts of all subgraphs names that are distinct in the supergraph.
// https://specs.apollo.dev/context/v0.1/#@context
func (m *merger) mergeContexts(p pendingDirectives) {
	for i, s := range p.sources {
		for _, d := range s.directives {
			if d.Federation == federation.Context {
				name, _ := d.StringArg("name")
				*p.destination = append(
					*p.destination,
					apply(m.features.name(federation.Context), arg("name", schema.String(m.contextName(i, name)))),
				)
			}
		}
	}
}

func (m *merger) contextName(i int, name string) string { return m.subgraphs[i].Name + "__" + name }

// contextArguments says which arguments of a field a subgraph fills from contexts; nil if none.
// https://specs.apollo.dev/join/v0.5/#@join__field
func (m *merger) contextArguments(i int, f *schema.Field) *ast.Value {
	var out *ast.Value
	for _, a := range f.Arguments {
		d := schema.First(a.Directives, federation.FromContext)
		if d == nil {
			continue
		}
		raw, _ := d.StringArg("field")
		name, selection := subgraph.SplitContext(raw)
		if out == nil {
			out = schema.List()
		}
		out.Children = append(
			out.Children,
			&ast.ChildValue{Value: &ast.Value{Kind: ast.ObjectValue, Children: ast.ChildValueList{
				{Name: "context", Value: schema.String(m.contextName(i, name))},
				{Name: "name", Value: schema.String(a.Name)},
				{Name: "type", Value: schema.String(a.Type.String())},
				{Name: "selection", Value: schema.String(selection)},
			}}},
		)
	}
	return out
}

package merge

import (
	"slices"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/weft-graphql/weft/router/compose/schema"
	"github.com/weft-graphql/weft/router/federation"
)

// settleListSizes takes out of every @listSize the slicing arguments that are not in the supergraph, because not all
// subgraphs have them: readers of supergraphs refuse what names an argument that is not there. Nor do they take null
// for no list.
func (m *merger) settleListSizes() {
	for _, kind := range []schema.Kind{ast.Interface, ast.Object} {
		for _, t := range m.typesOf(kind) {
			for _, f := range t.Fields() {
				if d := schema.First(f.Directives, federation.ListSize); d != nil {
					settleSlicing(f, d)
				}
			}
		}
	}
}

func settleSlicing(f *schema.Field, d *schema.Directive) {
	i := slices.IndexFunc(d.Arguments, func(a schema.Arg) bool { return a.Name == "slicingArguments" })
	if i < 0 {
		return
	}
	named := d.Arguments[i].Value
	known := schema.List()
	if named.Kind != ast.NullValue {
		for _, name := range items(named) {
			if f.Argument(name.Raw) != nil {
				known.Children = append(known.Children, &ast.ChildValue{Value: name})
			}
		}
	}
	switch {
	case named.Kind == ast.NullValue, len(known.Children) == 0 && len(items(named)) > 0:
		d.Arguments = slices.Delete(d.Arguments, i, i+1)
	case len(known.Children) < len(items(named)):
		d.Arguments[i].Value = known
	}
}

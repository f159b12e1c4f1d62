package operation

import (
	"slices"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/weft-graphql/weft/router/supergraph"
)

// eachAccess calls a function with the requirements of a field that is selected with some arguments.
func eachAccess(def *supergraph.Field, given ast.ArgumentList, each func(id int)) {
	for _, id := range def.Access {
		each(id)
	}
	if len(given) == 0 {
		return
	}
	for _, a := range def.Args {
		if len(a.Access) > 0 && given.ForName(a.Name) != nil {
			for _, id := range a.Access {
				each(id)
			}
		}
	}
}

// denied tells the fields that the caller may not see from the others. One that it may see on some runtime types only
// becomes two.
func (n *normaliser) denied(fields []pending) []pending {
	if len(n.unfulfilled) == 0 {
		return fields
	}
	out := make([]pending, 0, len(fields))
	for _, f := range fields {
		name := f.nodes[0].field.Name
		if slices.ContainsFunc(f.nodes, func(nd node) bool { return n.denies(nd.parent.Field(name), nd) }) {
			f.denied = true
			out = append(out, f)
			continue
		}
		refused := f.on.And(nil)
		for o := range f.on.All {
			if slices.ContainsFunc(f.nodes, func(nd node) bool { return n.denies(n.sg.Objects[o].Field(name), nd) }) {
				refused.Add(o)
			}
		}
		if refused.Empty() {
			out = append(out, f)
			continue
		}
		if left := f.on.Minus(refused); !left.Empty() {
			allowed := f
			allowed.on = left
			out = append(out, allowed)
		}
		f.on, f.denied = refused, true
		out = append(out, f)
	}
	return out
}

// denies tells whether a field of a type must not be selected, as it stands in the document.
func (n *normaliser) denies(def *supergraph.Field, nd node) bool {
	if def == nil {
		return false
	}
	denied := false
	eachAccess(def, nd.field.Arguments, func(id int) { denied = denied || slices.Contains(n.unfulfilled, id) })
	return denied
}

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
// becomes two, and what is refused becomes two when the field is null for some runtime types and must not be for others.
func (n *normaliser) denied(fields []pending) []pending {
	if len(n.unfulfilled) == 0 {
		return fields
	}
	out := make([]pending, 0, len(fields))
	for _, f := range fields {
		name := f.nodes[0].field.Name
		refused := f.on
		if !slices.ContainsFunc(f.nodes, func(nd node) bool { return n.denies(nd.parent.Field(name), nd) }) {
			refused = f.on.And(nil)
			for o := range f.on.All {
				if slices.ContainsFunc(f.nodes, func(nd node) bool { return n.denies(n.sg.Objects[o].Field(name), nd) }) {
					refused.Add(o)
				}
			}
			if refused.Empty() {
				out = append(out, f)
				continue
			}
		}
		if left := f.on.Minus(refused); !left.Empty() {
			allowed := f
			allowed.on = left
			out = append(out, allowed)
		}
		out = n.refuse(out, f, refused)
	}
	return out
}

// refuse adds a field that the caller may not see on some runtime types. It is null there, as their own declarations of
// the field allow it or not: an implementation can promise more than its interface.
func (n *normaliser) refuse(out []pending, f pending, on supergraph.TypeSet) []pending {
	name := f.nodes[0].field.Name
	f.denied = f.nodes[0].parent.Field(name)
	if on.Empty() {
		return append(out, f)
	}
	for _, nonNull := range []bool{false, true} {
		part := on.And(nil)
		for o := range on.All {
			if def := n.sg.Objects[o].Field(name); def != nil && def.Type.NonNull == nonNull {
				part.Add(o)
				f.denied = def
			}
		}
		if !part.Empty() {
			f.on = part
			out = append(out, f)
		}
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

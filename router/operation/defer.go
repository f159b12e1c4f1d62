package operation

import "github.com/vektah/gqlparser/v2/ast"

// Defer is a fragment with @defer: a part of the answer that may be delivered later.
// Specification: GraphQL incremental delivery, the @defer directive.
type Defer struct {
	// ID is the index in Operation.Defers.
	ID int
	// Label is the label the client gave; may be empty.
	Label string
	// Parent is the @defer around this one; nil when it stands in the first part of the answer.
	Parent *Defer
	// Owner is the field whose objects the deferred fields belong to; nil at the root of the operation.
	Owner *Field
}

// deferral returns the @defer that a fragment's fields stand under; the one around it when parts are not delivered later.
func (n *normaliser) deferral(ds ast.DirectiveList, around *Defer, owner *Field) *Defer {
	d := ds.ForName("defer")
	if d == nil || !n.incremental || !n.flag(d, true) {
		return around
	}
	out := &Defer{ID: len(n.op.Defers), Parent: around, Owner: owner}
	if a := d.Arguments.ForName("label"); a != nil && a.Value.Kind == ast.StringValue {
		out.Label = a.Value.Raw
	}
	n.op.Defers = append(n.op.Defers, out)
	return out
}

// deferrals returns the parts of the answer a merged field belongs to: nil, the first part, as soon as one of its
// occurrences stands there.
func deferrals(nodes []node) []*Defer {
	var out []*Defer
next:
	for _, nd := range nodes {
		if nd.deferred == nil {
			return nil
		}
		for _, d := range out {
			if d == nd.deferred {
				continue next
			}
		}
		out = append(out, nd.deferred)
	}
	return out
}

package operation

import (
	"slices"

	"github.com/vektah/gqlparser/v2/ast"
)

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

// maxDefers bounds the deferred parts of an answer: each is planned and printed by itself. A @defer beyond them is as
// good as absent, which the specification leaves to servers.
const maxDefers = 32

// deferral returns the @defer that a fragment's fields stand under; the one around it when parts are not delivered
// later.
func (n *normaliser) deferral(ds ast.DirectiveList, around *Defer, owner *Field) *Defer {
	d := ds.ForName("defer")
	if d == nil || !n.incremental || !n.flag(d, true) || len(n.op.Defers) == maxDefers {
		return around
	}
	out := &Defer{ID: len(n.op.Defers), Parent: around, Owner: owner}
	if a := d.Arguments.ForName("label"); a != nil && a.Value.Kind == ast.StringValue {
		out.Label = a.Value.Raw
	}
	n.op.Defers = append(n.op.Defers, out)
	return out
}

// Within tells whether the part is a further one, or is deferred within it.
func (d *Defer) Within(other *Defer) bool {
	for ; d != nil; d = d.Parent {
		if d == other {
			return true
		}
	}
	return false
}

// deferrals returns the parts of the answer a merged field belongs to: nil, the first part, as soon as one of its
// occurrences stands there. Where one of them is deferred within another, the outer one delivers the field.
func deferrals(nodes []node) []*Defer {
	var out []*Defer
	for _, nd := range nodes {
		if nd.deferred == nil {
			return nil
		}
		if slices.ContainsFunc(out, nd.deferred.Within) {
			continue
		}
		out = append(slices.DeleteFunc(out, func(d *Defer) bool { return d.Within(nd.deferred) }), nd.deferred)
	}
	return out
}

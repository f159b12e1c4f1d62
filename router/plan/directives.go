package plan

import (
	"slices"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/weft-graphql/weft/router/operation"
)

// directives writes directives of the client.
func (d *document) directives(list []*operation.Directive) {
	for _, each := range list {
		d.directed = true
		d.out = append(append(d.out, '@'), each.Name...)
		d.arguments(each.Args)
	}
}

// operationDirectives returns the text of the operation's directives that can stand on an operation of a kind: entities
// are fetched by queries, whatever the client's operation is.
func (d *document) operationDirectives(kind ast.Operation, op *operation.Operation) []byte {
	at := map[ast.Operation]ast.DirectiveLocation{
		ast.Query: ast.LocationQuery, ast.Mutation: ast.LocationMutation, ast.Subscription: ast.LocationSubscription,
	}[kind]
	body := d.out
	d.out = nil
	for _, each := range op.Directives {
		if def := d.t.sg.API.Directives[each.Name]; def != nil && slices.Contains(def.Locations, at) {
			d.directives([]*operation.Directive{each})
		}
	}
	text := d.out
	d.out = body
	return text
}

// directedField writes a field with directives as often as it stands in the client's document with different ones of
// its own: the subgraph merges them. It tells whether there are fragments with directives around it, too.
func (d *document) directedField(f *bfield) (enclosed bool) {
	for i, a := range f.applied {
		if len(a.Around) > 0 {
			enclosed = true
		} else {
			d.occurrence(f, a, i == 0)
		}
	}
	return enclosed
}

// enclosedFields writes those of a list of fields around which the client has fragments with directives, in fragments
// with the same.
func (d *document) enclosedFields(list []*bfield) {
	type place struct {
		field *bfield
		at    int
	}
	var order []*operation.Applied
	places := map[string][]place{}
	for _, f := range list {
		for i, a := range f.applied {
			if len(a.Around) == 0 {
				continue
			}
			key := a.AroundKey()
			if places[key] == nil {
				order = append(order, a)
			}
			places[key] = append(places[key], place{f, i})
		}
	}
	for _, a := range order {
		d.open(a.Around)
		for _, p := range places[a.AroundKey()] {
			d.occurrence(p.field, p.field.applied[p.at], p.at == 0)
		}
		d.close(a.Around)
	}
}

// occurrence writes a field as it stands once in the client's document: whole if it is the first time, or with as
// little below it as it can have.
func (d *document) occurrence(f *bfield, a *operation.Applied, whole bool) {
	d.head(f)
	d.directives(a.Own)
	switch {
	case f.child == nil:
	case whole:
		d.selection(f.child)
	default:
		d.least(f.child)
	}
}

// least writes a selection set with one field, as it stands there anyway.
func (d *document) least(sel *bsel) {
	plain, frags := d.split(sel)
	d.write("{")
	if len(plain) == 0 {
		d.out = append(append(append(d.out, "...on "...), frags[0].typ.Name...), '{')
		defer d.write("}")
		plain = frags[0].fields
	}
	f, as := plain[0], &operation.Applied{}
	if len(f.applied) > 0 {
		as = f.applied[0]
	}
	d.open(as.Around)
	d.occurrence(f, as, false)
	d.close(as.Around)
	d.write("}")
}

// open begins the fragments with directives that are around a field, and close ends them.
func (d *document) open(around [][]*operation.Directive) {
	for _, list := range around {
		d.out = append(d.out, "..."...)
		d.directives(list)
		d.out = append(d.out, '{')
	}
}

func (d *document) close(around [][]*operation.Directive) {
	for range around {
		d.out = append(d.out, '}')
	}
}

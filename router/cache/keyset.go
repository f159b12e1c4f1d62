package cache

import (
	"slices"
	"strings"

	"github.com/weft-graphql/weft/router/supergraph"
)

// keyShape is one @key of a type, in the order of the canonical key object: fields sorted by name.
type keyShape []keyField

type keyField struct {
	name string
	// id tells that numbers are written as strings: an ID may come as either.
	id bool
	// sub is the selection of a composite field.
	sub keyShape
}

// keyShapes returns the keys of a type in a subgraph in the order of its schema, and none for a type that is no entity
// there.
func keyShapes(t *supergraph.Type, subgraph int) []keyShape {
	if t == nil || subgraph >= len(t.In) || t.In[subgraph] == nil {
		return nil
	}
	var shapes []keyShape
	for _, k := range t.In[subgraph].Keys {
		if s := shapeOf(k.FieldSet); len(s) > 0 && !slices.ContainsFunc(shapes, s.equal) {
			shapes = append(shapes, s)
		}
	}
	return shapes
}

func shapeOf(set supergraph.FieldSet) keyShape {
	var s keyShape
	for _, item := range set {
		if item.On != nil {
			s = append(s, shapeOf(item.Items)...)
			continue
		}
		if item.Field == nil {
			continue // __typename
		}
		s = append(s, keyField{
			name: item.Name,
			id:   item.Field.Named != nil && item.Field.Named.Name == "ID",
			sub:  shapeOf(item.Items),
		})
	}
	slices.SortFunc(s, func(a, b keyField) int { return strings.Compare(a.name, b.name) })
	return s
}

func (s keyShape) equal(o keyShape) bool {
	return slices.EqualFunc(s, o, func(a, b keyField) bool { return a.name == b.name && a.sub.equal(b.sub) })
}

// names lists the top-level fields.
func (s keyShape) names() []string {
	names := make([]string, len(s))
	for i, f := range s {
		names[i] = f.name
	}
	return names
}

// appendKey appends the canonical key object, taking the fields from lookup. It returns nil when a field is missing
// or null.
func (s keyShape) appendKey(dst []byte, lookup func(name string) []byte) []byte {
	dst = append(dst, '{')
	for i := range s {
		f := &s[i]
		v := lookup(f.name)
		if v == nil || isNull(v) {
			return nil
		}
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = append(append(append(dst, '"'), f.name...), '"', ':')
		if dst = f.appendValue(dst, v); dst == nil {
			return nil
		}
	}
	return append(dst, '}')
}

func (f *keyField) appendValue(dst, v []byte) []byte {
	switch {
	case v[0] == '[' && (f.id || f.sub != nil):
		e, first := elementsOf(v), true
		dst = append(dst, '[')
		for {
			item, ok := e.next()
			if !ok {
				return append(dst, ']')
			}
			if !first {
				dst = append(dst, ',')
			}
			first = false
			if dst = f.appendValue(dst, item); dst == nil {
				return nil
			}
		}
	case f.sub != nil:
		if v[0] != '{' {
			return nil
		}
		return f.sub.appendKey(dst, func(name string) []byte { return member(v, name) })
	case f.id && v[0] != '"':
		return append(append(append(dst, '"'), v...), '"')
	}
	return appendCanonical(dst, v, 0)
}

// keyFromObject returns the canonical key a JSON object has by this shape; nil when the object lacks a field of it.
func (s keyShape) keyFromObject(object []byte) []byte {
	return s.appendKey(nil, func(name string) []byte { return member(object, name) })
}

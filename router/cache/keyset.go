package cache

import (
	"bytes"
	"encoding/json"
	"slices"
	"strconv"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/weft-graphql/weft/router/cache/clock"
	"github.com/weft-graphql/weft/router/jsontext"
	"github.com/weft-graphql/weft/router/plan"
	"github.com/weft-graphql/weft/router/supergraph"
)

// keyShape is one @key of a type, in the order of the canonical key object: fields sorted by name.
type keyShape []keyField

type keyField struct {
	name string
	kind keyKind
	// sub is the selection of a composite field.
	sub keyShape
}

// keyKind is how values of a key field are spelled, whatever JSON type they come in: an ID may come as a number, and
// who names an entity from outside need not know which scalar its key is.
type keyKind uint8

const (
	// keyOther values, those of custom scalars, stay as they are.
	keyOther keyKind = iota
	keyString
	keyNumber
	keyBoolean
)

func keyKindOf(t *supergraph.Type) keyKind {
	switch {
	case t == nil:
		return keyOther
	case t.Kind == ast.Enum, t.Name == "ID", t.Name == "String":
		return keyString
	case t.Name == "Int", t.Name == "Float":
		return keyNumber
	case t.Name == "Boolean":
		return keyBoolean
	}
	return keyOther
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
			kind: keyKindOf(item.Field.Named),
			sub:  shapeOf(item.Items),
		})
	}
	slices.SortFunc(s, func(a, b keyField) int { return strings.Compare(a.name, b.name) })
	return s
}

func (s keyShape) equal(o keyShape) bool {
	return slices.EqualFunc(s, o, func(a, b keyField) bool { return a.name == b.name && a.sub.equal(b.sub) })
}

// fieldLookup returns the raw value of a field by its name, nil when it is not known, and what was selected below it:
// nil when the members of objects there are named like the fields.
type fieldLookup func(name string) (value []byte, below *plan.SelectionSet)

// fieldsOf looks fields up in an object whose members are named like the fields.
func fieldsOf(object []byte) fieldLookup {
	return func(name string) ([]byte, *plan.SelectionSet) { return jsontext.Member(object, name), nil }
}

// appendKey appends the canonical key object. It returns nil when a field is missing or null.
func (s keyShape) appendKey(dst []byte, lookup fieldLookup) []byte {
	dst = append(dst, '{')
	for i := range s {
		f := &s[i]
		v, below := lookup(f.name)
		if v == nil || isNull(v) {
			return nil
		}
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = append(append(append(dst, '"'), f.name...), '"', ':')
		if dst = f.appendValue(dst, v, below); dst == nil {
			return nil
		}
	}
	return append(dst, '}')
}

func (f *keyField) appendValue(dst, v []byte, below *plan.SelectionSet) []byte {
	switch {
	case v[0] == '[' && (f.kind != keyOther || f.sub != nil):
		dst = append(dst, '[')
		first := true
		for item := range jsontext.Elements(v) {
			if !first {
				dst = append(dst, ',')
			}
			first = false
			if dst = f.appendValue(dst, item, below); dst == nil {
				return nil
			}
		}
		return append(dst, ']')
	case f.sub != nil:
		if v[0] != '{' {
			return nil
		}
		if below != nil {
			return f.sub.appendKey(dst, selectedFields(below.Type, below, v))
		}
		return f.sub.appendKey(dst, fieldsOf(v))
	}
	return f.appendLeaf(dst, v)
}

// appendLeaf appends a scalar or enum value in the spelling of its kind.
func (f *keyField) appendLeaf(dst, v []byte) []byte {
	quoted := v[0] == '"'
	switch {
	case isNull(v):
	case f.kind == keyString && !quoted && v[0] != '{':
		return append(appendNumber(append(dst, '"'), v), '"')
	case f.kind == keyNumber && quoted:
		if text := v[1 : len(v)-1]; isNumber(text) {
			return appendNumber(dst, text)
		}
	case f.kind == keyNumber && isNumber(v):
		return appendNumber(dst, v)
	case f.kind == keyBoolean && quoted:
		if text := v[1 : len(v)-1]; string(text) == "true" || string(text) == "false" {
			return append(dst, text...)
		}
	}
	return appendCanonical(dst, v, 0)
}

// isNumber tells whether a JSON text is a number.
func isNumber(v []byte) bool {
	return len(v) > 0 && (v[0] == '-' || v[0] >= '0' && v[0] <= '9') && json.Valid(v)
}

// maxDigits bounds how many digits a number is written out with.
const maxDigits = 40

// appendNumber appends the one spelling of a number: without an exponent unless it is enormous, without a fraction that
// says nothing. What is no number is appended as it is.
func appendNumber(dst, v []byte) []byte {
	if !bytes.ContainsAny(v, ".eE") && string(v) != "-0" || !isNumber(v) {
		return append(dst, v...)
	}
	mantissa, exponent := v, 0
	if i := bytes.IndexAny(v, "eE"); i >= 0 {
		var err error
		if exponent, err = strconv.Atoi(string(v[i+1:])); err != nil {
			return append(dst, v...)
		}
		mantissa = v[:i]
	}
	negative := mantissa[0] == '-'
	mantissa = bytes.TrimPrefix(mantissa, []byte("-"))
	whole, fraction, _ := bytes.Cut(mantissa, []byte("."))
	digits := append(bytes.Clone(whole), fraction...)
	point := len(whole) + exponent // the decimal point stands before digits[point]
	trimmed := bytes.TrimLeft(digits, "0")
	point -= len(digits) - len(trimmed)
	digits = bytes.TrimRight(trimmed, "0")
	if len(digits) == 0 {
		return append(dst, '0')
	}
	if point < -maxDigits || point > maxDigits {
		return append(dst, v...)
	}
	if negative {
		dst = append(dst, '-')
	}
	switch {
	case point <= 0:
		dst = append(append(dst, "0."...), bytes.Repeat([]byte("0"), -point)...)
		return append(dst, digits...)
	case point >= len(digits):
		return append(append(dst, digits...), bytes.Repeat([]byte("0"), point-len(digits))...)
	}
	return append(append(append(dst, digits[:point]...), '.'), digits[point:]...)
}

// normalKey is a key object from outside with the fewest escapes, also in its members' names; nil when it is none.
func normalKey(key []byte) []byte {
	if !jsontext.IsObject(key) {
		return nil
	}
	d := json.NewDecoder(bytes.NewReader(key))
	d.UseNumber()
	var object map[string]any
	if d.Decode(&object) != nil {
		return nil
	}
	out, err := json.Marshal(object)
	if err != nil {
		return nil
	}
	return out
}

// keyFromObject returns the canonical key a JSON object has by this shape; nil when the object lacks a field of it.
func (s keyShape) keyFromObject(object []byte) []byte { return s.appendKey(nil, fieldsOf(object)) }

// String is the key as a field set, fields sorted by name: "brand { id } sku".
func (s keyShape) String() string {
	var b strings.Builder
	for i, f := range s {
		if i > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(f.name)
		if f.sub != nil {
			b.WriteString(" { " + f.sub.String() + " }")
		}
	}
	return b.String()
}

// names are the canonical keys that are known of an entity, parallel to the keys its type has in a subgraph: nil where
// one is not known.
type names [][]byte

func (n names) any() bool { return slices.ContainsFunc(n, func(key []byte) bool { return key != nil }) }
func (n names) all() bool {
	return !slices.ContainsFunc(n, func(key []byte) bool { return key == nil })
}

// without lists the known keys but for one.
func (n names) without(key []byte) [][]byte {
	var others [][]byte
	for _, k := range n {
		if k != nil && !bytes.Equal(k, key) {
			others = append(others, k)
		}
	}
	return others
}

// named returns the keys of an entity that field shows; none at all for a type that is no entity in the subgraph.
func (g *Graph) named(t *supergraph.Type, subgraph int, field fieldLookup) names {
	shapes := g.keysOf(t, subgraph)
	if len(shapes) == 0 {
		return nil
	}
	known := make(names, len(shapes))
	for i, shape := range shapes {
		known[i] = shape.appendKey(nil, field)
	}
	return known
}

// namesDeps appends what a value depends on because an entity is known by some of its keys only: an invalidation that
// names it by one of the others, or by a tag that is made of them, can be about this entity.
func (g *Graph) namesDeps(dst []string, sub *supergraph.Subgraph, t *supergraph.Type, known names) []string {
	if len(known) > 1 {
		for i, member := range g.unnamed[typeIn{t, sub.ID}] {
			if known[i] == nil {
				dst = append(dst, member)
			}
		}
	}
	missing := false
	for _, f := range g.tags[typeIn{t, sub.ID}] {
		if tag, ok := known.tag(f); ok {
			dst = append(dst, clock.TagMember(sub.Name, tag))
		} else {
			missing = true
		}
	}
	if missing || g.othersTagged[typeIn{t, sub.ID}] {
		dst = append(dst, clock.UnnamedMember(sub.Name, t.Name, "@cacheTag"))
	}
	return dst
}

// tag renders the tag of an entity.
func (n names) tag(f tagFormat) (string, bool) {
	for _, key := range n {
		if key == nil {
			continue
		}
		if tag, ok := f.render(key, nil); ok {
			return tag, true
		}
	}
	return "", false
}

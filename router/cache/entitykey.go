package cache

import (
	"bytes"

	"github.com/weft-graphql/weft/router/exec"
	"github.com/weft-graphql/weft/router/plan"
	"github.com/weft-graphql/weft/router/supergraph"
)

// inputProgram is one representation of a call: the types it is sent for, and how their entities are named by it.
type inputProgram struct {
	// sent is for the type whose name is always sent; nil when it is that of the object.
	sent   *keyProgram
	byType map[*supergraph.Type]*keyProgram
}

// keyProgram reads the key of an entity of one type from the fields of one representation.
type keyProgram struct {
	tp *typeProgram
	// keys are those of the type's keys that the representation can have all fields of, in their order.
	keys []namedKey
	// requires are, for each field of the call, where what it is computed from stands.
	requires [][]fieldsAt
	// at are all fields of the representation, by name.
	at map[string]fieldsAt
}

// namedKey is a key with where its fields stand.
type namedKey struct {
	shape keyShape
	at    []fieldsAt
}

// fieldsAt are the indexes of the fields of a representation that have one name, of which an object has one: those of
// keys first.
type fieldsAt []int

// of returns the raw value of an entity's field, nil when it has none.
func (at fieldsAt) of(key *exec.EntityKey) []byte {
	for _, i := range at {
		if v := key.Fields[i]; v != nil {
			return v
		}
	}
	return nil
}

// input compiles a representation of a call.
func (r *requestCache) input(cp *callProgram, rep *plan.Representation) inputProgram {
	at := map[string]fieldsAt{}
	for _, key := range [...]bool{true, false} {
		for i, f := range rep.Fields {
			if f.Key == key {
				at[f.Name] = append(at[f.Name], i)
			}
		}
	}
	requires := make([][]fieldsAt, len(cp.fields))
	for i := range cp.fields {
		for _, name := range cp.fields[i].requires {
			requires[i] = append(requires[i], at[name])
		}
	}
	program := func(t *supergraph.Type, name string) *keyProgram {
		k := &keyProgram{tp: r.entityType(cp, t, name), at: at, requires: requires}
		for _, shape := range k.tp.keys {
			named := namedKey{shape: shape}
			for _, f := range shape {
				if found := at[f.name]; found != nil {
					named.at = append(named.at, found)
				}
			}
			if len(named.at) == len(shape) {
				k.keys = append(k.keys, named)
			}
		}
		return k
	}
	if rep.TypeName != "" {
		return inputProgram{sent: program(r.graph.supergraph.Type(rep.TypeName), rep.TypeName)}
	}
	in := inputProgram{byType: map[*supergraph.Type]*keyProgram{}}
	for i := range rep.On.All {
		t := r.graph.supergraph.Objects[i]
		in.byType[t] = program(t, t.Name)
	}
	if len(in.byType) == 1 {
		for _, k := range in.byType {
			in.sent = k
		}
	}
	return in
}

// keyOf returns the program for an entity's key; nil when nothing is known of such entities.
func (cp *callProgram) keyOf(e *exec.CacheEntity) *keyProgram {
	in := &cp.inputs[e.Key.Input]
	if in.sent != nil {
		return in.sent
	}
	return in.byType[e.Type]
}

// typeOf returns the program of an entity's type, as it is sent; nil when nothing is known of it.
func (cp *callProgram) typeOf(e *exec.CacheEntity) *typeProgram {
	if cp.root {
		return cp.types[0]
	}
	if k := cp.keyOf(e); k != nil {
		return k.tp
	}
	return nil
}

// appendCanonical appends the canonical key object of an entity; false when no key is known. When several are it is the
// one that the schema declares first.
func (k *keyProgram) appendCanonical(dst []byte, key *exec.EntityKey) ([]byte, bool) {
	for i := range k.keys {
		if out := k.keys[i].appendCanonical(dst, key); out != nil {
			return out, true
		}
	}
	return dst, false
}

func (n *namedKey) appendCanonical(dst []byte, key *exec.EntityKey) []byte {
	dst = append(dst, '{')
	for i := range n.shape {
		f := &n.shape[i]
		v := n.at[i].of(key)
		if v == nil || isNull(v) {
			return nil
		}
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = append(append(append(dst, '"'), f.name...), '"', ':')
		if f.canonicalAtSight(v) {
			dst = append(dst, v...)
		} else if dst = f.appendValue(dst, v, nil); dst == nil {
			return nil
		}
	}
	return append(dst, '}')
}

// canonicalAtSight tells whether a value of the field surely has its canonical spelling.
func (f *keyField) canonicalAtSight(v []byte) bool {
	switch {
	case f.sub != nil || f.kind == keyOther:
		return false
	case f.kind == keyString:
		return v[0] == '"' && bytes.IndexByte(v, '\\') < 0
	case f.kind == keyNumber:
		return !bytes.ContainsAny(v, "\".eE[-n")
	}
	return v[0] == 't' || v[0] == 'f'
}

// cloneKey copies a key with the values of its fields.
func cloneKey(key *exec.EntityKey) exec.EntityKey {
	total := 0
	for _, v := range key.Fields {
		total += len(v)
	}
	slab := make([]byte, 0, total)
	fields := make([][]byte, len(key.Fields))
	for i, v := range key.Fields {
		if v != nil {
			start := len(slab)
			slab = append(slab, v...)
			fields[i] = slab[start:len(slab):len(slab)]
		}
	}
	return exec.EntityKey{Input: key.Input, Fields: fields}
}

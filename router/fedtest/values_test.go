package fedtest

import (
	"encoding/json"
	"fmt"
	"hash/fnv"
	"strconv"
	"strings"
	"sync/atomic"
)

// world is the data of a graph: every value follows from the seed, the object and the field.
type world struct {
	graph *graph
	seed  uint64
	// nulls and failures are how many of a hundred nullable values are null, and of all fields fail.
	nulls, failures uint64
	// everywhere lets fields fail that others are computed from, too.
	everywhere bool
	// version counts the mutations: values depend on it.
	version *atomic.Int64
	// drift counts the changes of each entity: the values of its fields depend on it.
	drift map[string]int
}

// object is an object of a world.
type object struct {
	typ *typ
	// id names it in its type or pool, path of fields for value objects; index is the number of an entity.
	id    string
	index int
	// representation is what a stub was sent, and provided what it may resolve beyond its own fields.
	representation map[string]json.RawMessage
	provided       set
}

// failure is the error of a field.
type failure string

func (w *world) random(parts ...string) uint64 {
	h := fnv.New64a()
	h.Write(strconv.AppendUint(nil, w.seed, 10))
	for _, p := range parts {
		h.Write([]byte{0})
		h.Write([]byte(p))
	}
	x := h.Sum64()
	x ^= x >> 31
	x *= 0x9E3779B97F4A7C15
	x ^= x >> 29
	return x >> 1
}

func (w *world) entity(p *pool, i int) *object {
	return &object{typ: p.typeOf(i), id: p.name + ":" + strconv.Itoa(i), index: i}
}

// resolve returns the value of a field: nil, json.RawMessage, *object, []any of these, or failure.
func (w *world) resolve(o *object, f *field, args, inputs string) any {
	if f.id != notIdentity {
		return w.identity(o, f)
	}
	if f.typ.named == w.graph.query {
		return &object{typ: w.graph.query, id: "query"}
	}
	id := o.id + "." + f.name + "(" + args + ")" + inputs
	if v := w.version.Load(); v > 0 {
		id += "@" + strconv.FormatInt(v, 10)
	}
	if n := w.drift[o.id]; n > 0 {
		id += "#" + strconv.Itoa(n)
	}
	if (w.everywhere || !f.calm) && w.random(id, "failure")%100 < w.failures {
		return failure("no " + f.name)
	}
	return w.value(f, 0, id)
}

func (w *world) identity(o *object, f *field) any {
	raw := func(s string) any { return json.RawMessage(s) }
	switch f.id {
	case uniqueString:
		return raw(`"` + []string{"u", "ü", "u/", `\"`, "a b", `\u00e9`}[o.index] + strconv.Itoa(o.index) + `"`)
	case uniqueNumber:
		return raw(strconv.Itoa(100 - o.index*50))
	case halfLow:
		return raw(`"l` + strconv.Itoa(o.index%3) + `"`)
	case halfHigh:
		return raw(strconv.Itoa(o.index / 3))
	case nestedValue:
		return &object{typ: f.typ.named, id: o.id + "." + f.name, index: o.index}
	case scalarList:
		return []any{raw(`"t` + strconv.Itoa(o.index%2) + `"`), raw(`"` + strconv.Itoa(o.index/2) + `"`)}
	case valueList:
		list := []any{}
		for i := range 1 + o.index%3 {
			list = append(list, &object{typ: f.typ.named, id: o.id + "." + f.name + strconv.Itoa(i), index: o.index/3*3 + i})
		}
		return list
	case uniqueBlob:
		return raw(`{"k":[` + strconv.Itoa(o.index) + `],"b":"\"}"}`)
	case uniqueColor:
		return raw(strconv.Quote(f.typ.named.values[o.index]))
	default:
		return w.entity(f.typ.named.pool, o.index)
	}
}

func (w *world) value(f *field, level int, id string) any {
	if !f.typ.nonNull[level] && w.random(id, "null")%100 < w.nulls {
		return nil
	}
	if level < len(f.typ.nonNull)-1 {
		list := make([]any, w.random(id, "length")%4)
		for i := range list {
			list[i] = w.value(f, level+1, id+"["+strconv.Itoa(i)+"]")
		}
		return list
	}
	n := w.random(id, "value")
	if !f.typ.named.composite() {
		return w.leaf(f, n)
	}
	types := w.graph.possible(f)
	if len(types) == 0 {
		return nil
	}
	t := types[n%uint64(len(types))]
	if t.pool == nil {
		return &object{typ: t, id: id}
	}
	for i := range poolSize {
		if at := (int(n>>8%64) + i) % poolSize; t.pool.typeOf(at) == t {
			return w.entity(t.pool, at)
		}
	}
	panic("a pool without " + t.name)
}

func (w *world) leaf(f *field, n uint64) any {
	from := func(values ...string) any { return json.RawMessage(values[n%uint64(len(values))]) }
	switch f.typ.named.name {
	case "Int":
		return from("0", "-7", "2147483647", "42", "-2147483648")
	case "Float":
		return from("0", "1.50", "-2e10", "3", "0.1E-3", "123456789.123456789")
	case "Boolean":
		return from("true", "false")
	case "ID":
		return from(`"x"`, `"17"`, `""`)
	case "String":
		return from(`""`, `"plain text that is longer than eight bytes"`, `"\"quoted\" \\ \n \u00e9 \/"`, `"ä€😀"`, `"\ud83d\ude00"`, `"null"`)
	case "Blob":
		return from(`{"a":[1,{"b":null}],"a b":"c","__typename":"Blob"}`, `[]`, `"s"`, `17`, `[[[]]]`, `{"deep":{"er":[true,false,1e3]}}`, `12345678901234567890.5`)
	}
	values := w.graph.enumValues(f)
	return json.RawMessage(strconv.Quote(values[n%uint64(len(values))]))
}

// inputs writes what a computed field is computed from, as the whole graph has it.
func (w *world) inputs(o *object, s set) string {
	var b strings.Builder
	for _, it := range s {
		if it.on != nil {
			if o.typ == it.on {
				b.WriteString(w.inputs(o, it.sub))
			}
			continue
		}
		f := o.typ.field(it.field.name)
		v := w.resolve(o, f, argumentsOf(w.graph, f, it.args), w.inputs(o, f.requires))
		b.WriteString(it.field.name + "=" + w.input(v, it.sub) + ";")
	}
	return b.String()
}

func (w *world) input(v any, sub set) string {
	switch v := v.(type) {
	case json.RawMessage:
		return string(v)
	case *object:
		return "{" + w.inputs(v, sub) + "}"
	case []any:
		parts := make([]string, len(v))
		for i := range v {
			parts[i] = w.input(v[i], sub)
		}
		return "[" + strings.Join(parts, ",") + "]"
	}
	return "null"
}

// sentInputs writes the same of a representation. It fails when something is missing.
func sentInputs(g *graph, rep map[string]json.RawMessage, s set, t *typ) (string, error) {
	var b strings.Builder
	for _, it := range s {
		if it.on != nil {
			var name string
			if json.Unmarshal(rep["__typename"], &name) != nil {
				return "", fmt.Errorf("__typename is missing, which tells whether ... on %s applies", it.on.name)
			}
			if name != it.on.name {
				continue
			}
			text, err := sentInputs(g, rep, it.sub, it.on)
			if err != nil {
				return "", err
			}
			b.WriteString(text)
			continue
		}
		raw, ok := rep[it.field.name]
		if !ok {
			return "", fmt.Errorf("%s is missing", it.field.name)
		}
		text, err := sentInput(g, raw, it.sub, it.field.typ.named)
		if err != nil {
			return "", fmt.Errorf("%s: %w", it.field.name, err)
		}
		b.WriteString(it.field.name + "=" + text + ";")
	}
	return b.String(), nil
}

func sentInput(g *graph, raw json.RawMessage, sub set, t *typ) (string, error) {
	if sub == nil {
		if t.composite() {
			return "", fmt.Errorf("a composite without selection")
		}
		return string(raw), nil
	}
	switch raw[0] {
	case '[':
		var list []json.RawMessage
		if err := json.Unmarshal(raw, &list); err != nil {
			return "", err
		}
		parts := make([]string, len(list))
		for i := range list {
			var err error
			if parts[i], err = sentInput(g, list[i], sub, t); err != nil {
				return "", err
			}
		}
		return "[" + strings.Join(parts, ",") + "]", nil
	case '{':
		var o map[string]json.RawMessage
		if err := json.Unmarshal(raw, &o); err != nil {
			return "", err
		}
		text, err := sentInputs(g, o, sub, t)
		return "{" + text + "}", err
	}
	return string(raw), nil
}

// find returns the entity a representation stands for.
func (w *world) find(p *pool, keys []keyDecl, rep map[string]json.RawMessage) (*object, error) {
	complete := false
	for _, k := range keys {
		if !k.resolvable {
			continue
		}
		sent, err := sentInputs(w.graph, rep, k.fields, nil)
		if err != nil {
			continue
		}
		complete = true
		for i := range poolSize {
			if o := w.entity(p, i); w.inputs(o, k.fields) == sent {
				o.representation = rep
				return o, nil
			}
		}
	}
	if complete {
		return nil, fmt.Errorf("no entity has the key")
	}
	return nil, fmt.Errorf("no key is complete")
}

package exec

import (
	"github.com/weft-graphql/weft/router/supergraph"

	"github.com/weft-graphql/weft/router/jsontext"
)

// kind is what a value is.
type kind uint32

const (
	// kindAbsent is the zero value: the subgraph did not say, or was not asked.
	kindAbsent kind = iota
	kindNull
	// kindString, kindNumber, kindBool and kindJSON (an array or object of a custom scalar) are byte ranges of the body.
	kindString
	kindNumber
	kindBool
	kindJSON
	// kindObject is an index into the answer's objects, kindList one into its lists.
	kindObject
	kindList
	// kindPrinted is an index into the answer's printed values: a composite value that needs not be looked into.
	kindPrinted
)

const (
	kindShift = 28
	sizeMask  = 1<<kindShift - 1
	// maxBody is the largest body a value can point into.
	maxBody = sizeMask
)

// value is a slot's content. It has no pointers, so that the garbage collector never looks at slots.
type value struct {
	// at is the offset in the body, or the index of the object or list.
	at uint32
	// sized is the kind, and the length in bytes of a scalar.
	sized uint32
}

func newValue(k kind, at, size int) value {
	return value{at: uint32(at), sized: uint32(k)<<kindShift | uint32(size)}
}

func (v value) kind() kind { return kind(v.sized >> kindShift) }
func (v value) size() int  { return int(v.sized & sizeMask) }

// Runtime types that are not an object type's index.
const (
	// typeUnknown means that the answer did not say.
	typeUnknown int32 = -1
	// typeForeign means that the answer named a type that the supergraph does not have.
	typeForeign int32 = -2
)

// object is an object of an answer: the selection set it was parsed for is known where it is used.
type object struct {
	// typ is the supergraph.Type.ObjectIndex of the runtime type, or one of the constants above.
	typ int32
	// slots is the index of the first slot in the answer's values, links that of the first link in its links.
	slots, links uint32
	printed      printed
}

// list is a list of an answer: a range of its values.
type list struct {
	at, size uint32
	printed  printed
}

// printed tells where in the client's answer an object or list was printed, and by which program. An entity that many
// positions share is printed once and copied from there on.
type printed struct{ by, start, end uint32 }

// ref names an object of an execution: the answer's index in the upper half, the object's in the lower. The zero ref is
// no object: answer 0 is the root's, whose only object is never linked to.
type ref uint64

func newRef(answer int, object uint32) ref { return ref(answer)<<32 | ref(object) }

func (r ref) answer() int    { return int(r >> 32) }
func (r ref) object() uint32 { return uint32(r) }

// answer is what was parsed from one body, in slabs without pointers.
type answer struct {
	index   int
	body    []byte
	values  []value
	objects []object
	lists   []list
	// printed are values as they are printed (see Subtree).
	printed [][]byte
	// links are the positions for links of all objects; they are filled in when later calls are answered.
	links []ref
	// linked counts the links that the objects parsed so far need.
	linked uint32
	// ranges are where the composite values of entities stand in the body, in the order of the answer; only when the
	// cache wants them.
	ranges []slotRange
	// pending are the elements of lists that are not complete.
	pending []value
	// counting tells that the objects are counted: sent has the selection set of each.
	counting bool
	sent     []sentObject
	// collected has, for each collector of the request, the objects parsed for its selection set.
	collected [][]uint32
	// propagated are the slots that have a null because of an error at a field that only the client asked for; nil when
	// there are none.
	propagated map[slotOf]struct{}
}

// sentObject is an object that a subgraph has sent.
type sentObject struct {
	set    int32
	object uint32
}

// slotRange is where the value of a slot stands in the body.
type slotRange struct{ slot, start, end uint32 }

// slot returns the content of a slot of an object.
func (a *answer) slot(o uint32, slot int32) value {
	return a.values[a.objects[o].slots+uint32(slot)]
}

// elements returns the elements of a list.
func (a *answer) elements(v value) []value {
	l := &a.lists[v.at]
	return a.values[l.at : l.at+l.size]
}

// raw returns the bytes of a scalar.
func (a *answer) raw(v value) []byte {
	return a.body[v.at : int(v.at)+v.size()]
}

// addObject makes an object with absent slots.
func (a *answer) addObject(typ int32, slots, links int) uint32 {
	at := len(a.values)
	if at+slots <= cap(a.values) {
		a.values = a.values[:at+slots]
		clear(a.values[at:])
	} else {
		a.values = append(a.values, make([]value, slots)...)
	}
	a.objects = append(a.objects, object{typ: typ, slots: uint32(at), links: a.linked})
	a.linked += uint32(links)
	return uint32(len(a.objects) - 1)
}

// addLinks makes room for the links of the objects parsed since the last call.
func (a *answer) addLinks() {
	n := int(a.linked)
	if n <= cap(a.links) {
		at := len(a.links)
		a.links = a.links[:n]
		clear(a.links[at:])
		return
	}
	a.links = append(a.links, make([]ref, n-len(a.links))...)
}

// Slabs above these sizes are left to the garbage collector when an execution ends.
const (
	maxKeptValues  = 1 << 17
	maxKeptObjects = 1 << 16
	maxKeptBytes   = 1 << 20
)

// reset makes the answer empty, keeping slabs of modest size.
func (a *answer) reset() {
	a.body = nil
	a.values = keep(a.values, maxKeptValues)
	a.objects = keep(a.objects, maxKeptObjects)
	a.lists = keep(a.lists, maxKeptObjects)
	a.links = keep(a.links, maxKeptObjects)
	clear(a.printed)
	a.printed = keep(a.printed, maxKeptObjects)
	a.pending = keep(a.pending, maxKeptObjects)
	a.ranges = keep(a.ranges, maxKeptObjects)
	a.counting, a.sent = false, keep(a.sent, maxKeptObjects)
	a.linked, a.propagated = 0, nil
	for i := range a.collected {
		a.collected[i] = keep(a.collected[i], maxKeptObjects)
	}
}

// keep returns the slice empty, or nil when its capacity is above most.
func keep[T any](s []T, most int) []T {
	if cap(s) > most {
		return nil
	}
	return s[:0]
}

// typeNames finds object types by name.
type typeNames struct {
	byName map[string]int32
	types  []*supergraph.Type
}

func newTypeNames(s *supergraph.Supergraph) *typeNames {
	t := &typeNames{byName: make(map[string]int32, len(s.Objects)), types: s.Objects}
	for i, o := range s.Objects {
		t.byName[o.Name] = int32(i)
	}
	for _, o := range s.Types {
		if o.IsAbstract() {
			// An interface object's answers name the interface: the object type is for another subgraph to tell.
			t.byName[o.Name] = typeUnknown
		}
	}
	return t
}

// find returns the runtime type a raw __typename stands for.
func (t *typeNames) find(raw []byte) int32 {
	if typ, ok := t.byName[string(jsontext.Text(raw))]; ok {
		return typ
	}
	return typeForeign
}

package exec

import (
	"github.com/vektah/gqlparser/v2/ast"

	"github.com/weft-graphql/weft/router/plan"
	"github.com/weft-graphql/weft/router/supergraph"
)

// selectionSet is a selection set of the plan as the parser sees it: a slot for each field.
type selectionSet struct {
	plan   *plan.SelectionSet
	fields []selectedField
	// byKey finds fields when there are too many to search one by one.
	byKey map[string]int32
	// position is where its objects stand.
	position *position
	// memberOf are the other positions that it is a member of, while the program is made.
	memberOf []*position
	id       int32
	// request is the ID of the plan's request that asks for it, -1 for the root's selection set, which has no slots.
	request int32
	// typ is the runtime type when the declared type is an object type.
	typ int32
	// links is the number of objects that can be linked to an object of this selection set; see position.
	links int32
	// collector is the index in answer.collected where objects of this selection set are noted; -1 when nobody needs them.
	collector int32
	// unshared tells that the entities of its call must not be shared.
	unshared bool
}

// selectedField is a field of a selection set. Its slot is its index.
type selectedField struct {
	// spelled is the key as servers write it, `"name":`.
	spelled string
	plan    *plan.Field
	// set is the sub-selection's; nil for leaves.
	set *selectionSet
	// lists is the number of list levels around the value.
	lists int32
	// next is the index of the next field with the same key for other runtime types, -1 at the end of the chain.
	// first is false for all but the first of a chain.
	next  int32
	first bool
	leaf  leafKind
	// plain is set for leaves that are not lists.
	plain bool
}

// key is the key without quotes and colon.
func (f *selectedField) key() string { return f.spelled[1 : len(f.spelled)-2] }

// on are the runtime types for which the field is selected.
func (f *selectedField) on() supergraph.TypeSet { return f.plan.On }

// searchLimit is the number of fields up to which a key is searched for one by one.
const searchLimit = 12

// selectionSet makes the selectionSet of a selection set and those below it. own is the list of its request.
func (c *compiler) selectionSet(set *plan.SelectionSet, request int, own needs) *selectionSet {
	block := c.blocks.New()
	n := &block.set
	*n = selectionSet{id: int32(len(c.sets)), plan: set, request: int32(request), typ: typeUnknown, collector: -1}
	if set.Type != nil && set.Type.Kind == ast.Object {
		n.typ = int32(set.Type.ObjectIndex)
	}
	c.sets = append(c.sets, n)
	c.index(set, n)
	n.fields = c.fields.Take(len(set.Fields))
	last := lastFields{fields: n.fields}
	if len(set.Fields) > searchLimit {
		last.byKey = make(map[string]int32, len(set.Fields))
	}
	for i, f := range set.Fields {
		nf := &n.fields[i]
		*nf = selectedField{spelled: c.engine.entry(f.Key, f.Def)[1:], plan: f, next: -1, first: true}
		if previous := last.of(f.Key, i); previous >= 0 {
			n.fields[previous].next = int32(i)
			nf.first = false
		}
		switch {
		case f.IsTypename():
			nf.leaf = leafTypename
		case f.Selection != nil:
			nf.lists = c.engine.form(f.Def).lists
			nf.set = c.selectionSet(f.Selection, request, own)
		default:
			nf.lists = c.engine.form(f.Def).lists
			nf.leaf = leafOf(f.Def.Named)
		}
		nf.plain = nf.set == nil && nf.lists == 0
	}
	if len(n.fields) > searchLimit {
		n.byKey = make(map[string]int32, len(n.fields))
		for i := range n.fields {
			if n.fields[i].first {
				n.byKey[n.fields[i].key()] = int32(i)
			}
		}
	}
	block.position = position{set: n, members: c.joined.Append(nil, member{set: n, needs: own})}
	n.position = &block.position
	return n
}

// setBlock is a selection set with its position, which live equally long.
type setBlock struct {
	set      selectionSet
	position position
}

// lastFields finds the last of the fields so far with a key.
type lastFields struct {
	fields []selectedField
	byKey  map[string]int32
}

// of returns the last field before i that has the key of i; -1 when there is none.
func (l *lastFields) of(key string, i int) int {
	if l.byKey != nil {
		previous, ok := l.byKey[key]
		l.byKey[key] = int32(i)
		if !ok {
			return -1
		}
		return int(previous)
	}
	for j := i - 1; j >= 0; j-- {
		if l.fields[j].key() == key {
			return j
		}
	}
	return -1
}

// find returns the index of the first field with that key, looking from the predicted position on; -1 when there is
// none.
func (n *selectionSet) find(key []byte, from int) int {
	if n.byKey != nil {
		if i, ok := n.byKey[string(key)]; ok {
			return int(i)
		}
		return -1
	}
	count := len(n.fields)
	for step := range count {
		i := from + step
		if i >= count {
			i -= count
		}
		if f := &n.fields[i]; f.first && f.key() == string(key) {
			return i
		}
	}
	return -1
}

// misfits tells that a value of that kind is a scalar, or the text of an array or object, where the type of the field
// says that there is a list or an object.
func (f *selectedField) misfits(k kind) bool {
	return k >= kindString && k <= kindJSON && (f.set != nil || f.lists > 0)
}

package exec

import (
	"slices"

	"github.com/weft-graphql/weft/router/operation"
	"github.com/weft-graphql/weft/router/plan"
	"github.com/weft-graphql/weft/router/supergraph"
)

// position is where the objects of a selection set stand in the client's answer. What the client asked for there can
// come from several selection sets: the selection set's own, those of the entity calls that target it, and, for value
// types that are resolved partly in one call and partly in another, twins of the selection set. The members' objects
// are linked to the selection set's.
type position struct {
	set     *selectionSet
	members []member
	// typers are the links to objects that may know the runtime type better, when everything is complete.
	typers []linkPath
}

// member is one of the selection sets that know something of a position's objects.
type member struct {
	// links are the numbers of the links that lead from the position's objects to the member's; none for the objects
	// themselves. More than one leads through a twin to the objects that calls link to the twin.
	links linkPath
	set   *selectionSet
	// on are the runtime types of the objects that are targets of the member's call.
	on supergraph.TypeSet
	// needs are the requests that must be complete before the link is set.
	needs []int
}

// linkPath are links to follow one after the other.
type linkPath []int32

// zip links twins: where a position's objects have, in one member's slot, the objects of another position, and in a
// second member's slot the same objects as another call sees them, the latter are linked to the former, lists
// pairwise.
type zip struct {
	position *position
	// left and right lead to the members, leftSlot and rightSlot are the fields' slots.
	left, right         linkPath
	leftSet, rightSet   *selectionSet
	leftSlot, rightSlot int32
	// link is the number of the link in the left objects that leads to the right ones.
	link int32
	// needs are the requests that must be complete.
	needs []int
}

// twins are two fields that are the same value, not linked yet.
type twins struct {
	position            *position
	left, right         member
	leftSlot, rightSlot int
	needs               []int
}

// join links a selection set's objects to those of positions, and returns the links' numbers. It links all twins that
// this brings about, those first that need the fewest requests: there can be several ways from one twin to another,
// and calls start when the requests are complete that the first way needs.
//
// The positions can be twins of each other. What is linked to an object itself is then not looked for at its twin,
// which may be the target for objects of other types only.
func (c *compiler) join(places []*position, n *selectionSet, needs []int) []int32 {
	links := make([]int32, len(places))
	for i, p := range places {
		links[i] = c.attach(p, n, needs)
	}
	for _, p := range places {
		c.passOn(p, *p.member(n))
	}
	for n := 0; n < len(c.twins); {
		if len(c.twins[n]) == 0 {
			n++
			continue
		}
		t := c.twins[n][0]
		c.twins[n] = c.twins[n][1:]
		c.zip(t)
		n = 0
	}
	return links
}

// note remembers twins that are to be linked.
func (c *compiler) note(t twins) {
	for len(c.twins) <= len(t.needs) {
		c.twins = append(c.twins, nil)
	}
	c.twins[len(t.needs)] = append(c.twins[len(t.needs)], t)
}

// attach links a selection set's objects to those of a position, and returns the link's number.
func (c *compiler) attach(p *position, n *selectionSet, needs []int) int32 {
	if m := p.member(n); m != nil && len(m.links) == 1 {
		return m.links[0]
	}
	link := int32(p.set.links)
	p.set.links++
	n.memberOf = append(n.memberOf, p)
	c.admit(p, member{links: linkPath{link}, set: n, needs: needs})
	return link
}

// admit adds a member to a position, and notes the twins among its values and those of the other members. It tells
// whether the member is new.
func (c *compiler) admit(p *position, n member) bool {
	if p.member(n.set) != nil {
		return false
	}
	known := p.members
	p.members = append(p.members[:len(known):len(known)], n)
	for j := range n.set.fields {
		right := &n.set.fields[j]
		if right.set == nil {
			continue
		}
		for _, m := range known {
			for i := range m.set.fields {
				if left := &m.set.fields[i]; left.set != nil && left.set != right.set && c.same(left.plan, right.plan) {
					c.note(twins{
						position: p, left: m, leftSlot: i, right: n, rightSlot: j,
						needs: union(union([]int{p.set.request}, m.needs), n.needs),
					})
				}
			}
		}
	}
	return true
}

// passOn adds a member of a position to the positions whose objects have those of this one as twins.
func (c *compiler) passOn(p *position, n member) {
	for _, over := range p.set.memberOf {
		if way := over.member(p.set); way != nil && p.set.plan.Owner != nil {
			m := member{links: append(slices.Clone(way.links), n.links...), set: n.set, needs: union(way.needs, n.needs)}
			if c.admit(over, m) {
				c.passOn(over, m)
			}
		}
	}
}

// member returns the member with that selection set, or nil.
func (p *position) member(n *selectionSet) *member {
	for i := range p.members {
		if p.members[i].set == n {
			return &p.members[i]
		}
	}
	return nil
}

// zip links two fields of a position's members that are the same value seen by two calls.
func (c *compiler) zip(t twins) {
	child := t.left.set.fields[t.leftSlot].set.position
	twin := t.right.set.fields[t.rightSlot].set
	z := &zip{
		position: t.position, left: t.left.links, right: t.right.links, leftSet: t.left.set, rightSet: t.right.set, leftSlot: int32(t.leftSlot), rightSlot: int32(t.rightSlot),
		needs: t.needs,
	}
	if m := child.member(twin); m != nil {
		// The two calls can have targets in several positions: the values are linked in each, in the same way. Whoever
		// follows a link waits for what the first of them needs. A position that needs more is seen through a twin, and the
		// values are linked where the twin stands.
		if len(m.links) == 1 && !slices.ContainsFunc(t.needs, func(n int) bool { return !c.implied(m.needs, n) }) {
			z.link = m.links[0]
			c.collect(t.position.set)
			c.zips = append(c.zips, z)
		}
		return
	}
	c.collect(t.position.set)
	c.zips = append(c.zips, z)
	z.link = c.attach(child, twin, z.needs)
	c.passOn(child, *child.member(twin))
	// What is linked to the twin is seen through it.
	for _, m := range twin.position.members[1:] {
		through := member{links: append(linkPath{z.link}, m.links...), set: m.set, needs: union(z.needs, m.needs)}
		if c.admit(child, through) {
			c.passOn(child, through)
		}
	}
}

// implied tells whether a request is complete when others are.
func (c *compiler) implied(needs []int, n int) bool {
	return n < 0 || slices.ContainsFunc(needs, func(m int) bool { return m == n || m >= 0 && c.before[m].has(n) })
}

// same tells whether two composite fields stand for the same value: they answer the same field of the client, or are
// alternatives of one field of a representation.
func (c *compiler) same(a, b *plan.Field) bool {
	if !a.On.Intersects(b.On) {
		return false
	}
	for _, f := range a.Serves {
		if slices.Contains(b.Serves, f) {
			return true
		}
	}
	for _, group := range c.alternatives[a] {
		if slices.Contains(c.alternatives[b], group) {
			return true
		}
	}
	return false
}

// noteAlternatives remembers which fields are sources of the same field of a representation.
func (c *compiler) noteAlternatives(fields []*plan.RepresentationField) {
	for _, f := range fields {
		if len(f.From) > 1 {
			for _, from := range f.From {
				c.alternatives[from] = append(c.alternatives[from], f)
			}
		}
		c.noteAlternatives(f.Fields)
	}
}

// targetPositions returns the positions whose objects are the targets of a call that names a selection set: the set's
// own position, or the positions that an entity call completes if it is that call's own selection. If the inputs are
// not all there, it is the nearest position with more of them whose objects have those of the set as twins, or twins
// of twins. There are several when a call has targets at several positions: its objects are then the twins of the
// values of each.
func (c *compiler) targetPositions(request int, at *plan.SelectionSet, input []*plan.Representation) []*position {
	n := c.setOf(at)
	if n == nil {
		return nil
	}
	if at.Owner == nil {
		return n.memberOf
	}
	best := []*position{n.position}
	lacking := c.lacking(best[0], input)
	if lacking == 0 {
		return best
	}
	for _, p := range c.around(n) {
		l := c.lacking(p, input)
		switch {
		case l > lacking || !c.complete(request, []int{p.set.request}):
		case l < lacking:
			best, lacking = []*position{p}, l
		case !slices.ContainsFunc(best, func(nearer *position) bool { return p.member(nearer.set) != nil }):
			best = append(best, p)
		}
	}
	return best
}

// around lists the positions that have a selection set for a member, the nearest first.
func (c *compiler) around(n *selectionSet) []*position {
	var found []*position
	next := []*selectionSet{n}
	for len(next) > 0 {
		inner := next[0]
		next = next[1:]
		for _, p := range inner.memberOf {
			if p.set.plan != nil && p.member(n) != nil && !slices.Contains(found, p) {
				found, next = append(found, p), append(next, p.set)
			}
		}
	}
	return found
}

// complete tells whether the given requests are complete when a request starts. What others bring must not be looked at
// then: it may be coming in at that very moment.
func (c *compiler) complete(request int, needs []int) bool {
	return !slices.ContainsFunc(needs, func(n int) bool { return n >= 0 && !c.before[request].has(n) })
}

// typers returns the links of a position to the objects that may know the runtime type better, of those that are there
// when a request starts.
func (c *compiler) typers(p *position, request int) []linkPath {
	var found []linkPath
	if p.set.typ >= 0 {
		return nil
	}
	for _, m := range p.members[1:] {
		if c.complete(request, m.needs) {
			found = append(found, m.links)
		}
	}
	return found
}

// lacking counts the fields of representations that cannot be read from a position, for some of the types at least. Of
// several positions a value can be read from, the one with the most of it counts.
func (c *compiler) lacking(p *position, input []*plan.Representation) int {
	var missing func(p *position, fields []*plan.RepresentationField, types supergraph.TypeSet) int
	missing = func(p *position, fields []*plan.RepresentationField, types supergraph.TypeSet) int {
		count := 0
		for _, f := range fields {
			if len(f.From) == 0 {
				continue
			}
			least, uncovered := -1, types
			if f.On != nil {
				uncovered = uncovered.And(f.On)
			}
			for _, from := range f.From {
				if _, ok := p.source(from); !ok {
					continue
				}
				below := 0
				if from.Selection != nil {
					below = missing(c.setOf(from.Selection).position, f.Fields, from.Selection.Type.Possible)
				}
				if least < 0 || below < least {
					least = below
				}
				uncovered = uncovered.Minus(from.On)
			}
			if least < 0 || least == 0 && !uncovered.Empty() {
				least = 1
			}
			count += least
		}
		return count
	}
	count := 0
	for _, r := range input {
		count += missing(p, r.Fields, r.On)
	}
	return count
}

// collect asks the parser to note the objects of a selection set.
func (c *compiler) collect(n *selectionSet) {
	if n.collector >= 0 || n.request < 0 {
		return
	}
	n.collector = c.collectors[n.request]
	c.collectors[n.request]++
}

// source is where a field's value can be found from an object of a position.
type source struct {
	links linkPath
	slot  int32
	field *selectedField
	// needs are the requests that must be complete.
	needs []int
}

// answering is a field of a selection set that answers a field of the client.
type answering struct {
	set  *selectionSet
	slot int
}

// findAnswering notes which fields of selection sets answer each of the client's. A selection set can be a member of
// thousands of positions, one for each alias of the field that leads there, and answer fields for all of them.
func (c *compiler) findAnswering() {
	from := make([]int32, len(c.plan.Operation.Fields)+1)
	for _, n := range c.sets {
		for i := range n.fields {
			for _, f := range n.fields[i].plan.Serves {
				from[f.ID+1]++
			}
		}
	}
	for i := range len(from) - 1 {
		from[i+1] += from[i]
	}
	c.answering = make([]answering, from[len(from)-1])
	next := slices.Clone(from)
	for _, n := range c.sets {
		for i := range n.fields {
			for _, f := range n.fields[i].plan.Serves {
				c.answering[next[f.ID]] = answering{n, i}
				next[f.ID]++
			}
		}
	}
	c.answeringFrom = from
}

// sources finds the fields of a position's members that answer a field of the client, in the order of the members.
func (c *compiler) sources(p *position, f *operation.Field) []source {
	var found []source
	for _, m := range p.members {
		if !c.part.has(m.needs) {
			continue
		}
		for _, s := range c.answering[c.answeringFrom[f.ID]:c.answeringFrom[f.ID+1]] {
			if s.set == m.set && c.part.hasRequest(s.set.request) {
				found = append(found, source{links: m.links, slot: int32(s.slot), field: &m.set.fields[s.slot], needs: m.needs})
			}
		}
	}
	return found
}

// source returns where a plan's field stands among a position's members.
func (p *position) source(f *plan.Field) (source, bool) {
	for _, m := range p.members {
		for i := range m.set.fields {
			if nf := &m.set.fields[i]; nf.plan == f {
				return source{links: m.links, slot: int32(i), field: nf, needs: m.needs}, true
			}
		}
	}
	return source{}, false
}

func union(a, b []int) []int {
	all := append(slices.Clone(a), b...)
	slices.Sort(all)
	return slices.Compact(all)
}

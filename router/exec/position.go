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
	// needs are the requests that must be complete before the link is set, as far as the compiler has to know.
	needs needs
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
	needs               needs
}

// twinQueue has twins in the order in which they were found; those before next are linked.
type twinQueue struct {
	list []twins
	next int
}

// join links a selection set's objects to those of positions, and returns the links' numbers. It links all twins that
// this brings about, those first that need the fewest requests: there can be several ways from one twin to another,
// and calls start when the requests are complete that the first way needs.
//
// The positions can be twins of each other. What is linked to an object itself is then not looked for at its twin,
// which may be the target for objects of other types only.
func (c *compiler) join(places []*position, n *selectionSet, needs needs) []int32 {
	links := c.links[:0]
	for _, p := range places {
		links = append(links, c.attach(p, n, needs))
	}
	c.links = links
	for _, p := range places {
		c.passOn(p, *p.member(n))
	}
	for n := 0; n < len(c.twins); {
		q := &c.twins[n]
		if q.next == len(q.list) {
			q.list, q.next = q.list[:0], 0
			n++
			continue
		}
		t := q.list[q.next]
		q.next++
		c.zip(t)
		n = 0
	}
	return links
}

// note remembers twins that are to be linked.
func (c *compiler) note(t twins) {
	level := len(c.needs[t.needs])
	for len(c.twins) <= level {
		if n := len(c.twins); n < cap(c.twins) {
			c.twins = c.twins[:n+1]
		} else {
			c.twins = append(c.twins, twinQueue{})
		}
	}
	c.twins[level].list = append(c.twins[level].list, t)
}

// attach links a selection set's objects to those of a position, and returns the link's number.
func (c *compiler) attach(p *position, n *selectionSet, needs needs) int32 {
	if m := p.member(n); m != nil && len(m.links) == 1 {
		return m.links[0]
	}
	link := p.set.links
	p.set.links++
	n.memberOf = c.memberOf.Append(n.memberOf, p)
	c.admit(p, member{links: onlyLink(link), set: n, needs: needs})
	return link
}

// admit adds a member to a position, and notes the twins among its values and those of the other members. It tells
// whether the member is new.
func (c *compiler) admit(p *position, n member) bool {
	if p.member(n.set) != nil {
		return false
	}
	known := p.members
	p.members = c.joined.Append(known, n)
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
						needs: c.union(c.union(c.ownOf(p), m.needs), n.needs),
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
			m := member{links: append(slices.Clone(way.links), n.links...), set: n.set, needs: c.union(way.needs, n.needs)}
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
		position: t.position, left: t.left.links, right: t.right.links, leftSet: t.left.set, rightSet: t.right.set,
		leftSlot: int32(t.leftSlot), rightSlot: int32(t.rightSlot), needs: c.needs[t.needs],
	}
	if m := child.member(twin); m != nil {
		// The two calls can have targets in several positions: the values are linked in each, in the same way. Whoever
		// follows a link waits for what the first of them needs. A position that needs more is seen through a twin, and the
		// values are linked where the twin stands.
		if len(m.links) == 1 && !slices.ContainsFunc(z.needs, func(n int) bool { return !c.implied(c.needs[m.needs], n) }) {
			z.link = m.links[0]
			c.collect(t.position.set)
			c.zips = append(c.zips, z)
		}
		return
	}
	c.collect(t.position.set)
	c.zips = append(c.zips, z)
	z.link = c.attach(child, twin, t.needs)
	c.passOn(child, *child.member(twin))
	// What is linked to the twin is seen through it.
	for _, m := range twin.position.members[1:] {
		through := member{links: append(linkPath{z.link}, m.links...), set: m.set, needs: c.union(t.needs, m.needs)}
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
	return len(c.alternatives) > 0 && c.alternative(a, b)
}

// fewAlternatives is the number of alternatives up to which they are searched one by one.
const fewAlternatives = 16

// alternative tells whether two fields are sources of the same field of a representation.
func (c *compiler) alternative(a, b *plan.Field) bool {
	if len(c.alternatives) > fewAlternatives && c.alternativesOf == nil {
		c.alternativesOf = make(map[*plan.Field][]alternative)
		for _, x := range c.alternatives {
			c.alternativesOf[x.field] = append(c.alternativesOf[x.field], x)
		}
	}
	ofA, ofB := c.alternatives, c.alternatives
	if c.alternativesOf != nil {
		ofA, ofB = c.alternativesOf[a], c.alternativesOf[b]
	}
	return slices.ContainsFunc(ofA, func(x alternative) bool {
		return x.field == a && slices.Contains(ofB, alternative{b, x.of})
	})
}

// noteAlternatives remembers which fields are sources of the same field of a representation.
func (c *compiler) noteAlternatives(fields []*plan.RepresentationField) {
	for _, f := range fields {
		if len(f.From) > 1 {
			for _, from := range f.From {
				c.alternatives = append(c.alternatives, alternative{from, f})
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
		case l > lacking || !c.completed(request, int(p.set.request)):
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
	return !slices.ContainsFunc(needs, func(n int) bool { return !c.completed(request, n) })
}

func (c *compiler) completed(request, n int) bool { return n < 0 || c.before[request].has(n) }

// typers returns the links of a position to the objects that may know the runtime type better, of those that are there
// when a request starts.
func (c *compiler) typers(p *position, request int) []linkPath {
	if p.set.typ >= 0 {
		return nil
	}
	found := c.paths.Take(len(p.members) - 1)[:0]
	for _, m := range p.members[1:] {
		if c.complete(request, c.needs[m.needs]) {
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
				if _, ok := c.source(p, from); !ok {
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
	n.collector = int32(c.collectors[n.request])
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

// onlyLink is the path of one link.
func onlyLink(link int32) linkPath {
	if int(link) < len(singleLinks) {
		return singleLinks[link : link+1 : link+1]
	}
	return linkPath{link}
}

var singleLinks = [16]int32{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15}

// ownOf is the list of the request that the objects of a position come with.
func (c *compiler) ownOf(p *position) needs {
	if p.set.request < 0 {
		return c.rootNeeds
	}
	return p.members[0].needs
}

// answering is a field of a selection set that answers a field of the client.
type answering struct {
	set  *selectionSet
	slot int
}

// findAnswering notes which fields of selection sets answer each of the client's. A selection set can be a member of
// thousands of positions, one for each alias of the field that leads there, and answer fields for all of them.
func (c *compiler) findAnswering() {
	c.answeringFrom = zeroed(c.answeringFrom, len(c.plan.Operation.Fields)+1)
	from := c.answeringFrom
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
	c.answering = zeroed(c.answering, int(from[len(from)-1]))
	next := append(c.answeringNext[:0], from...)
	composite := 0
	for _, n := range c.sets {
		for i := range n.fields {
			for _, f := range n.fields[i].plan.Serves {
				c.answering[next[f.ID]] = answering{n, i}
				if next[f.ID]++; n.fields[i].set != nil {
					composite++
				}
			}
		}
	}
	c.answeringNext = next
	// There is mostly one position for each field of a selection set to be printed at.
	c.objects.Expected, c.outputFields.Expected = 1+composite, len(c.plan.Operation.Fields)
	c.outputSources.Expected = len(c.answering)
}

// sources finds the fields of a position's members that answer a field of the client, in the order of the members, and
// puts them on top of c.found.
func (c *compiler) sources(p *position, f *operation.Field) []source {
	mark := len(c.found)
	for i := range p.members {
		m := &p.members[i]
		if !c.part.has(c.needs[m.needs]) {
			continue
		}
		for _, s := range c.answering[c.answeringFrom[f.ID]:c.answeringFrom[f.ID+1]] {
			if s.set == m.set && c.part.hasRequest(int(s.set.request)) {
				c.found = append(c.found, source{
					links: m.links, slot: int32(s.slot), field: &m.set.fields[s.slot], needs: c.needs[m.needs],
				})
			}
		}
	}
	return c.found[mark:]
}

// source returns where a plan's field stands among a position's members.
func (c *compiler) source(p *position, f *plan.Field) (source, bool) {
	set := c.setOf(f.Parent)
	if set == nil {
		return source{}, false
	}
	for i := range p.members {
		m := &p.members[i]
		if m.set != set {
			continue
		}
		for i := range m.set.fields {
			if nf := &m.set.fields[i]; nf.plan == f {
				return source{links: m.links, slot: int32(i), field: nf, needs: c.needs[m.needs]}, true
			}
		}
	}
	return source{}, false
}

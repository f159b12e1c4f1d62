package exec

import (
	"slices"

	"github.com/weft-graphql/weft/router/operation"
	"github.com/weft-graphql/weft/router/plan"
)

// own is the link of the object itself.
const own int32 = -1

// place is where the objects of a node stand in the client's answer. What the client asked for there can come from
// several selection sets: the node's own, those of the entity calls that target it, and, for value types that are
// resolved partly in one call and partly in another, twins of the node. The members' objects are linked to the node's.
type place struct {
	node    *node
	members []member
}

// member is one of the nodes that know something of a place's objects.
type member struct {
	// link is the number of the link of the place's objects that leads to the member's object, or own.
	link int32
	node *node
	// needs are the requests that must be complete before the link is set.
	needs []int
}

// zip links twins: where a place's objects have, in one member's slot, the objects of another place, and in a second
// member's slot the same objects as another call sees them, the latter are linked to the former, lists pairwise.
type zip struct {
	place *place
	// left and right are the links of the members, leftSlot and rightSlot the fields' slots.
	left, right         int32
	leftSlot, rightSlot int32
	// link is the number of the link in the left objects that leads to the right ones.
	link int32
	// needs are the requests that must be complete.
	needs []int
}

// join makes a node a member of a place and returns its link.
func (c *compiler) join(p *place, n *node, needs []int) int32 {
	for _, m := range p.members {
		if m.node == n {
			return m.link
		}
	}
	link := int32(p.node.links)
	p.node.links++
	known := p.members
	p.members = append(p.members[:len(known):len(known)], member{link: link, node: n, needs: needs})
	c.memberOf[n] = append(c.memberOf[n], p)
	for j := range n.fields {
		right := &n.fields[j]
		if right.node == nil {
			continue
		}
		for _, m := range known {
			for i := range m.node.fields {
				if left := &m.node.fields[i]; left.node != nil && left.node != right.node && c.same(left.plan, right.plan) {
					c.zip(p, m, i, member{link: link, node: n, needs: needs}, j)
				}
			}
		}
	}
	return link
}

// zip notes that two fields of a place's members are the same value seen by two calls.
func (c *compiler) zip(p *place, left member, leftSlot int, right member, rightSlot int) {
	z := &zip{
		place: p, left: left.link, right: right.link, leftSlot: int32(leftSlot), rightSlot: int32(rightSlot),
		needs: union(union([]int{p.node.request}, left.needs), right.needs),
	}
	c.collect(p.node)
	c.zips = append(c.zips, z)
	z.link = c.join(c.places[left.node.fields[leftSlot].node], right.node.fields[rightSlot].node, z.needs)
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

// targetPlaces returns the places whose objects are the targets of a call that names a selection set. It is the set's
// own place, unless the set is one of several members of an earlier call's place.
func (c *compiler) targetPlaces(at *plan.SelectionSet) []*place {
	n := c.nodeOf[at]
	if n == nil {
		return nil
	}
	places := c.memberOf[n]
	if at.Owner != nil || len(places) == 0 {
		places = append([]*place{c.places[n]}, places...)
	}
	return places
}

// collect asks the parser to note the objects of a node.
func (c *compiler) collect(n *node) {
	if n.collector >= 0 || n.request < 0 {
		return
	}
	n.collector = c.collectors[n.request]
	c.collectors[n.request]++
}

// source is where a field's value can be found from an object of a place.
type source struct {
	link, slot int32
	field      *nodeField
}

// sources finds the fields of a place's members that answer each of the client's fields, in the order of the members.
func (p *place) sources() map[*operation.Field][]source {
	found := make(map[*operation.Field][]source)
	for _, m := range p.members {
		for i := range m.node.fields {
			nf := &m.node.fields[i]
			for _, f := range nf.plan.Serves {
				found[f] = append(found[f], source{link: m.link, slot: int32(i), field: nf})
			}
		}
	}
	return found
}

// source returns where a plan's field stands among a place's members.
func (p *place) source(f *plan.Field) (source, bool) {
	for _, m := range p.members {
		for i := range m.node.fields {
			if nf := &m.node.fields[i]; nf.plan == f {
				return source{link: m.link, slot: int32(i), field: nf}, true
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

package plan

import (
	"slices"
)

// result is a choice of requests with which everything is answered.
type result struct {
	waves     int
	slots     []slot
	nodes     int
	exhausted bool
}

// search finds the fewest requests that answer the operation in that many waves.
//
// Everything that a request can fetch without further requests comes for free, so that the only thing to choose is
// which subgraph is asked in which wave: the smallest set of slots from which all goals follow. First the slots that
// every solution has are taken; that is nearly always all. What remains falls into independent parts, each solved by
// branch and bound: a goal that is not met yet needs at least one slot of a cut (the slots that stand directly between
// it and what is already had), disjoint cuts add up to a bound that no completion can avoid, and branching goes over
// the slots of the smallest cut.
//
// What the assigner has already asked for, for earlier parts of the answer, comes for free.
func (r *run) search(waves int, t *assigner) result {
	r.compile(waves)
	s := r.rules
	for had := range t.sels {
		if had.level <= waves {
			s.choose(had.node.fact + int32(had.level))
		}
	}
	if waves == 1 && len(s.goals) == 0 {
		return result{waves: waves}
	}
	s.seen = zeroed(s.seen, int(s.facts))
	b := &bounder{s: s, budget: r.budget, seen: s.seen, stack: s.stack[:0], cutArena: s.cutArena[:0]}
	defer func() { s.stack, s.cutArena = b.stack, b.cutArena }()
	taken := b.mandatory()
	for _, i := range taken {
		s.choose(s.slotFact[i])
	}
	for _, part := range b.parts() {
		b.solve(part)
		for _, i := range b.best {
			s.choose(s.slotFact[i])
		}
		taken = append(taken, b.best...)
	}
	slices.Sort(taken)
	out := result{waves: waves, nodes: b.nodes, exhausted: b.exhausted}
	for _, i := range taken {
		out.slots = append(out.slots, s.slots[i])
	}
	return out
}

// stepsPerNode is how many facts a node of the budget may look at on average.
const stepsPerNode = 80

// bounder holds the state of the search over rules.
type bounder struct {
	s         *rules
	budget    int
	nodes     int
	exhausted bool
	// steps counts the facts cuts look at: a node of a large operation is more work than one of a small operation.
	steps int

	// seen marks facts of the cut being built, by the number of the cut.
	seen  []int32
	cuts  int32
	stack []int32

	// cutArena holds the cuts of the branch being looked at.
	cutArena []int
	goals    []int32
	// best is the best solution of the part at hand and chosen the slots of the branch being looked at.
	best, chosen []int
	bestLen      int
}

// mandatory returns the slots without which a goal cannot be met. A slot that stands alone in a cut is one; each makes
// more facts hold, which can leave other goals with a single slot.
func (b *bounder) mandatory() []int {
	s := b.s
	mark := len(s.trail)
	var out []int
	for grown := true; grown; {
		grown = false
		// The last goals stand deepest: what leads to them meets others on the way.
		for i := len(s.goals) - 1; i >= 0; i-- {
			g := s.goals[i]
			for !s.holds[g] {
				cut := b.cut(g)
				if len(cut) != 1 {
					break
				}
				out = append(out, cut[0])
				s.choose(s.slotFact[cut[0]])
				grown = true
				b.cutArena = b.cutArena[:0]
			}
			b.cutArena = b.cutArena[:0]
		}
	}
	s.undo(mark)
	return out
}

// cut returns slots of which every way to meet a goal needs at least one that is not chosen yet. Each rule that could
// derive the goal needs the part of its body that does not hold; following one missing fact of each rule backwards
// until slots are reached gives a cut. Slots are preferred over other facts, being the nearest.
func (b *bounder) cut(goal int32) []int {
	s := b.s
	b.cuts++
	b.stack = append(b.stack[:0], goal)
	b.seen[goal] = b.cuts
	from := len(b.cutArena)
	for len(b.stack) > 0 {
		f := b.stack[len(b.stack)-1]
		b.stack = b.stack[:len(b.stack)-1]
		b.steps++
		if i := s.slotOf[f]; i >= 0 {
			if !s.banned[i] {
				b.cutArena = append(b.cutArena, int(i))
			}
			continue
		}
		for _, r := range s.deriving(f) {
			pick := int32(-1)
			dead := false
			for _, x := range s.bodyOf(r) {
				if s.holds[x] {
					continue
				}
				if i := s.slotOf[x]; i >= 0 {
					if s.banned[i] {
						dead = true
						break
					}
					pick = x
				} else if pick < 0 {
					pick = x
				}
			}
			if !dead && pick >= 0 && b.seen[pick] != b.cuts {
				b.seen[pick] = b.cuts
				b.stack = append(b.stack, pick)
			}
		}
	}
	return b.cutArena[from:len(b.cutArena):len(b.cutArena)]
}

// partScratch is memory for finding the parts of a search, and the bounds of them.
type partScratch struct {
	group, lead, cone []int
	open              []int32
	cuts              [][]int
	used              []bool
}

// cone returns all slots that can matter for a goal and are not chosen. The next call overwrites them.
func (b *bounder) cone(goal int32) []int {
	s := b.s
	b.cuts++
	b.stack = append(b.stack[:0], goal)
	b.seen[goal] = b.cuts
	out := s.partly.cone[:0]
	for len(b.stack) > 0 {
		f := b.stack[len(b.stack)-1]
		b.stack = b.stack[:len(b.stack)-1]
		if i := s.slotOf[f]; i >= 0 {
			out = append(out, int(i))
			continue
		}
		for _, r := range s.deriving(f) {
			for _, x := range s.bodyOf(r) {
				if !s.holds[x] && b.seen[x] != b.cuts {
					b.seen[x] = b.cuts
					b.stack = append(b.stack, x)
				}
			}
		}
	}
	s.partly.cone = out
	return out
}

// parts groups the unmet goals by the slots that matter for them: groups without a common slot are independent.
func (b *bounder) parts() [][]int32 {
	s := b.s
	group := zeroed(s.partly.group, len(s.slots))
	for i := range group {
		group[i] = i
	}
	find := func(i int) int {
		for group[i] != i {
			group[i] = group[group[i]]
			i = group[i]
		}
		return i
	}
	open, lead := s.partly.open[:0], s.partly.lead[:0]
	for _, g := range s.goals {
		if s.holds[g] {
			continue
		}
		cone := b.cone(g)
		if len(cone) == 0 {
			continue
		}
		for _, i := range cone[1:] {
			group[find(i)] = find(cone[0])
		}
		open = append(open, g)
		lead = append(lead, cone[0])
	}
	s.partly.group, s.partly.open, s.partly.lead = group, open, lead
	var out [][]int32
	var of []int
	for i, g := range open {
		root := find(lead[i])
		at := slices.Index(of, root)
		if at < 0 {
			at = len(of)
			of = append(of, root)
			out = append(out, nil)
		}
		out[at] = append(out[at], g)
	}
	return out
}

// solve finds the smallest set of slots that meets the goals of a part and leaves it in best.
func (b *bounder) solve(goals []int32) {
	b.goals, b.cutArena = goals, b.cutArena[:0]
	b.best, b.chosen = nil, b.chosen[:0]
	b.bestLen = len(b.s.slots) + 1
	b.branch()
}

// branch looks for solutions that contain the chosen slots.
func (b *bounder) branch() {
	b.nodes++
	if (b.nodes > b.budget || b.steps > stepsPerNode*b.budget) && b.best != nil {
		b.exhausted = true
		return
	}
	mark := len(b.cutArena)
	defer func() { b.cutArena = b.cutArena[:mark] }()
	smallest, bound, ok := b.bound()
	if !ok || len(b.chosen)+bound >= b.bestLen {
		return
	}
	if smallest == nil {
		b.best = slices.Clone(b.chosen)
		b.bestLen = len(b.best)
		return
	}
	s := b.s
	b.order(smallest)
	tried := 0
	for _, i := range smallest {
		mark := len(s.trail)
		s.choose(s.slotFact[i])
		b.chosen = append(b.chosen, i)
		b.branch()
		b.chosen = b.chosen[:len(b.chosen)-1]
		s.undo(mark)
		// Solutions with this slot have been looked at.
		s.banned[i] = true
		tried++
		if b.exhausted || len(b.chosen)+bound >= b.bestLen {
			break
		}
	}
	for _, i := range smallest[:tried] {
		s.banned[i] = false
	}
}

// bound returns the smallest cut among the unmet goals, nil when all are met, and how many more slots are needed at
// least; not ok when a goal cannot be met any more.
func (b *bounder) bound() (smallest []int, bound int, ok bool) {
	s := b.s
	cuts := s.partly.cuts[:0]
	for _, g := range b.goals {
		if s.holds[g] {
			continue
		}
		cut := b.cut(g)
		if len(cut) == 0 {
			return nil, 0, false
		}
		if !slices.ContainsFunc(cuts, func(c []int) bool { return slices.Equal(c, cut) }) {
			cuts = append(cuts, cut)
		}
	}
	s.partly.cuts = cuts
	if len(cuts) == 0 {
		return nil, 0, true
	}
	slices.SortStableFunc(cuts, func(a, c []int) int { return len(a) - len(c) })
	used := zeroed(s.partly.used, len(s.slots))
	s.partly.used = used
	for _, cut := range cuts {
		if !slices.ContainsFunc(cut, func(i int) bool { return used[i] }) {
			bound++
			for _, i := range cut {
				used[i] = true
			}
		}
	}
	return cuts[0], bound, true
}

// order puts the slots first that meet most goals, then earlier waves, then those that resolve most, then the
// order of the subgraphs.
func (b *bounder) order(cut []int) {
	s := b.s
	if len(cut) == 1 {
		return
	}
	gain := make(map[int]int, len(cut))
	for _, i := range cut {
		mark := len(s.trail)
		s.choose(s.slotFact[i])
		for _, g := range b.goals {
			if s.holds[g] {
				gain[i]++
			}
		}
		s.undo(mark)
	}
	slices.SortStableFunc(cut, func(x, y int) int {
		a, c := s.slots[x], s.slots[y]
		switch {
		case gain[x] != gain[y]:
			return gain[y] - gain[x]
		case a.level != c.level:
			return a.level - c.level
		case s.direct[x] != s.direct[y]:
			return int(s.direct[y] - s.direct[x])
		default:
			return a.graph - c.graph
		}
	})
}

package plan

// rules is what the search knows as Horn clauses: slots (a request to a subgraph in a wave) are chosen, and from them
// follows which views of which positions are had in which wave, what is known after each wave, and which goals are met.
//
// Facts are numbered. A rule fires when all facts of its body hold. Deriving is linear in the size of the rules, and
// every derivation is written to a trail, so that taking back a choice costs no more than making it.
type rules struct {
	waves int
	part  int
	slots []slot
	// slotFact is the fact of each slot.
	slotFact []int32
	// slotOf is the slot of a fact, or -1.
	slotOf []int32

	heads []int32
	need  []int32
	// bodies are the facts of each rule: bodyStart[i] to bodyStart[i+1].
	body      []int32
	bodyStart []int32

	facts int32
	// uses lists the rules a fact is in the body of, byHead those that derive it: CSR, built by index.
	uses, usesStart     []int32
	byHead, byHeadStart []int32

	goals []int32
	// direct counts the goals each slot meets by itself once it can be had.
	direct []int32
	// slotAt is one more than the slot of a subgraph in a wave, and whether it is a root selection; 0 when it has none.
	slotAt []int32
	graphs int
	// at, seen, stack and cutArena are memory for the search.
	at, seen, stack []int32
	cutArena        []int
	partly          partScratch

	holds   []bool
	missing []int32
	trail   []int32
	banned  []bool
}

// slot is a request that may be made: to a subgraph, in a wave.
type slot struct {
	graph, level int
	// root tells that it is a root selection, not entities.
	root bool
	// part is the part of the answer it is for: what is deferred does not travel with what is not.
	part int
}

func (s *rules) fact() int32 {
	s.facts++
	s.slotOf = append(s.slotOf, -1)
	return s.facts - 1
}

func (s *rules) factRow(n int) int32 {
	f := s.facts
	s.facts += int32(n)
	for range n {
		s.slotOf = append(s.slotOf, -1)
	}
	return f
}

func (s *rules) rule(head int32, body ...int32) {
	s.heads = append(s.heads, head)
	s.need = append(s.need, int32(len(body)))
	s.bodyStart = append(s.bodyStart, int32(len(s.body)))
	s.body = append(s.body, body...)
}

// slotFor returns the fact of a slot, which it creates on first use.
func (s *rules) slotFor(graph, level int, root bool) int32 {
	at := s.slotIndex(graph, level, root)
	if i := s.slotAt[at]; i > 0 {
		return s.slotFact[i-1]
	}
	f := s.fact()
	s.slotOf[f] = int32(len(s.slots))
	s.slotAt[at] = int32(len(s.slots)) + 1
	s.slots = append(s.slots, slot{graph, level, root, s.part})
	s.slotFact = append(s.slotFact, f)
	return f
}

func (s *rules) slotIndex(graph, level int, root bool) int {
	at := (level*s.graphs + graph) * 2
	if root {
		at++
	}
	return at
}

// release empties the rules and gives their memory back.
func (s *rules) release() {
	*s = rules{
		slots: s.slots[:0], slotFact: s.slotFact[:0], slotOf: s.slotOf[:0], heads: s.heads[:0], need: s.need[:0],
		body: s.body[:0], bodyStart: s.bodyStart[:0], goals: s.goals[:0], trail: s.trail[:0],
		uses: s.uses, usesStart: s.usesStart, byHead: s.byHead, byHeadStart: s.byHeadStart, holds: s.holds,
		missing: s.missing, banned: s.banned, direct: s.direct, slotAt: s.slotAt, at: s.at, seen: s.seen, stack: s.stack, cutArena: s.cutArena,
		partly: s.partly,
	}
	const keep = 1 << 20
	if cap(s.body) < keep && cap(s.slotOf) < keep {
		rulesPool.Put(s)
	}
}

// zeroed returns a slice of n zero values, in the memory of s if it suffices.
func zeroed[T any](s []T, n int) []T {
	if cap(s) < n {
		return make([]T, n, n+n/4)
	}
	s = s[:n]
	clear(s)
	return s
}

// index builds the lookup from facts to rules.
func (s *rules) index() {
	s.bodyStart = append(s.bodyStart, int32(len(s.body)))
	s.usesStart = zeroed(s.usesStart, int(s.facts)+1)
	s.byHeadStart = zeroed(s.byHeadStart, int(s.facts)+1)
	for _, f := range s.body {
		s.usesStart[f+1]++
	}
	for _, h := range s.heads {
		s.byHeadStart[h+1]++
	}
	for i := range s.facts {
		s.usesStart[i+1] += s.usesStart[i]
		s.byHeadStart[i+1] += s.byHeadStart[i]
	}
	s.uses = zeroed(s.uses, len(s.body))
	s.byHead = zeroed(s.byHead, len(s.heads))
	s.at = append(s.at[:0], s.usesStart[:s.facts]...)
	at := s.at
	for r := range s.heads {
		for _, f := range s.bodyOf(int32(r)) {
			s.uses[at[f]] = int32(r)
			at[f]++
		}
	}
	copy(at, s.byHeadStart[:s.facts])
	for r, h := range s.heads {
		s.byHead[at[h]] = int32(r)
		at[h]++
	}
	s.holds = zeroed(s.holds, int(s.facts))
	s.missing = append(s.missing[:0], s.need...)
	s.banned = zeroed(s.banned, len(s.slots))
}

func (s *rules) bodyOf(r int32) []int32 { return s.body[s.bodyStart[r]:s.bodyStart[r+1]] }

func (s *rules) usesOf(f int32) []int32 { return s.uses[s.usesStart[f]:s.usesStart[f+1]] }

func (s *rules) deriving(f int32) []int32 { return s.byHead[s.byHeadStart[f]:s.byHeadStart[f+1]] }

// choose makes a fact hold and derives what follows.
func (s *rules) choose(f int32) {
	if s.holds[f] {
		return
	}
	at := len(s.trail)
	s.holds[f] = true
	s.trail = append(s.trail, f)
	for ; at < len(s.trail); at++ {
		for _, r := range s.usesOf(s.trail[at]) {
			s.missing[r]--
			if h := s.heads[r]; s.missing[r] == 0 && !s.holds[h] {
				s.holds[h] = true
				s.trail = append(s.trail, h)
			}
		}
	}
}

// undo takes back everything after a mark of the trail.
func (s *rules) undo(mark int) {
	for len(s.trail) > mark {
		f := s.trail[len(s.trail)-1]
		s.trail = s.trail[:len(s.trail)-1]
		s.holds[f] = false
		for _, r := range s.usesOf(f) {
			s.missing[r]++
		}
	}
}

// compile turns the positions, nodes and jumps into rules for plans with that many waves.
func (r *run) compile(waves int) {
	s := r.rules
	s.waves, s.part = waves, r.part
	s.graphs = r.t.n
	s.slotAt = zeroed(s.slotAt, (waves+1)*s.graphs*2)
	for _, n := range r.nodes {
		n.fact = s.factRow(waves + 1)
	}
	for _, p := range r.positions {
		r.compileInputs(p)
	}
	for _, n := range r.nodes {
		r.compileNode(n)
	}
	for _, p := range r.positions {
		r.compilePosition(p)
	}
	for _, n := range r.nodes {
		r.compileFields(n)
	}
	s.index()
	s.countDirect(r.nodes)
}

// countDirect counts what each slot resolves: between equally many requests those are better that know more, earlier.
func (s *rules) countDirect(nodes []*node) {
	s.direct = zeroed(s.direct, len(s.slots))
	goal := zeroed(s.at, int(s.facts))
	for _, g := range s.goals {
		goal[g] = 1
	}
	for _, n := range nodes {
		for l := 1; l <= s.waves; l++ {
			for _, r := range s.usesOf(n.fact + int32(l)) {
				if goal[s.heads[r]] == 0 {
					continue
				}
				for _, root := range []bool{false, true} {
					if i := s.slotAt[s.slotIndex(n.graph, l, root)]; i > 0 {
						s.direct[i-1]++
					}
				}
			}
		}
	}
}

// compileInputs numbers what representations may need: known at each level.
func (r *run) compileInputs(p *position) {
	s := r.rules
	each := func(c *class) {
		for _, w := range c.wants {
			if w.input {
				w.knownFact = s.factRow(r.rules.waves + 1)
				for l := 2; l <= s.waves; l++ {
					s.rule(w.knownFact+int32(l), w.knownFact+int32(l-1))
				}
			}
			if w.goal {
				w.goalFact = s.fact()
				if w.part == r.part {
					s.goals = append(s.goals, w.goalFact)
				}
			}
		}
	}
	for _, c := range p.classes {
		each(c)
	}
	if p.unknown != nil {
		each(p.unknown)
		p.typedFact = s.factRow(s.waves + 1)
		for l := 2; l <= s.waves; l++ {
			s.rule(p.typedFact+int32(l), p.typedFact+int32(l-1))
		}
		if p.needType && p.sel != nil && p.part() == r.part {
			s.goals = append(s.goals, p.typedFact+int32(s.waves))
		}
	}
}

// compileNode says how a node is had: as a root, from the fields above it, or by a jump.
func (r *run) compileNode(n *node) {
	s := r.rules
	for l := 1; l <= s.waves; l++ {
		if n.levels&(1<<l) == 0 {
			continue
		}
		f := n.fact + int32(l)
		if n.jump == nil && len(n.parents) == 0 {
			s.rule(f, s.slotFor(n.graph, l, true))
		}
		for _, q := range n.parents {
			if q.special == nil && q.node.levels&(1<<l) != 0 {
				s.rule(f, q.node.fact+int32(l))
			}
		}
	}
}

func (r *run) compilePosition(p *position) {
	s := r.rules
	each := func(c *class) {
		for _, j := range c.jumps {
			if j.node == nil {
				continue
			}
			for l := 2; l <= s.waves; l++ {
				if j.node.levels&(1<<l) != 0 {
					r.compileJump(j, l)
				}
			}
		}
		for _, w := range c.wants {
			for _, sp := range w.specials {
				r.compileSpecial(sp)
			}
		}
	}
	for _, c := range p.classes {
		each(c)
	}
	if p.unknown != nil {
		each(p.unknown)
	}
}

func (r *run) compileJump(j *jump, l int) {
	s := r.rules
	p := j.class.position
	body, ok := r.inputFacts([]int32{s.slotFor(j.entry.graph, l, j.entry.root)}, j.inputs, l-1)
	if !ok {
		return
	}
	if j.typed() {
		body = append(body, p.typedFact+int32(l-1))
	}
	if len(j.inputs) > 0 && !j.entry.back {
		s.rule(j.node.fact+int32(l), body...)
		return
	}
	for _, n := range p.nodes {
		if at := first(n.levels); at != 0 && at < l && n != j.node && j.from(n) {
			for k := at; k < l; k++ {
				if n.levels&(1<<k) != 0 {
					s.rule(j.node.fact+int32(l), append(body[:len(body):len(body)], n.fact+int32(k))...)
				}
			}
		}
	}
}

// inputFacts adds the facts that inputs are known at a level; not ok when one cannot be.
func (r *run) inputFacts(body []int32, inputs []*want, level int) ([]int32, bool) {
	for _, w := range inputs {
		if w.known == 0 || w.known > level {
			return nil, false
		}
		body = append(body, w.knownFact+int32(level))
		if w.child != nil && !w.child.collapsed && w.items != nil && !w.settled {
			if w.child.needType {
				if w.child.typed == 0 || w.child.typed > level {
					return nil, false
				}
				body = append(body, w.child.typedFact+int32(level))
			}
			var ok bool
			if body, ok = r.inputFacts(body, w.child.required, level); !ok {
				return nil, false
			}
		}
	}
	return body, true
}

func (r *run) compileSpecial(sp *special) {
	s := r.rules
	if sp.node == nil {
		return
	}
	sp.fact = s.factRow(s.waves + 1)
	for l := 2; l <= s.waves; l++ {
		if sp.levels&(1<<l) == 0 {
			continue
		}
		body, ok := r.inputFacts([]int32{sp.node.fact + int32(l)}, sp.inputs, l-1)
		if !ok {
			continue
		}
		f := sp.fact + int32(l)
		s.rule(f, body...)
		r.compileKnown(sp.want, f, l)
		if sp.child != nil {
			s.rule(sp.child.fact+int32(l), f)
		}
	}
}

// compileKnown says that a fact of a level makes a want known.
func (r *run) compileKnown(w *want, fact int32, level int) {
	s := r.rules
	if w.goal {
		s.rule(w.goalFact, fact)
	}
	if w.input {
		s.rule(w.knownFact+int32(level), fact)
	}
}

// compileFields says what is known from a node.
func (r *run) compileFields(n *node) {
	s := r.rules
	p := n.position
	each := func(c *class) {
		for _, w := range c.wants {
			if !w.goal && !w.input || n.resolves(w) == nil {
				continue
			}
			for l := 1; l <= s.waves; l++ {
				if n.levels&(1<<l) != 0 {
					r.compileKnown(w, n.fact+int32(l), l)
				}
			}
		}
	}
	if p.unknown != nil && !n.object && n.class == nil {
		for l := 1; l <= s.waves; l++ {
			if n.levels&(1<<l) != 0 {
				s.rule(p.typedFact+int32(l), n.fact+int32(l))
			}
		}
	}
	if n.class != nil {
		each(n.class)
		return
	}
	for _, c := range p.classes {
		if n.sees(c) {
			each(c)
		} else if p.anyOf {
			c.vacuous(func(w *want) {
				for l := 1; l <= s.waves; l++ {
					if n.levels&(1<<l) != 0 {
						r.compileKnown(w, n.fact+int32(l), l)
					}
				}
			})
		}
	}
	if p.unknown != nil {
		each(p.unknown)
	}
}

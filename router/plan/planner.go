package plan

import (
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/weft-graphql/weft/router/operation"
	"github.com/weft-graphql/weft/router/supergraph"
)

// Planner plans operations over one supergraph. It is safe for concurrent use.
type Planner struct {
	sg     *supergraph.Supergraph
	budget int
	// identifies tells that mutations are asked for the keys of the entities they answer with.
	identifies bool

	mu sync.Mutex
	// tables are by the labels that are on, joined; "" is built at once.
	tables map[string]*tables
}

// DefaultBudget is the number of search nodes after which the best plan so far is taken. For large operations, whose
// nodes are more work, it is fewer, so that the search takes a tenth of a second or two at worst.
const DefaultBudget = 20_000

// maxTables bounds how many combinations of override labels are remembered.
const maxTables = 64

// New prepares a planner.
func New(sg *supergraph.Supergraph) *Planner {
	p := &Planner{sg: sg, budget: DefaultBudget, tables: map[string]*tables{}}
	p.tables[""] = newTables(sg, nil)
	return p
}

// WithBudget returns a planner that looks at no more than n search nodes per operation.
func (p *Planner) WithBudget(n int) *Planner {
	return &Planner{sg: p.sg, budget: n, identifies: p.identifies, tables: map[string]*tables{"": p.tables[""]}}
}

// Identifying returns a planner that asks every mutation for the keys of the entities it answers with, so that an entity
// cache can tell which ones have changed.
func (p *Planner) Identifying() *Planner {
	return &Planner{sg: p.sg, budget: p.budget, identifies: true, tables: map[string]*tables{"": p.tables[""]}}
}

func (p *Planner) tablesFor(labels []string) *tables {
	key := strings.Join(labels, "\x00")
	p.mu.Lock()
	defer p.mu.Unlock()
	t := p.tables[key]
	if t == nil {
		t = newTables(p.sg, labels)
		if len(p.tables) < maxTables {
			p.tables[key] = t
		}
	}
	return t
}

// run is the planning of one operation, or of one step of it.
type run struct {
	t      *tables
	op     *operation.Operation
	budget int

	// completeOf tells for each composite field of the operation which subgraphs resolve all below it.
	completeOf []graphs
	places     []*place
	nodes      []*node
	// open are the goals that saturation has not reached; jumps and specials those it has not made.
	open     []*want
	jumps    []*jump
	specials []*special

	rules *rules
	// part is the part of the answer being planned.
	part int

	placeSlab slab[place]
	classSlab slab[class]
	wantSlab  slab[want]
	nodeSlab  slab[node]
}

// rulesPool keeps the memory of rules between operations.
var rulesPool = sync.Pool{New: func() any { return new(rules) }}

// Plan finds the plan with the fewest waves on the critical path and, among those, the fewest requests.
func (p *Planner) Plan(op *operation.Operation) (*Plan, error) {
	t := p.tablesFor(op.Labels)
	b := newBuilder(t, op)
	if op.Kind == ast.Mutation {
		// Mutation fields run one after the other, each with everything it causes.
		for _, f := range op.Root.Fields {
			if f.Def == nil {
				continue
			}
			step := &operation.SelectionSet{Parent: op.Root.Parent, Fields: []*operation.Field{f}}
			if err := p.planRoot(b, t, op, step); err != nil {
				return nil, err
			}
			b.nextStep()
		}
		if p.identifies {
			b.identify()
		}
	} else if slices.ContainsFunc(op.Root.Fields, func(f *operation.Field) bool { return f.Def != nil }) {
		if err := p.planRoot(b, t, op, op.Root); err != nil {
			return nil, err
		}
	}
	return b.finish(), nil
}

func (p *Planner) planRoot(b *builder, t *tables, op *operation.Operation, sel *operation.SelectionSet) error {
	r := &run{t: t, op: op, budget: p.budget, rules: rulesPool.Get().(*rules)}
	defer func() { r.rules.release() }()
	r.findComplete()
	root := r.rootPlace(sel)
	r.findGoals()
	roots := make([]int, 0, len(root.views))
	for _, v := range root.views {
		roots = append(roots, v.graph)
	}
	waves := r.saturate(root, roots)
	if waves == 0 {
		return r.unreachable()
	}
	if err := r.checkSources(); err != nil {
		return err
	}
	t0 := newTaker(r, b)
	parts := 1 + len(op.Defers)
	for r.part = range parts {
		at := waves
		if parts > 1 {
			at = r.wavesFor(r.part)
		}
		if at == 0 {
			continue
		}
		b.stats(r.search(at, t0))
		t0.take(root, at)
		r.rules.release()
		r.rules = rulesPool.Get().(*rules)
	}
	return nil
}

// wavesFor is the wave after which everything a part of the answer asks for can be known; 0 when it asks for nothing.
func (r *run) wavesFor(part int) int {
	waves := 0
	for _, p := range r.places {
		for _, c := range p.classes {
			for _, w := range c.wants {
				if w.goal && w.part == part {
					waves = max(waves, w.known)
				}
			}
		}
		if part == 0 && p.needType && p.sel != nil {
			waves = max(waves, p.typed)
		}
	}
	return waves
}

// findGoals lists what must be known at last.
func (r *run) findGoals() {
	for _, p := range r.places {
		for _, c := range p.classes {
			r.specialsAndJumps(c)
			for _, w := range c.wants {
				if w.goal {
					r.open = append(r.open, w)
				}
			}
		}
		if p.unknown != nil {
			r.specialsAndJumps(p.unknown)
		}
	}
}

func (r *run) specialsAndJumps(c *class) {
	r.jumps = append(r.jumps, c.jumps...)
	for _, w := range c.wants {
		r.specials = append(r.specials, w.specials...)
	}
}

// unreachable explains which field no subgraph can be asked for.
func (r *run) unreachable() error {
	for _, w := range r.open {
		if w.known != 0 {
			continue
		}
		m := w.members[0]
		field := m.def.Parent.Name + "." + m.def.Name
		path := ""
		if m.client != nil {
			path = clientPath(m.client)
		}
		var who []string
		for i := range w.facts.ways {
			who = append(who, r.t.sg.Subgraphs[w.facts.ways[i].graph].Name)
		}
		if len(who) == 0 {
			return fmt.Errorf("cannot plan %s: no subgraph resolves %s", path, field)
		}
		return fmt.Errorf("cannot plan %s: %s is resolved by %s, but no key leads there from where its object is found",
			path, field, strings.Join(who, ", "))
	}
	return fmt.Errorf("cannot plan the operation: the runtime type of an interface object cannot be told")
}

func clientPath(f *operation.Field) string {
	if f.Owner == nil {
		return f.Key
	}
	return clientPath(f.Owner) + "." + f.Key
}

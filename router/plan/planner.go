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

// Identifying returns a planner that asks every mutation for the keys of the entities it answers with, so that an
// entity cache can tell which ones have changed.
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
	completeOf []subgraphSet
	positions  []*position
	nodes      []*node
	// open are the goals that saturation has not reached; jumps and specials those it has not made.
	open     []*want
	jumps    []*jump
	specials []*special

	rules *rules
	// root is the position of the whole selection, and waves the fewest waves in which all of it can be had.
	root  *position
	waves int
	// part is the part of the answer being planned.
	part int

	mem *scratch
}

// rulesPool keeps the memory of rules between operations.
var rulesPool = sync.Pool{New: func() any { return new(rules) }}

// Plan finds the plan with the fewest waves on the critical path and, among those, the fewest requests.
func (p *Planner) Plan(op *operation.Operation) (*Plan, error) {
	t := p.tablesFor(op.Labels)
	mem := scratches.Get().(*scratch)
	defer mem.release()
	b := newBuilder(t, op, mem)
	all := &run{t: t, op: op, mem: mem}
	all.findComplete()
	if op.Kind == ast.Mutation {
		// Mutation fields run one after the other, each with everything it causes.
		for _, f := range op.Root.Fields {
			if f.Def == nil {
				continue
			}
			if err := p.planMutation(b, all, f); err != nil {
				return nil, err
			}
			b.nextStep()
		}
		if p.identifies {
			b.identify()
		}
	} else if slices.ContainsFunc(op.Root.Fields, func(f *operation.Field) bool { return f.Def != nil }) {
		r := p.newRun(all)
		defer func() { r.rules.release() }()
		if err := r.explore(op.Root, everySubgraph); err != nil {
			return nil, err
		}
		r.choose(b, nil)
	}
	return b.finish(), nil
}

// newRun begins a run with what another one for the same operation knows of the whole of it.
func (p *Planner) newRun(all *run) *run {
	return &run{
		t: all.t, op: all.op, completeOf: all.completeOf, budget: p.budget, rules: rulesPool.Get().(*rules), mem: all.mem,
	}
}

// everySubgraph stands for all subgraphs that have a root type.
const everySubgraph = -1

// explore finds out how a root selection can be answered, from one subgraph's root or from those of every subgraph.
func (r *run) explore(sel *operation.SelectionSet, from int) error {
	r.root = r.rootPosition(sel, from)
	r.findGoals()
	roots := make([]int, 0, len(r.root.views))
	for _, v := range r.root.views {
		roots = append(roots, v.graph)
	}
	if r.waves = r.saturate(r.root, roots); r.waves == 0 {
		return r.unreachable()
	}
	return r.checkSources()
}

// choose picks the requests of each part of the answer and takes what is selected from them. first is the result of the
// search for the first part, if there has been one.
func (r *run) choose(b *builder, first *result) {
	t := newAssigner(r, b)
	for r.part = range 1 + len(r.op.Defers) {
		at := r.wavesOf(r.part)
		if at == 0 {
			continue
		}
		if r.part > 0 || first == nil {
			res := r.search(at, t)
			first = &res
		}
		b.stats(*first)
		t.assign(r.root, at)
		r.rules.release()
		r.rules = rulesPool.Get().(*rules)
	}
}

// wavesOf is the number of waves that a part of the answer takes; 0 when it asks for nothing.
func (r *run) wavesOf(part int) int {
	if len(r.op.Defers) == 0 {
		return r.waves
	}
	return r.wavesFor(part)
}

// wavesFor is the wave after which everything a part of the answer asks for can be known; 0 when it asks for nothing.
func (r *run) wavesFor(part int) int {
	waves := 0
	for _, p := range r.positions {
		for _, c := range p.classes {
			for _, w := range c.wants {
				if w.goal && w.part == part {
					waves = max(waves, w.known)
				}
			}
		}
		if p.part() == part && p.needType && p.sel != nil {
			waves = max(waves, p.typed)
		}
	}
	return waves
}

// findGoals lists what must be known at last.
func (r *run) findGoals() {
	for _, p := range r.positions {
		for _, c := range p.classes {
			r.specialsAndJumps(c)
			for _, w := range c.wants {
				if w.goal {
					r.open = r.mem.wantLists.Append(r.open, w)
				}
			}
		}
		if p.unknown != nil {
			r.specialsAndJumps(p.unknown)
		}
	}
}

func (r *run) specialsAndJumps(c *class) {
	for _, j := range c.jumps {
		r.jumps = r.mem.jumpLists.Append(r.jumps, j)
	}
	for _, w := range c.wants {
		for _, s := range w.specials {
			r.specials = r.mem.specialLists.Append(r.specials, s)
		}
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
		for i := range w.facts.resolvers {
			who = append(who, r.t.sg.Subgraphs[w.facts.resolvers[i].graph].Name)
		}
		if len(who) == 0 {
			return fmt.Errorf("cannot plan %s: no subgraph resolves %s", path, field)
		}
		err := fmt.Errorf("cannot plan %s: %s is resolved by %s, but no key leads there from where its object is found",
			path, field, strings.Join(who, ", "))
		if typ := w.class.position.typ; typ.IsAbstract() && typ.Possible.Empty() {
			return &UntypedError{err}
		}
		return err
	}
	return fmt.Errorf("cannot plan the operation: the runtime type of an interface object cannot be told")
}

// UntypedError tells that there is no plan for a field of an interface that no type implements, but that interface
// objects stand for. The reference composes such graphs, since there is no type whose fields could be out of reach,
// and has no plan for the field either.
type UntypedError struct{ error }

func clientPath(f *operation.Field) string {
	if f.Owner == nil {
		return f.Key
	}
	return clientPath(f.Owner) + "." + f.Key
}

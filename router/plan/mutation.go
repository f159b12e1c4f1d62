package plan

import (
	"fmt"
	"strings"

	"github.com/weft-graphql/weft/router/operation"
)

// planMutation plans a root field of a mutation. It is run once: of the subgraphs that share it, that one is asked from
// which the rest of the selection can be had in the fewest waves, then with the fewest requests. What that one does not
// resolve comes by keys, even if another subgraph that shares the field would have known all.
func (p *Planner) planMutation(b *builder, all *run, f *operation.Field) error {
	ways := all.t.facts(f.Def).resolvers
	if len(ways) == 0 {
		return fmt.Errorf("cannot plan %s: no subgraph resolves %s.%s", clientPath(f), f.Def.Parent.Name, f.Def.Name)
	}
	sel := &operation.SelectionSet{Parent: all.op.Root.Parent, Fields: []*operation.Field{f}}
	var best, r *run
	var found, res *result
	var failed error
	for i := range ways {
		r, res = p.newRun(all), nil
		if err := r.explore(sel, ways[i].graph); err != nil {
			r.rules.release()
			if failed == nil {
				failed = err
			}
			continue
		}
		if at := r.wavesOf(0); len(ways) > 1 && r.waves > 1 && at > 0 && (best == nil || r.waves <= best.waves) {
			first := r.search(at, newAssigner(r, b))
			res = &first
		}
		if best != nil {
			if !better(r, res, best, found) {
				r.rules.release()
				continue
			}
			best.rules.release()
		}
		best, found = r, res
		if r.waves == 1 {
			break
		}
	}
	if best == nil {
		return all.t.explainOnce(failed, ways)
	}
	defer func() { best.rules.release() }()
	best.choose(b, found)
	return nil
}

// better tells whether one way to answer a mutation field is better than another: by its waves, then by its requests
// for the first part of the answer.
func better(r *run, res *result, best *run, found *result) bool {
	if r.waves != best.waves || res == nil || found == nil {
		return r.waves < best.waves
	}
	return len(res.slots) < len(found.slots)
}

// explainOnce adds to the reason why a mutation field cannot be planned that it must not be run by several subgraphs,
// though together they may know all of its selection.
func (t *tables) explainOnce(failed error, ways []resolver) error {
	if len(ways) < 2 {
		return failed
	}
	var names []string
	for i := range ways {
		names = append(names, t.sg.Subgraphs[ways[i].graph].Name)
	}
	return fmt.Errorf(
		"%w (the mutation field is shared by %s, but may be run by one of them only)",
		failed,
		strings.Join(names, ", "),
	)
}

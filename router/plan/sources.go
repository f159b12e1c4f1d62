package plan

import (
	"fmt"

	"github.com/vektah/gqlparser/v2/ast"
)

// checkSources refuses operations in which a field selected on an abstract type could only be answered by asking one
// subgraph about some runtime types and another about the rest, although both claim to resolve the whole value and both
// mark the field @external where they do not. Each says that the other knows better: such a supergraph is corrupt, and
// its answers would be, too. Where a subgraph just does not have the field, both are asked.
func (r *run) checkSources() error {
	for _, p := range r.positions {
		if p.sel == nil || len(p.views) < 2 || len(p.classes) < 2 || p.anyOf {
			continue
		}
		for _, f := range p.sel.Fields {
			if f.Def == nil || f.Selection != nil || f.Def.Parent.Kind == ast.Object {
				continue
			}
			corrupt := true
			for _, v := range p.views {
				corrupt = corrupt && r.deniedBy(p, v, f.Def.Name)
			}
			if corrupt {
				return fmt.Errorf("cannot plan %s: no subgraph that resolves %s can also lead to %s for all its types",
					clientPath(f), clientPath(f.Owner), f.Def.Name)
			}
		}
	}
	return nil
}

// deniedBy tells whether a subgraph marks a field @external that cannot be had for all classes of a position starting
// there.
func (r *run) deniedBy(p *position, v view, name string) bool {
	for _, c := range p.classes {
		def := c.rep.Field(name)
		if def == nil {
			continue
		}
		reach := newSubgraphSet(r.t.n)
		reach.add(v.graph)
		entries := r.t.types[c.rep.ID].entries
		for grown := true; grown; {
			grown = false
			for i := range entries {
				if e := &entries[i]; !reach.has(e.graph) && !e.back && r.keyReadable(c, e, reach) {
					reach.add(e.graph)
					grown = true
				}
			}
		}
		found := false
		for i := range r.t.facts(def).resolvers {
			found = found || reach.has(r.t.facts(def).resolvers[i].graph)
		}
		for _, set := range v.provided {
			found = found || providesField(set, name, c.rep)
		}
		if in := def.In[v.graph]; !found && in != nil && in.External {
			return true
		}
	}
	return false
}

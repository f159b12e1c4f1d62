package plan

import (
	"fmt"

	"github.com/vektah/gqlparser/v2/ast"
)

// checkSources refuses operations in which a field selected on an abstract type could only be answered by asking one
// subgraph about some runtime types and another about the rest, although both claim to resolve the whole value. A
// composed supergraph never needs that; one that does is corrupt, and its answers would be, too.
func (r *run) checkSources() error {
	for _, p := range r.places {
		if p.sel == nil || len(p.views) < 2 || len(p.classes) < 2 || p.anyOf {
			continue
		}
		for _, f := range p.sel.Fields {
			if f.Def == nil || f.Selection != nil || f.Def.Parent.Kind == ast.Object {
				continue
			}
			ok := false
			for _, v := range p.views {
				if r.answeredFrom(p, v, f.Def.Name) {
					ok = true
					break
				}
			}
			if !ok {
				return fmt.Errorf("cannot plan %s: no subgraph that resolves %s can also lead to %s for all its types",
					clientPath(f), clientPath(f.Owner), f.Def.Name)
			}
		}
	}
	return nil
}

// answeredFrom tells whether a field can be had for all classes of a place starting from one subgraph.
func (r *run) answeredFrom(p *place, v view, name string) bool {
	for _, c := range p.classes {
		def := c.rep.Field(name)
		if def == nil {
			continue
		}
		reach := newGraphs(r.t.n)
		reach.add(v.graph)
		entries := r.t.types[c.rep.ID].entries
		for grown := true; grown; {
			grown = false
			for i := range entries {
				if e := &entries[i]; !reach.has(e.graph) && r.keyReadable(c, e, reach) {
					reach.add(e.graph)
					grown = true
				}
			}
		}
		found := false
		for i := range r.t.facts(def).ways {
			found = found || reach.has(r.t.facts(def).ways[i].graph)
		}
		for _, set := range v.provided {
			found = found || providesField(set, name, c.rep)
		}
		if !found {
			return false
		}
	}
	return true
}

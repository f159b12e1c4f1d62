package cache

import (
	"slices"

	"github.com/weft-graphql/weft/router/plan"
	"github.com/weft-graphql/weft/router/supergraph"
)

// maxContained bounds the entities one value depends on one by one; a value with more depends on their types instead.
const maxContained = 64

// contained lists the members that the value of a field depends on because of the entities in it. A root field that is
// a list of entities, or found none, also depends on the types of these: a new entity may belong there.
func (r *requestCache) contained(fp *fieldProgram, raw []byte) []string {
	w := walker{graph: r.graph.supergraph, subgraph: r.req.Subgraph}
	var members []string
	types := map[string]bool{}
	w.visit = func(t *supergraph.Type, object []byte, set *plan.SelectionSet) {
		types[t.Name] = true
		if len(members) > maxContained {
			return
		}
		for _, shape := range keyShapes(t, r.req.Subgraph.ID) {
			key := shape.appendKey(nil, func(name string) []byte { return selectedMember(set, object, name) })
			if key == nil {
				continue
			}
			if m := entityMember(r.subgraph, t.Name, key); !slices.Contains(members, m) {
				members = append(members, m)
			}
		}
	}
	w.value(fp.field, raw, 0)
	if len(members) > maxContained {
		members = members[:0]
		for name := range types {
			members = append(members, changedMember(r.subgraph, name))
		}
	}
	if fp.root {
		for _, t := range w.listed(fp.field, isNull(raw)) {
			if m := changedMember(r.subgraph, t); !slices.Contains(members, m) {
				members = append(members, m)
			}
		}
	}
	return members
}

// walker finds the entities in a value, guided by what was selected.
type walker struct {
	graph    *supergraph.Supergraph
	subgraph *supergraph.Subgraph
	// visit is called for every object of an entity type.
	visit func(t *supergraph.Type, object []byte, set *plan.SelectionSet)
}

func (w *walker) value(f *plan.Field, raw []byte, depth int) {
	if f.Selection == nil || len(raw) == 0 || depth > maxDepth {
		return
	}
	switch raw[0] {
	case '[':
		e := elementsOf(raw)
		for {
			item, ok := e.next()
			if !ok {
				return
			}
			w.value(f, item, depth+1)
		}
	case '{':
		w.object(f.Selection, raw, depth+1)
	}
}

func (w *walker) object(set *plan.SelectionSet, object []byte, depth int) {
	t := w.runtimeType(set, object)
	if t != nil && w.isEntity(t) {
		w.visit(t, object, set)
	}
	m := membersOf(object)
	for {
		name, value, ok := m.next()
		if !ok {
			return
		}
		if value[0] != '{' && value[0] != '[' {
			continue
		}
		for _, f := range set.Fields {
			if f.Key == string(name) && f.Selection != nil && (t == nil || t.ObjectIndex < 0 || f.On.Has(t.ObjectIndex)) {
				w.value(f, value, depth)
				break
			}
		}
	}
}

// runtimeType is the type of an object: the declared one, or what its __typename says; nil when that is not known.
func (w *walker) runtimeType(set *plan.SelectionSet, object []byte) *supergraph.Type {
	for _, f := range set.Fields {
		if f.IsTypename() {
			if name, ok := unquote(member(object, f.Key)); ok {
				return w.graph.Type(name)
			}
		}
	}
	if set.Type.IsAbstract() && !w.isEntity(set.Type) {
		return nil
	}
	return set.Type
}

func (w *walker) isEntity(t *supergraph.Type) bool {
	return w.subgraph.ID < len(t.In) && t.In[w.subgraph.ID] != nil && len(t.In[w.subgraph.ID].Keys) > 0
}

// listed names the entity types that a selection lists (or could have found, when it is empty): whether an entity is
// among them can change when any entity of the type changes.
func (w *walker) listed(f *plan.Field, empty bool) []string {
	var names []string
	var walk func(f *plan.Field, counts bool)
	walk = func(f *plan.Field, counts bool) {
		if f.Selection == nil {
			return
		}
		counts = counts || f.Def.Type.Elem != nil
		if t := f.Selection.Type; counts {
			if w.isEntity(t) {
				names = append(names, t.Name)
			} else if t.IsAbstract() {
				for i := range t.Possible.All {
					if o := w.graph.Objects[i]; w.isEntity(o) && !slices.Contains(names, o.Name) {
						names = append(names, o.Name)
					}
				}
			}
		}
		for _, sub := range f.Selection.Fields {
			if !sub.IsTypename() {
				walk(sub, false)
			}
		}
	}
	walk(f, empty)
	return names
}

// selectedMember returns the raw value of a field without arguments in an object, whatever its response key is.
func selectedMember(set *plan.SelectionSet, object []byte, name string) []byte {
	for _, f := range set.Fields {
		if f.Def != nil && f.Def.Name == name && len(f.Args) == 0 {
			if v := member(object, f.Key); v != nil {
				return v
			}
		}
	}
	return nil
}

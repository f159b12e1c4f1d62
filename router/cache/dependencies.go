package cache

import (
	"slices"

	"github.com/weft-graphql/weft/router/cache/clock"
	"github.com/weft-graphql/weft/router/jsontext"
	"github.com/weft-graphql/weft/router/plan"
	"github.com/weft-graphql/weft/router/supergraph"
)

// maxContained bounds the entities one value depends on one by one; a value with more depends on their types instead.
const maxContained = 64

// contained lists the members that the value of a field depends on because of the entities in it: these, their types,
// and the tags that the schema gives them. An entity whose key was not selected cannot be told from others: the value
// then depends on any change of an entity of its type. A root field that is a list of entities, or found none, does so
// too: a new entity may belong there.
func (r *requestCache) contained(fp *fieldProgram, raw []byte) []string {
	w := walker{graph: r.graph.supergraph, subgraph: r.req.Subgraph}
	d := containedEntities{subgraph: r.subgraph}
	w.visit = func(t *supergraph.Type, object []byte, set *plan.SelectionSet) {
		known := r.graph.named(t, r.req.Subgraph.ID, selectedFields(t, set, object))
		d.see(t.Name, !known.any())
		if !known.any() {
			return
		}
		for _, key := range known {
			if key != nil {
				d.entity(clock.EntityMember(r.subgraph, t.Name, key))
			}
		}
		for _, member := range r.graph.namesDeps(nil, r.req.Subgraph, t, known) {
			if clock.IsNarrow(member) {
				d.entity(member)
			} else {
				d.add(member)
			}
		}
	}
	w.value(fp.field, raw, 0)
	if fp.root {
		for _, t := range w.listed(fp.field, isNull(raw)) {
			d.see(t, true)
		}
	}
	return d.members()
}

// containedEntities collects what a value depends on.
type containedEntities struct {
	subgraph string
	entities []string
	// others are wide members, of which there are as many as the schema has keys.
	others []string
	types  []seenType
}

// seenType is a type, and whether the value depends on all of its entities, whatever they are.
type seenType struct {
	name  string
	whole bool
}

func (d *containedEntities) entity(member string) {
	if len(d.entities) <= maxContained && !slices.Contains(d.entities, member) {
		d.entities = append(d.entities, member)
	}
}

func (d *containedEntities) add(member string) {
	if !slices.Contains(d.others, member) {
		d.others = append(d.others, member)
	}
}

func (d *containedEntities) see(name string, whole bool) {
	for i := range d.types {
		if d.types[i].name == name {
			d.types[i].whole = d.types[i].whole || whole
			return
		}
	}
	d.types = append(d.types, seenType{name, whole})
}

func (d *containedEntities) members() []string {
	out := d.entities
	many := len(d.entities) > maxContained
	if many {
		out = nil
	}
	out = append(out, d.others...)
	for _, t := range d.types {
		out = append(out, clock.TypeMember(d.subgraph, t.name))
		if t.whole || many {
			out = append(out, clock.ChangedMember(d.subgraph, t.name))
		}
	}
	return out
}

// walker finds the entities in a value, guided by what was selected.
type walker struct {
	graph    *supergraph.Supergraph
	subgraph *supergraph.Subgraph
	// visit is called for every object of an entity type.
	visit func(t *supergraph.Type, object []byte, set *plan.SelectionSet)
	// null, when it is set, is called for every null where an object could be, with its selection.
	null func(set *plan.SelectionSet)
	// served leaves out what the client did not ask for.
	served bool
}

func (w *walker) follows(f *plan.Field) bool { return !w.served || len(f.Serves) > 0 }

func (w *walker) value(f *plan.Field, raw []byte, depth int) {
	if f.Selection == nil || len(raw) == 0 || depth > jsontext.MaxDepth {
		return
	}
	switch raw[0] {
	case '[':
		for item := range jsontext.Elements(raw) {
			w.value(f, item, depth+1)
		}
	case '{':
		w.object(f.Selection, raw, depth+1)
	case 'n':
		if w.null != nil {
			w.null(f.Selection)
		}
	}
}

func (w *walker) object(set *plan.SelectionSet, object []byte, depth int) {
	t := w.runtimeType(set, object)
	switch {
	case t == nil:
		for i := range set.Type.Possible.All {
			if o := w.graph.Objects[i]; w.isEntity(o) {
				w.visit(o, object, set)
			}
		}
	case w.isEntity(t):
		w.visit(t, object, set)
	}
	for name, value := range jsontext.Members(object) {
		if value[0] != '{' && value[0] != '[' && (w.null == nil || value[0] != 'n') {
			continue
		}
		for _, f := range set.Fields {
			if f.Key == string(name) && f.Selection != nil && w.follows(f) &&
				(t == nil || t.ObjectIndex < 0 || f.On.Has(t.ObjectIndex)) {
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
			if name, ok := unquote(jsontext.Member(object, f.Key)); ok {
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

// selectedFields looks up the fields without arguments of an object of type t, whatever their response keys are.
func selectedFields(t *supergraph.Type, set *plan.SelectionSet, object []byte) fieldLookup {
	return func(name string) ([]byte, *plan.SelectionSet) {
		for _, f := range set.Fields {
			if f.Def == nil || f.Def.Name != name || len(f.Args) > 0 || f.Directed || !isSelectedFor(t, set, f) {
				continue
			}
			if v := jsontext.Member(object, f.Key); v != nil {
				return v, f.Selection
			}
		}
		return nil, nil
	}
}

// isSelectedFor tells whether a field's response key stands for that field in objects of a type. Under one key there
// can be different fields of different types; of an object whose type nobody told there is no knowing which of them
// it is.
func isSelectedFor(t *supergraph.Type, set *plan.SelectionSet, f *plan.Field) bool {
	if t.ObjectIndex >= 0 {
		return f.On.Has(t.ObjectIndex)
	}
	return !slices.ContainsFunc(set.Fields, func(o *plan.Field) bool {
		return o.Key == f.Key && (o.Def == nil || o.Def.Name != f.Def.Name || len(o.Args) > 0 || o.Directed)
	})
}

package plan

import (
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/weft-graphql/weft/router/supergraph"
)

// tables are the facts about a supergraph that planning looks up, for one set of override labels. They do not change.
type tables struct {
	sg *supergraph.Supergraph
	n  int
	// fields are by Type.ID and Field.Index.
	fields [][]fieldFacts
	types  []typeFacts
	// everywhere is the set of all subgraphs.
	everywhere subgraphSet
	// scalars are the subgraphs that have a built-in scalar, found when first asked for; see knowsInput.
	scalars     map[string]subgraphSet
	scalarsOnce sync.Once
}

// resolver is how one subgraph resolves a field of a type.
type resolver struct {
	graph int
	// as is the type the subgraph resolves it on: the type itself, or an interface the subgraph defines as an object.
	as  *supergraph.Type
	def *supergraph.Field
	in  *supergraph.FieldIn
}

// special tells that the field needs a representation with more than the key.
func (w *resolver) special() bool { return len(w.in.Requires) > 0 || len(w.in.ContextArguments) > 0 }

// fieldFacts tells who resolves a field of an object type or, for values whose type is not known yet, an interface.
type fieldFacts struct {
	// resolvers are in the order of the subgraphs.
	resolvers []resolver
	// plain are the subgraphs that resolve the field on the type itself without further input.
	plain subgraphSet
	// special tells that some way needs @requires inputs or contexts.
	special bool
	// provided tells that some subgraph can resolve it below a @provides only.
	provided bool
	// class is equal for fields of all types that are resolved the same way.
	class int32
	// common are the types that all subgraphs resolving this field of abstract type can return; nil when they agree.
	common supergraph.TypeSet
}

// typeFacts tells how objects of a type can be entered and what subgraphs know of it.
type typeFacts struct {
	// entries are the ways into subgraphs by a representation.
	entries []entry
	// known are the subgraphs in which a value of the type can occur, as itself or as an interface object.
	known subgraphSet
	// object are the subgraphs that define this interface as an object.
	object subgraphSet
	// class is equal for types with the same entries.
	class int32
	// provides tells that a field of this type is below some @provides.
	provides bool
}

// entry is one @key by which an object can be fetched from a subgraph.
type entry struct {
	graph int
	as    *supergraph.Type
	key   supergraph.FieldSet
	// root tells that there is no key: the type is a root type.
	root bool
	// back tells that the key is not resolvable: it only leads an object back to the subgraph it came from, with what a
	// field requires there.
	back bool
	// untyped tells that the result does not tell the runtime type: as is an interface object there.
	untyped bool
}

func newTables(sg *supergraph.Supergraph, labels []string) *tables {
	t := &tables{sg: sg, n: len(sg.Subgraphs), everywhere: newSubgraphSet(len(sg.Subgraphs))}
	for g := range sg.Subgraphs {
		t.everywhere.add(g)
	}
	t.fields = make([][]fieldFacts, len(sg.Types))
	t.types = make([]typeFacts, len(sg.Types))
	fieldClasses, typeClasses := map[string]int32{}, map[string]int32{}
	for _, typ := range sg.Types {
		if !typ.IsComposite() {
			continue
		}
		t.types[typ.ID] = t.typeFacts(typ, typeClasses)
		t.fields[typ.ID] = make([]fieldFacts, len(typ.Fields))
		for i, f := range typ.Fields {
			t.fields[typ.ID][i] = t.fieldFacts(typ, f, labels, fieldClasses)
		}
	}
	t.markProvides()
	return t
}

func (t *tables) facts(f *supergraph.Field) *fieldFacts { return &t.fields[f.Parent.ID][f.Index] }

func (t *tables) typeFacts(typ *supergraph.Type, classes map[string]int32) typeFacts {
	f := typeFacts{known: newSubgraphSet(t.n), object: newSubgraphSet(t.n)}
	add := func(as *supergraph.Type) {
		for g, in := range as.In {
			if in == nil || as != typ && !in.InterfaceObject {
				continue
			}
			f.known.add(g)
			if in.InterfaceObject {
				f.object.add(g)
			}
			for _, k := range in.Keys {
				if back := !k.Resolvable; len(k.FieldSet) > 0 && (!back || leadsBack(as, g)) {
					f.entries = append(f.entries, entry{graph: g, as: as, key: k.FieldSet, untyped: in.InterfaceObject, back: back})
				}
			}
		}
	}
	add(typ)
	if typ.Kind == ast.Object {
		for _, i := range typ.Interfaces {
			add(i)
		}
	}
	if typ == t.sg.Query || typ == t.sg.Mutation {
		f.entries = nil
		for g, in := range typ.In {
			if in != nil {
				f.entries = append(f.entries, entry{graph: g, as: typ, root: true})
			}
		}
	}
	// Smaller keys first within a subgraph; the order decides between keys that cost the same.
	slices.SortStableFunc(f.entries, func(a, b entry) int {
		if a.graph != b.graph {
			return a.graph - b.graph
		}
		return fieldSetSize(a.key) - fieldSetSize(b.key)
	})
	var sig strings.Builder
	for _, e := range f.entries {
		sig.WriteString(strconv.Itoa(e.graph))
		sig.WriteByte('/')
		if e.as != typ {
			sig.WriteString(e.as.Name)
		}
		if e.back {
			sig.WriteByte('<')
		}
		writeFieldSet(&sig, e.key)
		writeInputTypes(&sig, typ, e.key)
		sig.WriteByte(';')
	}
	for g := range f.known.all {
		sig.WriteString(strconv.Itoa(g) + ",")
	}
	if len(typ.Contexts) > 0 {
		sig.WriteString(typ.Name) // what is read of its objects is not what is read of others
	}
	f.class = intern(classes, sig.String())
	return f
}

// leadsBack tells whether a subgraph needs representations by a key that is not resolvable there: a field requires
// something, and no other key of the type is.
func leadsBack(typ *supergraph.Type, g int) bool {
	if slices.ContainsFunc(typ.In[g].Keys, func(k *supergraph.Key) bool { return k.Resolvable && len(k.FieldSet) > 0 }) {
		return false
	}
	return slices.ContainsFunc(typ.Fields, func(f *supergraph.Field) bool {
		return f.In[g] != nil && len(f.In[g].Requires) > 0
	})
}

func intern(classes map[string]int32, s string) int32 {
	id, ok := classes[s]
	if !ok {
		id = int32(len(classes))
		classes[s] = id
	}
	return id
}

func (t *tables) fieldFacts(
	typ *supergraph.Type,
	f *supergraph.Field,
	labels []string,
	classes map[string]int32,
) fieldFacts {
	out := fieldFacts{plain: newSubgraphSet(t.n)}
	add := func(as *supergraph.Type, def *supergraph.Field) {
		for g, in := range def.In {
			if in == nil || as.In[g] == nil || as != typ && !as.In[g].InterfaceObject {
				continue
			}
			if in.External {
				out.provided = true
				continue
			}
			if overridden(in, labels) {
				continue
			}
			w := resolver{graph: g, as: as, def: def, in: in}
			out.resolvers = append(out.resolvers, w)
			if w.special() {
				out.special = true
			} else {
				out.plain.add(g)
			}
		}
	}
	add(typ, f)
	if typ.Kind == ast.Object {
		for _, i := range typ.Interfaces {
			if def := i.Field(f.Name); def != nil {
				add(i, def)
			}
		}
	}
	slices.SortStableFunc(out.resolvers, func(a, b resolver) int { return a.graph - b.graph })
	out.common = t.commonTypes(f, out.resolvers)
	var sig strings.Builder
	for _, w := range out.resolvers {
		sig.WriteString(strconv.Itoa(w.graph))
		if w.as != typ {
			sig.WriteString("/" + w.as.Name)
		}
		if w.special() {
			sig.WriteString("?")
			writeFieldSet(&sig, w.in.Requires)
			writeInputTypes(&sig, typ, w.in.Requires)
			for _, c := range w.in.ContextArguments {
				sig.WriteString("$" + c.Context + c.Name + c.Selection)
			}
		}
		if len(w.in.Provides) > 0 {
			sig.WriteString("!")
			writeFieldSet(&sig, w.in.Provides)
		}
		sig.WriteString(";" + w.in.Type.String())
	}
	out.class = intern(classes, sig.String())
	return out
}

// commonTypes returns the types that all resolvers of a field know, when they do not all know the same.
func (t *tables) commonTypes(f *supergraph.Field, ways []resolver) supergraph.TypeSet {
	if !f.Named.IsAbstract() || len(ways) < 2 {
		return nil
	}
	var all, any supergraph.TypeSet
	for i, w := range ways {
		decl := t.sg.Type(w.in.Type.Name())
		if decl == nil || decl.In[w.graph] == nil {
			continue
		}
		possible := decl.In[w.graph].Possible
		if i == 0 {
			all = possible
		}
		all, any = all.And(possible), any.Or(possible)
	}
	if all.Equal(any) {
		return nil
	}
	return all
}

// overridden tells whether another subgraph resolves the field instead (@override).
func overridden(in *supergraph.FieldIn, labels []string) bool {
	if in.Overridden && (in.OverriddenLabel == "" || slices.Contains(labels, in.OverriddenLabel)) {
		return true
	}
	return in.Override != "" && in.OverrideLabel != "" && !slices.Contains(labels, in.OverrideLabel)
}

// markProvides marks the types whose fields are named by some @provides.
func (t *tables) markProvides() {
	var mark func(typ *supergraph.Type, set supergraph.FieldSet)
	mark = func(typ *supergraph.Type, set supergraph.FieldSet) {
		t.types[typ.ID].provides = true
		for o := range typ.Possible.All {
			t.types[t.sg.Objects[o].ID].provides = true
		}
		for _, item := range set {
			switch {
			case item.On != nil:
				mark(item.On, item.Items)
			case item.Field != nil && len(item.Items) > 0:
				mark(item.Field.Named, item.Items)
			}
		}
	}
	for _, typ := range t.sg.Types {
		for _, f := range typ.Fields {
			for _, in := range f.In {
				if in != nil && len(in.Provides) > 0 {
					mark(f.Named, in.Provides)
				}
			}
		}
	}
}

// writeInputTypes writes which types a type's fields in a field set have in the subgraphs: where they differ, fields of
// several runtime types cannot be asked for under one response key.
func writeInputTypes(b *strings.Builder, typ *supergraph.Type, set supergraph.FieldSet) {
	for _, item := range set {
		if item.On != nil {
			writeInputTypes(b, typ, item.Items)
			continue
		}
		f := typ.Field(item.Name)
		if f == nil {
			continue
		}
		for g, in := range f.In {
			if in != nil {
				b.WriteString(" " + strconv.Itoa(g) + ":" + in.Type.String())
			}
		}
	}
}

func fieldSetSize(set supergraph.FieldSet) int {
	n := 0
	for _, item := range set {
		n += 1 + fieldSetSize(item.Items)
	}
	return n
}

func writeFieldSet(b *strings.Builder, set supergraph.FieldSet) {
	for i, item := range set {
		if i > 0 {
			b.WriteByte(' ')
		}
		if item.On != nil {
			b.WriteString("...on " + item.On.Name)
		} else {
			b.WriteString(item.Name)
			for _, a := range item.Args {
				b.WriteString("(" + a.Name + ":" + a.Value.String() + ")")
			}
		}
		if len(item.Items) > 0 {
			b.WriteByte('{')
			writeFieldSet(b, item.Items)
			b.WriteByte('}')
		}
	}
}

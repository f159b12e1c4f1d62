package supergraph

import (
	"slices"

	"github.com/vektah/gqlparser/v2/ast"
)

// related is one join__implements or join__unionMember: the abstract type and the object type it relates, by name, in
// the graph of that name.
type related struct{ abstract, object, graph string }

// relations are all of them, read once: types can have thousands.
type relations struct {
	joined map[related]bool
	// any are the types that have such a directive. Documents older than join v0.3 have none and mean every graph.
	any map[string]bool
	// implementers are the object types by the interfaces they implement anywhere.
	implementers map[string][]*Type
}

func (l *loader) readRelations() relations {
	r := relations{joined: map[related]bool{}, any: map[string]bool{}, implementers: map[string][]*Type{}}
	for _, t := range l.s.Types {
		switch t.Kind {
		case ast.Object:
			r.readImplements(t, l.features.joined("implements"))
		case ast.Union:
			for _, d := range t.Definition.Directives {
				if d.Name == l.features.joined("unionMember") {
					r.any[t.Name] = true
					r.joined[related{t.Name, stringArg(d, "member"), stringArg(d, "graph")}] = true
				}
			}
		}
	}
	return r
}

func (r *relations) readImplements(t *Type, directive string) {
	seen := map[string]bool{}
	for _, name := range t.Definition.Interfaces {
		if !seen[name] {
			seen[name] = true
			r.implementers[name] = append(r.implementers[name], t)
		}
	}
	for _, d := range t.Definition.Directives {
		if d.Name == directive {
			r.any[t.Name] = true
			r.joined[related{stringArg(d, "interface"), t.Name, stringArg(d, "graph")}] = true
		}
	}
}

// has tells whether an object type is one of an abstract type's in a graph; by is the type that would say so.
func (r *relations) has(abstract, object, by, graph string) bool {
	return !r.any[by] || r.joined[related{abstract, object, graph}]
}

// possibleTypes fills Interfaces and the sets of possible object types of all composite types.
func (l *loader) possibleTypes() {
	r := l.readRelations()
	for _, t := range l.s.Types {
		if !t.IsComposite() {
			continue
		}
		t.Possible = NewTypeSet(len(l.s.Objects))
		switch t.Kind {
		case ast.Object:
			t.Possible.Add(t.ObjectIndex)
		case ast.Interface:
			for _, o := range r.implementers[t.Name] {
				t.Possible.Add(o.ObjectIndex)
			}
		case ast.Union:
			for _, name := range t.Definition.Types {
				if o := l.s.byName[name]; o != nil && o.ObjectIndex >= 0 {
					t.Possible.Add(o.ObjectIndex)
				}
			}
		}
		for _, name := range t.Definition.Interfaces {
			if i := l.s.byName[name]; i != nil {
				t.Interfaces = append(t.Interfaces, i)
			}
		}
		for _, in := range t.In {
			if in != nil {
				in.Possible = l.possibleIn(&r, t, in)
			}
		}
	}
}

// possibleIn returns the object types a value of type t can have in one subgraph.
func (l *loader) possibleIn(r *relations, t *Type, in *TypeIn) TypeSet {
	if t.Kind == ast.Object || in.InterfaceObject {
		return t.Possible
	}
	set := NewTypeSet(len(l.s.Objects))
	for i := range t.Possible.All {
		o := l.s.Objects[i]
		by := o.Name
		if t.Kind == ast.Union {
			by = t.Name
		}
		if o.In[in.Subgraph.ID] != nil && r.has(t.Name, o.Name, by, in.Subgraph.Graph) {
			set.Add(i)
		}
	}
	return set
}

// contexts gives the contexts that an interface or a union sets to all types that belong to it.
func (l *loader) contexts() {
	inherited := make(map[*Type][]string)
	for _, t := range l.s.Types {
		if !t.IsAbstract() || len(t.Contexts) == 0 {
			continue
		}
		for _, member := range l.s.Types {
			possible := member.ObjectIndex >= 0 && t.Possible.Has(member.ObjectIndex)
			if possible || slices.Contains(member.Interfaces, t) {
				inherited[member] = append(inherited[member], t.Contexts...)
			}
		}
	}
	for t, names := range inherited {
		t.Contexts = append(t.Contexts, names...)
		slices.Sort(t.Contexts)
		t.Contexts = slices.Compact(t.Contexts)
	}
}

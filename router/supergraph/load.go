package supergraph

import (
	"errors"
	"fmt"
	"sort"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/weft-graphql/weft/router/excerpt"
	"github.com/weft-graphql/weft/router/syntax"
)

// Load reads a supergraph document in the join specification (v0.1 to v0.5), from whatever composer it comes.
// Errors name the element of the document that cannot be understood.
func Load(sdl string) (*Supergraph, error) {
	s, err := load(sdl, syntax.ParseUnplaced)
	if err != nil {
		// Once more, to tell where.
		_, err = load(sdl, syntax.ParseTypeSystem)
	}
	return s, excerpt.Error(err)
}

func load(sdl string, parse func(*ast.Source) (*ast.SchemaDocument, error)) (*Supergraph, error) {
	doc, err := parse(&ast.Source{Name: "supergraph.graphql", Input: sdl})
	if err != nil {
		return nil, fmt.Errorf("the supergraph is not valid GraphQL: %w", err)
	}
	l := &loader{
		s:        &Supergraph{SDL: sdl, byName: map[string]*Type{}},
		doc:      doc,
		features: readFeatures(doc),
		graphs:   map[string]*Subgraph{},
		plain:    map[string][]*FieldIn{},
		sets:     map[typedText]FieldSet{},
	}
	l.s.Features, l.s.named = l.features.linked, l.features.named
	for _, step := range []func() error{l.subgraphs, l.types, l.roots, l.memberships, l.fields, l.fieldSets, l.mentions} {
		if err := step(); err != nil {
			return nil, err
		}
	}
	l.overrides()
	l.access()
	l.dropJoins()
	if l.s.API, err = apiSchema(doc, l.features); err != nil {
		return nil, err
	}
	return l.s, nil
}

type loader struct {
	s        *Supergraph
	doc      *ast.SchemaDocument
	features *features
	graphs   map[string]*Subgraph // by join__Graph value
	// owned is what a document of Federation 1 composition does not spell out; nil for any other.
	owned *ownership
	// plain are the Field.In of fields of which subgraphs have nothing more to say than that they resolve them, by the
	// subgraphs and the type of the field. Most fields of large graphs are like others in this.
	plain map[string][]*FieldIn
	key   []byte
	// sets are the field sets that were read.
	sets map[typedText]FieldSet
}

type typedText struct {
	on   *Type
	text string
}

// subgraphs reads the join__Graph enum.
func (l *loader) subgraphs() error {
	def := l.doc.Definitions.ForName(l.features.joined("Graph"))
	if def == nil {
		return errors.New("this is not a supergraph: it has no join__Graph enum; compose your subgraphs first (weft compose)")
	}
	for i, v := range def.EnumValues {
		g := &Subgraph{ID: i, Graph: v.Name, Name: v.Name}
		if d := v.Directives.ForName(l.features.joined("graph")); d != nil {
			g.Name, g.URL = stringArg(d, "name"), stringArg(d, "url")
		}
		l.s.Subgraphs = append(l.s.Subgraphs, g)
		l.graphs[g.Graph] = g
	}
	return nil
}

// graph resolves the graph argument of a join directive; ok is false when the argument is absent.
func (l *loader) graph(d *ast.Directive, where string) (g *Subgraph, ok bool, err error) {
	name := stringArg(d, "graph")
	if name == "" {
		return nil, false, nil
	}
	if g = l.graphs[name]; g == nil {
		return nil, false, fmt.Errorf("@%s on %s names graph %q, which is not in join__Graph", d.Name, where, name)
	}
	return g, true, nil
}

// types creates all types, numbered in the order of their names.
func (l *loader) types() error {
	defs := make([]*ast.Definition, 0, len(l.doc.Definitions))
	for _, def := range l.doc.Definitions {
		if !l.features.ownsType(def.Name) {
			defs = append(defs, def)
		}
	}
	for _, name := range []string{"Int", "Float", "String", "Boolean", "ID"} {
		if l.doc.Definitions.ForName(name) == nil {
			defs = append(defs, &ast.Definition{Kind: ast.Scalar, Name: name, BuiltIn: true})
		}
	}
	sort.Slice(defs, func(i, j int) bool { return defs[i].Name < defs[j].Name })
	for i, def := range defs {
		t := &Type{
			ID: i, Name: def.Name, Kind: def.Kind, ObjectIndex: -1, Definition: def,
			In:           make([]*TypeIn, len(l.s.Subgraphs)),
			Inaccessible: def.Directives.ForName(l.features.inaccessible) != nil,
			fieldByName:  map[string]*Field{},
		}
		if l.s.byName[def.Name] != nil {
			return fmt.Errorf("type %s is defined twice", def.Name)
		}
		l.s.byName[def.Name] = t
		l.s.Types = append(l.s.Types, t)
		if t.Kind == ast.Object {
			t.ObjectIndex = len(l.s.Objects)
			l.s.Objects = append(l.s.Objects, t)
		}
		for _, d := range def.Directives {
			if d.Name == l.features.context {
				t.Contexts = append(t.Contexts, stringArg(d, "name"))
			}
		}
	}
	return nil
}

// roots finds the root operation types.
func (l *loader) roots() error {
	names := map[ast.Operation]string{ast.Query: "Query", ast.Mutation: "Mutation", ast.Subscription: "Subscription"}
	if len(l.doc.Schema) > 0 && len(l.doc.Schema[0].OperationTypes) > 0 {
		names = map[ast.Operation]string{}
		for _, op := range l.doc.Schema[0].OperationTypes {
			names[op.Operation] = op.Type
		}
	}
	l.s.Query = l.s.byName[names[ast.Query]]
	l.s.Mutation = l.s.byName[names[ast.Mutation]]
	l.s.Subscription = l.s.byName[names[ast.Subscription]]
	if l.s.Query == nil {
		return errors.New("the supergraph has no query root type")
	}
	return nil
}

// memberships reads join__type, join__implements, join__unionMember and join__enumValue.
func (l *loader) memberships() error {
	if l.features.joinVersion == "v0.1" {
		l.owned = l.ownership()
	}
	for _, t := range l.s.Types {
		if err := l.typeIn(t); err != nil {
			return err
		}
	}
	l.possibleTypes()
	l.contexts()
	for _, t := range l.s.Types {
		if t.Kind == ast.Enum {
			if err := l.enumValues(t); err != nil {
				return err
			}
		}
	}
	return nil
}

func (l *loader) typeIn(t *Type) error {
	found := false
	for _, d := range t.Definition.Directives {
		if d.Name != l.features.joined("type") {
			continue
		}
		g, ok, err := l.graph(d, t.Name)
		if err != nil {
			return err
		}
		if !ok {
			continue
		}
		found = true
		in := t.In[g.ID]
		if in == nil {
			in = &TypeIn{Subgraph: g}
			t.In[g.ID] = in
		}
		in.InterfaceObject = in.InterfaceObject || boolArg(d, "isInterfaceObject", false)
		in.Extension = in.Extension || boolArg(d, "extension", false)
	}
	if !found && !t.Definition.BuiltIn {
		// Composers before join v0.3 leave value types bare: every subgraph may define them.
		for _, g := range l.s.Subgraphs {
			if l.owned == nil || l.owned.reaches(g, t.Name) {
				t.In[g.ID] = &TypeIn{Subgraph: g}
			}
		}
	}
	return nil
}

func (l *loader) enumValues(t *Type) error {
	for _, v := range t.Definition.EnumValues {
		ev := &EnumValue{
			Name: v.Name, In: make([]bool, len(l.s.Subgraphs)),
			Inaccessible: v.Directives.ForName(l.features.inaccessible) != nil,
		}
		found := false
		for _, d := range v.Directives {
			if d.Name != l.features.joined("enumValue") {
				continue
			}
			g, ok, err := l.graph(d, t.Name+"."+v.Name)
			if err != nil {
				return err
			}
			if ok {
				ev.In[g.ID], found = true, true
			}
		}
		if !found {
			for i, in := range t.In {
				ev.In[i] = in != nil
			}
		}
		t.EnumValues = append(t.EnumValues, ev)
	}
	return nil
}

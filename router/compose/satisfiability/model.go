package satisfiability

import (
	"fmt"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/weft-graphql/weft/router/federation"
)

// model is the part of a supergraph that matters here, with types, fields and subgraphs linked by pointer and number.
type model struct {
	subgraphs []string       // names, by number
	graphs    map[string]int // by the value of enum join__Graph
	types     []*typ
	byName    map[string]*typ
	roots     []*typ        // query, mutation, subscription, those that exist
	uses      []*contextUse // every distinct value taken from a context
	fieldSets map[string]ast.SelectionSet
	// hidden and context are the names under which the document has @inaccessible and @context.
	hidden, context string
}

type typ struct {
	index        int
	name         string
	kind         ast.DefinitionKind
	root         bool
	operation    ast.Operation // of a root type
	inaccessible bool
	joins        []*join // by subgraph number; nil where the subgraph does not have the type
	fields       []*field
	byName       map[string]*field
	parents      []*typ // interfaces it implements and unions it is a member of
	possible     []*typ // runtime types of an interface or union, accessible or not
	memberIn     map[*typ][]bool
	contexts     []string // names set by the type itself
	enumValues   []string // accessible ones, for writing example queries
	inputs       ast.FieldList
	objects      []objectAt // interface objects standing for the type: (interface, subgraph)
}

type objectAt struct {
	typ   *typ
	graph int
}

// join is a type in one subgraph.
type join struct {
	keys            []key
	interfaceObject bool
	conditional     []int32 // indexes of the fields that need something of other fields or of a context
}

type key struct {
	text       string
	selection  ast.SelectionSet
	resolvable bool
}

type field struct {
	index        int32
	name         string
	parent       *typ
	definition   *ast.FieldDefinition
	returns      *typ // nil for a leaf
	inaccessible bool
	at           []*resolver // by subgraph number
	labels       []string    // distinct override labels among at
}

// resolver is a field in one subgraph.
type resolver struct {
	graph      int
	returns    *typ // the subgraph's own, possibly narrower, type; nil for a leaf
	external   bool
	overridden bool // kept only because keys and the like mention it
	requires   string
	needs      ast.SelectionSet
	provides   ast.SelectionSet
	label      string // of a progressive override; the field is here when the label is labelOn
	labelOn    bool
	contexts   []*contextUse
}

// contextUse is one distinct (context, selection) that arguments take their values from.
type contextUse struct {
	index     int
	context   string
	selection ast.SelectionSet
	text      string
}

func (t *typ) abstract() bool { return t.kind == ast.Interface || t.kind == ast.Union }

func (t *typ) composite() bool { return t.abstract() || t.kind == ast.Object }

// in tells whether the subgraph has the type as an interface object.
func (t *typ) objectIn(graph int) bool {
	return t.joins[graph] != nil && t.joins[graph].interfaceObject
}

func readModel(doc *ast.SchemaDocument) (*model, error) {
	m := &model{graphs: map[string]int{}, byName: map[string]*typ{}, fieldSets: map[string]ast.SelectionSet{}}
	links, _ := federation.ParseLinks(doc)
	m.hidden = localName(links, "https://specs.apollo.dev/inaccessible", "inaccessible")
	m.context = localName(links, "https://specs.apollo.dev/context", "context")
	graphs := doc.Definitions.ForName("join__Graph")
	if graphs == nil {
		return nil, fmt.Errorf("it has no enum join__Graph")
	}
	for _, v := range graphs.EnumValues {
		m.graphs[v.Name] = len(m.subgraphs)
		m.subgraphs = append(m.subgraphs, stringArgument(v.Directives.ForName("join__graph"), "name", v.Name))
	}
	for _, d := range doc.Definitions {
		if len(d.Directives.ForNames("join__type")) == 0 || m.byName[d.Name] != nil {
			continue
		}
		t := &typ{
			index: len(m.types), name: d.Name, kind: d.Kind, byName: map[string]*field{},
			inaccessible: d.Directives.ForName(m.hidden) != nil,
			joins:        make([]*join, len(m.subgraphs)),
		}
		m.types = append(m.types, t)
		m.byName[d.Name] = t
	}
	for _, d := range doc.Definitions {
		if t := m.byName[d.Name]; t != nil {
			if err := m.readJoins(t, d); err != nil {
				return nil, err
			}
		}
	}
	for _, d := range doc.Definitions {
		if t := m.byName[d.Name]; t != nil && t.composite() {
			m.readMembers(t, d)
			if err := m.readFields(t, d); err != nil {
				return nil, err
			}
		}
	}
	for _, t := range m.types {
		m.linkObjects(t)
		if err := t.consistent(); err != nil {
			return nil, err
		}
	}
	m.readRoots(doc)
	return m, nil
}

// localName returns the name under which a document has the directive of a specification.
func localName(links federation.Links, identity, directive string) string {
	if l := links.ByIdentity(identity); l != nil {
		return l.DirectiveName(directive)
	}
	return directive
}

// fieldSet parses a field set; many are written again and again.
func (m *model) fieldSet(text string) (ast.SelectionSet, error) {
	if known := m.fieldSets[text]; known != nil {
		return known, nil
	}
	parsed, err := federation.ParseFieldSet(text)
	if err == nil {
		m.fieldSets[text] = parsed
	}
	return parsed, err
}

func (m *model) readRoots(doc *ast.SchemaDocument) {
	names := map[ast.Operation]string{ast.Query: "Query", ast.Mutation: "Mutation", ast.Subscription: "Subscription"}
	for _, s := range doc.Schema {
		clear(names)
		for _, op := range s.OperationTypes {
			names[op.Operation] = op.Type
		}
	}
	for _, op := range []ast.Operation{ast.Query, ast.Mutation, ast.Subscription} {
		if t := m.byName[names[op]]; t != nil && t.kind == ast.Object {
			t.root, t.operation = true, op
			m.roots = append(m.roots, t)
		}
	}
}

func (m *model) readJoins(t *typ, d *ast.Definition) error {
	for _, j := range d.Directives.ForNames("join__type") {
		graph, known := m.graphs[stringArgument(j, "graph", "")]
		if !known {
			return fmt.Errorf("type %s joins an unknown subgraph", t.name)
		}
		if t.joins[graph] == nil {
			t.joins[graph] = &join{interfaceObject: stringArgument(j, "isInterfaceObject", "false") == "true"}
		}
		text := stringArgument(j, "key", "")
		if text == "" {
			continue
		}
		selection, err := m.fieldSet(text)
		if err != nil {
			return fmt.Errorf("a key of %s: %w", t.name, err)
		}
		t.joins[graph].keys = append(t.joins[graph].keys, key{
			text: text, selection: selection, resolvable: stringArgument(j, "resolvable", "true") == "true",
		})
	}
	for _, c := range d.Directives.ForNames(m.context) {
		t.contexts = append(t.contexts, stringArgument(c, "name", ""))
	}
	for _, v := range d.EnumValues {
		if v.Directives.ForName(m.hidden) == nil {
			t.enumValues = append(t.enumValues, v.Name)
		}
	}
	if d.Kind == ast.InputObject {
		t.inputs = d.Fields
	}
	return nil
}

// readMembers records which runtime types an interface or union has, and in which subgraphs.
func (m *model) readMembers(t *typ, d *ast.Definition) {
	member := func(parent, child *typ, graph string) {
		g, known := m.graphs[graph]
		if parent == nil || child == nil || !known {
			return
		}
		if parent.memberIn == nil {
			parent.memberIn = map[*typ][]bool{}
		}
		if parent.memberIn[child] == nil {
			parent.memberIn[child] = make([]bool, len(m.subgraphs))
			if child.kind == ast.Object {
				parent.possible = append(parent.possible, child)
			}
			child.parents = append(child.parents, parent)
		}
		parent.memberIn[child][g] = true
	}
	for _, j := range d.Directives.ForNames("join__implements") {
		member(m.byName[stringArgument(j, "interface", "")], t, stringArgument(j, "graph", ""))
	}
	for _, j := range d.Directives.ForNames("join__unionMember") {
		member(t, m.byName[stringArgument(j, "member", "")], stringArgument(j, "graph", ""))
	}
}

func (m *model) readFields(t *typ, d *ast.Definition) error {
	for _, definition := range d.Fields {
		f := &field{
			index: int32(len(t.fields)), name: definition.Name, parent: t, definition: definition,
			inaccessible: definition.Directives.ForName(m.hidden) != nil,
			at:           make([]*resolver, len(m.subgraphs)),
		}
		if returns := m.byName[definition.Type.Name()]; returns != nil && returns.composite() {
			f.returns = returns
		}
		t.fields = append(t.fields, f)
		t.byName[f.name] = f
		joins := definition.Directives.ForNames("join__field")
		if len(joins) == 0 { // the field is in every subgraph of the type
			for graph, j := range t.joins {
				if j != nil {
					f.at[graph] = &resolver{graph: graph, returns: f.returns}
				}
			}
		}
		for _, j := range joins {
			if err := m.readResolver(f, j); err != nil {
				return fmt.Errorf("%s.%s: %w", t.name, f.name, err)
			}
		}
	}
	return nil
}

func (m *model) readResolver(f *field, j *ast.Directive) error {
	name := stringArgument(j, "graph", "")
	if name == "" { // contributed by an interface object
		return nil
	}
	graph, known := m.graphs[name]
	if !known {
		return fmt.Errorf("unknown subgraph %s", name)
	}
	r := &resolver{
		graph: graph, returns: f.returns,
		external: stringArgument(j, "external", "false") == "true",
		requires: stringArgument(j, "requires", ""),
		label:    stringArgument(j, "overrideLabel", ""),
		labelOn:  stringArgument(j, "override", "") != "",
	}
	if text := stringArgument(j, "type", ""); text != "" && f.returns != nil {
		if narrow := m.byName[namedType(text)]; narrow != nil {
			r.returns = narrow
		}
	}
	// A field that is overridden by label still resolves while the label is off.
	r.overridden = r.label == "" && stringArgument(j, "usedOverridden", "false") == "true"
	var err error
	if r.requires != "" {
		if r.needs, err = m.fieldSet(r.requires); err != nil {
			return fmt.Errorf("requires: %w", err)
		}
	}
	if text := stringArgument(j, "provides", ""); text != "" {
		if r.provides, err = m.fieldSet(text); err != nil {
			return fmt.Errorf("provides: %w", err)
		}
	}
	if r.label != "" {
		f.labels = appendNew(f.labels, r.label)
	}
	if a := j.Arguments.ForName("contextArguments"); a != nil {
		for _, item := range a.Value.Children {
			if err := m.readContextUse(r, item.Value); err != nil {
				return err
			}
		}
	}
	f.at[graph] = r
	if j := f.parent.joins[graph]; j != nil && (r.needs != nil || len(r.contexts) > 0) {
		j.conditional = append(j.conditional, f.index)
	}
	return nil
}

func (m *model) readContextUse(r *resolver, v *ast.Value) error {
	use := &contextUse{index: len(m.uses)}
	for _, child := range v.Children {
		switch child.Name {
		case "context":
			use.context = child.Value.Raw
		case "selection":
			use.text = child.Value.Raw
		}
	}
	for _, known := range m.uses {
		if known.context == use.context && known.text == use.text {
			r.contexts = append(r.contexts, known)
			return nil
		}
	}
	text := use.text
	if start := firstRune(text); start != '{' { // `... on T { a } ... on U { b }`
		text = "{" + text + "}"
	}
	var err error
	if use.selection, err = m.fieldSet(text); err != nil {
		return fmt.Errorf("context selection: %w", err)
	}
	m.uses = append(m.uses, use)
	r.contexts = append(r.contexts, use)
	return nil
}

// consistent tells whether the subgraphs that resolve fields of t have t and what the fields return.
func (t *typ) consistent() error {
	for _, f := range t.fields {
		for graph, r := range f.at {
			switch {
			case r == nil:
			case t.joins[graph] == nil:
				return fmt.Errorf("%s.%s joins a subgraph that does not have %s", t.name, f.name, t.name)
			case r.returns != nil && (!r.returns.composite() || r.returns.joins[graph] == nil):
				return fmt.Errorf("%s.%s joins a subgraph that does not have %s", t.name, f.name, r.returns.name)
			}
		}
	}
	return nil
}

// linkObjects finds the interface objects that stand for an object type.
func (m *model) linkObjects(t *typ) {
	if t.kind != ast.Object {
		return
	}
	for _, parent := range t.parents {
		for graph := range parent.joins {
			if parent.objectIn(graph) {
				t.objects = append(t.objects, objectAt{parent, graph})
			}
		}
	}
}

func stringArgument(d *ast.Directive, name, otherwise string) string {
	if d == nil {
		return otherwise
	}
	a := d.Arguments.ForName(name)
	if a == nil || a.Value == nil || a.Value.Kind == ast.NullValue {
		return otherwise
	}
	return a.Value.Raw
}

// namedType strips the wrappers of a printed type.
func namedType(text string) string {
	start, end := 0, len(text)
	for start < end && text[start] == '[' {
		start++
	}
	for end > start && (text[end-1] == ']' || text[end-1] == '!') {
		end--
	}
	return text[start:end]
}

func firstRune(text string) rune {
	for _, r := range text {
		if r != ' ' && r != '\n' && r != '\t' && r != ',' {
			return r
		}
	}
	return 0
}

func appendNew(list []string, s string) []string {
	for _, known := range list {
		if known == s {
			return list
		}
	}
	return append(list, s)
}

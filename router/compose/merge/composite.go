package merge

import (
	"github.com/vektah/gqlparser/v2/ast"

	"github.com/weft-graphql/weft/router/compose/problem"
	"github.com/weft-graphql/weft/router/compose/schema"
	"github.com/weft-graphql/weft/router/federation"
)

// mergeComposite makes an object type or interface with the fields of all subgraphs.
func (m *merger) mergeComposite(t *schema.Type) {
	sources := m.sources(t.Name)
	m.describe(t.Name, typeAnnotations(sources), &t.Description)
	m.addJoinTypes(t)
	m.mergeWithDemands(t.Name, typeAnnotations(sources), &t.Directives, m.demandsOf(t, ""))
	isRoot := m.out.IsRoot(t.Name)
	isEntity := m.checkEntityConsistency(t, sources)
	if t.Kind == ast.Interface {
		m.checkInterfaceKeys(t, sources)
		m.checkInterfaceObjects(t)
	}
	for _, s := range sources {
		if s == nil {
			continue
		}
		for _, f := range s.Fields() {
			if t.Field(f.Name) == nil {
				t.AddField(&schema.Field{Name: f.Name})
			}
		}
	}
	byName := m.fieldSources(sources)
	for _, f := range t.Fields() {
		fieldSources := byName[f.Name]
		if !isRoot && !isEntity {
			m.hintPartialField(t, f.Name, sources, fieldSources)
		}
		m.mergeField(t, f, fieldSources)
	}
	t.RemoveFields(func(f *schema.Field) bool { return f.Type == nil })
}

// fieldSources returns, by name, the definitions of each field, one per subgraph.
func (m *merger) fieldSources(sources []*schema.Type) map[string][]*schema.Field {
	out := map[string][]*schema.Field{}
	for i, s := range sources {
		if s == nil {
			continue
		}
		for _, f := range s.Fields() {
			list := out[f.Name]
			if list == nil {
				list = make([]*schema.Field, len(sources))
				out[f.Name] = list
			}
			list[i] = f
		}
	}
	return out
}

// checkEntityConsistency reports whether any subgraph gives the type a key. INCONSISTENT_ENTITY: not all of them do.
func (m *merger) checkEntityConsistency(t *schema.Type, sources []*schema.Type) bool {
	entity := func(i int) bool { return sources[i] != nil && sources[i].Has(federation.Key) }
	keyed, plain := 0, 0
	var all []elementPosition
	for i, s := range sources {
		switch {
		case entity(i):
			keyed++
			all = append(all, elementPosition{i, s.Pos})
		case s != nil:
			plain++
			all = append(all, elementPosition{i, s.Pos})
		}
	}
	if keyed > 0 && plain > 0 && t.Kind == ast.Object {
		m.hint(problem.HintInconsistentEntity, t.Name, all, "Type %q is an entity in some subgraphs only: %s.", t.Name,
			m.variants(func(i int) string {
				switch {
				case sources[i] == nil:
					return ""
				case entity(i):
					return "it has a @key"
				default:
					return "it has no @key"
				}
			}))
	}
	return keyed > 0
}

// hintPartialField: INCONSISTENT_OBJECT_VALUE_TYPE_FIELD and INCONSISTENT_INTERFACE_VALUE_TYPE_FIELD, a field of a type
// without keys is not defined by every subgraph that has the type.
func (m *merger) hintPartialField(t *schema.Type, name string, sources []*schema.Type, fields []*schema.Field) {
	var all []elementPosition
	missing := false
	for i, s := range sources {
		switch {
		case s == nil:
		case fields[i] == nil:
			missing = true
			all = append(all, elementPosition{i, s.Pos})
		default:
			all = append(all, elementPosition{i, fields[i].Pos})
		}
	}
	if !missing {
		return
	}
	code := problem.HintInconsistentObjectValueTypeField
	if t.Kind == ast.Interface {
		code = problem.HintInconsistentInterfaceValueTypeField
	}
	m.hint(
		code,
		t.Name+"."+name,
		all,
		"Field %q of non-entity type %q is not defined in all the subgraphs that define the type: %s.",
		name,
		t.Name,
		m.presence(func(i int) bool { return fields[i] != nil }, func(i int) bool { return sources[i] != nil }),
	)
}

// checkInterfaceKeys: INTERFACE_KEY_MISSING_IMPLEMENTATION_TYPE, a subgraph that resolves an interface by key knows all
// its implementations.
func (m *merger) checkInterfaceKeys(t *schema.Type, sources []*schema.Type) {
	for i, s := range sources {
		if s == nil || s.Kind != ast.Interface {
			continue
		}
		var key *schema.Directive
		for _, d := range s.Directives {
			if v := d.Arg("resolvable"); d.Federation == federation.Key && (v == nil || v.Raw != "false") {
				key = d
				break
			}
		}
		if key == nil {
			continue
		}
		local := map[string]bool{}
		for _, name := range m.subgraphs[i].Schema.PossibleTypes(t.Name) {
			local[name] = true
		}
		var missing []string
		for _, other := range m.implementers[t.Name] {
			if !local[other.Name] {
				missing = append(missing, other.Name)
			}
		}
		if len(missing) > 0 {
			fields, _ := key.StringArg("fields")
			m.fail(problem.InterfaceKeyMissingImplementationType, []elementPosition{{i, key.Pos}},
				"Interface %q has @key(fields: %q) in subgraph %q, which therefore must define all its implementations, but lacks %s.",
				t.Name, fields, m.subgraphs[i].Name, quoteList(missing)).Suggestion =
				"Define the missing types in this subgraph, or use @interfaceObject where they are not known."
		}
	}
}

func quoteList(names []string) string {
	out := ""
	for i, n := range names {
		switch {
		case i == 0:
		case i == len(names)-1:
			out += " and "
		default:
			out += ", "
		}
		out += `"` + n + `"`
	}
	return out
}

package merge

import (
	"strings"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/weft-graphql/weft/router/compose/problem"
	"github.com/weft-graphql/weft/router/compose/schema"
	"github.com/weft-graphql/weft/router/compose/subgraph"
	"github.com/weft-graphql/weft/router/compose/validation"
	"github.com/weft-graphql/weft/router/federation"
)

// isMerged reports whether a type of a subgraph is part of the graph rather than of the federation machinery.
func isMerged(s *subgraph.Subgraph, t *schema.Type) bool {
	if strings.HasPrefix(t.Name, "__") || subgraph.IsFederationOperationType(t.Name) ||
		subgraph.IsSpecificationType(s, t.Name) ||
		s.IsFederationType(t.Name) {
		return false
	}
	return true
}

// isInterfaceObject reports whether a subgraph's object type stands for an interface of other subgraphs.
func isInterfaceObject(t *schema.Type) bool {
	return t != nil && t.Kind == ast.Object && t.Has(federation.InterfaceObject)
}

// addTypes creates every type of the supergraph, still empty. TYPE_KIND_MISMATCH: the subgraphs must agree what kind
// of type it is, where an interface object counts as an interface.
func (m *merger) addTypes() {
	for _, s := range m.subgraphs {
		for _, t := range s.Schema.Types() {
			if !isMerged(s, t) || m.out.Type(t.Name) != nil {
				continue
			}
			kind := t.Kind
			if isInterfaceObject(t) {
				kind = ast.Interface
			}
			m.out.AddType(&schema.Type{Kind: kind, Name: t.Name, HasDefinition: true})
		}
	}
	m.out.RemoveTypes(func(t *schema.Type) bool { return !m.checkKind(t) })
}

var kindNames = map[schema.Kind]string{
	ast.Scalar: "a scalar", ast.Object: "an object type", ast.Interface: "an interface", ast.Union: "a union", ast.Enum: "an enum",
	ast.InputObject: "an input type",
}

func describeKind(t *schema.Type) string {
	if isInterfaceObject(t) {
		return "an interface object"
	}
	return kindNames[t.Kind]
}

func (m *merger) checkKind(t *schema.Type) bool {
	sources := m.sources(t.Name)
	var places []elementPosition
	// Every subgraph has the built-in scalars.
	ok, onlyObjects := t.Kind == ast.Scalar || !validation.IsBuiltinScalar(t.Name), true
	for i, s := range sources {
		if s == nil {
			continue
		}
		places = append(places, elementPosition{i, s.Pos})
		kind := s.Kind
		if isInterfaceObject(s) {
			kind = ast.Interface
		} else if s.Kind == ast.Interface {
			onlyObjects = false
		}
		if kind != t.Kind {
			ok = false
		}
	}
	if !ok {
		m.fail(
			problem.TypeKindMismatch,
			places,
			"Type %q is not the same kind of type everywhere: it is %s.",
			t.Name,
			m.variants(func(i int) string {
				if sources[i] == nil {
					return ""
				}
				return describeKind(sources[i])
			}),
		)
		return false
	}
	if t.Kind == ast.Interface && onlyObjects {
		m.fail(problem.InterfaceObjectUsageError, places, "Type %q is marked @interfaceObject in %s, but no subgraph defines it as an interface.",
			t.Name, subgraphList(m.names(places))).Suggestion = "Define interface " + t.Name + " in another subgraph, or remove @interfaceObject."
		return false
	}
	return true
}

// checkBase: EXTENSION_WITH_NO_BASE, an extended type is defined in some subgraph. The root types need no definition.
func (m *merger) checkBase(t *schema.Type) {
	var extensions []elementPosition
	for i, s := range m.subgraphs {
		source := s.Schema.Type(t.Name)
		switch {
		case source == nil:
		case source.HasDefinition:
			return
		default:
			extensions = append(extensions, elementPosition{i, source.Pos})
		}
	}
	for _, op := range schema.Operations {
		if t.Name == op.DefaultName() {
			return
		}
	}
	for _, p := range extensions {
		m.fail(problem.ExtensionWithNoBase, []elementPosition{p}, "Type %q is extended, but no subgraph defines it.", t.Name).Suggestion =
			"Define type " + t.Name + " in the subgraph that owns it."
	}
}

func (m *merger) mergeScalar(t *schema.Type) {
	m.describe(t.Name, typeAnnotations(m.sources(t.Name)), &t.Description)
	m.addJoinTypes(t)
	m.mergeDirectives(t.Name, typeAnnotations(m.sources(t.Name)), &t.Directives)
}

// addJoinTypes records in which subgraphs a type is defined, and by which keys they resolve it.
// https://specs.apollo.dev/join/v0.3/#@join__type
func (m *merger) addJoinTypes(t *schema.Type) {
	for i, s := range m.sources(t.Name) {
		if s == nil {
			continue
		}
		keys := 0
		for _, d := range s.Directives {
			if d.Federation != federation.Key {
				continue
			}
			keys++
			fields, _ := d.StringArg("fields")
			join := apply("join__type", m.graphArg(i), arg("key", schema.String(fields)))
			if d.OfExtension || s.Has(federation.Extends) {
				join.Arguments = append(join.Arguments, arg("extension", schema.Bool(true)))
			}
			if v := d.Arg("resolvable"); v != nil {
				join.Arguments = append(join.Arguments, arg("resolvable", schema.Bool(v.Raw != "false")))
			}
			if isInterfaceObject(s) {
				join.Arguments = append(join.Arguments, arg("isInterfaceObject", schema.Bool(true)))
			}
			t.Directives = append(t.Directives, join)
		}
		if keys == 0 {
			join := apply("join__type", m.graphArg(i))
			if isInterfaceObject(s) {
				join.Arguments = append(join.Arguments, arg("isInterfaceObject", schema.Bool(true)))
			}
			t.Directives = append(t.Directives, join)
		}
	}
}

// mergeImplements merges the interfaces of all object types and interfaces.
// https://specs.apollo.dev/join/v0.3/#@join__implements
func (m *merger) mergeImplements() {
	for _, t := range m.out.Types() {
		if t.Kind != ast.Object && t.Kind != ast.Interface {
			continue
		}
		for i, s := range m.sources(t.Name) {
			if s == nil {
				continue
			}
			for _, ref := range s.Interfaces {
				t.Directives = append(
					t.Directives,
					apply("join__implements", m.graphArg(i), arg("interface", schema.String(ref.Name))),
				)
				if !t.Implements(ref.Name) {
					t.Interfaces = append(t.Interfaces, schema.Ref{Name: ref.Name})
					if t.Kind == ast.Object {
						m.implementers[ref.Name] = append(m.implementers[ref.Name], t)
					}
				}
			}
		}
	}
}

// mergeUnion makes a union of all members. INCONSISTENT_UNION_MEMBER: a member is not listed by every subgraph.
// https://specs.apollo.dev/join/v0.3/#@join__unionMember
func (m *merger) mergeUnion(t *schema.Type) {
	sources := m.sources(t.Name)
	m.describe(t.Name, typeAnnotations(sources), &t.Description)
	m.addJoinTypes(t)
	for _, s := range sources {
		if s == nil {
			continue
		}
		for _, member := range s.Members {
			if !t.HasMember(member.Name) {
				t.Members = append(t.Members, schema.Ref{Name: member.Name})
			}
		}
	}
	for _, member := range t.Members {
		var places []elementPosition
		missing := false
		for i, s := range sources {
			switch {
			case s == nil:
			case s.HasMember(member.Name):
				places = append(places, elementPosition{i, s.Pos})
				t.Directives = append(
					t.Directives,
					apply("join__unionMember", m.graphArg(i), arg("member", schema.String(member.Name))),
				)
			default:
				missing = true
			}
		}
		if missing {
			m.hint(
				problem.HintInconsistentUnionMember,
				t.Name,
				places,
				"Union %q has member %q in some subgraphs only: %s.",
				t.Name,
				member.Name,
				m.presence(
					func(i int) bool { return sources[i] != nil && sources[i].HasMember(member.Name) },
					func(i int) bool { return sources[i] != nil },
				),
			)
		}
	}
	m.mergeDirectives(t.Name, typeAnnotations(sources), &t.Directives)
}

// mergeSchemaDefinition merges root operation types and what is written on schema definitions.
func (m *merger) mergeSchemaDefinition() {
	sources := make([]annotation, len(m.subgraphs))
	for i, s := range m.subgraphs {
		sources[i] = annotation{true, s.Schema.Description, s.Schema.Directives, s.Schema.Pos}
		for _, op := range schema.Operations {
			if root := s.Schema.Root(op); root != nil && m.out.Type(root.Name) != nil {
				m.out.Roots[op].Name = root.Name
			}
		}
	}
	m.describe("schema", sources, &m.out.Description)
	m.mergeDirectives("schema", sources, &m.out.Directives)
}

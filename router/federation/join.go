package federation

import "strings"

// JoinVersion is the lowest version of the join specification that can express everything subgraphs of that federation
// version can say.
func JoinVersion(federation Version) Version {
	switch {
	case federation.AtLeast(Version{2, 8}):
		return Version{0, 5}
	case federation.AtLeast(Version{2, 7}):
		return Version{0, 4}
	default:
		return Version{0, 3}
	}
}

// KnownJoinVersion reports whether a version of the join specification is known.
func KnownJoinVersion(v Version) bool { return v.Major == 0 && 1 <= v.Minor && v.Minor <= 5 }

// LinkSDL defines the @link directive and its types, as they appear in a supergraph.
const LinkSDL = `
directive @link(url: String, as: String, for: link__Purpose, import: [link__Import]) repeatable on SCHEMA

scalar link__Import

enum link__Purpose {
  "` + "`SECURITY`" + ` features provide metadata necessary to securely resolve fields."
  SECURITY
  "` + "`EXECUTION`" + ` features provide metadata necessary for operation execution."
  EXECUTION
}
`

// JoinSDL defines the directives and types of a version of the join specification (0.3, 0.4 or 0.5), all but
// join__Graph, whose values are the subgraphs.
func JoinSDL(version Version) string {
	field := "graph: join__Graph, requires: join__FieldSet, provides: join__FieldSet, type: String, external: Boolean, override: String, usedOverridden: Boolean"
	var b strings.Builder
	if version.AtLeast(Version{0, 4}) {
		field += ", overrideLabel: String"
		b.WriteString(
			"directive @join__directive(graphs: [join__Graph!], name: String!, args: join__DirectiveArguments) repeatable on SCHEMA | OBJECT | INTERFACE | FIELD_DEFINITION\n",
		)
		b.WriteString("scalar join__DirectiveArguments\n")
	}
	if version.AtLeast(Version{0, 5}) {
		field += ", contextArguments: [join__ContextArgument!]"
		b.WriteString("scalar join__FieldValue\n")
		b.WriteString(
			"input join__ContextArgument { name: String! type: String! context: String! selection: join__FieldValue! }\n",
		)
	}
	b.WriteString("directive @join__enumValue(graph: join__Graph!) repeatable on ENUM_VALUE\n")
	b.WriteString("directive @join__field(" + field + ") repeatable on FIELD_DEFINITION | INPUT_FIELD_DEFINITION\n")
	b.WriteString("directive @join__graph(name: String!, url: String!) on ENUM_VALUE\n")
	b.WriteString(
		"directive @join__implements(graph: join__Graph!, interface: String!) repeatable on OBJECT | INTERFACE\n",
	)
	b.WriteString(
		"directive @join__type(graph: join__Graph!, key: join__FieldSet, extension: Boolean! = false, resolvable: Boolean! = true, isInterfaceObject: Boolean! = false) repeatable on OBJECT | INTERFACE | UNION | ENUM | INPUT_OBJECT | SCALAR\n",
	)
	b.WriteString("directive @join__unionMember(graph: join__Graph!, member: String!) repeatable on UNION\n")
	b.WriteString("scalar join__FieldSet\n")
	return b.String()
}

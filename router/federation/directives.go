// Package federation is the vocabulary of Apollo Federation: @link and feature versions, the directives a subgraph may
// use in each version, the join specification a supergraph is written in, and field sets.
package federation

// Directive identifies a federation directive, whatever name a schema imports it under.
type Directive uint8

// The federation directives.
const (
	NoDirective Directive = iota
	Key
	Requires
	Provides
	External
	Tag
	Extends
	Shareable
	Inaccessible
	Override
	ComposeDirective
	InterfaceObject
	Authenticated
	RequiresScopes
	Policy
	Context
	FromContext
	Cost
	ListSize
	CacheTag
	numDirectives
)

var directiveNames = [...]string{
	"", "key", "requires", "provides", "external", "tag", "extends", "shareable", "inaccessible", "override",
	"composeDirective", "interfaceObject", "authenticated", "requiresScopes", "policy", "context", "fromContext", "cost",
	"listSize", "cacheTag",
}

// String is the directive's name in the federation specification, without @.
func (d Directive) String() string { return directiveNames[d] }

// Since is the first federation version that has the directive.
func (d Directive) Since() Version { return specs[d].since }

// DirectiveByName returns the federation directive of that name (without @), or NoDirective.
func DirectiveByName(name string) Directive {
	for d := Key; d < numDirectives; d++ {
		if directiveNames[d] == name {
			return d
		}
	}
	return NoDirective
}

// Directives returns the directives that version has, in specification order.
func Directives(version Version) []Directive {
	out := make([]Directive, 0, numDirectives)
	for d := Key; d < numDirectives; d++ {
		if version.AtLeast(specs[d].since) {
			out = append(out, d)
		}
	}
	return out
}

// LatestVersion is the newest federation version this package knows.
var LatestVersion = Version{2, 14}

// FirstVersion is the first version of Federation 2.
var FirstVersion = Version{2, 0}

// Federation1 stands for a schema without a link to the federation specification.
var Federation1 = Version{1, 0}

// Known reports whether version is a released version of Federation 2.
func Known(version Version) bool {
	return version.Major == 2 && version.AtLeast(FirstVersion) && LatestVersion.AtLeast(version)
}

// spec is how a directive is defined: its definition in SDL by the version that introduced it, with the types of the
// federation specification written without namespace.
type spec struct {
	since    Version
	versions []versionedSDL
}

type versionedSDL struct {
	since Version
	sdl   string
}

func since(minor int, sdl string) versionedSDL { return versionedSDL{Version{2, minor}, sdl} }

func define(versions ...versionedSDL) spec { return spec{versions[0].since, versions} }

const (
	everywhere   = " on FIELD_DEFINITION | OBJECT | INTERFACE | UNION | ARGUMENT_DEFINITION | SCALAR | ENUM | ENUM_VALUE | INPUT_OBJECT | INPUT_FIELD_DEFINITION"
	outputOrLeaf = " on FIELD_DEFINITION | OBJECT | INTERFACE | SCALAR | ENUM"
)

var specs = [numDirectives]spec{
	Key: define(
		since(0, "directive @key(fields: FieldSet!, resolvable: Boolean = true) repeatable on OBJECT | INTERFACE"),
	),
	Requires: define(since(0, "directive @requires(fields: FieldSet!) on FIELD_DEFINITION")),
	Provides: define(since(0, "directive @provides(fields: FieldSet!) on FIELD_DEFINITION")),
	External: define(since(0, "directive @external(reason: String) on OBJECT | FIELD_DEFINITION")),
	Tag: define(since(0, "directive @tag(name: String!) repeatable"+everywhere),
		since(3, "directive @tag(name: String!) repeatable"+everywhere+" | SCHEMA")),
	Extends: define(since(0, "directive @extends on OBJECT | INTERFACE")),
	Shareable: define(since(0, "directive @shareable on OBJECT | FIELD_DEFINITION"),
		since(2, "directive @shareable repeatable on OBJECT | FIELD_DEFINITION")),
	Inaccessible: define(since(0, "directive @inaccessible"+everywhere)),
	Override: define(since(0, "directive @override(from: String!) on FIELD_DEFINITION"),
		since(7, "directive @override(from: String!, label: String) on FIELD_DEFINITION")),
	ComposeDirective: define(since(1, "directive @composeDirective(name: String) repeatable on SCHEMA")),
	InterfaceObject:  define(since(3, "directive @interfaceObject on OBJECT")),
	Authenticated:    define(since(5, "directive @authenticated"+outputOrLeaf)),
	RequiresScopes:   define(since(5, "directive @requiresScopes(scopes: [[Scope!]!]!)"+outputOrLeaf)),
	Policy:           define(since(6, "directive @policy(policies: [[Policy!]!]!)"+outputOrLeaf)),
	Context:          define(since(8, "directive @context(name: String!) repeatable on INTERFACE | OBJECT | UNION")),
	FromContext:      define(since(8, "directive @fromContext(field: ContextFieldValue) on ARGUMENT_DEFINITION")),
	Cost: define(
		since(
			9,
			"directive @cost(weight: Int!) on ARGUMENT_DEFINITION | ENUM | FIELD_DEFINITION | INPUT_FIELD_DEFINITION | OBJECT | SCALAR",
		),
	),
	ListSize: define(
		since(
			9,
			"directive @listSize(assumedSize: Int, slicingArguments: [String!], sizedFields: [String!], requireOneSlicingArgument: Boolean = true) on FIELD_DEFINITION",
		),
	),
	CacheTag: define(since(12, "directive @cacheTag(format: String!) repeatable on OBJECT | FIELD_DEFINITION")),
}

// SDL is the directive's definition in version, with the specification's types written without namespace; empty when
// the version does not have the directive.
func (d Directive) SDL(version Version) string {
	sdl := ""
	for _, v := range specs[d].versions {
		if version.AtLeast(v.since) {
			sdl = v.sdl
		}
	}
	return sdl
}

// ScalarTypes returns the names, without namespace, of the scalars the federation specification has in version.
func ScalarTypes(version Version) []string {
	names := []string{"FieldSet"}
	for _, s := range []struct {
		minor int
		name  string
	}{{5, "Scope"}, {6, "Policy"}, {8, "ContextFieldValue"}} {
		if version.AtLeast(Version{2, s.minor}) {
			names = append(names, s.name)
		}
	}
	return names
}

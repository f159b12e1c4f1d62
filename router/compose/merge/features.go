package merge

import (
	"strings"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/weft-graphql/weft/router/compose/problem"
	"github.com/weft-graphql/weft/router/compose/schema"
	"github.com/weft-graphql/weft/router/federation"
	"github.com/weft-graphql/weft/router/syntax"
)

// feature is a specification that federation directives belong to in a supergraph.
type feature struct {
	identity string
	version  federation.Version
	// purpose is the value of the "for" argument of its @link, or empty.
	purpose string
	// directives are those of the specification, the one of its name first.
	directives []federation.Directive
	// sdl defines what the supergraph has of the specification; names in it are the unrenamed ones.
	sdl string
}

const onEverything = "FIELD_DEFINITION | OBJECT | INTERFACE | UNION | ARGUMENT_DEFINITION | SCALAR | ENUM | ENUM_VALUE | INPUT_OBJECT | INPUT_FIELD_DEFINITION"

var knownFeatures = []feature{
	{federation.TagIdentity, federation.Version{Minor: 3}, "", []federation.Directive{federation.Tag},
		"directive @tag(name: String!) repeatable on " + onEverything + " | SCHEMA"},
	{
		federation.InaccessibleIdentity,
		federation.Version{Minor: 2},
		"SECURITY",
		[]federation.Directive{federation.Inaccessible},
		"directive @inaccessible on " + onEverything,
	},
	{
		federation.AuthenticatedIdentity,
		federation.Version{Minor: 1},
		"SECURITY",
		[]federation.Directive{federation.Authenticated},
		"directive @authenticated on FIELD_DEFINITION | OBJECT | INTERFACE | SCALAR | ENUM",
	},
	{
		federation.RequiresScopesIdentity,
		federation.Version{Minor: 1},
		"SECURITY",
		[]federation.Directive{federation.RequiresScopes},
		"directive @requiresScopes(scopes: [[requiresScopes__Scope!]!]!) on FIELD_DEFINITION | OBJECT | INTERFACE | SCALAR | ENUM scalar requiresScopes__Scope",
	},
	{federation.PolicyIdentity, federation.Version{Minor: 1}, "SECURITY", []federation.Directive{federation.Policy},
		"directive @policy(policies: [[policy__Policy!]!]!) on FIELD_DEFINITION | OBJECT | INTERFACE | SCALAR | ENUM scalar policy__Policy"},
	{federation.ContextIdentity, federation.Version{Minor: 1}, "SECURITY", []federation.Directive{federation.Context},
		"directive @context(name: String!) repeatable on INTERFACE | OBJECT | UNION directive @context__fromContext(field: context__ContextFieldValue) on ARGUMENT_DEFINITION scalar context__ContextFieldValue"},
	{
		federation.CostIdentity,
		federation.Version{Minor: 1},
		"",
		[]federation.Directive{federation.Cost, federation.ListSize},
		"directive @cost(weight: Int!) on ARGUMENT_DEFINITION | ENUM | FIELD_DEFINITION | INPUT_FIELD_DEFINITION | OBJECT | SCALAR " +
			"directive @listSize(assumedSize: Int, slicingArguments: [String!], sizedFields: [String!], requireOneSlicingArgument: Boolean = true) on FIELD_DEFINITION",
	},
	{
		federation.CacheTagIdentity,
		federation.Version{Minor: 1},
		"EXECUTION",
		[]federation.Directive{federation.CacheTag},
		"",
	},
}

// features are the specifications a supergraph links, with the names of their directives.
type features struct {
	used  []feature
	names map[federation.Directive]string
}

// name is the name (without @) of a directive in the supergraph, empty if no subgraph uses it.
func (f features) name(d federation.Directive) string { return f.names[d] }

// collectFeatures finds the specifications subgraphs make use of. LINK_IMPORT_NAME_MISMATCH: they must call a directive
// the same.
func (m *merger) collectFeatures() {
	m.features.names = map[federation.Directive]string{}
	for _, known := range knownFeatures {
		used := false
		for _, d := range known.directives {
			if m.collectFeatureName(d) {
				used = true
			}
		}
		if used {
			m.features.used = append(m.features.used, known)
		}
	}
}

func (m *merger) collectFeatureName(d federation.Directive) bool {
	name, same := "", true
	var all []elementPosition
	for i, s := range m.subgraphs {
		if !s.Uses(d) {
			continue
		}
		all = append(all, elementPosition{i, s.Schema.Pos})
		if name != "" && name != s.UsedName(d) {
			same = false
		}
		name = s.UsedName(d)
	}
	if name == "" {
		return false
	}
	m.features.names[d] = name
	if !same {
		m.fail(problem.LinkImportNameMismatch, all, "Directive @%s has different names: it is called %s.", d, m.variants(func(i int) string {
			if !m.subgraphs[i].Uses(d) {
				return ""
			}
			return `"@` + m.subgraphs[i].UsedName(d) + `"`
		})).Suggestion = "Import it under the same name in all subgraphs."
	}
	return true
}

// version is the highest federation version of the subgraphs. IMPLICITLY_UPGRADED_FEDERATION_VERSION: it is higher than
// any that is linked, because of a directive linked by itself.
func (m *merger) version() federation.Version {
	linked, implied := federation.FirstVersion, federation.FirstVersion
	for _, s := range m.subgraphs {
		if s.Version.AtLeast(linked) {
			linked = s.Version
		}
		if s.ImpliedVersion().AtLeast(implied) {
			implied = s.ImpliedVersion()
		}
	}
	if implied == linked {
		return linked
	}
	for i, s := range m.subgraphs {
		if v := s.ImpliedVersion(); !linked.AtLeast(v) {
			m.hint(
				problem.HintImplicitlyUpgradedFederationVersion,
				"",
				[]elementPosition{{i, s.Schema.Pos}},
				"Subgraph %q links a specification that needs federation %s, but no subgraph links that version: the supergraph is one of version %s.",
				s.Name,
				v,
				implied,
			)
		}
	}
	return implied
}

// addSpecificationTypes adds the definitions of the specifications the supergraph is written in, and links them.
// https://specs.apollo.dev/join/v0.3/, https://specs.apollo.dev/link/v1.0/
func (m *merger) addSpecificationTypes() {
	version := federation.JoinVersion(m.version())
	var sdl strings.Builder
	sdl.WriteString(federation.LinkSDL)
	sdl.WriteString(federation.JoinSDL(version))
	links := []*schema.Directive{
		linkTo(federation.LinkIdentity, federation.Version{Major: 1}, "", nil),
		linkTo(federation.JoinIdentity, version, "EXECUTION", nil),
	}
	for _, f := range m.features.used {
		sdl.WriteString(m.renamedSDL(f))
		sdl.WriteByte('\n')
		links = append(links, linkTo(f.identity, f.version, f.purpose, m.featureImports(f)))
	}
	if m.carriesCacheControl {
		sdl.WriteString(cacheControlSDL)
		links = append(links, linkTo(federation.WeftIdentity, federation.Version{Minor: 1}, "", nil))
	}
	links = append(links, m.composedLinks()...)
	doc, err := syntax.ParseTypeSystem(&ast.Source{Input: sdl.String()})
	if err != nil {
		panic("compose: definitions of the join specification: " + err.Error())
	}
	built, _ := schema.Build(doc)
	for _, d := range built.DirectiveDefinitions() {
		if m.out.DirectiveDefinition(d.Name) == nil {
			m.out.AddDirectiveDefinition(d)
		}
	}
	for _, t := range append(built.Types(), m.graphEnum()) {
		if m.out.Type(t.Name) == nil {
			m.out.AddType(t)
		}
	}
	m.out.Directives = append(links, m.out.Directives...)
}

func (m *merger) renamedSDL(f feature) string {
	sdl := f.sdl
	for i, d := range f.directives {
		name := m.features.names[d]
		if name == "" && i > 0 {
			// Without an import the directive has the name the specification's namespace gives it.
			name = f.directives[0].String() + "__" + d.String()
		}
		if name != "" && name != d.String() {
			sdl = strings.Replace(sdl, "@"+d.String()+"(", "@"+name+"(", 1)
			sdl = strings.Replace(sdl, "@"+d.String()+" ", "@"+name+" ", 1)
		}
	}
	return sdl
}

// featureImports are the imports by which the supergraph's @link gives directives the names subgraphs use: those whose
// name is not already what the specification's own name makes it.
func (m *merger) featureImports(f feature) []*ast.Value {
	if f.identity == federation.CacheTagIdentity {
		return nil
	}
	var out []*ast.Value
	for i, d := range f.directives {
		name := m.features.names[d]
		if name == "" || i == 0 && name == d.String() {
			continue
		}
		out = append(out, importValue(d.String(), name))
	}
	return out
}

func importValue(name, as string) *ast.Value {
	if name == as {
		return schema.String("@" + name)
	}
	return &ast.Value{Kind: ast.ObjectValue, Children: ast.ChildValueList{
		{Name: "name", Value: schema.String("@" + name)}, {Name: "as", Value: schema.String("@" + as)},
	}}
}

func linkTo(identity string, version federation.Version, purpose string, imports []*ast.Value) *schema.Directive {
	d := apply("link", arg("url", schema.String(identity+"/"+version.String())))
	if purpose != "" {
		d.Arguments = append(d.Arguments, arg("for", schema.Enum(purpose)))
	}
	if len(imports) > 0 {
		d.Arguments = append(d.Arguments, arg("import", schema.List(imports...)))
	}
	return d
}

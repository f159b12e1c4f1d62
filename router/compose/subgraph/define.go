package subgraph

import (
	"maps"
	"slices"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/weft-graphql/weft/router/compose/problem"
	"github.com/weft-graphql/weft/router/compose/schema"
	"github.com/weft-graphql/weft/router/compose/validation"
	"github.com/weft-graphql/weft/router/federation"
	"github.com/weft-graphql/weft/router/syntax"
)

// federation1Directives are the directives a schema can use without linking the federation specification.
var federation1Directives = []federation.Directive{
	federation.Key, federation.Requires, federation.Provides, federation.External, federation.Tag, federation.Extends,
}

// federation1Upgrade is the federation version whose rules a Federation 1 schema follows once it is upgraded.
var federation1Upgrade = federation.Version{Major: 2, Minor: 4}

// builtinSDL defines the directives every schema has.
const builtinSDL = `
directive @deprecated(reason: String = "No longer supported") on FIELD_DEFINITION | ENUM_VALUE | ARGUMENT_DEFINITION | INPUT_FIELD_DEFINITION
directive @specifiedBy(url: String!) on SCALAR
directive @skip(if: Boolean!) on FIELD | FRAGMENT_SPREAD | INLINE_FRAGMENT
directive @include(if: Boolean!) on FIELD | FRAGMENT_SPREAD | INLINE_FRAGMENT
`

var builtinDefinitions = parseDefinitions(builtinSDL)

// parseDefinitions parses definitions that are part of this program.
func parseDefinitions(sdl string) *schema.Schema {
	doc, err := syntax.ParseTypeSystem(&ast.Source{Input: sdl})
	if err != nil {
		panic("compose: built-in definitions: " + err.Error())
	}
	built, _ := schema.Build(doc)
	forget(built)
	return built
}

// forget removes positions: nobody wrote these definitions in a subgraph.
func forget(s *schema.Schema) {
	for _, d := range s.DirectiveDefinitions() {
		d.Pos = schema.Pos{}
		for _, a := range d.Arguments {
			a.Pos = schema.Pos{}
		}
	}
	for _, t := range s.Types() {
		t.Pos = schema.Pos{}
	}
}

// IsBuiltinDirective reports whether the GraphQL specification defines the directive of that name.
func IsBuiltinDirective(name string) bool { return builtinDefinitions.DirectiveDefinition(name) != nil }

// define adds the definitions a subgraph may leave out, checks those of its own that should say the same
// (DIRECTIVE_DEFINITION_INVALID, TYPE_DEFINITION_INVALID), and resolves which applications are federation's.
func (s *Subgraph) define() []*problem.Error {
	expected := s.expectedDefinitions()
	var out []*problem.Error
	s.specification = map[string]bool{}
	for _, t := range expected.Types() {
		s.specification[t.Name] = true
		out = append(out, s.defineType(t)...)
	}
	for _, d := range expected.DirectiveDefinitions() {
		out = append(out, s.defineDirective(d)...)
	}
	s.Schema.RemoveTypes(func(t *schema.Type) bool { return validation.IsIntrospectionType(t.Name) })
	for _, d := range builtinDefinitions.DirectiveDefinitions() {
		// A schema may define the built-in directives itself, as older servers print them; what counts is the
		// specification.
		s.Schema.RemoveDirectiveDefinition(d.Name)
		s.Schema.AddDirectiveDefinition(d)
	}
	s.resolveApplications()
	return out
}

// expectedDefinitions returns federation's and @link's definitions under the names they have in this schema.
func (s *Subgraph) expectedDefinitions() *schema.Schema {
	var sdl strings.Builder
	version, typeName := federation1Upgrade, func(name string) string { return "_" + name }
	usable := federation1Directives
	localName := func(d federation.Directive) string { return d.String() }
	if s.Links.ByIdentity(federation.FederationIdentity) == nil {
		// A Federation 1 schema can use later directives too if it defines them itself.
		for _, d := range federation.Directives(federation1Upgrade) {
			if s.Schema.DirectiveDefinition(d.String()) != nil && !slices.Contains(usable, d) {
				usable = append(slices.Clip(usable), d)
			}
		}
	}
	if link := s.Links.ByIdentity(federation.FederationIdentity); link != nil {
		version, typeName = link.URL.Version, link.TypeName
		usable = federation.Directives(version)
		localName = func(d federation.Directive) string { return link.DirectiveName(d.String()) }
	}
	for _, d := range usable {
		s.localNames[d] = localName(d)
		if !version.AtLeast(d.Since()) {
			continue
		}
		written := version
		if d == federation.Tag && s.Links.ByIdentity(federation.FederationIdentity) == nil {
			written = federation.FirstVersion // in Federation 1, schemas could not be tagged
		}
		sdl.WriteString(renamed(d.SDL(written), d.String(), s.localNames[d], version, typeName))
		sdl.WriteByte('\n')
	}
	for _, scalar := range federation.ScalarTypes(version) {
		sdl.WriteString("scalar " + typeName(scalar) + "\n")
	}
	s.aliases = map[string]federation.Directive{}
	for _, link := range s.Links {
		sdl.WriteString(s.featureSDL(link))
	}
	if s.IsFederation2() || len(s.Links) > 0 || schema.Named(s.Schema.Directives, "link") != nil {
		sdl.WriteString(s.linkSDL())
	}
	return parseDefinitions(sdl.String())
}

// renamed gives a directive definition of the federation specification its local names.
func renamed(sdl, name, local string, version federation.Version, typeName func(string) string) string {
	sdl = strings.Replace(sdl, "@"+name, "@"+local, 1)
	for _, scalar := range federation.ScalarTypes(version) {
		for _, before := range []string{" ", "["} {
			sdl = strings.Replace(sdl, before+scalar, before+typeName(scalar), 1)
		}
	}
	return sdl
}

// featureSDL defines the federation directives that link gives the schema from a specification of their own.
func (s *Subgraph) featureSDL(link *federation.Link) string {
	var sdl strings.Builder
	if !federation.KnownFeatureVersion(link.URL) {
		return ""
	}
	directives := federation.FeatureDirectives(link.URL.Identity)
	scalars := map[string]bool{}
	for _, d := range directives {
		name := link.DirectiveName(d.String())
		if s.localNames[d] == name {
			continue
		}
		s.aliases[name] = d
		definition := renamed(d.SDL(federation.LatestVersion), d.String(), name, federation.LatestVersion, link.TypeName)
		sdl.WriteString(definition + "\n")
		for _, scalar := range federation.ScalarTypes(federation.LatestVersion) {
			if strings.Contains(definition, link.TypeName(scalar)) {
				scalars[link.TypeName(scalar)] = true
			}
		}
	}
	for _, scalar := range slices.Sorted(maps.Keys(scalars)) {
		sdl.WriteString("scalar " + scalar + "\n")
	}
	return sdl.String()
}

func (s *Subgraph) linkSDL() string {
	link := &federation.Link{URL: federation.FeatureURL{Name: "link"}, Name: "link"}
	if own := s.Links.ByIdentity(federation.LinkIdentity); own != nil {
		link = own
	}
	return strings.NewReplacer("@link(", "@"+link.DirectiveName("link")+"(",
		"link__Purpose", link.TypeName("Purpose"), "link__Import", link.TypeName("Import")).Replace(federation.LinkSDL)
}

func (s *Subgraph) defineType(expected *schema.Type) []*problem.Error {
	own := s.Schema.Type(expected.Name)
	switch {
	case own == nil:
		s.Schema.AddType(expected)
	case own.Kind != expected.Kind:
		return []*problem.Error{
			s.Errorf(
				problem.TypeDefinitionInvalid,
				own.Pos,
				"Type %s must be a %s: that is what the linked specification defines it as.",
				own.Name,
				strings.ToLower(string(expected.Kind)),
			),
		}
	case own.Kind == ast.Enum:
		for _, v := range own.Values {
			if expected.Value(v.Name) == nil {
				return []*problem.Error{
					s.Errorf(
						problem.TypeDefinitionInvalid,
						v.Pos,
						"Enum %s has no value %s in the linked specification.",
						own.Name,
						v.Name,
					),
				}
			}
		}
		for _, v := range expected.Values {
			if own.Value(v.Name) == nil {
				return []*problem.Error{
					s.Errorf(
						problem.TypeDefinitionInvalid,
						own.Pos,
						"Enum %s lacks the value %s that it has in the linked specification.",
						own.Name,
						v.Name,
					),
				}
			}
		}
	}
	return nil
}

func (s *Subgraph) defineDirective(expected *schema.DirectiveDefinition) []*problem.Error {
	own := s.Schema.DirectiveDefinition(expected.Name)
	if own == nil {
		s.Schema.AddDirectiveDefinition(expected)
		return nil
	}
	if expected.Name == federation.Key.String() && !s.IsFederation2() {
		own.Locations = expected.Locations // older Federation 1 schemas define keys for objects only
	}
	var out []*problem.Error
	fail := func(pos schema.Pos, format string, args ...any) {
		args = append([]any{own.Name}, args...)
		e := s.Errorf(
			problem.DirectiveDefinitionInvalid,
			pos,
			"The definition of @%s is not that of the linked specification: "+format+".",
			args...)
		e.Suggestion = "Leave the definition out: linking the specification is enough."
		out = append(out, e)
	}
	for _, want := range expected.Arguments {
		a := own.Argument(want.Name)
		switch {
		case a == nil && want.Required():
			fail(own.Pos, "it lacks argument %q", want.Name)
		case a == nil:
		case !s.compatibleRedefinition(want.Type, a.Type):
			fail(a.Pos, "argument %q should have type %s, not %s", want.Name, want.Type, a.Type)
		case !s.IsFederation2() && want.Name == "fields":
			a.Type = want.Type // of older schemas it is a String, and given as a list all the same
		case a.Default != nil && !schema.EqualValues(a.Default, want.Default) && want.Default != nil:
			fail(a.Pos, "argument %q should have the default value %s", want.Name, schema.PrintValue(want.Default))
		}
	}
	for _, a := range own.Arguments {
		if expected.Argument(a.Name) == nil {
			fail(a.Pos, "it has no argument %q", a.Name)
		}
	}
	if own.Repeatable && !expected.Repeatable {
		fail(own.Pos, "it is not repeatable")
	}
	for _, l := range own.Locations {
		if !expected.HasLocation(l) {
			fail(own.Pos, "it is not allowed on %s", l)
		}
	}
	return out
}

// compatibleRedefinition reports whether a schema may define an argument with type own where a specification defines
// it with type want: in the place of a custom scalar, whose values nothing checks, any type but another custom scalar
// will do.
func (s *Subgraph) compatibleRedefinition(want, own *ast.Type) bool {
	if want.NonNull && !own.NonNull && s.IsFederation2() {
		return false
	}
	if want.Elem != nil || own.Elem != nil {
		return want.Elem != nil && own.Elem != nil && s.compatibleRedefinition(want.Elem, own.Elem)
	}
	if want.NamedType == own.NamedType {
		return true
	}
	ownType := s.Schema.Type(own.NamedType)
	custom := ownType != nil && ownType.Kind == ast.Scalar && !validation.IsBuiltinScalar(own.NamedType)
	return !validation.IsBuiltinScalar(want.NamedType) && !custom
}

// resolveApplications records on every directive application which federation directive it is.
func (s *Subgraph) resolveApplications() {
	byName := map[string]federation.Directive{}
	for d, name := range s.localNames {
		if name != "" {
			byName[name] = federation.Directive(d)
		}
	}
	maps.Copy(byName, s.aliases)
	resolve := func(directives []*schema.Directive) {
		for _, d := range directives {
			d.Federation = byName[d.Name]
			s.usedNames[d.Federation] = d.Name
		}
	}
	for _, definition := range s.Schema.DirectiveDefinitions() {
		for _, a := range definition.Arguments {
			resolve(a.Directives)
		}
	}
	resolve(s.Schema.Directives)
	for _, t := range s.Schema.Types() {
		resolve(t.Directives)
		for _, f := range t.Fields() {
			resolve(f.Directives)
			for _, a := range f.Arguments {
				resolve(a.Directives)
			}
		}
		for _, v := range t.Values {
			resolve(v.Directives)
		}
	}
}

package merge

import (
	"cmp"
	"slices"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/weft-graphql/weft/router/compose/problem"
	"github.com/weft-graphql/weft/router/compose/schema"
	"github.com/weft-graphql/weft/router/compose/subgraph"
	"github.com/weft-graphql/weft/router/federation"
)

// composedDirective is a custom directive that @composeDirective keeps in the supergraph.
type composedDirective struct {
	// name is its name (without @) in the supergraph and in the subgraphs that compose it; original its name in the
	// feature.
	name, original string
	identity       string
	version        federation.Version
	// in says which subgraphs compose it.
	in []bool
	// source is the subgraph whose definition counts: the last one with the latest version of the feature that composes
	// it, or another directive of it.
	source int
	// latest are the subgraphs that compose directives of the feature and link its latest version.
	latest []int
}

// composedBy returns the composed directive that subgraph i calls name, or nil.
func (m *merger) composedBy(i int, name string) *composedDirective {
	for _, c := range m.composedNames[name] {
		if c.in[i] {
			return c
		}
	}
	return nil
}

// collectComposedDirectives reads the @composeDirective applications: DIRECTIVE_COMPOSITION_ERROR, each names a
// directive that is linked, from a feature all subgraphs agree about.
func (m *merger) collectComposedDirectives() {
	for i, s := range m.subgraphs {
		for _, d := range s.Schema.Directives {
			if d.Federation == federation.ComposeDirective {
				m.collectComposedDirective(i, s, d)
			}
		}
	}
	m.settleComposedSources()
	m.checkComposedVersions()
	m.checkComposedNames()
	m.hintOtherNames()
	slices.SortStableFunc(m.composed, func(a, b *composedDirective) int {
		return cmp.Or(strings.Compare(a.identity, b.identity), 0)
	})
}

func (m *merger) collectComposedDirective(i int, s *subgraph.Subgraph, d *schema.Directive) {
	fail := func(format string, args ...any) {
		m.fail(problem.DirectiveCompositionError, []elementPosition{{i, d.Pos}}, format, args...)
	}
	raw, ok := d.StringArg("name")
	name, at := strings.CutPrefix(raw, "@")
	switch {
	case !ok || raw == "":
		fail("@composeDirective in subgraph %q does not name a directive.", s.Name)
		return
	case !at:
		fail("@composeDirective in subgraph %q names %q, which must begin with @.", s.Name, raw)
		return
	case s.Schema.DirectiveDefinition(name) == nil:
		fail("@composeDirective in subgraph %q names %q, which is not defined there.", s.Name, raw)
		return
	}
	link, original := s.LinkIndex.Owner(name)
	switch {
	case link == nil || subgraph.IsBuiltinDirective(name):
		fail(
			"Directive %q of subgraph %q cannot be composed, because it does not belong to a linked specification.",
			raw,
			s.Name,
		)
		return
	case link.URL.Identity == federation.FederationIdentity && passesThrough[federation.DirectiveByName(original)]:
		m.hint(
			problem.HintDirectiveCompositionInfo,
			"@"+name,
			[]elementPosition{{i, d.Pos}},
			"Directive %q of subgraph %q is always composed: @composeDirective is not needed for it.",
			raw,
			s.Name,
		)
		return
	case link.URL.Identity == federation.FederationIdentity || link.URL.Identity == federation.LinkIdentity:
		fail("Directive %q of subgraph %q cannot be composed, because it belongs to federation itself.", raw, s.Name)
		return
	}
	for _, c := range m.composedNames[name] {
		if c.identity == link.URL.Identity && c.original == original {
			c.in[i] = true
			if link.URL.Version.AtLeast(c.version) {
				c.version, c.source = link.URL.Version, i
			}
			return
		}
	}
	c := &composedDirective{
		name:     name,
		original: original,
		identity: link.URL.Identity,
		version:  link.URL.Version,
		in:       make([]bool, len(m.subgraphs)),
		source:   i,
	}
	c.in[i] = true
	m.composed = append(m.composed, c)
	m.composedNames[name] = append(m.composedNames[name], c)
	m.composedIdentities[c.identity] = append(m.composedIdentities[c.identity], c)
}

// passesThrough are the federation directives that supergraphs have anyway.
var passesThrough = map[federation.Directive]bool{
	federation.Tag: true, federation.Inaccessible: true, federation.Authenticated: true, federation.RequiresScopes: true,
	federation.Policy: true, federation.Cost: true, federation.ListSize: true,
}

// checkComposedVersions: subgraphs that compose directives of one feature link the same major version of it.
func (m *merger) checkComposedVersions() {
	checked := map[string]bool{}
	for _, c := range m.composed {
		if checked[c.identity] {
			continue
		}
		checked[c.identity] = true
		var all []elementPosition
		same := true
		for i, s := range m.subgraphs {
			link := s.LinkIndex.ByIdentity(c.identity)
			if link == nil || !m.composesFrom(i, c.identity) {
				continue
			}
			pos := schema.Pos{}
			if link.Position != nil {
				pos = schema.Pos{Line: link.Position.Line, Column: link.Position.Column}
			}
			all = append(all, elementPosition{i, pos})
			same = same && link.URL.Version.Major == c.version.Major
		}
		if !same {
			m.fail(problem.DirectiveCompositionError, all, "Subgraphs link different major versions of %q, whose directives are composed: they link %s.", c.identity,
				m.variants(func(i int) string {
					link := m.subgraphs[i].LinkIndex.ByIdentity(c.identity)
					if link == nil || !m.composesFrom(i, c.identity) {
						return ""
					}
					return link.URL.Version.String()
				})).Suggestion = "Link the same major version in all subgraphs."
		}
	}
}

// settleComposedSources finds the definition that counts for each composed directive: of the subgraphs that compose
// directives of the feature, the last one that links its latest version and defines the directive.
func (m *merger) settleComposedSources() {
	latest := map[string][]int{}
	for i, s := range m.subgraphs {
		for _, link := range s.Links {
			identity := link.URL.Identity
			if !m.composesFrom(i, identity) {
				continue
			}
			known := latest[identity]
			if len(known) > 0 {
				before := m.subgraphs[known[0]].LinkIndex.ByIdentity(identity).URL.Version
				switch {
				case !link.URL.Version.AtLeast(before):
					continue
				case !before.AtLeast(link.URL.Version):
					known = nil
				}
			}
			latest[identity] = append(known, i)
		}
	}
	for _, c := range m.composed {
		c.latest = latest[c.identity]
		for _, i := range c.latest {
			if m.definesComposed(i, c) {
				c.source = i
			}
		}
	}
}

func (m *merger) definesComposed(i int, c *composedDirective) bool {
	s := m.subgraphs[i]
	owner, _ := s.LinkIndex.Owner(c.name)
	return s.Schema.DirectiveDefinition(c.name) != nil && owner != nil && owner.URL.Identity == c.identity
}

// checkComposedDefinitions: DIRECTIVE_COMPOSITION_ERROR, one of the subgraphs that link the latest version of a feature
// defines every directive that is composed of it.
func (m *merger) checkComposedDefinitions() {
	for _, c := range m.composed {
		if m.definesComposed(c.source, c) && slices.Contains(c.latest, c.source) || len(c.latest) == 0 {
			continue
		}
		s := m.subgraphs[c.latest[0]]
		m.fail(problem.DirectiveCompositionError, m.composers(c), "Composed directive \"@%s\" of %q is not defined in subgraph %q, which links the latest version %s of it.",
			c.name, c.identity, s.Name, s.LinkIndex.ByIdentity(c.identity).URL.Version).Suggestion = "Define @" + c.name + " there, or link the same version in all subgraphs."
	}
}

func (m *merger) composesFrom(i int, identity string) bool {
	return slices.ContainsFunc(m.composedIdentities[identity], func(c *composedDirective) bool { return c.in[i] })
}

// maxNameConflicts is with how many earlier ones a composed directive is compared: each pair of those that conflict
// is an error of its own.
const maxNameConflicts = 10

// checkComposedNames: a composed directive has one name, and a name stands for one directive.
func (m *merger) checkComposedNames() {
	type element struct{ identity, original string }
	sameName, sameElement := map[string][]int{}, map[element][]int{}
	for i, a := range m.composed {
		key := element{a.identity, a.original}
		earlier := slices.Concat(firstOf(sameName[a.name]), firstOf(sameElement[key]))
		slices.Sort(earlier)
		for _, j := range slices.Compact(earlier) {
			m.failComposedNames(a, m.composed[j])
		}
		sameName[a.name] = append(sameName[a.name], i)
		sameElement[key] = append(sameElement[key], i)
	}
}

// checkComposedPrefixes: INVALID_LINK_DIRECTIVE_USAGE, no composed directive can be mistaken for an element of a
// feature of the supergraph.
func (m *merger) checkComposedPrefixes() {
	features := map[string]string{"join": federation.JoinIdentity, "link": federation.LinkIdentity}
	for _, f := range m.features.used {
		features[f.identity[strings.LastIndex(f.identity, "/")+1:]] = f.identity
	}
	for _, c := range m.composed {
		prefix, _, found := strings.Cut(c.name, "__")
		if identity := features[prefix]; found && identity != "" && identity != c.identity {
			m.fail(problem.InvalidLinkDirectiveUsage, m.composers(c), "Composed directive \"@%s\" of %q has a name like that of an element of %q, which the supergraph links.",
				c.name, c.identity, identity).Suggestion = "Import it under another name."
		}
	}
}

func firstOf(list []int) []int { return list[:min(len(list), maxNameConflicts)] }

func (m *merger) failComposedNames(a, b *composedDirective) {
	all := m.composers(a, b)
	if a.name == b.name {
		m.fail(problem.DirectiveCompositionError, all, "Composed directive \"@%s\" comes from %q in some subgraphs and from %q in others.", a.name, b.identity, a.identity).Suggestion =
			"Import one of them under another name."
		return
	}
	m.fail(problem.DirectiveCompositionError, all, "Composed directive \"@%s\" of %q is called \"@%s\" in some subgraphs and \"@%s\" in others.", a.original, a.identity, b.name, a.name).Suggestion =
		"Import it under the same name in all subgraphs."
}

// hintOtherNames: DIRECTIVE_COMPOSITION_WARN, a subgraph that does not compose a directive imports it under another
// name than those that do.
func (m *merger) hintOtherNames() {
	for _, c := range m.composed {
		for i, s := range m.subgraphs {
			link := s.LinkIndex.ByIdentity(c.identity)
			if link == nil || c.in[i] {
				continue
			}
			if name := link.DirectiveName(c.original); name != c.name && s.Schema.DirectiveDefinition(name) != nil {
				m.hint(
					problem.HintDirectiveCompositionWarn,
					"@"+c.name,
					[]elementPosition{{i, s.Schema.DirectiveDefinition(name).Pos}},
					"Directive \"@%s\" of %q is composed, but subgraph %q calls it \"@%s\" and does not compose it.",
					c.name,
					c.identity,
					s.Name,
					name,
				)
			}
		}
	}
}

func (m *merger) composers(of ...*composedDirective) []elementPosition {
	var out []elementPosition
	for i, s := range m.subgraphs {
		for _, c := range of {
			if c.in[i] {
				out = append(out, elementPosition{i, s.Schema.DirectiveDefinition(c.name).Pos})
			}
		}
	}
	return out
}

// composedLinks link the features of composed directives in the supergraph.
func (m *merger) composedLinks() []*schema.Directive {
	var out []*schema.Directive
	done := map[string]bool{}
	for _, c := range m.composed {
		if done[c.identity] {
			continue
		}
		done[c.identity] = true
		version := c.version
		var imports []*ast.Value
		for _, other := range m.composedIdentities[c.identity] {
			if other.version.AtLeast(version) {
				version = other.version
			}
			imports = append(imports, importValue(other.original, other.name))
		}
		out = append(out, linkTo(c.identity, version, "", imports))
	}
	return out
}

// checkAgainstComposed: INVALID_GRAPHQL, the applications of a composed directive fit the one definition that the
// supergraph has of it.
func (m *merger) checkAgainstComposed(coordinate, name string, applications []*schema.Directive) {
	definition := m.out.DirectiveDefinition(name)
	if definition == nil || len(m.composedNames[name]) == 0 {
		return
	}
	source := m.subgraphs[m.composedNames[name][0].source].Name
	for _, d := range applications {
		for _, a := range d.Arguments {
			if definition.Argument(a.Name) == nil {
				m.fail(problem.InvalidGraphQL, nil, "Directive @%s is applied to %q with the argument %q, which it has not got in subgraph %q, whose definition the supergraph takes.", name, coordinate, a.Name, source).Suggestion =
					"Define @" + name + " the same in all subgraphs."
			}
		}
	}
}

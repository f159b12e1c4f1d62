package subgraph

import (
	"fmt"
	"strings"
	"sync"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/weft-graphql/weft/router/compose/schema"
	"github.com/weft-graphql/weft/router/federation"
)

// linkNames: INVALID_LINK_DIRECTIVE_USAGE, no name that links give to a schema can be mistaken for another one: names
// of features have no part that separates a feature from its elements ("__"), imports are not called like what
// belongs to another feature or like another element of their own, nothing is imported under two names, and what is
// imported is not also used under its full name. INVALID_LINK_IDENTIFIER, a feature URL ends with its version, not
// with a slash. https://specs.apollo.dev/link/v1.0/#Name-Resolution
func (s *Subgraph) linkNames(doc *ast.SchemaDocument, links federation.Links) []federation.LinkError {
	n := linkNames{schema: s.Schema, byName: map[string]*federation.Link{}}
	n.directive = sync.OnceValue(func() string { return federation.LinkDirectiveName(doc) })
	for _, link := range links {
		n.byName[link.Name] = link
	}
	for _, list := range []ast.SchemaDefinitionList{doc.Schema, doc.SchemaExtension} {
		for _, d := range list {
			for _, application := range d.Directives {
				n.checkURL(application)
			}
		}
	}
	if name := n.directive(); len(links) > 0 && links.ByIdentity(federation.LinkIdentity) == nil {
		// The specification of @link is linked even where nobody writes so.
		if other := n.byName[name]; other != nil {
			n.fail(federation.CodeInvalidUsage, other.Position, "Feature %q cannot be called %q: that is the name of the "+
				"specification of @link. Give it another name with the \"as\" argument.", other.URL.Identity, name)
			return n.errors
		}
		n.byName[name] = &federation.Link{
			URL:  federation.FeatureURL{Identity: federation.LinkIdentity, Name: "link"},
			Name: name,
		}
	}
	for _, link := range links {
		n.check(link)
	}
	return n.errors
}

type linkNames struct {
	schema *schema.Schema
	byName map[string]*federation.Link
	// directive is the name of @link here.
	directive func() string
	used      map[string]bool // names of types, and of directives with @, that something refers to
	errors    []federation.LinkError
}

func (n *linkNames) fail(code string, p *ast.Position, format string, args ...any) {
	n.errors = append(n.errors, federation.LinkError{Code: code, Message: fmt.Sprintf(format, args...), Position: p})
}

func (n *linkNames) checkURL(d *ast.Directive) {
	url := d.Arguments.ForName("url")
	if url != nil && strings.HasSuffix(url.Value.Raw, "/") && d.Name == n.directive() {
		if _, err := federation.ParseFeatureURL(url.Value.Raw); err == nil {
			n.fail(
				federation.CodeInvalidIdentifier,
				d.Position,
				"feature URL %q ends with a slash and not with a version.",
				url.Value.Raw,
			)
		}
	}
}

// check reports the first mistake in a link.
func (n *linkNames) check(link *federation.Link) {
	if strings.Contains(link.Name, "__") || strings.HasSuffix(link.Name, "_") {
		n.fail(
			federation.CodeInvalidUsage,
			link.Position,
			"Feature %q cannot be called %q: elements of features have names like feature__element. "+
				"Give it a name without __ and without _ at its end with the \"as\" argument.",
			link.URL.Identity,
			link.Name,
		)
		return
	}
	names := make(map[string]string, len(link.Imports))
	elements := make(map[string]string, len(link.Imports))
	for _, i := range link.Imports {
		if before, known := names[i.Name]; known && before != i.As {
			n.fail(
				federation.CodeInvalidUsage,
				link.Position,
				"%q is imported from %q both as %q and as %q.",
				i.Name,
				link.URL.Identity,
				before,
				i.As,
			)
			return
		}
		names[i.Name] = i.As
		if before, known := elements[i.As]; known && before != i.Name {
			n.fail(
				federation.CodeInvalidUsage,
				link.Position,
				"%q and %q are both imported from %q as %q. Give one of them another name with \"as\".",
				before,
				i.Name,
				link.URL.Identity,
				i.As,
			)
			return
		}
		elements[i.As] = i.Name
		if message := n.checkImport(link, i); message != "" {
			n.fail(federation.CodeInvalidUsage, link.Position, "%s", message)
			return
		}
	}
}

// checkImport says what is wrong with the name of an import, or nothing.
func (n *linkNames) checkImport(link *federation.Link, i federation.Import) string {
	owner, element := n.owner(i.As)
	if owner != nil && (owner != link || element != i.Name) {
		return fmt.Sprintf(
			"%q cannot be imported from %q as %q, which is the name of %q of %q. Give the import, or the feature, another name with \"as\".",
			i.Name,
			link.URL.Identity,
			i.As,
			element,
			owner.URL.Identity,
		)
	}
	full := fullName(link, i.Name)
	if full != i.As && n.isUsed(link, full) {
		return fmt.Sprintf(
			"%q is imported from %q as %q, but the schema defines and uses it as %q. Use the imported name, and remove the definition.",
			i.Name,
			link.URL.Identity,
			i.As,
			full,
		)
	}
	return ""
}

// fullName is the name an element of a feature has without being imported.
func fullName(link *federation.Link, element string) string {
	whole := &federation.Link{URL: link.URL, Name: link.Name}
	if name, directive := strings.CutPrefix(element, "@"); directive {
		return "@" + whole.DirectiveName(name)
	}
	return whole.TypeName(element)
}

// owner returns the feature one of whose elements has that full name, and the element; nil if there is none.
func (n *linkNames) owner(name string) (*federation.Link, string) {
	bare, directive := strings.CutPrefix(name, "@")
	at := ""
	if directive {
		at = "@"
		if link := n.byName[bare]; link != nil {
			return link, at + link.URL.Name
		}
	}
	if feature, element, found := strings.Cut(bare, "__"); found {
		if link := n.byName[feature]; link != nil {
			return link, at + element
		}
	}
	return nil, ""
}

// isUsed tells whether the schema defines an element under its full name and refers to it. The types of @link are
// used by its definition, which every schema has.
func (n *linkNames) isUsed(link *federation.Link, full string) bool {
	name, directive := strings.CutPrefix(full, "@")
	switch {
	case link.URL.Identity == federation.LinkIdentity && !directive:
		return true
	case directive && n.schema.DirectiveDefinition(name) == nil, !directive && n.schema.Type(name) == nil:
		return false
	}
	if n.used == nil {
		n.used = usedNames(n.schema)
	}
	return n.used[full]
}

// usedNames returns the names of all types, and with @ of all directives, that a schema refers to.
func usedNames(s *schema.Schema) map[string]bool {
	used := map[string]bool{}
	apply := func(directives []*schema.Directive) {
		for _, d := range directives {
			used["@"+d.Name] = true
		}
	}
	arguments := func(list []*schema.Argument) {
		for _, a := range list {
			used[a.Type.Name()] = true
			apply(a.Directives)
		}
	}
	for _, d := range s.DirectiveDefinitions() {
		arguments(d.Arguments)
	}
	apply(s.Directives)
	for _, root := range s.Roots {
		used[root.Name] = true
	}
	for _, t := range s.Types() {
		apply(t.Directives)
		for _, ref := range append(t.Interfaces[:len(t.Interfaces):len(t.Interfaces)], t.Members...) {
			used[ref.Name] = true
		}
		for _, f := range t.Fields() {
			used[f.Type.Name()] = true
			apply(f.Directives)
			arguments(f.Arguments)
		}
		for _, v := range t.Values {
			apply(v.Directives)
		}
	}
	return used
}

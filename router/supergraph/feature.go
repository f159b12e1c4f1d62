package supergraph

import (
	"cmp"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/weft-graphql/weft/router/federation"
)

// Feature is a specification that a supergraph links.
// https://specs.apollo.dev/link/v1.0/
type Feature struct {
	// URL is how the document names it: "https://specs.apollo.dev/inaccessible/v0.2".
	URL string
	// Purpose is what it is for: SECURITY, EXECUTION, or empty when nothing depends on it.
	Purpose string
}

// features knows the specifications a supergraph document links (@link or the older @core) and under which names, so
// that their machinery can be told from the graph's own types.
type features struct {
	linked []Feature
	// prefixes are the namespaces ("join__", "link__", ...) of linked specifications.
	prefixes map[string]bool
	// directives are the names of directives that belong to a linked specification.
	directives map[string]bool
	// types are imported type names of linked specifications.
	types map[string]bool
	// inaccessible and context are the names under which those directives appear, join the namespace of the join
	// specification.
	inaccessible, context, join string
	// access are the directives that say who may see something, by the names under which they appear.
	access map[string]AccessKind
	// named are the names under which directives appear, by identity and name of their specification.
	named map[directiveKey]string
	// joinVersion is the version of the join specification, such as "v0.3"; empty when it is not linked.
	joinVersion string
}

func readFeatures(doc *ast.SchemaDocument) *features {
	f := &features{
		prefixes: map[string]bool{}, directives: map[string]bool{}, types: map[string]bool{}, access: map[string]AccessKind{},
		named:        map[directiveKey]string{},
		inaccessible: "inaccessible", context: "context", join: "join",
	}
	var applied ast.DirectiveList
	for _, def := range append(append(ast.SchemaDefinitionList{}, doc.Schema...), doc.SchemaExtension...) {
		applied = append(applied, def.Directives...)
	}
	linking := linkingDirectives(applied)
	for _, d := range applied {
		if linking[d.Name] {
			f.link(d)
		}
	}
	for name := range linking {
		f.directives[name] = true
	}
	for _, name := range []string{"link", "core", "join"} {
		f.prefixes[name+"__"] = true
	}
	return f
}

// linkingDirectives are the names under which a document links specifications: those of @link and of @core, its
// predecessor, which can be renamed in the application by which they link themselves.
func linkingDirectives(applied ast.DirectiveList) map[string]bool {
	names := map[string]bool{"link": true, "core": true}
	for _, d := range applied {
		url, err := federation.ParseFeatureURL(linkedURL(d))
		if err != nil || url.Identity != federation.LinkIdentity && url.Identity != federation.CoreIdentity {
			continue
		}
		local := cmp.Or(stringArg(d, "as"), url.Name)
		for _, i := range importsOf(d) {
			if i.Name == "@"+url.Name {
				local = strings.TrimPrefix(i.As, "@")
			}
		}
		if local == d.Name {
			names[d.Name] = true
		}
	}
	return names
}

// linkedURL is the URL an application of @link, or of @core, is about.
func linkedURL(d *ast.Directive) string { return cmp.Or(stringArg(d, "url"), stringArg(d, "feature")) }

// link records one linked specification. Specification: link v1.0, "Name Conventions".
func (f *features) link(d *ast.Directive) {
	url := linkedURL(d)
	name, version := splitFeatureURL(url)
	if name == "" {
		return
	}
	f.linked = append(f.linked, Feature{URL: url, Purpose: stringArg(d, "for")})
	local := cmp.Or(stringArg(d, "as"), name)
	f.prefixes[local+"__"] = true
	f.directives[local] = true
	switch name {
	case "join":
		f.joinVersion, f.join = version, local
	case "inaccessible":
		f.inaccessible = local
	case "context":
		f.context = local
	}
	parsed, _ := federation.ParseFeatureURL(url)
	f.named[directiveKey{parsed.Identity, ""}] = local
	f.named[directiveKey{parsed.Identity, name}] = local
	protects, isAccess := accessDirectives[parsed.Identity]
	if isAccess {
		f.access[local] = protects
	}
	for _, i := range importsOf(d) {
		bare, directive := strings.CutPrefix(i.As, "@")
		if !directive {
			f.types[i.As] = true
			continue
		}
		f.directives[bare] = true
		f.named[directiveKey{parsed.Identity, strings.TrimPrefix(i.Name, "@")}] = bare
		if isAccess && i.Name == "@"+name {
			f.access[bare] = protects
		}
		switch i.Name {
		case "@inaccessible":
			f.inaccessible = bare
		case "@context":
			f.context = bare
		}
	}
}

// directiveKey names a directive of a specification; the specification's own namespace without a name.
type directiveKey struct{ identity, name string }

// DirectiveName is the name under which a directive of a specification (its identity, such as
// https://specs.apollo.dev/cost) appears in the document: imports and "as" can change it. Empty when the specification
// is not linked.
//
// Specification: link v1.0, "Name Conventions".
func (s *Supergraph) DirectiveName(identity, name string) string {
	if local, imported := s.named[directiveKey{identity, name}]; imported {
		return local
	}
	if namespace := s.named[directiveKey{identity, ""}]; namespace != "" {
		return namespace + "__" + name
	}
	return ""
}

// importsOf reads what a @link imports.
func importsOf(d *ast.Directive) []federation.Import {
	imports := d.Arguments.ForName("import")
	if imports == nil || imports.Value == nil {
		return nil
	}
	var out []federation.Import
	for _, child := range imports.Value.Children {
		i := federation.Import{Name: child.Value.Raw, As: child.Value.Raw}
		if child.Value.Kind == ast.ObjectValue {
			i.Name = rawChild(child.Value, "name")
			i.As = cmp.Or(rawChild(child.Value, "as"), i.Name)
		}
		out = append(out, i)
	}
	return out
}

// splitFeatureURL gives the name and version of a specification URL such as "https://specs.apollo.dev/join/v0.3".
func splitFeatureURL(url string) (name, version string) {
	parts := strings.Split(strings.TrimRight(url, "/"), "/")
	if len(parts) < 2 {
		return "", ""
	}
	last := parts[len(parts)-1]
	if len(last) > 1 && last[0] == 'v' && last[1] >= '0' && last[1] <= '9' {
		return parts[len(parts)-2], last
	}
	return last, ""
}

func (f *features) ownsType(name string) bool {
	return f.types[name] || f.hasPrefix(name)
}

func (f *features) ownsDirective(name string) bool {
	return f.directives[name] || f.hasPrefix(name)
}

func (f *features) hasPrefix(name string) bool {
	for end := 2; end <= len(name); end++ {
		if name[end-2:end] == "__" && f.prefixes[name[:end]] {
			return true
		}
	}
	return false
}

// joined is the name of an element of the join specification.
func (f *features) joined(element string) string { return f.join + "__" + element }

func stringArg(d *ast.Directive, name string) string {
	if a := d.Arguments.ForName(name); a != nil && a.Value != nil && a.Value.Kind != ast.NullValue {
		return a.Value.Raw
	}
	return ""
}

// boolArg returns the argument's value, or def when it is not given.
func boolArg(d *ast.Directive, name string, def bool) bool {
	if a := d.Arguments.ForName(name); a != nil && a.Value != nil && a.Value.Kind == ast.BooleanValue {
		return a.Value.Raw == "true"
	}
	return def
}

func rawChild(v *ast.Value, name string) string {
	if c := v.Children.ForName(name); c != nil {
		return c.Raw
	}
	return ""
}

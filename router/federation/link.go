package federation

import (
	"fmt"
	"slices"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
)

// Link is one @link: a feature a schema uses, and under which names.
type Link struct {
	URL FeatureURL
	// Name is the feature's name in the schema: its "as", or the name in its URL. Elements that are not imported are
	// called Name__element.
	Name    string
	Imports []Import
	// Purpose is the value of the "for" argument, or empty.
	Purpose string
	// Position is the place of the @link.
	Position *ast.Position
}

// Import is an element of a feature that a schema uses by a name without namespace. Directive names start with @.
type Import struct{ Name, As string }

// DirectiveName is the name, without @, that a directive of the feature has in the schema.
func (l *Link) DirectiveName(name string) string {
	for _, i := range l.Imports {
		if directive, ok := strings.CutPrefix(i.Name, "@"); ok && directive == name {
			return i.As[1:]
		}
	}
	if name == l.URL.Name {
		return l.Name
	}
	return l.Name + "__" + name
}

// TypeName is the name that a type of the feature has in the schema.
func (l *Link) TypeName(name string) string {
	for _, i := range l.Imports {
		if i.Name == name {
			return i.As
		}
	}
	return l.Name + "__" + name
}

// Links are the features a schema links, in source order.
type Links []*Link

// ByIdentity returns the link of a feature, or nil.
func (l Links) ByIdentity(identity string) *Link {
	for _, link := range l {
		if link.URL.Identity == identity {
			return link
		}
	}
	return nil
}

// LinkError is a mistake in a @link.
type LinkError struct {
	// Code is the error code of the composition rule.
	Code     string
	Message  string
	Position *ast.Position
}

// The codes of LinkErrors.
const (
	CodeInvalidIdentifier = "INVALID_LINK_IDENTIFIER"
	CodeInvalidUsage      = "INVALID_LINK_DIRECTIVE_USAGE"
	CodeUnknownFederation = "UNKNOWN_FEDERATION_LINK_VERSION"
	CodeUnknownLink       = "UNKNOWN_LINK_VERSION"
	CodeInvalidGraphQL    = "INVALID_GRAPHQL"
)

// LinkDirectiveName is the name (without @) under which the schema definitions of a document link features: "link",
// unless they link the link specification itself under another name.
func LinkDirectiveName(doc *ast.SchemaDocument) string {
	for _, d := range schemaDirectives(doc) {
		if d.Name == "link" || doc.Directives.ForName(d.Name) == nil {
			continue
		}
		raw, _ := stringArgument(d, "url")
		url, err := ParseFeatureURL(raw)
		if err != nil || url.Identity != LinkIdentity {
			continue
		}
		link := &Link{URL: url, Name: url.Name}
		if as, ok := stringArgument(d, "as"); ok {
			link.Name = as
		}
		link.Imports, _ = parseImports(d)
		if link.DirectiveName("link") == d.Name {
			return d.Name
		}
	}
	return "link"
}

func schemaDirectives(doc *ast.SchemaDocument) ast.DirectiveList {
	var out ast.DirectiveList
	for _, list := range []ast.SchemaDefinitionList{doc.Schema, doc.SchemaExtension} {
		for _, d := range list {
			out = append(out, d.Directives...)
		}
	}
	return out
}

// ParseLinks reads the @link applications of a document's schema definitions.
func ParseLinks(doc *ast.SchemaDocument) (Links, []LinkError) {
	p := &linkParser{byIdentity: map[string]int{}, byName: map[string]int{}, byImport: map[string]int{}}
	name := LinkDirectiveName(doc)
	if !linksAnything(doc, name) {
		return nil, nil
	}
	p.renamed = name != "link"
	p.alone = named(schemaDirectives(doc), name) == 1
	for _, d := range schemaDirectives(doc) {
		switch {
		case d.Name == name:
			p.link(d)
		case d.Arguments.ForName("feature") != nil:
			p.core(d)
		}
	}
	if p.misnamed != nil && len(p.errors) == 0 {
		p.failMisnamed()
	}
	return p.links, p.errors
}

func named(directives ast.DirectiveList, name string) int {
	n := 0
	for _, d := range directives {
		if d.Name == name {
			n++
		}
	}
	return n
}

// linksAnything reports whether the document makes use of the link specification, which takes a link to it or to
// federation. Without one, @link is just a directive of that name.
func linksAnything(doc *ast.SchemaDocument, name string) bool {
	for _, d := range schemaDirectives(doc) {
		raw, _ := stringArgument(d, "url")
		if d.Name == name && (strings.HasPrefix(raw, LinkIdentity) || strings.HasPrefix(raw, FederationIdentity)) ||
			d.Arguments.ForName("feature") != nil {
			return true
		}
	}
	return false
}

type linkParser struct {
	links  Links
	errors []LinkError
	// byIdentity, byName and byImport are the positions in links of what is taken.
	byIdentity, byName, byImport map[string]int
	// any says that a @link has been read, alone that there is but one, renamed that @link has another name.
	any, alone, renamed bool
	// misnamed links the link specification under a name that is not that of the directive that links it.
	misnamed *ast.Directive
}

// failMisnamed says that @link is used although the specification says that it is called otherwise.
func (p *linkParser) failMisnamed() {
	p.fail(
		CodeInvalidGraphQL,
		p.misnamed,
		"Directive @%s on the schema definition is not defined: the link specification "+
			"is linked under another name.",
		p.misnamed.Name,
	)
}

func (p *linkParser) fail(code string, d *ast.Directive, format string, args ...any) {
	p.errors = append(p.errors, LinkError{code, fmt.Sprintf(format, args...), d.Position})
}

// core checks a use of the predecessor of @link, which means nothing to federation.
func (p *linkParser) core(d *ast.Directive) {
	raw, _ := stringArgument(d, "feature")
	url, err := ParseFeatureURL(raw)
	if err == nil && url.Identity == CoreIdentity && url.Version != (Version{0, 1}) && url.Version != (Version{0, 2}) {
		p.fail(CodeUnknownLink, d, "Version %s of @core is not known. Use @link instead.", url.Version)
	}
}

func (p *linkParser) link(d *ast.Directive) {
	raw, ok := stringArgument(d, "url")
	if !ok || raw == "" {
		// The reference composition passes over a @link without a URL, and so do we.
		return
	}
	url, err := ParseFeatureURL(raw)
	if err != nil {
		p.fail(CodeInvalidIdentifier, d, "%s.", err)
		return
	}
	link := &Link{URL: url, Name: url.Name, Position: d.Position}
	if as, ok := stringArgument(d, "as"); ok {
		if !isName(as) {
			p.fail(
				CodeInvalidUsage,
				d,
				"%q cannot be the name of a feature: a name has letters, digits and underscores, and no digit first.",
				as,
			)
			return
		}
		link.Name = as
	}
	if purpose := d.Arguments.ForName("for"); purpose != nil && purpose.Value.Kind == ast.EnumValue {
		link.Purpose = purpose.Value.Raw
	}
	imports, errors := parseImports(d)
	link.Imports = imports
	p.errors = append(p.errors, errors...)
	first := !p.any
	p.any = true
	if !p.imports(link, d) {
		return
	}
	// Who asks a feature that nobody knows for something without a name gets nothing.
	link.Imports = slices.DeleteFunc(link.Imports, func(i Import) bool { return !isName(strings.TrimPrefix(i.As, "@")) })
	if url.Identity == LinkIdentity && link.DirectiveName("link") != d.Name {
		if !first {
			// The first @link has linked the specification of @link already, written out or not.
			p.fail(CodeInvalidUsage, d, "Feature %q is linked more than once.", url.Identity)
		} else {
			p.misnamed = d
		}
		return
	}
	if url.Identity == LinkIdentity && p.misnamed != nil {
		p.failMisnamed()
		p.misnamed = nil
	}
	if !p.conflicts(link, d) && p.knownVersion(link, d) {
		p.add(link)
	}
}

// conflicts reports whether a name of the link is already taken by an earlier one, the first of them if there are
// several.
func (p *linkParser) conflicts(link *Link, d *ast.Directive) bool {
	first, taken := len(p.links), ""
	check := func(position int, known bool, name string) {
		if known && position < first {
			first, taken = position, name
		}
	}
	position, known := p.byIdentity[link.URL.Identity]
	check(position, known, "")
	position, known = p.byName[link.Name]
	check(position, known, "")
	for _, i := range link.Imports {
		position, known = p.byImport[i.As]
		check(position, known, i.As)
	}
	if first == len(p.links) {
		return false
	}
	switch other := p.links[first]; {
	case other.URL.Identity == link.URL.Identity:
		p.fail(CodeInvalidUsage, d, "Feature %q is linked more than once.", link.URL.Identity)
	case other.Name == link.Name:
		p.fail(
			CodeInvalidUsage,
			d,
			"Feature %q cannot be called %q: feature %q already is. Give it another name with the \"as\" argument.",
			link.URL.Identity,
			link.Name,
			other.URL.Identity,
		)
	default:
		p.fail(CodeInvalidUsage, d, "%q is imported from both %q and %q. Give one of them another name with \"as\".",
			taken, other.URL.Identity, link.URL.Identity)
	}
	return true
}

// add takes a link that is in order.
func (p *linkParser) add(link *Link) {
	position := len(p.links)
	p.links = append(p.links, link)
	p.byIdentity[link.URL.Identity] = position
	p.byName[link.Name] = position
	for _, i := range link.Imports {
		p.byImport[i.As] = position
	}
}

// imports checks that the features whose content is known have what is imported from them.
func (p *linkParser) imports(link *Link, d *ast.Directive) bool {
	switch {
	case link.URL.Identity == FederationIdentity:
		return !Known(link.URL.Version) || p.federationImports(link, d)
	case link.URL.Identity == LinkIdentity && link.URL.Version == LinkVersion,
		link.URL.Identity == JoinIdentity && KnownJoinVersion(link.URL.Version),
		link.URL.Identity != CacheTagIdentity && KnownFeatureVersion(link.URL):
		return p.featureImports(link, d)
	}
	return true
}

// knownVersion checks the versions of @link and of federation.
func (p *linkParser) knownVersion(link *Link, d *ast.Directive) bool {
	switch {
	case link.URL.Identity == LinkIdentity && link.URL.Version != LinkVersion:
		code := CodeInvalidUsage
		if p.renamed || p.alone {
			code = CodeUnknownLink
		}
		p.fail(code, d, "Version %s of @link is not known; use %s.", link.URL.Version, LinkVersion)
		return false
	case link.URL.Identity == FederationIdentity && !Known(link.URL.Version):
		p.fail(CodeUnknownFederation, d, "Federation version %s is not known; the known versions are %s to %s.",
			link.URL.Version, FirstVersion, LatestVersion)
		return false
	}
	return true
}

func (p *linkParser) featureImports(link *Link, d *ast.Directive) bool {
	ok := true
	for _, i := range link.Imports {
		if !featureHas(link.URL.Identity, i.Name) {
			p.fail(CodeInvalidUsage, d, "%q has no element %q to import.", link.URL.Identity, i.Name)
			ok = false
		}
	}
	return ok
}

func (p *linkParser) federationImports(link *Link, d *ast.Directive) bool {
	ok := true
	for _, i := range link.Imports {
		if message := federationImport(link.URL.Version, i); message != "" {
			p.fail(CodeInvalidUsage, d, "%s", message)
			ok = false
		}
	}
	return ok
}

// federationImport says what is wrong with importing i from a federation version, or nothing.
func federationImport(version Version, i Import) string {
	name, isDirective := strings.CutPrefix(i.Name, "@")
	directive := DirectiveByName(name)
	if isDirective {
		switch {
		case directive == NoDirective:
			return fmt.Sprintf("Federation has no directive %q to import.", i.Name)
		case !version.AtLeast(directive.Since()):
			return fmt.Sprintf(
				"%q cannot be imported from federation %s: it came with %s. Link the federation specification in that version or a later one.",
				i.Name,
				version,
				directive.Since(),
			)
		}
		return ""
	}
	for _, scalar := range ScalarTypes(version) {
		if scalar == name {
			return ""
		}
	}
	if directive != NoDirective {
		return fmt.Sprintf("Federation has no type %q to import. For the directive write \"@%s\".", name, name)
	}
	return fmt.Sprintf("Federation %s has no type %q to import.", version, name)
}

func parseImports(d *ast.Directive) ([]Import, []LinkError) {
	arg := d.Arguments.ForName("import")
	if arg == nil || arg.Value.Kind == ast.NullValue {
		return nil, nil
	}
	if arg.Value.Kind != ast.ListValue {
		return nil, []LinkError{{CodeInvalidUsage, "The \"import\" argument of @link must be a list.", d.Position}}
	}
	var imports []Import
	var errors []LinkError
	for _, c := range arg.Value.Children {
		i, err := parseImport(c.Value)
		if err != nil {
			position := c.Value.Position
			if position == nil {
				position = d.Position
			}
			errors = append(errors, LinkError{CodeInvalidUsage, err.Error(), position})
			continue
		}
		imports = append(imports, i)
	}
	return imports, errors
}

// isName tells whether s is a name of GraphQL (specification, section 2.1.9).
func isName(s string) bool {
	for i, c := range []byte(s) {
		letter := c == '_' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z'
		if !letter && (i == 0 || c < '0' || c > '9') {
			return false
		}
	}
	return s != ""
}

func parseImport(v *ast.Value) (Import, error) {
	switch v.Kind {
	case ast.StringValue, ast.BlockValue:
		return Import{v.Raw, v.Raw}, nil
	case ast.ObjectValue:
		return parseRenamedImport(v)
	default:
		return Import{}, fmt.Errorf(
			"%s cannot be imported: an import is a string, or an object {name: \"...\", as: \"...\"}",
			v,
		)
	}
}

func parseRenamedImport(v *ast.Value) (Import, error) {
	var i Import
	renamed := false
	for _, c := range v.Children {
		if c.Value.Kind != ast.StringValue && c.Value.Kind != ast.BlockValue {
			return Import{}, fmt.Errorf("the field %q of import %s must be a string", c.Name, v)
		}
		switch c.Name {
		case "name":
			i.Name = c.Value.Raw
		case "as":
			i.As, renamed = c.Value.Raw, true
		default:
			return Import{}, fmt.Errorf("import %s has an unknown field %q; the fields are name and as", v, c.Name)
		}
	}
	if !renamed {
		i.As = i.Name
	}
	switch {
	case !isName(strings.TrimPrefix(i.Name, "@")):
		return Import{}, fmt.Errorf("import %s does not name what to import", v)
	case !isName(strings.TrimPrefix(i.As, "@")):
		return Import{}, fmt.Errorf("%q cannot be imported as %q: that is not a name", i.Name, i.As)
	case (i.Name[0] == '@') != (i.As[0] == '@'):
		return Import{}, fmt.Errorf("%q cannot be imported as %q: both names or neither must start with @", i.Name, i.As)
	}
	return i, nil
}

func stringArgument(d *ast.Directive, name string) (string, bool) {
	a := d.Arguments.ForName(name)
	if a == nil || a.Value.Kind != ast.StringValue && a.Value.Kind != ast.BlockValue {
		return "", false
	}
	return a.Value.Raw, true
}

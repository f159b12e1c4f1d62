package supergraph

import (
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
)

// features knows the specifications a supergraph document links (@link or the older @core) and under which names, so
// that their machinery can be told from the graph's own types.
type features struct {
	// prefixes are the namespaces ("join__", "link__", ...) of linked specifications.
	prefixes map[string]bool
	// directives are the names of directives that belong to a linked specification.
	directives map[string]bool
	// types are imported type names of linked specifications.
	types map[string]bool
	// inaccessible and context are the names under which those directives appear.
	inaccessible, context string
	// joinVersion is the version of the join specification, such as "v0.3"; empty when it is not linked.
	joinVersion string
}

func readFeatures(doc *ast.SchemaDocument) *features {
	f := &features{prefixes: map[string]bool{}, directives: map[string]bool{}, types: map[string]bool{}, inaccessible: "inaccessible", context: "context"}
	for _, def := range append(append(ast.SchemaDefinitionList{}, doc.Schema...), doc.SchemaExtension...) {
		for _, d := range def.Directives {
			switch d.Name {
			case "link":
				f.link(stringArg(d, "url"), stringArg(d, "as"), d.Arguments.ForName("import"))
			case "core":
				f.link(stringArg(d, "feature"), stringArg(d, "as"), nil)
			}
		}
	}
	f.directives["link"], f.directives["core"] = true, true
	for _, name := range []string{"link", "core", "join"} {
		f.prefixes[name+"__"] = true
	}
	return f
}

// link records one linked specification. Specification: link v1.0, "Name Conventions".
func (f *features) link(url, as string, imports *ast.Argument) {
	name, version := splitFeatureURL(url)
	if name == "" {
		return
	}
	local := name
	if as != "" {
		local = as
	}
	f.prefixes[local+"__"] = true
	f.directives[local] = true
	switch name {
	case "join":
		f.joinVersion = version
	case "inaccessible":
		f.inaccessible = local
	case "context":
		f.context = local
	}
	if imports == nil {
		return
	}
	for _, child := range imports.Value.Children {
		from, to := child.Value.Raw, child.Value.Raw
		if child.Value.Kind == ast.ObjectValue {
			from = rawChild(child.Value, "name")
			if to = rawChild(child.Value, "as"); to == "" {
				to = from
			}
		}
		if bare, ok := strings.CutPrefix(to, "@"); ok {
			f.directives[bare] = true
			switch from {
			case "@inaccessible":
				f.inaccessible = bare
			case "@context":
				f.context = bare
			}
			continue
		}
		f.types[to] = true
	}
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

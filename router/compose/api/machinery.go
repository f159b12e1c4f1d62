package api

import (
	"strings"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/weft-graphql/weft/router/compose/schema"
	"github.com/weft-graphql/weft/router/federation"
)

// machinery is what the specifications a supergraph links give it.
type machinery struct {
	// features are the names of linked specifications, imports the names of what is imported, those of directives with
	// @.
	features, imports map[string]bool
	// directives are the federation directives of linked specifications.
	directives map[federation.Directive]bool
}

func readMachinery(s *schema.Schema) machinery {
	m := machinery{features: map[string]bool{}, imports: map[string]bool{}, directives: map[federation.Directive]bool{}}
	for _, l := range s.Directives {
		if l.Name != "link" {
			continue
		}
		raw, _ := l.StringArg("url")
		url, err := federation.ParseFeatureURL(raw)
		if err != nil {
			continue
		}
		m.features[url.Name] = true
		for _, d := range federation.FeatureDirectives(url.Identity) {
			m.directives[d] = true
		}
		m.readImports(l)
	}
	return m
}

func (m machinery) readImports(link *schema.Directive) {
	v := link.Arg("import")
	if v == nil {
		return
	}
	for _, child := range v.Children {
		as := child.Value
		if as.Kind == ast.ObjectValue {
			if as = as.Children.ForName("as"); as == nil {
				as = child.Value.Children.ForName("name")
			}
		}
		if as != nil {
			m.imports[as.Raw] = true
		}
	}
}

// has reports whether a type, or a directive if its name starts with @, belongs to a linked specification rather than
// to the graph.
func (m machinery) has(name string) bool {
	bare, directive := strings.CutPrefix(name, "@")
	if directive && (m.features[bare] || m.directives[federation.DirectiveByName(bare)]) || m.imports[name] {
		return true
	}
	for i := range len(bare) - 1 {
		if bare[i] == '_' && bare[i+1] == '_' && m.features[bare[:i]] {
			return true
		}
	}
	return false
}

package merge

import (
	"regexp"
	"strconv"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/weft-graphql/weft/router/compose/schema"
	"github.com/weft-graphql/weft/router/compose/subgraph"
)

// graphNames gives every subgraph a value of the join__Graph enum: its name in upper case with everything but letters,
// digits and underscores replaced by underscores. Names that become equal are numbered.
// https://specs.apollo.dev/join/v0.3/#Graph
func graphNames(subgraphs []*subgraph.Subgraph) []string {
	names := make([]string, len(subgraphs))
	count := map[string]int{}
	for i, s := range subgraphs {
		names[i] = graphName(s.Name)
		count[names[i]]++
	}
	next := map[string]int{}
	for i, name := range names {
		if count[name] > 1 {
			next[name]++
			names[i] = name + "_" + strconv.Itoa(next[name])
		}
	}
	return names
}

func graphName(name string) string {
	var b strings.Builder
	if name[0] >= '0' && name[0] <= '9' {
		b.WriteByte('_')
	}
	for _, r := range strings.ToUpper(name) {
		if r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '_' {
			b.WriteRune(r)
		} else {
			b.WriteByte('_')
		}
	}
	// A name that ends like a numbered one must not be mistaken for it.
	if numbered.MatchString(b.String()) {
		b.WriteByte('_')
	}
	return b.String()
}

var numbered = regexp.MustCompile(`_[0-9]+$`)

func (m *merger) graphEnum() *schema.Type {
	t := &schema.Type{Kind: ast.Enum, Name: "join__Graph", HasDefinition: true}
	for i, s := range m.subgraphs {
		t.Values = append(t.Values, &schema.EnumValue{Name: m.graphNames[i], Directives: []*schema.Directive{
			apply("join__graph", arg("name", schema.String(s.Name)), arg("url", schema.String(s.URL))),
		}})
	}
	return t
}

func apply(name string, args ...schema.Arg) *schema.Directive {
	return &schema.Directive{Name: name, Arguments: args}
}

func arg(name string, value *ast.Value) schema.Arg { return schema.Arg{Name: name, Value: value} }

func (m *merger) graphArg(i int) schema.Arg { return arg("graph", schema.Enum(m.graphNames[i])) }

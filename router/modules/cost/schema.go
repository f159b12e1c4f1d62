package cost

import (
	"cmp"
	"strconv"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/weft-graphql/weft/router/supergraph"
)

// specification names where the directives come from. https://specs.apollo.dev/cost/v0.1/
const specification = "https://specs.apollo.dev/cost"

// schema reads the weights of a graph from its directives.
type schema struct {
	graph *supergraph.Supergraph
	// cost and listSize are the names under which the directives appear.
	cost, listSize string
	inputs         map[string]*input
}

func newSchema(graph *supergraph.Supergraph) *schema {
	return &schema{
		graph: graph, inputs: map[string]*input{},
		cost:     cmp.Or(graph.DirectiveName(specification, "cost"), "cost"),
		listSize: cmp.Or(graph.DirectiveName(specification, "listSize"), "listSize"),
	}
}

// weight is the weight that directives give; ok is false when they give none. The specification has weights as text,
// Apollo's as whole numbers.
func (s *schema) weight(directives ast.DirectiveList) (weight float64, ok bool) {
	d := directives.ForName(s.cost)
	if d == nil {
		return 0, false
	}
	a := d.Arguments.ForName("weight")
	if a == nil || a.Value == nil {
		return 0, false
	}
	weight, err := strconv.ParseFloat(a.Value.Raw, 64)
	return weight, err == nil
}

// typeWeight is what a value of a type costs where its field does not say.
func (s *schema) typeWeight(t *supergraph.Type) float64 {
	if t == nil {
		return 0
	}
	if weight, ok := s.weight(t.Definition.Directives); ok {
		return weight
	}
	if t.IsComposite() || t.Kind == ast.InputObject {
		return 1
	}
	return 0
}

// sizing is a field's @listSize.
type sizing struct {
	// assumed is the length without slicing arguments; negative when it is not given.
	assumed float64
	// slicing are the arguments that say the length, as paths; sized the fields below whose length it is, as paths; none
	// means the field itself.
	slicing, sized [][]string
	// one tells that exactly one of the slicing arguments must be given.
	one bool
}

func (s *schema) sizing(f *supergraph.Field) *sizing {
	d := f.Definition.Directives.ForName(s.listSize)
	if d == nil {
		return nil
	}
	z := &sizing{assumed: -1, one: true}
	for _, a := range d.Arguments {
		switch a.Name {
		case "assumedSize":
			if n, err := strconv.ParseFloat(a.Value.Raw, 64); err == nil {
				z.assumed = n
			}
		case "slicingArguments":
			z.slicing = paths(a.Value)
		case "sizedFields":
			z.sized = paths(a.Value)
		case "requireOneSlicingArgument":
			z.one = a.Value.Raw != "false"
		}
	}
	z.one = z.one && len(z.slicing) > 0
	return z
}

// paths reads a list of names, each with dots where it leads further down.
func paths(v *ast.Value) [][]string {
	if v.Kind == ast.StringValue {
		return [][]string{strings.Split(v.Raw, ".")}
	}
	var out [][]string
	for _, c := range v.Children {
		out = append(out, strings.Split(c.Value.Raw, "."))
	}
	return out
}

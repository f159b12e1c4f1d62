package merge

import (
	"slices"

	"github.com/weft-graphql/weft/router/compose/problem"
	"github.com/weft-graphql/weft/router/compose/schema"
)

// annotation is what can be written around any element: in one subgraph, if it has the element.
type annotation struct {
	present     bool
	description string
	directives  []*schema.Directive
	pos         schema.Pos
}

func typeAnnotations(sources []*schema.Type) []annotation {
	out := make([]annotation, len(sources))
	for i, s := range sources {
		if s != nil {
			out[i] = annotation{true, s.Description, s.Directives, s.Pos}
		}
	}
	return out
}

func fieldAnnotations(sources []*schema.Field) []annotation {
	out := make([]annotation, len(sources))
	for i, s := range sources {
		if s != nil {
			out[i] = annotation{true, s.Description, s.Directives, s.Pos}
		}
	}
	return out
}

func argumentAnnotations(sources []*schema.Argument) []annotation {
	out := make([]annotation, len(sources))
	for i, s := range sources {
		if s != nil {
			out[i] = annotation{true, s.Description, s.Directives, s.Pos}
		}
	}
	return out
}

func valueAnnotations(sources []*schema.EnumValue) []annotation {
	out := make([]annotation, len(sources))
	for i, s := range sources {
		if s != nil {
			out[i] = annotation{true, s.Description, s.Directives, s.Pos}
		}
	}
	return out
}

func places(sources []annotation) []elementPosition {
	var out []elementPosition
	for i, s := range sources {
		if s.present {
			out = append(out, elementPosition{i, s.pos})
		}
	}
	return out
}

// describe merges descriptions: the one most subgraphs give, the first of them if there are several.
// INCONSISTENT_DESCRIPTION: subgraphs describe the element differently.
func (m *merger) describe(coordinate string, sources []annotation, description *string) {
	if !slices.ContainsFunc(sources, func(s annotation) bool { return s.description != "" }) {
		return
	}
	var order []string
	count := map[string]int{}
	for _, s := range sources {
		if s.present && s.description != "" {
			if count[s.description] == 0 {
				order = append(order, s.description)
			}
			count[s.description]++
		}
	}
	for _, d := range order {
		if *description == "" || count[d] > count[*description] {
			*description = d
		}
	}
	if len(order) < 2 {
		return
	}
	var described []elementPosition
	for i, s := range sources {
		if s.present && s.description != "" {
			described = append(described, elementPosition{i, s.pos})
		}
	}
	name := coordinate
	if coordinate == "schema" {
		coordinate, name = "", "the schema definition"
	}
	m.hint(
		problem.HintInconsistentDescription,
		coordinate,
		described,
		"%s is described differently: the supergraph uses the description %s.",
		name,
		m.variants(func(i int) string {
			if sources[i].description == "" {
				return ""
			}
			if sources[i].description == *description {
				return "most subgraphs give it"
			}
			return "another one is given"
		}),
	)
}

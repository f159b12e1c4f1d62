package satisfiability

import (
	"slices"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
)

// opens tells whether the view of n opens a field.
func (n *node) opens(f *field) bool {
	_, found := n.opened[f.name]
	return found
}

// opened returns the fields that a view on t opens, each with what it opens beneath, merging their occurrences.
func opened(view ast.SelectionSet, t *typ) map[string]ast.SelectionSet {
	out := map[string]ast.SelectionSet{}
	var collect func(ast.SelectionSet)
	collect = func(selection ast.SelectionSet) {
		for _, s := range selection {
			switch s := s.(type) {
			case *ast.Field:
				out[s.Name] = merged(out[s.Name], s.SelectionSet)
			case *ast.InlineFragment:
				if applies(s.TypeCondition, t) {
					collect(s.SelectionSet)
				}
			}
		}
	}
	collect(view)
	return out
}

// viewOf narrows a view on an abstract type to one of its runtime types.
func viewOf(view ast.SelectionSet, x *typ) ast.SelectionSet {
	var out ast.SelectionSet
	for _, s := range view {
		if fragment, ok := s.(*ast.InlineFragment); ok {
			if applies(fragment.TypeCondition, x) {
				out = append(out, viewOf(fragment.SelectionSet, x)...)
			}
			continue
		}
		out = append(out, s)
	}
	return out
}

func applies(condition string, t *typ) bool {
	return condition == "" || condition == t.name ||
		slices.ContainsFunc(t.parents, func(p *typ) bool { return p.name == condition })
}

func merged(a, b ast.SelectionSet) ast.SelectionSet {
	if len(a) == 0 {
		return b
	}
	return append(a[:len(a):len(a)], b...)
}

// printSelection writes a selection in one spelling, to compare views and to show conditions.
func printSelection(selection ast.SelectionSet) string {
	var b strings.Builder
	writeSelection(&b, selection)
	return b.String()
}

func writeSelection(b *strings.Builder, selection ast.SelectionSet) {
	for i, s := range selection {
		if i > 0 {
			b.WriteByte(' ')
		}
		var below ast.SelectionSet
		switch s := s.(type) {
		case *ast.Field:
			b.WriteString(s.Name)
			below = s.SelectionSet
		case *ast.InlineFragment:
			b.WriteString("...")
			if s.TypeCondition != "" {
				b.WriteString(" on " + s.TypeCondition)
			}
			below = s.SelectionSet
		}
		if len(below) > 0 {
			b.WriteString(" { ")
			writeSelection(b, below)
			b.WriteString(" }")
		}
	}
}

package satisfiability

import (
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
)

// maxExampleDepth bounds the nesting of example input objects, which may be recursive.
const maxExampleDepth = 6

// step is one level of an example query.
type step struct {
	field     *field
	condition *typ // when field is nil
}

// query writes the query that leads to st and ends in the field last, or in the type itself when last is nil.
func (s *search) query(st *state, last *field) string {
	var steps []step
	composite := true
	if last != nil {
		steps = append(steps, step{field: last})
		composite = last.returns != nil
	}
	root := st
	for at := st; at.parent != nil; at = at.parent {
		if at.field != nil {
			steps = append(steps, step{field: at.field})
		} else {
			steps = append(steps, step{condition: at.typ})
		}
		root = at.parent
	}
	var b strings.Builder
	if len(s.roots) > 0 && root.typ != s.roots[0] {
		b.WriteString(operationOf(root.typ, s.roots) + " ")
	}
	b.WriteString("{\n")
	for depth := 1; len(steps) > 0; depth++ {
		one := steps[len(steps)-1]
		steps = steps[:len(steps)-1]
		b.WriteString(strings.Repeat("  ", depth))
		if one.field != nil {
			b.WriteString(one.field.name + s.arguments(one.field))
		} else {
			b.WriteString("... on " + one.condition.name)
		}
		if len(steps) > 0 {
			b.WriteString(" {\n")
			continue
		}
		if composite {
			b.WriteString(" { __typename }")
		}
		b.WriteByte('\n')
		for ; depth > 1; depth-- {
			b.WriteString(strings.Repeat("  ", depth-1) + "}\n")
		}
	}
	b.WriteByte('}')
	return b.String()
}

// operationOf names the operation of a root type; roots are in the order query, mutation, subscription.
func operationOf(root *typ, roots []*typ) string {
	if root == roots[len(roots)-1] && len(roots) > 2 || root.name == "Subscription" {
		return string(ast.Subscription)
	}
	return string(ast.Mutation)
}

// arguments writes the arguments a field cannot do without.
func (s *search) arguments(f *field) string {
	var out []string
	for _, a := range f.definition.Arguments {
		if a.Type.NonNull && a.DefaultValue == nil && a.Directives.ForName(s.hidden) == nil {
			out = append(out, a.Name+": "+s.example(a.Type, 0))
		}
	}
	if len(out) == 0 {
		return ""
	}
	return "(" + strings.Join(out, ", ") + ")"
}

// example is a valid value of an input type.
func (s *search) example(t *ast.Type, depth int) string {
	if t.Elem != nil {
		return "[]"
	}
	switch t.NamedType {
	case "Int":
		return "0"
	case "Float":
		return "0.0"
	case "Boolean":
		return "true"
	case "String", "ID":
		return `"any"`
	}
	known := s.byName[t.NamedType]
	switch {
	case known != nil && len(known.enumValues) > 0:
		return known.enumValues[0]
	case known != nil && known.kind == ast.InputObject:
		var out []string
		for _, f := range known.inputs {
			if f.Type.NonNull && f.DefaultValue == nil && depth < maxExampleDepth {
				out = append(out, f.Name+": "+s.example(f.Type, depth+1))
			}
		}
		return "{" + strings.Join(out, ", ") + "}"
	}
	return `"any"`
}

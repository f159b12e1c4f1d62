package validation

import "github.com/vektah/gqlparser/v2/ast"

// maxListsDepth is how deep the lists that lead from type to type can be nested below __schema and __type.
const maxListsDepth = 3

// maxIntrospectionDepth: introspection does not go around in circles. This rule is not the specification's but that of
// graphql-js: a few nested lists of fields make an answer larger than any schema.
func (c *checker) maxIntrospectionDepth(f *ast.Field) {
	d := introspectionDepth{c: c, checked: map[string]int{}}
	if d.exceeds(f, 0) {
		c.report("MaxIntrospectionDepth", f.Position, "Maximum introspection depth exceeded")
	}
}

type introspectionDepth struct {
	c *checker
	// checked are the fragments by the depth from which they were looked at.
	checked map[string]int
}

func (d *introspectionDepth) exceeds(sel ast.Selection, depth int) bool {
	switch sel := sel.(type) {
	case *ast.Field:
		switch sel.Name {
		case "fields", "interfaces", "possibleTypes", "inputFields":
			if depth++; depth >= maxListsDepth {
				return true
			}
		}
		return d.any(sel.SelectionSet, depth)
	case *ast.InlineFragment:
		return d.any(sel.SelectionSet, depth)
	case *ast.FragmentSpread:
		if before, ok := d.checked[sel.Name]; ok && before >= depth {
			return false
		}
		d.checked[sel.Name] = depth
		if p := d.c.fragments[sel.Name]; p != nil {
			return d.any(p.fragment.SelectionSet, depth)
		}
	}
	return false
}

func (d *introspectionDepth) any(set ast.SelectionSet, depth int) bool {
	if !d.c.spend(len(set)) {
		return false
	}
	for _, sel := range set {
		if d.exceeds(sel, depth) {
			return true
		}
	}
	return false
}

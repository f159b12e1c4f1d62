package validation

import "github.com/vektah/gqlparser/v2/ast"

// fieldsOnCorrectType: the type a selection is on has the fields that are selected.
// https://spec.graphql.org/September2025/#sec-Field-Selections
func (c *checker) fieldsOnCorrectType(parent *ast.Definition, f *ast.Field) {
	suggestion := c.fieldSuggestion(parent, f.Name)
	c.report("FieldsOnCorrectType", f.Position, "Cannot query field %q on type %q.%s", f.Name, parent.Name, suggestion)
}

// fieldSuggestion suggests types an object here can have that have the field, or else fields with names like it.
func (c *checker) fieldSuggestion(parent *ast.Definition, name string) string {
	if parent.IsAbstractType() && c.suggestions < maxSuggestions {
		var types []string
		for _, t := range c.schema.PossibleTypes[parent.Name] {
			if len(types) < maxOptions && fieldDefinition(t, name) != nil {
				types = append(types, t.Name)
			}
		}
		if len(types) > 0 {
			c.suggestions++
			return " Did you mean to use an inline fragment on " + orList(types) + "?"
		}
	}
	return c.suggest(name, func(yield func(string)) {
		if parent.Kind == ast.Union {
			return
		}
		for _, f := range parent.Fields {
			yield(f.Name)
		}
	})
}

package introspection

import "github.com/vektah/gqlparser/v2/ast"

// referenced returns the names of the types of fields and arguments. Built-in scalars that are not among them are not
// part of a schema, although clients may have variables of them for what they send as a custom scalar.
// https://spec.graphql.org/September2025/#sec-Scalars.Built-in-Scalars
func referenced(schema *ast.Schema) map[string]bool {
	used := map[string]bool{}
	arguments := func(list ast.ArgumentDefinitionList) {
		for _, a := range list {
			used[a.Type.Name()] = true
		}
	}
	for _, def := range schema.Types {
		for _, f := range def.Fields {
			used[f.Type.Name()] = true
			arguments(f.Arguments)
		}
	}
	for _, d := range schema.Directives {
		arguments(d.Arguments)
	}
	return used
}

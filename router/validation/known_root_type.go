package validation

import "github.com/vektah/gqlparser/v2/ast"

// knownRootType: the schema has the operation's root type. graphql-js finds that out when it executes the operation.
// https://spec.graphql.org/September2025/#sec-Operation-Type-Existence
func (c *checker) knownRootType(op *ast.OperationDefinition, root *ast.Definition) {
	if root == nil {
		c.report("KnownRootType", op.Position, "Schema is not configured to execute %s operation.", op.Operation)
	}
}

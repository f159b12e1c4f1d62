// Package syntax parses GraphQL documents: those of clients and those that define a schema.
//
// It follows the grammar of the GraphQL specification, September 2025, to the letter, as graphql-js does: what a string
// may contain, what may follow a number, where a variable or a description may stand. A parser that accepts more sends
// subgraphs what they refuse, or, where they are lenient, too, something else than the client meant.
//
// Specification: https://spec.graphql.org/September2025/#sec-Appendix-Grammar-Summary
package syntax

// Package operationtest compares how documents, literals, variables and introspection are judged with graphql-js, the
// reference implementation of the GraphQL specification: on random schemas, with random documents, half of which have
// something wrong with them.
//
// One Node process (graphqljs.cjs) parses, validates, coerces and executes what the router prepares, plans and
// executes. The verdict has to be the same, the rules that are broken, the coerced variables and the answers; of what
// is planned for the one subgraph, graphql-js is the subgraph. `make servers` installs Node and graphql. More of it:
//
//	go test ./router/operation/operationtest -cases 500000 -seed 1000000
package operationtest

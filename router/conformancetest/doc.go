// Package conformancetest holds the router against what others have written to judge servers, and against the
// specifications of the protocols it speaks: GraphQL over HTTP, WebSockets, HTTP/2. docs/conformance.md has the
// results.
package conformancetest

// Package fedtest checks the whole router, from subgraph schemas to answers over HTTP, with random federated graphs.
//
// A generator makes a graph of types with everything Federation 2 has and spreads it over subgraphs. The subgraphs are
// composed and served by a router over strict stubs: a stub validates every document against its own schema and refuses
// what a real subgraph could not answer. Random operations must then yield, byte for byte, what an executor over the
// undivided graph yields. Nothing is stored: every value follows from a seed, the object and the field.
//
// A failure is shrunk, operation first and then the graph, and printed with what the stubs were asked. More of it:
//
//	go test ./router/fedtest -graphs 5000 -operations 30 -seed 1000000
package fedtest

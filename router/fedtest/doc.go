// Package fedtest checks the whole router, from subgraph schemas to answers over HTTP, with random federated graphs.
//
// A generator makes a graph of types with everything Federation 2 has and spreads it over subgraphs. The subgraphs are
// composed and served by a router over strict stubs: a stub validates every document against its own schema and refuses
// what a real subgraph could not answer. Random operations must then yield, byte for byte, what an executor over the
// undivided graph yields. Nothing is stored: every value follows from a seed, the object and the field.
//
// There are two generators. The first (generate, writer) places types on subgraphs while it makes them. The second
// (generatePartitioned, operationWriter) makes a whole graph first and then a way to cut it: interfaces have
// composite fields with arguments and are implemented covariantly or with fields that are only @external, value types
// are known in part, keys are lists, objects, enums and scalars that are objects, requirements and @provides go
// through other entities, several interface objects have different keys, arguments and input fields are missing
// somewhere, fields are @inaccessible or overridden under a label, root types are renamed, and subgraphs are written
// in different spellings, that of Federation 1 included. Its operations let names trade places, ask for fields again
// with other selections and arguments, spread fragments in several places, and have variables in all positions.
//
// A failure is shrunk, operation first and then the graph, and printed with what the stubs were asked. More of it:
//
//	go test ./router/fedtest -graphs 5000 -operations 30 -seed 1000000
package fedtest

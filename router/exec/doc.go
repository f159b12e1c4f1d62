// Package exec runs query plans: it compiles a plan once into parse, representation and print programs, and executes
// it for every request with a scheduler that starts each subgraph request the moment its inputs are complete.
//
// Data is never a tree of maps. Every selection set of the plan is a selection set with numbered slots; a subgraph's
// answer is parsed straight into slots, scalars stay byte ranges of the answer, entities are linked to the objects
// they complete, and the client's answer is printed in one pass.
package exec

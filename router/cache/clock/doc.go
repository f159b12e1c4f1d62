// Package clock is the invalidation clock: it ticks with every invalidation, Redis has it for all replicas, and this
// process a copy. What was read from a subgraph carries the reading from before; what was invalidated carries the
// reading of its invalidation, under the name of a member. A value counts if no member that covers it is later.
//
// versions.go is the copy, table.go what is in Redis, members.go names what can be invalidated. Nothing here knows what
// a stored value looks like.
package clock

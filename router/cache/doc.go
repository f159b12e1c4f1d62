// Package cache remembers what subgraphs said about entities and root query fields: in process (L1) and in Redis (L2).
//
// The unit is the field. One Redis hash holds what one subgraph said about one entity, a hash field per resolved
// GraphQL field, so that any operation that resolved Product.name fills it for every other operation. A fetch asks for
// all its entities in one pipeline, only what lacks something goes upstream, and what came back is stored after the
// client has its answer.
//
// Invalidation rests on one rule. There is a clock that ticks with every invalidation. Everything stored carries the
// clock's reading from before it was fetched, everything invalidated carries the reading of its invalidation, and a
// stored value counts only if its reading is not older than any invalidation that covers it. See docs/caching.md
// for the whole picture.
//
// What can be understood alone is in packages of its own, which do not know this one: clock (what was invalidated when),
// policy (what may be stored, for how long), storage (what a stored value is, in process and in Redis) and connection
// (the way to Redis).
//
// The files here, in the order in which data passes them: config.go, program.go, entitykey.go, selection.go, keyset.go
// and tags.go (what a fetch asks, compiled once per plan), visit.go (one client request), lookup.go, admission.go,
// local.go, printed.go, remote.go, inflight.go, rescue.go (how it is answered), store.go, saidcontrol.go,
// dependencies.go, contained.go, writer.go (how it is stored), follow.go, eventonce.go, pending.go (following the clock),
// invalidation.go, targets.go, invalidate.go, mutation.go, endpoint.go (who moves it), scope.go, stats.go, inspect.go
// (what can be seen).
package cache

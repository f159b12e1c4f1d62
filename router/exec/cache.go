package exec

import (
	"context"

	"github.com/weft-graphql/weft/router/plan"
	"github.com/weft-graphql/weft/router/supergraph"
)

// EntityCache is what the executor asks of an entity cache. A nil EntityCache is not in the call chain at all.
//
// The life of a cached subgraph request:
//
//	Prepare   once, when the plan is compiled
//	Lookup    once per execution of the request, for all its calls together
//	Rescue    only when the subgraph failed, before the Finish that says so
//	Finish    when the misses have been fetched (or there were none)
//	Wait      only when Lookup left entities Pending: the misses are answered by then, so that two requests that wait
//	          for each other's entities come to an end
//	Finish    once more if entities were fetched that were a Miss after Wait
//
// When a batch failed as a whole and was asked for again in parts, there is a Finish for each part instead of one.
//
// The first Finish follows on every path, also when the client went away.
type EntityCache interface {
	// Prepare looks at a request of a plan. It returns nil when the request is never cached (nor, for a mutation, of
	// interest), and is called once per request of a compiled plan.
	Prepare(req *plan.Request) RequestCache
}

// RequestCache is the cache's part of one request of one plan, shared by all executions. It must be safe for concurrent
// use.
type RequestCache interface {
	// Lookup sets Status of every entity of the fetch, and Values (and Refresh) of the hits. It is called for queries
	// only. Within a request, all calls are looked up together so that one round trip is enough.
	Lookup(ctx context.Context, f *CacheFetch)
	// Wait turns every Pending entity into a Hit, a Null or a Miss. A Miss is fetched by this request then; whether a
	// Wait can leave a Miss is the cache's choice.
	Wait(ctx context.Context, f *CacheFetch)
	// Finish tells what became of the misses: for each entity whose Fetched is set, Values, Null and Failed are filled
	// in from the subgraph's answer. Nothing of f or o may be kept after Finish returned; the bytes must be copied.
	// o.Err is not nil when there was no usable answer.
	Finish(ctx context.Context, f *CacheFetch, o *CacheOutcome)
	// Rescue turns entities that were Fetched in vain, and that it has stale values for, into Hits (it fills in Status and
	// Values as Lookup does). It is called when the subgraph could not be reached, answered with a status of 500 and
	// above, whatever the body says, or with nothing but errors. status is 0 when there was no answer.
	// Specification: RFC 5861, section 4 "The stale-if-error Cache-Control Extension".
	Rescue(f *CacheFetch, status int)
	// Mutated is called for mutation requests instead of the three others, when the subgraph has answered and before
	// anything that comes after (follow-up requests, the next mutation field, the client's answer).
	Mutated(ctx context.Context, f *CacheFetch, o *CacheOutcome)
}

// CacheFetch is one execution of a subgraph request. It is pooled: it must not be kept after the last call with it.
type CacheFetch struct {
	// Session is what the Request of the execution carries for the cache (identity, declared vary headers, the client's
	// cache directives, a collector of the answer's cache policy); the executor does not look at it.
	Session any
	// Variables are the client's coerced variables.
	Variables Variables
	// Entities are the distinct representations of all entity calls of the request, in the order in which they would be
	// sent, and one entity for each root call.
	Entities []CacheEntity
}

// CacheStatus is what the cache knows of an entity.
type CacheStatus uint8

const (
	// CacheMiss means that the entity must be fetched. It is the zero value.
	CacheMiss CacheStatus = iota
	// CacheHit means that Values has every wanted field.
	CacheHit
	// CacheNull means that the subgraph is known to have no such entity.
	CacheNull
	// CachePending means that somebody else is fetching the entity now; see RequestCache.Wait.
	CachePending
)

// CacheEntity is an entity of a CacheFetch: a distinct representation of an entity call, or the root selection of a
// root call.
type CacheEntity struct {
	// Call is the index in plan.Request.Calls.
	Call int
	// Type is the runtime type of the object the entity belongs to; the declared type when it is not known yet (an
	// interface object), or the root type.
	Type *supergraph.Type
	// Key is what the entity is asked for by; it has no fields for a root call.
	Key EntityKey
	// Wanted are the indexes, in the Fields of the call's Selection, of the fields that are asked for Type. It is shared
	// and must not be changed.
	Wanted []int
	// Values are the raw JSON values of the wanted fields, parallel to Wanted and allocated by the executor. The cache
	// fills them in for a hit (the bytes must stay as they are until Finish has returned), the executor for a
	// fetched entity; a fetched entity's nil is a field that was missing in the answer.
	Values [][]byte
	// Known tells of each wanted field of a Miss whether the cache filled in Values all the same: it need not be fetched.
	// Nil when nothing is known. What the executor fetched in spite of that it unsets before Finish.
	Known []bool
	// Subtrees are those of the wanted fields whose printed form the cache may know, or want to; see SubtreeCache.
	Subtrees []CacheSubtree
	Status   CacheStatus
	// Refresh asks the executor to fetch the entity again although its Status is a hit (stale-while-revalidate): when
	// the client's answer is complete, the request runs again in the background with a deadline of its own for the
	// entities marked so, followed by a Finish (with no Lookup before it) whose CacheFetch has only these, State
	// carried over.
	Refresh bool
	// Fetched is set by the executor when the subgraph was asked for the entity, Null when it answered null, and Failed
	// when an error of the answer points into the entity.
	Fetched, Null, Failed bool
	// State is the cache's own.
	State any
}

// EntityKey names an entity, by the fields of a representation: those of its key and the inputs of @requires fields.
type EntityKey struct {
	// Input is the index of the representation in plan.Call.Input.
	Input int
	// Fields are the raw JSON values of its Fields, as they would be sent; nil for one that the object's type does not
	// have. They may be kept until Finish has returned.
	Fields [][]byte
}

// CacheOutcome is the subgraph's answer as a whole.
type CacheOutcome struct {
	// Err is not nil when the request failed or was abandoned; everything else is empty then.
	Err error
	// Nothing tells that no request was sent because everything was a hit.
	Nothing bool
	// Status is the HTTP status, and Header gives the value of a response header, all of its lines joined by commas; nil
	// when absent.
	Status int
	Header func(name string) []byte
	// Data is the raw `data`, and Extensions the raw `extensions` of the answer; nil when absent.
	Data, Extensions []byte
	// PathlessErrors tells that the answer has an error that points at no entity, so that none can be trusted.
	PathlessErrors bool
}

// Variables are the coerced variables of an execution.
type Variables interface {
	// Raw returns the JSON of the declared variable with that operation.Variable.Index, defaults applied, in a canonical
	// spelling. It returns nil when the variable was not given and has no default.
	Raw(index int) []byte
}

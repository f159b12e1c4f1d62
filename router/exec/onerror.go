package exec

import (
	"slices"
	"strconv"
)

// OnError is what becomes of a value that is an error where the schema does not allow null.
//
// Specification: GraphQL, error behaviors (a proposal): https://github.com/graphql/graphql-spec/pull/1163
type OnError uint8

const (
	// Propagate makes the nearest value null that may be: section 6.4.4 of the specification.
	Propagate OnError = iota
	// Null makes the value itself null, whatever its type says. Each such null has an error with its path.
	Null
	// Halt makes all data null because of the first error, which is the only one that is told. Of an answer with deferred
	// parts each part is by itself.
	Halt
)

// halted tells that a request needs not be sent: an error has made the whole answer null. Below objects whose types are
// still to be told, nobody knows yet whether the client has asked for what failed; then only that is not sent which would
// change something.
func (x *execution) halted(r *request) bool {
	if x.request.OnError != Halt || x.later != nil {
		return false
	}
	if x.errors.first() == nil || x.program.untyped && r.query {
		return false
	}
	x.skipped.Store(true)
	return true
}

// first is an error that the client will be told of, or could be; nil when there is none.
func (l *errorList) first() *clientError {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.errors) > 0 {
		return &l.errors[0]
	}
	if len(l.placed) > 0 {
		return &l.placed[0].clientError
	}
	for _, f := range l.failed {
		if !f.quiet {
			return &f.clientError
		}
	}
	return nil
}

// only forgets all errors but the first.
func (l *errorList) only() {
	if len(l.errors) > 0 {
		clear(l.errors[1:])
		l.errors, l.dropped = l.errors[:1], 0
	}
}

// standsAt tells whether an error stands at the path, and not only above or below it.
func (l *errorList) standsAt(path []pathStep) bool {
	if l.full() {
		return false
	}
	for i := range l.errors {
		if slices.Equal(l.errors[i].path, path) {
			return true
		}
	}
	return false
}

// withoutEntities notes, where errors are to stay in place, which entities are null because their subgraph has
// propagated an error below them. What else it was asked of such an entity is lost with it, and says so: nobody could
// tell that null from one that means something. As withoutData, it counts where nothing else says why a field is null.
func (x *execution) withoutEntities(r *request, f *fetch, picked [][]uint32, reported []subgraphError) {
	if x.request.OnError != Null {
		return
	}
	known := map[targetRun]bool{}
	for i := range reported {
		path := reported[i].path
		for call := range r.calls {
			if len(path) < 3 || !r.calls[call].plan.Entities || r.calls[call].plan.Key != path[0].key {
				continue
			}
			entity, ok := f.entityAt(call, picked, path[1:])
			key := targetRun{target: int32(call), entity: entity}
			if !ok || f.calls[call].entities[entity] != 0 || known[key] {
				continue
			}
			known[key] = true
			name := r.plan.Subgraph.Name
			x.failQuietly(r, call, clientError{
				code: codeDownstream, service: name,
				message: "The subgraph " + strconv.Quote(name) + " answered with null, because of an error at another field.",
			}, f.calls[call].objects(func(e uint32) bool { return e == entity }))
		}
	}
}

// Package subscription runs the subscriptions of a router: it keeps one upstream subscription for all clients that ask
// the same of a subgraph, answers each event once for all clients with the same operation, and hands the answers out to
// clients of any speed. A Hub outlives graphs and settings: when they change, what runs is planned again and goes on.
//
//	subgraph -> source -> feed -> clients
//
// A source is an upstream subscription, a feed an operation that is answered for its events. Both write a log of
// bounded length, which those behind them read at their own pace: who falls behind the end of a log is cut off and
// slows nobody.
//
// Specification: GraphQL, section 6.2.3 "Subscription".
package subscription

import (
	"context"
	"time"

	"github.com/weft-graphql/weft/router/server"
	"github.com/weft-graphql/weft/router/upstream"
)

// Event is what a subgraph, or a bus, says on a subscription.
type Event struct {
	// Payload is a GraphQL response: data, errors, extensions.
	Payload []byte
	// ID names the event among those of its source, for clients that come back; empty when it has no name.
	ID string
	// Backlog tells that the event is one of the past, and others wait behind it: it is not dropped because it comes
	// faster than it is read.
	Backlog bool
	// Changed tells that the event is about something that has changed. Nothing from before may answer it, neither from a
	// cache, which may hear of the change later, nor from a request to a subgraph that has begun already.
	Changed bool
	// Err is why the subscription broke off, instead of a Payload.
	Err error
	// Last tells that nothing follows, because the Payload says why the subgraph does not go on.
	Last bool
}

// Request is what is asked of a subgraph.
type Request struct {
	upstream.Request
	// After is the id of the event behind which the subscription begins; empty: with the next event.
	After string
	// Renew returns the headers as they are now, for a subscription that is opened again: what was signed may have
	// expired. Nil when there are none.
	Renew func() []upstream.Header
}

// Upstream opens subscriptions at one subgraph. It must be safe for concurrent use.
type Upstream interface {
	// Subscribe asks for events and emits them until the subgraph has completed the subscription, or ctx ends; then it
	// returns nil. It calls opened as soon as it knows that no event is missed any more. emit waits for nothing but room
	// for a Backlog; an event's bytes must not be changed afterwards. The error says why the connection broke, or that
	// there was none: it may be tried again.
	Subscribe(ctx context.Context, req *Request, opened func(), emit func(Event)) error
	// Resumes tells that events have ids, and that a subscription can begin behind one of them.
	Resumes() bool
}

// Operation is a subscription as one client asked for it, planned on the graph of a generation. Clients whose
// operations have the same key share everything.
type Operation interface {
	// Owner is whose graph and settings it was planned with. It is comparable.
	Owner() any
	// Key tells apart what must not be shared.
	Key() string
	// Upstream is where the events come from, and Request what to ask there. SourceKey tells apart what is asked.
	Upstream() Upstream
	Request() *Request
	SourceKey() string
	// Answer is the client's answer to an event. Its bytes are never changed.
	Answer(ctx context.Context, event *Event) []byte
	// Close ends the use of the generation.
	Close()
}

// Planner plans a client's subscription on another graph. refusal is the answer to a client whose operation is not
// valid there, or not allowed any more.
type Planner func(ctx context.Context, request *server.Request) (op Operation, refusal []byte)

// Settings bound what subscriptions take.
type Settings struct {
	// MaxClients is the most running subscriptions of clients; 0 means no bound.
	MaxClients int
	// QueueEvents and QueueBytes are how far a client may fall behind the newest event.
	QueueEvents, QueueBytes int
	// Concurrency is the most events that are answered at a time.
	Concurrency int
	// EventTimeout bounds the answer to one event.
	EventTimeout time.Duration
	// BacklogWait is how long an event of the past waits until those before it have been read.
	BacklogWait time.Duration
	// Reconnect says how a broken upstream subscription is opened again.
	Reconnect Reconnect
}

// Reconnect says how a broken upstream subscription is opened again.
type Reconnect struct {
	// Attempts are the most in a row without an event in between; then clients are told.
	Attempts int
	// Pause is the longest before the first attempt. It doubles from one to the next, up to MaxPause; the real pause is
	// any time from half of it on, so that not all come back at once.
	Pause, MaxPause time.Duration
}

// withDefaults fills in what is not set.
func (s Settings) withDefaults() Settings {
	set(&s.QueueEvents, 256)
	set(&s.QueueBytes, 4<<20)
	set(&s.Concurrency, 256)
	set(&s.EventTimeout, 30*time.Second)
	set(&s.BacklogWait, 5*time.Second)
	set(&s.Reconnect.Attempts, 10)
	set(&s.Reconnect.Pause, 250*time.Millisecond)
	set(&s.Reconnect.MaxPause, 15*time.Second)
	return s
}

func set[T comparable](field *T, value T) {
	var zero T
	if *field == zero {
		*field = value
	}
}

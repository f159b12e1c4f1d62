package exec

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	"github.com/weft-graphql/weft/router/operation"
	"github.com/weft-graphql/weft/router/plan"
	"github.com/weft-graphql/weft/router/supergraph"
	"github.com/weft-graphql/weft/router/upstream"
)

// Config is what an Engine needs.
type Config struct {
	// Subgraphs has the way to each subgraph, by supergraph.Subgraph.ID.
	Subgraphs []upstream.Subgraph
	// Cache is the entity cache; nil when there is none.
	Cache EntityCache
	// Halving has, by supergraph.Subgraph.ID, how many requests more may be sent to find the entities because of which a
	// whole batch failed: it is asked for again in halves. 0 means none; less than 2 is none. Nil when there is none at
	// all. Requests that fill arguments from contexts, and refreshes in the background, are not halved.
	Halving []int
	// MaxParallel bounds the subgraph requests of one execution that are under way at the same time; 0 means no bound.
	MaxParallel int
	// Errors tells what clients see of subgraph errors.
	Errors ErrorPolicy
	// Extensions tells that the `extensions` of subgraph answers are passed on to the client, under the subgraph's name.
	Extensions bool
	// ResponseBytes is the most bytes an answer may have; 0 means no bound. An operation whose answer would have more is
	// answered with an error.
	ResponseBytes int64
	// RefreshTimeout bounds a refresh of stale cache entries in the background; 0 means 10 seconds.
	RefreshTimeout time.Duration
	// Panicked is told of panics while a request to a subgraph was made or its answer read, which then counts as failed.
	// It may be nil.
	Panicked func(cause any)
}

// Engine executes plans. It is safe for concurrent use.
type Engine struct {
	config Config
	// fieldForms has what programs know of fields, by *supergraph.Field, and supergraphForm what they know of all others.
	fieldForms     sync.Map
	supergraphForm atomic.Pointer[supergraphForm]
	// executions are those that any program may take for its first run.
	executions sync.Pool
}

// New makes an engine.
func New(config Config) *Engine {
	if config.Errors.Max <= 0 {
		config.Errors.Max = defaultMaxErrors
	}
	if config.Errors.MaxPlaces <= 0 {
		config.Errors.MaxPlaces = defaultMaxPlaces
	}
	if config.RefreshTimeout <= 0 {
		config.RefreshTimeout = 10 * time.Second
	}
	return &Engine{config: config}
}

// Request is one execution of a program.
type Request struct {
	// Variables are the coerced variables; nil when the operation declares none.
	Variables Variables
	// Subgraph appends to a request what the client's request adds to it: Header, and VariesBy, which tells what that
	// was computed from. It is called by several goroutines. Nil when there is nothing to add.
	Subgraph func(s *supergraph.Subgraph, req *upstream.Request)
	// Introspect appends the JSON value of an introspection field (__schema, __type), and calls more now and then with
	// what there is of it: more returns the buffer to go on in, and false when the rest is not wanted. It may be nil for
	// operations without them.
	Introspect func(out []byte, f *operation.Field, more func([]byte) ([]byte, bool)) []byte
	// Locate returns the position of a token in the client's document for that in the one that was planned; nil when it is
	// the same.
	Locate func(line, column int) (int, int)
	// Extensions are entries of the answer's extensions, `"a":1,"b":2`; nil when there are none.
	Extensions []byte
	// CacheSession is handed to the entity cache.
	CacheSession any
	// Epoch gives the present epoch (see upstream.Epoch); nil when there is nothing to tell apart. It is asked when a call
	// begins, not once for the execution: the later calls may not be shared with what began before data changed, and
	// what the cache stores of them counts as read now. It is called after the execution has ended, too.
	Epoch func() upstream.Epoch
	// Event is what the source of a subscription says, in the place of the answer to the plan's first request; nil for
	// queries and mutations.
	Event *Event
	// OnError is what becomes of a value that is an error.
	OnError OnError
	// Incremental is the form of an answer that has deferred parts.
	Incremental Incremental
	// Trace asks for Response.Trace.
	Trace bool
	// Fetched is told of each request of the plan when it has ended, by the goroutine that ran it.
	// response is what the subgraph has answered, until Fetched returns; it has no Source when there is no answer.
	Fetched func(r *plan.Request, trace *FetchTrace, response *upstream.Response)
	// Object is told of each object that subgraphs have sent, and that is not from the cache, before Finish is called:
	// what asked for it, and its runtime type (supergraph.Type.ObjectIndex; negative when that is not known). It may be
	// nil.
	Object func(set *plan.SelectionSet, typ int32)
	// Reported is told of each error that the client gets: the subgraph it is about, empty for the router itself, and its
	// code. It may be nil.
	Reported func(subgraph, code string)
	// Finish is told when data and errors of the answer are complete, and nothing of it has been sent: Extensions may be
	// set now. resp has everything but the body. It may be nil.
	Finish func(resp *Response)
	// Memory is what the answer is made in; nil: whatever Response.Body has, and as much as it takes.
	Memory Memory
	// Stream takes the answer when it has at least StreamAbove bytes, or when there is no memory for it; nil when it is
	// always wanted in Response.Body. StreamPiece is the most of it that is held at a time; 0 means 64 KiB.
	Stream                   Streamer
	StreamAbove, StreamPiece int
}

// timed tells that somebody wants to know how long the requests of the plan take.
func (r *Request) timed() bool { return r.Trace || r.Fetched != nil }

// Event is what the source of a subscription says.
type Event struct {
	// Payload is a GraphQL response, as the body of an answer. It is not changed.
	Payload []byte
	// Err is why there is none any more.
	Err error
}

// Response is an answer under construction.
type Response struct {
	// Body is what the answer is appended to, unless it is streamed.
	Body []byte
	// Errors counts the answer's errors, Fetches the subgraph requests that were sent.
	Errors, Fetches int
	// Refused tells why there is an error instead of the answer; zero when there is one.
	Refused Refusal
	// Size is how many bytes the answer has, all its parts until now, and extensions not counted: what
	// Config.ResponseBytes bounds. Zero when it was refused.
	Size int64
	// Trace describes the requests of the plan, by plan.Request.ID; only when asked for.
	Trace []FetchTrace
	// Later delivers the parts of an answer that has deferred ones. It must be closed. Nil for other answers.
	Later *Later
}

// FetchTrace is what happened to a request of the plan.
type FetchTrace struct {
	// Started is the time from the execution's start to the fetch's; Duration how long it took until its answer was
	// parsed.
	Started, Duration time.Duration
	// Skipped tells that there was nothing to ask for.
	Skipped bool
	// Status is the HTTP status, Sent and Received are the body sizes in bytes; Attempts counts requests, 0 for an
	// answer shared with another client's request.
	Status, Sent, Received, Attempts int
	// Entities is the number of distinct entities, of which CacheHits came from the cache.
	Entities, CacheHits int
	// Error is why there is no answer; empty if there is one.
	Error string
}

// Execute runs the program and appends the client's answer to resp.Body, or streams it. It returns when everything the
// execution started has ended; ctx bounds that. When resp.Later is not nil afterwards, the answer goes on: req and what
// it refers to are in use until what Later.OnEnd was given is called. Such answers are never streamed.
func (p *Program) Execute(ctx context.Context, req *Request, resp *Response) {
	if p.Deferred() {
		p.executeParts(ctx, req, resp)
		return
	}
	x := p.acquire(ctx, req)
	x.schedule()
	x.answer(resp)
	if p.engine.config.Cache != nil {
		x.printSubtrees()
		x.refreshes()
	}
	p.release(x)
}

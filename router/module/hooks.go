package module

import (
	"context"
	"net/http"

	"github.com/vektah/gqlparser/v2/gqlerror"

	"github.com/weft-graphql/weft/router/caller"
	"github.com/weft-graphql/weft/router/operation"
	"github.com/weft-graphql/weft/router/plan"
	"github.com/weft-graphql/weft/router/server"
	"github.com/weft-graphql/weft/router/supergraph"
	"github.com/weft-graphql/weft/router/upstream"
)

// The hooks, in the order in which a request meets them.

// Handler wraps the whole HTTP handler: CORS, CSRF, security headers. The first module of the list is the outermost.
type Handler interface {
	WrapHandler(next http.Handler) http.Handler
}

// DocumentResolver finds the document of a request that has none, or checks that it may be run: persisted documents. It
// sets Query (and OperationName) of the request.
type DocumentResolver interface {
	ResolveDocument(ctx context.Context, request *server.Request) *server.Refusal
}

// DocumentKeeper is a module that knows documents before anybody sends them. It is given, before its generation serves,
// what prepares and plans one, so that the first request with it is as fast as the second; it may use that as long as
// it is not cleaned up. The errors say why the graph refuses the document.
type DocumentKeeper interface {
	KeepDocuments(prepare func(ctx context.Context, document, operationName string) error)
}

// Identifier says who a request comes from. It is called once per request, on an anonymous caller or what the modules
// before it made of it. A request that claims to come from somebody and cannot prove it is refused.
type Identifier interface {
	Identify(ctx context.Context, request *server.Request, who *caller.Caller) *server.Refusal
}

// DocumentCompiler computes, once for each document, what the module needs for every request with it. The result is
// kept with the prepared operation, as Operation.Compiled under the module's Slot. Errors refuse the document.
// Documents that only differ in literals share it: in the prepared operation those are variables (operation.Form),
// whose values Admit finds among Operation.Variables. Fields with @cost or @listSize keep theirs.
type DocumentCompiler interface {
	CompileDocument(prepared *operation.Prepared) (any, gqlerror.List)
}

// PlanCompiler computes, once for each plan (a document under a set of conditions), what the module needs whenever it
// is run. The result is kept with the plan, as Operation.Planned under the module's Slot. An error refuses the
// operation.
type PlanCompiler interface {
	CompilePlan(p *plan.Plan) (any, error)
}

// Admitter lets an operation pass or refuses it: limits, rates, safelists. The document is valid and the variables are
// coerced; nothing has been asked of a subgraph.
type Admitter interface {
	Admit(ctx context.Context, op *Operation) *server.Refusal
}

// PlanAdmitter is an Admitter for what only the plan tells: what an operation costs. It is asked behind all Admitters;
// nothing has been asked of a subgraph yet.
type PlanAdmitter interface {
	AdmitPlan(ctx context.Context, op *Operation) *server.Refusal
}

// Conditions decides whether a label is on for a request: that of a progressive @override.
// What is conditional on it was compiled into the operation's condition bits, so that neither planner nor executor know
// of it. known is false for labels that the module has no say in.
type Conditions interface {
	Decide(op *Operation, label string) (on, known bool)
}

// Authorizer is the module that decides about requirements of access: supergraph.Supergraph.Requirements.
// A graph that has some is not served without one. What a caller may not see is taken out of the operation before it is
// planned.
type Authorizer interface {
	// Fulfilled adds those conditions of op.Prepared.Access() to a set whose requirements the caller fulfils. The set has
	// all other conditions.
	Fulfilled(op *Operation, set operation.ConditionSet) operation.ConditionSet
	// Denied is told of an operation from which something was taken out; nil answers it without that, with an error for
	// each field. fields is nil for a subscription, which is never served in part: then nil refuses it in the usual words.
	Denied(op *Operation, fields []*operation.Field) *server.Refusal
}

// SubgraphHeaders adds headers to the requests to a subgraph. It is asked once per subgraph and generation for a
// function that appends them, nil when there are none. The function is called by several goroutines.
type SubgraphHeaders interface {
	SubgraphHeaders(s *supergraph.Subgraph) func(values *caller.Values, headers []upstream.Header) []upstream.Header
}

// SubgraphClient wraps the client of a subgraph. The first module of the list is the outermost; all are outside of
// dedupe, retries and the circuit breaker.
type SubgraphClient interface {
	WrapSubgraph(s *supergraph.Subgraph, next upstream.Subgraph) upstream.Subgraph
}

// Answerer adds to an answer, once its data and errors are complete and before any of it is sent. Requests that share
// an answer share what is added to it.
type Answerer interface {
	Answer(op *Operation, answer *Answer)
}

// Tracer is a module that may want to know of an operation what became of each request of its plan: Answer.Trace. An
// operation that is traced is executed for itself alone and not streamed.
type Tracer interface {
	Traces(op *Operation) bool
}

// OperationObserver is told when an operation begins, before its document is looked up, and when its answer is
// complete. The context that it returns is that of everything in between.
type OperationObserver interface {
	OperationBegan(ctx context.Context, op *Operation) context.Context
	OperationEnded(ctx context.Context, op *Operation, response *server.Response)
}

// FetchObserver is told of every request of the plan when it has ended, by the goroutine that ran it.
type FetchObserver interface {
	FetchEnded(op *Operation, fetch Fetch)
}

// ErrorObserver is told of each error in the answer to an operation that was executed, once for all requests that share
// the answer: the subgraph it is about, empty for the router itself, and its code, which may be a subgraph's own.
type ErrorObserver interface {
	ErrorReported(op *Operation, subgraph, code string)
}

// LimitObserver is told of limits that only warn when an answer goes beyond one after its RequestObservers were told:
// deferred parts, and events of subscriptions.
type LimitObserver interface {
	LimitExceeded(code string)
}

// ObjectObserver is asked, before an operation is run, for a function that is told of each object which subgraphs have
// sent for it, and which is not from the cache, before the Answerers are asked; nil when it does not want to know. set
// is what asked for the object, typ its runtime type (supergraph.Type.ObjectIndex; negative when that is not known).
type ObjectObserver interface {
	ObserveObjects(op *Operation) func(set *plan.SelectionSet, typ int32)
}

// RequestObserver is told of every HTTP request for GraphQL after it was answered.
type RequestObserver interface {
	RequestEnded(seen *server.Observation)
}

// Fetch is a request of the plan that has ended.
type Fetch struct {
	// Request is the plan's.
	Request *plan.Request
	// Trace is what became of it.
	Trace *FetchTrace
	// Response is what the subgraph has answered, until FetchEnded returns; it has no Source when there is no answer.
	Response *upstream.Response
}

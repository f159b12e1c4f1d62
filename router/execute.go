package router

import (
	"context"
	"errors"
	"net/http"
	"strconv"
	"sync"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/weft-graphql/weft/router/exec"
	"github.com/weft-graphql/weft/router/operation"
	"github.com/weft-graphql/weft/router/prepared"
	"github.com/weft-graphql/weft/router/server"
	"github.com/weft-graphql/weft/router/supergraph"
	"github.com/weft-graphql/weft/router/upstream"
)

// execution is the state of one request in this package, from a pool.
type execution struct {
	graph     *graph
	header    http.Header
	variables operation.Variables
	prepared  *operation.Prepared
	request   exec.Request
	response  exec.Response
	streaming streaming
	// The same for every use: methods of the execution, so that no request makes closures.
	headersFor func(*supergraph.Subgraph) []upstream.Header
	introspect func([]byte, *operation.Field, func([]byte) ([]byte, bool)) []byte
}

var executions = sync.Pool{New: func() any {
	x := &execution{}
	x.headersFor = func(s *supergraph.Subgraph) []upstream.Header { return x.graph.headers.forward(s, x.header) }
	x.introspect = func(out []byte, f *operation.Field, more func([]byte) ([]byte, bool)) []byte {
		return x.prepared.Introspect(out, f, &x.variables, more)
	}
	return x
}}

func (x *execution) release() {
	x.graph, x.header, x.prepared = nil, nil, nil
	x.variables = operation.Variables{}
	x.request, x.response, x.streaming = exec.Request{}, exec.Response{}, streaming{}
	executions.Put(x)
}

// execute answers a request on this graph.
func (g *graph) execute(ctx context.Context, req *server.Request, resp *server.Response) {
	p, errs, err := g.operations.Get(ctx, req.Query, req.OperationName)
	if err != nil {
		busy(resp)
		return
	}
	if len(errs) > 0 {
		reject(resp, rejection(errs), len(errs))
		return
	}
	defer p.Done()
	resp.Operation = server.OperationInfo{Name: p.Prepared.Name, Kind: string(p.Prepared.Kind)}
	if refused := g.refuse(p.Prepared, req); refused != nil {
		resp.Outcome = refused.outcome
		resp.Body = append(resp.Buffer(), refused.body...)
		resp.Operation.Errors = 1
		return
	}
	x := executions.Get().(*execution)
	defer x.release()
	variables, errs := p.Prepared.CoerceVariables(req.Variables)
	if len(errs) > 0 {
		reject(resp, rejection(errs), len(errs))
		return
	}
	x.graph, x.header, x.variables, x.prepared = g, req.Header, variables, p.Prepared
	made, err := p.Plan(ctx, p.Prepared.ConditionSet(&x.variables, g.labelOn))
	if errors.Is(err, prepared.ErrBusy) {
		busy(resp)
		return
	}
	if err != nil {
		reject(resp, planningFailed(err), 1)
		return
	}
	if made.Compiled.introspects {
		if !g.introspection {
			reject(resp, introspectionDisabled.body, 1)
			return
		}
		x.request.Introspect = x.introspect
	}
	epoch := g.epochFor(p.Prepared.Kind)
	show := req.ShowPlan && g.exposePlan
	if !show {
		x.mayStream(req)
	}
	if g.shares == nil || p.Prepared.Kind != ast.Query || show {
		g.run(ctx, x, made, epoch, show, resp)
		return
	}
	g.shares.do(ctx, made, epoch, x, resp, func(ctx context.Context, resp *server.Response) {
		g.run(ctx, x, made, epoch, false, resp)
	})
}

// run executes a program and takes over its answer.
func (g *graph) run(
	ctx context.Context, x *execution, made *prepared.Planned[*program], epoch uint64, show bool, resp *server.Response,
) {
	if x.variables.Len() > 0 {
		x.request.Variables = &x.variables
	}
	if g.headers != nil {
		x.request.Header = x.headersFor
	}
	x.request.Epoch, x.request.Trace = epoch, show
	x.streaming.response = resp
	x.request.Memory = resp
	if g.cache != nil {
		x.streaming.visit = g.visit(x, show)
		x.request.CacheSession = x.streaming.visit
	}
	if x.prepared.Kind == ast.Mutation {
		defer g.epoch.Add(1)
	}
	made.Compiled.Execute(ctx, &x.request, &x.response)
	resp.Body = x.response.Body
	if x.response.Refused == exec.NoRoom && x.prepared.Kind == ast.Query {
		resp.Outcome = server.Unavailable
	}
	if show {
		resp.Body = appendPlan(resp.Body, made.Plan, x.response.Trace, x.streaming.visit)
	}
	x.tell(&x.response)
}

// ownEpoch is set in the epochs of mutations.
const ownEpoch = 1 << 63

// epochFor is the epoch of a request that begins now. A query shares the answers of queries since the last mutation
// ended and the last invalidation arrived; both counts only grow, so their sum is new whenever one of them is. What a
// mutation asks after it changed something is shared with nobody.
func (g *graph) epochFor(kind ast.Operation) uint64 {
	if kind == ast.Mutation {
		return ownEpoch | g.mutations.Add(1)
	}
	if g.cache != nil {
		return (g.epoch.Load() + g.cache.Clock()) &^ ownEpoch
	}
	return g.epoch.Load()
}

// refusal is an answer for a valid operation that is not run.
type refusal struct {
	outcome server.Outcome
	body    []byte
}

var (
	mutationOverGet = &refusal{server.NotAQuery, errorAnswer(
		"Only queries may be sent with GET. Send this operation with POST.", "METHOD_NOT_ALLOWED")}
	noSubscriptions = &refusal{server.Rejected, errorAnswer(
		"This router does not serve subscriptions.", "SUBSCRIPTION_NOT_SUPPORTED")}
	introspectionDisabled = &refusal{server.Rejected, errorAnswer(
		"Introspection is switched off: the schema cannot be asked for (graphql.introspection in the router's configuration).",
		"INTROSPECTION_DISABLED")}
)

func (g *graph) refuse(p *operation.Prepared, req *server.Request) *refusal {
	switch {
	case p.Kind == ast.Query:
		return nil
	case req.QueryOnly:
		return mutationOverGet
	case p.Kind == ast.Subscription:
		return noSubscriptions
	default:
		return nil
	}
}

func errorAnswer(message, code string) []byte {
	return []byte(`{"errors":[{"message":` + strconv.Quote(message) + `,"extensions":{"code":"` + code + `"}}]}`)
}

// tooBusy is the answer to an operation that nobody got to prepare.
var tooBusy = errorAnswer("The router has too many new operations to prepare. Try again in a moment.", server.CodeOverloaded)

func busy(resp *server.Response) {
	resp.Outcome = server.Unavailable
	resp.Body = append(resp.Buffer(), tooBusy...)
	resp.Operation.Errors = 1
}

func reject(resp *server.Response, body []byte, errors int) {
	resp.Outcome = server.Rejected
	resp.Body = append(resp.Buffer(), body...)
	resp.Operation.Errors = errors
}

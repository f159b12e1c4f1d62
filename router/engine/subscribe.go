package engine

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"unsafe"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/weft-graphql/weft/router/caller"
	"github.com/weft-graphql/weft/router/exec"
	"github.com/weft-graphql/weft/router/operation"
	"github.com/weft-graphql/weft/router/plan"
	"github.com/weft-graphql/weft/router/prepared"
	"github.com/weft-graphql/weft/router/server"
	"github.com/weft-graphql/weft/router/subscription"
	"github.com/weft-graphql/weft/router/upstream"
)

// oneSource refuses plans of subscriptions that would need events of several subgraphs, or of none.
func oneSource(p *plan.Plan) error {
	if p.Operation.Kind != ast.Subscription {
		return nil
	}
	for i, r := range p.Requests {
		if (r.Kind == ast.Subscription) != (i == 0) {
			return errors.New("a subscription must have one field whose events one subgraph knows")
		}
	}
	if len(p.Requests) == 0 {
		return errors.New("a subscription must have a field of a subgraph")
	}
	return nil
}

// keepRequest makes the request one that lives on: the bytes of the client's are gone when it has been answered.
func (x *pipelineRun) keepRequest() *server.Request {
	req := *x.op.Request
	if !req.Running {
		req.Query, req.OperationName = bytes.Clone(req.Query), bytes.Clone(req.OperationName)
		req.DocumentID, req.OnError = bytes.Clone(req.DocumentID), bytes.Clone(req.OnError)
		req.Variables, req.Extensions = bytes.Clone(req.Variables), bytes.Clone(req.Extensions)
		req.Header, req.Stream = req.Header.Clone(), nil
	}
	x.op.Request = &req
	return &req
}

// subscribe begins the subscription of a client, or only plans it.
func (e *Engine) subscribe(x *pipelineRun, entry *prepared.Entry[*program], made *prepared.Planned[*program]) {
	subgraph := made.Compiled.Subscription()
	if e.config.Sources[subgraph.ID] == nil {
		refuse(x.response, noSource)
		return
	}
	op := e.newSubscription(x, entry, made)
	if x.planned != nil {
		*x.planned = op
		return
	}
	request := *x.op.Request
	request.Running = true
	client, refusal := e.config.Subscriptions.Subscribe(op, &request, x.caller.Expires)
	if refusal != nil {
		refuse(x.response, refusal)
		return
	}
	x.response.Sequel = client
}

// PlanSubscription plans the subscription of a client that was begun on another engine. It is a subscription.Planner.
func (e *Engine) PlanSubscription(
	ctx context.Context,
	req *server.Request,
) (op subscription.Operation, refusal []byte) {
	x := executions.Get().(*pipelineRun)
	defer x.release()
	var resp server.Response
	defer resp.Release()
	x.begin(e, req, &resp)
	x.planned = &op
	if e.answer(ctx, x); op == nil {
		refusal = bytes.Clone(resp.Bytes())
	}
	return op, refusal
}

// subscribed is a subscription that is planned on this engine's graph.
type subscribed struct {
	engine    *Engine
	entry     *prepared.Entry[*program]
	made      *prepared.Planned[*program]
	request   *server.Request
	caller    caller.Caller
	values    caller.Values
	variables operation.Variables
	onError   exec.OnError

	// slots are the state of the modules.
	slots []any

	key, sourceKey string
	asked          subscription.Request
	release        func()
}

func (e *Engine) newSubscription(
	x *pipelineRun, entry *prepared.Entry[*program], made *prepared.Planned[*program],
) *subscribed {
	s := &subscribed{
		engine: e, entry: entry, made: made, request: x.op.Request, caller: x.caller, variables: x.variables, release: e.config.Hold(),
		slots: x.op.Keep(), onError: x.request.OnError,
	}
	s.values.Read(e.config.Inputs, &s.caller, s.request.Header)
	s.key = string(s.appendKey(nil))
	request := exec.Request{Variables: s.execVariables()}
	if e.hooks.Subgraphs != nil {
		request.Subgraph = x.subgraph
		s.asked.Renew = s.headers
	}
	made.Compiled.Subscribe(context.Background(), &request, &s.asked.Request)
	s.asked.After = s.request.LastEventID
	s.sourceKey = fmt.Sprintf("%p/%d/%s%s", s.Upstream(), len(s.asked.Body), s.asked.Body, s.asked.VariesBy)
	return s
}

// headers are those that the modules add to what is asked of the subgraph, as they are now.
func (s *subscribed) headers() []upstream.Header {
	var asked upstream.Request
	s.engine.hooks.write(s.made.Compiled.Subscription(), &s.values, &asked)
	return asked.Header
}

func (s *subscribed) execVariables() exec.Variables {
	if s.variables.Len() == 0 {
		return nil
	}
	return &s.variables
}

// appendKey writes what tells one subscription from another: the plan, the variables, and the values of every input
// that any part of the router declared. Lengths stand before texts, so that no two keys look alike.
func (s *subscribed) appendKey(key []byte) []byte {
	key = binary.LittleEndian.AppendUint64(key, uint64(uintptr(unsafe.Pointer(s.made))))
	key = append(key, byte(s.onError))
	key = appendVariables(key, &s.variables)
	return append(key, s.values.All()...)
}

// Owner implements subscription.Operation.
func (s *subscribed) Owner() any { return s.engine }

// Key implements subscription.Operation.
func (s *subscribed) Key() string { return s.key }

// SourceKey implements subscription.Operation.
func (s *subscribed) SourceKey() string { return s.sourceKey }

// Upstream implements subscription.Operation.
func (s *subscribed) Upstream() subscription.Upstream {
	return s.engine.config.Sources[s.made.Compiled.Subscription().ID]
}

// Request implements subscription.Operation.
func (s *subscribed) Request() *subscription.Request { return &s.asked }

// Close implements subscription.Operation.
func (s *subscribed) Close() { s.release() }

// Answer implements subscription.Operation: the plan is run with the event in the place of its first answer.
func (s *subscribed) Answer(ctx context.Context, event *subscription.Event) []byte {
	x := executions.Get().(*pipelineRun)
	defer x.release()
	var resp server.Response
	defer resp.Release()
	x.begin(s.engine, s.request, &resp)
	x.caller = s.caller
	x.values.Read(s.engine.config.Inputs, &x.caller, s.request.Header)
	x.variables = s.variables
	x.prepare(s.entry)
	x.op.Restore(s.slots)
	x.op.SetPlanned(s.made.Compiled.modules)
	x.eventID, x.changed = event.ID, event.Changed
	x.request.OnError = s.onError
	x.request.Event = &exec.Event{Payload: event.Payload, Err: event.Err}
	if s.made.Compiled.introspects {
		x.request.Introspect = x.introspect
	}
	s.engine.run(ctx, x, s.made, &resp)
	s.engine.weighPart(0, x.answered.Size)
	return bytes.Clone(resp.Bytes())
}

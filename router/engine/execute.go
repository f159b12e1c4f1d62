package engine

import (
	"context"
	"errors"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"github.com/weft-graphql/weft/router/exec"
	"github.com/weft-graphql/weft/router/operation"
	"github.com/weft-graphql/weft/router/prepared"
	"github.com/weft-graphql/weft/router/server"
)

// Execute answers a request: prepare, admit, plan, execute, answer. It makes the engine a server.Engine.
func (e *Engine) Execute(ctx context.Context, req *server.Request, resp *server.Response) {
	x := executions.Get().(*pipelineRun)
	defer func() {
		if x != nil {
			x.release()
		}
	}()
	x.begin(e, req, resp)
	for _, observer := range e.hooks.Operations {
		ctx = observer.OperationBegan(ctx, &x.op)
	}
	if e.answer(ctx, x); x.answered.Later != nil {
		x.goOn(ctx)
		x = nil
		return
	}
	for _, observer := range e.hooks.Operations {
		observer.OperationEnded(ctx, &x.op, resp)
	}
}

func (e *Engine) answer(ctx context.Context, x *pipelineRun) {
	req, resp := x.op.Request, x.response
	if refusal := e.identify(ctx, x); refusal != nil {
		refuse(resp, refusal)
		return
	}
	if refusal := x.chooseOnError(); refusal != nil {
		refuse(resp, refusal)
		return
	}
	p, errs, err := e.operations.Get(ctx, req.Query, req.OperationName, &x.form)
	if err == nil && len(errs) == 0 && p.Formed() {
		if x.prepare(p); e.hooks.traces(&x.op) {
			// Plans are shown with the literals of the document.
			p.Done()
			p, errs, err = e.operations.Get(ctx, req.Query, req.OperationName, nil)
		}
	}
	if err != nil {
		busy(resp)
		return
	}
	if len(errs) > 0 {
		reject(resp, e.documentRejected(errs), len(errs))
		if resp.Operation.Code = codeOf(errs); resp.Operation.Code == operation.CodeSyntax {
			resp.Outcome = server.Unparsed
		}
		return
	}
	defer p.Done()
	x.prepare(p)
	defers := x.maybeDeferred(p.Prepared)
	if defers || p.Prepared.Kind == ast.Subscription {
		req = x.keepRequest()
	}
	resp.Operation = server.OperationInfo{
		Name: p.Prepared.Name, Kind: string(p.Prepared.Kind), Exceeded: p.Prepared.Exceeded,
	}
	if refused := e.notServed(p.Prepared, req); refused != nil {
		refuse(resp, refused)
		return
	}
	switch exceeded, err := e.config.Limits.CheckVariables(req.Variables); {
	case err != nil:
		reject(resp, rejection(gqlerror.List{err}), 1)
		resp.Operation.Code = operation.CodeListItems
		return
	case exceeded != "":
		resp.Operation.Exceed(exceeded)
	}
	if x.variables, errs = p.Prepared.Coerce(req.Variables, &x.form.Literals); len(errs) > 0 {
		errs = x.relocated(errs)
		reject(resp, e.rejection(errs), len(errs))
		resp.Operation.Code = codeOf(errs)
		return
	}
	for _, hook := range e.hooks.Admitters {
		if refusal := hook.Admit(ctx, &x.op); refusal != nil {
			refuse(resp, refusal)
			return
		}
	}
	conditions := p.Prepared.OpenConditionSet(&x.variables, x.labelOn)
	if p.Prepared.Protected() {
		conditions = e.fulfilled(&x.op, conditions)
	}
	if defers {
		conditions = p.Prepared.Incremental(conditions, &x.variables)
		x.request.Incremental = forms[req.Incremental]
	}
	if p.Prepared.Kind == ast.Subscription && p.Prepared.Unfulfilled(conditions) {
		refuse(resp, e.denied(x, nil))
		return
	}
	made, err := p.Plan(ctx, conditions)
	if errors.Is(err, prepared.ErrBusy) {
		busy(resp)
		return
	}
	if err != nil {
		reject(resp, planningFailed(err), 1)
		return
	}
	if fields := made.Plan.Operation.Denied; len(fields) > 0 {
		if refusal := e.denied(x, fields); refusal != nil {
			refuse(resp, refusal)
			return
		}
	}
	if made.Compiled.introspects {
		if !e.config.Introspection {
			refuse(resp, introspectionDisabled)
			return
		}
		x.request.Introspect = x.introspect
	}
	x.op.SetPlanned(made.Compiled.modules)
	for _, hook := range e.hooks.PlanAdmitters {
		if refusal := hook.AdmitPlan(ctx, &x.op); refusal != nil {
			refuse(resp, refusal)
			return
		}
	}
	if p.Prepared.Kind == ast.Subscription {
		e.subscribe(x, p, made)
		return
	}
	e.share(ctx, x, made)
}

// identify finds the request's document, says who it comes from, and reads all that its answer may depend on.
func (e *Engine) identify(ctx context.Context, x *pipelineRun) (refusal *server.Refusal) {
	req := x.op.Request
	if !req.Running {
		for _, hook := range e.hooks.Documents {
			if refusal := hook.ResolveDocument(ctx, req); refusal != nil {
				return refusal
			}
		}
	}
	if len(req.Query) == 0 {
		return noDocuments
	}
	for _, hook := range e.hooks.Identifiers {
		if refusal := hook.Identify(ctx, req, &x.caller); refusal != nil {
			return refusal
		}
	}
	x.values.Read(e.config.Inputs, &x.caller, req.Header)
	return nil
}

// share executes, or takes the answer of an identical query in progress.
func (e *Engine) share(ctx context.Context, x *pipelineRun, made *prepared.Planned[*program]) {
	x.traced = e.hooks.traces(&x.op)
	if !x.traced {
		x.mayStream()
	}
	if e.shares == nil || x.op.Prepared.Kind != ast.Query || x.traced || made.Compiled.Deferred() {
		e.run(ctx, x, made, x.response)
		return
	}
	e.shares.do(ctx, made, e.now(), x, x.response, func(ctx context.Context, resp *server.Response) {
		e.run(ctx, x, made, resp)
	})
}

// run executes a program and takes over its answer.
func (e *Engine) run(ctx context.Context, x *pipelineRun, made *prepared.Planned[*program], resp *server.Response) {
	x.response, x.made = resp, made
	if x.variables.Len() > 0 {
		x.request.Variables = &x.variables
	}
	if x.elsewhere() {
		x.request.Locate = x.locate
	}
	if e.hooks.Subgraphs != nil || e.config.RequestIDs {
		x.request.Subgraph = x.subgraph
	}
	x.request.Epoch, x.request.Trace = e.now, x.traced
	if len(e.hooks.Fetches) > 0 {
		x.request.Fetched = x.fetched
	}
	if len(e.hooks.Errors) > 0 {
		x.request.Reported = x.reported
	}
	x.request.Memory, x.request.Finish = resp, x.finish
	if len(e.hooks.Objects) > 0 {
		x.request.Object = e.hooks.observeObjects(&x.op)
	}
	if e.config.Cache != nil && !x.changed {
		x.visitCache()
	}
	switch {
	case x.changed:
		x.request.Epoch = e.config.Epochs.mutation(e.config.Cache)
	case x.op.Prepared.Kind == ast.Mutation:
		x.request.Epoch = e.config.Epochs.mutation(e.config.Cache)
		defer e.config.Epochs.changed()
	}
	made.Compiled.Execute(ctx, &x.request, &x.answered)
	resp.Body = x.answered.Body
	if x.answered.Refused == exec.NoRoom && x.op.Prepared.Kind == ast.Query {
		resp.Outcome = server.Unavailable
	}
}

// denied asks whether an operation is refused because of what the caller may not see.
func (e *Engine) denied(x *pipelineRun, fields []*operation.Field) *server.Refusal {
	var refusal *server.Refusal
	if e.hooks.Authorizer != nil {
		refusal = e.hooks.Authorizer.Denied(&x.op, fields)
	}
	if refusal == nil && fields == nil {
		return unauthorized
	}
	return refusal
}

// notServed refuses operations that are valid but not served in the way they were sent.
func (e *Engine) notServed(p *operation.Prepared, req *server.Request) *server.Refusal {
	switch {
	case p.Kind == ast.Query:
		return nil
	case p.Kind == ast.Subscription && e.config.Subscriptions == nil:
		return noSubscriptions
	case p.Kind == ast.Subscription && !req.Events:
		return noEvents
	case req.QueryOnly && p.Kind == ast.Mutation:
		return mutationOverGet
	default:
		return nil
	}
}

var _ exec.Streamer = (*pipelineRun)(nil)

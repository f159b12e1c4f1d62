package engine

import (
	"context"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/weft-graphql/weft/router/exec"
	"github.com/weft-graphql/weft/router/operation"
	"github.com/weft-graphql/weft/router/server"
)

// deferred has the deferred parts of an answer. The execution goes on until it is closed.
type deferred struct {
	engine *Engine
	later  *exec.Later
	// size is that of all parts until now.
	size int64
}

var _ server.Sequel = (*deferred)(nil)

// forms are the forms of deferred parts, by what clients take.
var forms = map[server.Incremental]exec.Incremental{
	server.IncrementalDraft: exec.IncrementalDraft, server.Incremental2022: exec.Incremental2022,
}

// Ready implements server.Sequel.
func (d *deferred) Ready() <-chan struct{} { return d.later.Ready() }

// Close implements server.Sequel.
func (d *deferred) Close() { d.later.Close() }

// Next implements server.Sequel.
func (d *deferred) Next(resp *server.Response) server.Step {
	var part exec.Response
	switch ready, over := d.later.Next(&part, resp); {
	case over:
		return server.Over
	case !ready:
		return server.NotYet
	}
	d.engine.weighPart(d.size, part.Size)
	resp.Body, d.size = part.Body, part.Size
	return server.Part
}

// maybeDeferred tells that parts of an answer may be delivered later. What is shown of an execution is shown when all
// of it is known.
func (x *pipelineRun) maybeDeferred(p *operation.Prepared) bool {
	return x.op.Request.Incremental != server.NotIncremental && p.Defers() && p.Kind != ast.Subscription &&
		!x.engine.hooks.traces(&x.op)
}

// goOn lets the execution live until the last part of its answer is delivered, or nobody wants it any more.
func (x *pipelineRun) goOn(ctx context.Context) {
	later, release := x.answered.Later, func() {}
	if hold := x.engine.config.Hold; hold != nil {
		release = hold()
	}
	// What the response becomes after this part is not the execution's any more.
	told := &server.Response{Outcome: x.response.Outcome, Operation: x.response.Operation}
	over := later.Over()
	if !over {
		x.response.Sequel = &deferred{engine: x.engine, later: later, size: x.answered.Size}
	}
	x.response = nil
	later.OnEnd(func() {
		for _, observer := range x.engine.hooks.Operations {
			observer.OperationEnded(ctx, &x.op, told)
		}
		x.release()
		release()
	})
	if over {
		later.Close()
	}
}

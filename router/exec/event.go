package exec

import (
	"context"
	"errors"
	"net/http"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/weft-graphql/weft/router/supergraph"
	"github.com/weft-graphql/weft/router/upstream"
)

// errNoEvent is what a subscription is answered with that was run like a query.
var errNoEvent = errors.New("a subscription has no answer but that to an event")

// event takes the event that the execution answers for the answer of the subgraph.
func (x *execution) event(f *fetch, resp *upstream.Response) error {
	event := x.request.Event
	switch {
	case event == nil:
		return errNoEvent
	case event.Err != nil:
		return event.Err
	}
	resp.Status, resp.Body = http.StatusOK, event.Payload
	f.trace.Received, f.trace.Status = f.trace.Received+len(event.Payload), http.StatusOK
	return nil
}

// Subscription is the request of the plan that subscribes; nil when there is none.
func (p *Program) Subscription() *supergraph.Subgraph {
	if len(p.requests) == 0 || p.requests[0].plan.Kind != ast.Subscription {
		return nil
	}
	return p.requests[0].plan.Subgraph
}

// Subscribe fills in what to send to the subgraph that Subscription names, for a client's request.
func (p *Program) Subscribe(ctx context.Context, req *Request, to *upstream.Request) {
	x := p.acquire(ctx, req)
	defer p.release(x)
	r := &p.requests[0]
	to.Body = x.body(nil, &r.text, r, &x.fetches[0], nil, nil)
	if req.Subgraph != nil {
		req.Subgraph(r.plan.Subgraph, to)
	}
}

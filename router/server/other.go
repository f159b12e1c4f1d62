package server

import (
	"context"
	"runtime/debug"
	"time"
)

// Do answers a request that came in another way than as an HTTP request, over a WebSocket for example: with
// everything that protects the router from requests over HTTP. The answer must be released.
func (h *Handler) Do(ctx context.Context, req *Request, resp *Response) {
	resp.budget = h.answers
	var t turn
	if f := h.enter(ctx, req.RemoteAddr, req.Header, &t); f != nil {
		resp.refuse(f)
		return
	}
	defer func() {
		t.end(resp)
		h.inFlight.Add(-1)
	}()
	defer func() {
		if cause := recover(); cause != nil {
			h.opts.Logger.Error("a request panicked", "panic", cause, "stack", string(debug.Stack()))
			// The buffer may still be in use: it is not for others.
			resp.refund()
			*resp = Response{budget: h.answers}
			resp.refuse(failInternal)
		}
	}()
	if h.opts.Timeout > 0 {
		limited := withDeadline(ctx, h.opts.Timeout)
		defer limited.end()
		ctx = limited
	}
	if !req.hasDocument() {
		resp.refuse(failNoQuery)
		return
	}
	h.opts.Engine.Execute(ctx, req, resp)
}

// refuse makes the answer a failure of the server.
func (r *Response) refuse(f *failure) {
	r.Outcome, r.Operation.Code = Unavailable, f.code
	r.Body = appendFailure(r.Buffer(), f)
}

// ParseRequest reads the JSON object of a GraphQL request. Nothing is copied: the request's fields point into body,
// whose strings are unescaped in place. The error's text is for the client.
func ParseRequest(body []byte, req *Request) error { return parseBody(body, req) }

// Observe tells the observers of an operation that came in another way than as an HTTP request.
func (h *Handler) Observe(o *Observation, took time.Duration) {
	o.Duration = took
	for _, observer := range h.opts.Observers {
		observer(o)
	}
}

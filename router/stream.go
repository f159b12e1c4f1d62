package router

import (
	"io"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/weft-graphql/weft/router/cache"
	"github.com/weft-graphql/weft/router/exec"
	"github.com/weft-graphql/weft/router/server"
)

// streaming is what an execution needs to send a large answer piece by piece.
type streaming struct {
	// to is the client's side, response what it is told; flight is the execution's when others may join it.
	to       server.Stream
	response *server.Response
	visit    *cache.Visit
	flight   *flight
}

// mayStream lets the execution stream its answer to the client, if that is large.
func (x *execution) mayStream(req *server.Request) {
	if x.graph.streamAbove > 0 && req.Stream != nil {
		x.streaming.to = req.Stream
		x.request.Stream, x.request.StreamAbove = x, x.graph.streamAbove
	}
}

// Claim implements exec.Streamer: an answer that others wait for is not streamed to one of them.
func (x *execution) Claim() bool { return x.streaming.flight == nil || x.streaming.flight.claim() }

// Begin implements exec.Streamer.
func (x *execution) Begin(resp *exec.Response, size int64) io.Writer {
	if x.prepared.Kind == ast.Mutation {
		// What the mutation changed must not be answered from before it, once the client sees its answer.
		x.graph.epoch.Add(1)
	}
	x.tell(resp)
	return x.streaming.to.Begin(x.streaming.response, size)
}

// tell fills in what the response says beside the answer.
func (x *execution) tell(from *exec.Response) {
	resp := x.streaming.response
	resp.Operation.Errors, resp.Operation.Fetches = from.Errors, from.Fetches
	if x.streaming.visit != nil {
		tellCaching(x.streaming.visit, resp, from.Errors)
	}
}

package engine

import (
	"io"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/weft-graphql/weft/router/exec"
)

// mayStream lets the execution stream its answer to the client, if that is large.
func (x *pipelineRun) mayStream() {
	if x.engine.config.StreamAbove > 0 && x.op.Request.Stream != nil {
		x.request.Stream, x.request.StreamAbove = x, x.engine.config.StreamAbove
	}
}

// Claim implements exec.Streamer: an answer that others wait for is not streamed to one of them.
func (x *pipelineRun) Claim() bool { return x.shared == nil || x.shared.claim() }

// Begin implements exec.Streamer.
func (x *pipelineRun) Begin(_ *exec.Response, size int64) io.Writer {
	if x.op.Prepared.Kind == ast.Mutation {
		x.engine.config.Epochs.changed()
	}
	return x.op.Request.Stream.Begin(x.response, size)
}

package engine

import (
	"github.com/weft-graphql/weft/router/exec"
	"github.com/weft-graphql/weft/router/server"
)

// behaviors are the values of a request's onError.
//
// Specification: GraphQL, error behaviors (a proposal): https://github.com/graphql/graphql-spec/pull/1163
var behaviors = map[string]exec.OnError{"PROPAGATE": exec.Propagate, "NULL": exec.Null, "HALT": exec.Halt}

var unknownOnError = &server.Refusal{Outcome: server.Rejected, Code: "BAD_REQUEST",
	Message: `The "onError" member of the request must be "NULL", "PROPAGATE" or "HALT".`}

// chooseOnError reads what the client wants to become of errors. Without the setting it may say what it likes.
func (x *pipelineRun) chooseOnError() *server.Refusal {
	config := &x.engine.config
	if !config.OnError {
		return nil
	}
	asked := x.op.Request.OnError
	if len(asked) == 0 {
		x.request.OnError = config.DefaultOnError
		return nil
	}
	behavior, known := behaviors[string(asked)]
	if !known {
		return unknownOnError
	}
	x.request.OnError = behavior
	return nil
}

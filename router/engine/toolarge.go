package engine

import (
	"github.com/weft-graphql/weft/router/exec"
	"github.com/weft-graphql/weft/router/server"
)

// weigh notes in the response that its answer, of so many bytes, is larger than what only is to be told of.
func (e *Engine) weigh(resp *server.Response, size int64) {
	if most := e.config.ResponseWarn; most > 0 && size > most {
		resp.Operation.Exceed(exec.CodeTooLarge)
	}
}

// weighPart tells of an answer whose request has been observed that it is larger with this part, and was not before.
func (e *Engine) weighPart(before, size int64) {
	if most := e.config.ResponseWarn; most > 0 && before <= most && size > most {
		for _, hook := range e.hooks.Limits {
			hook.LimitExceeded(exec.CodeTooLarge)
		}
	}
}

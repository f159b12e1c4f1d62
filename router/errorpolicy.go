package router

import (
	"context"
	"log/slog"

	"github.com/weft-graphql/weft/router/exec"
)

// errorPolicy says what clients see of subgraph errors.
func (r *Router) errorPolicy() exec.ErrorPolicy {
	c := &r.config.Errors
	policy := exec.ErrorPolicy{Redact: c.Redact, HideService: c.Redact, Extensions: c.Extensions, Max: c.Max}
	if c.Redact && r.logger.Enabled(context.Background(), slog.LevelDebug) {
		policy.Redacted = func(subgraph, code, message string) {
			r.logger.Debug("a subgraph error was kept from the client", "subgraph", subgraph, "code", code, "error", message)
		}
	}
	return policy
}

package contracts

import (
	"context"

	"github.com/weft-graphql/weft/router/caller"
	"github.com/weft-graphql/weft/router/module"
	"github.com/weft-graphql/weft/router/server"
)

type callerKey struct{}

// said takes the caller of a recorded operation at its word: there is nobody else in a router that records.
type said struct{}

var saidInfo = module.Info{Name: "said", New: func() module.Module { return &said{} }}

// Enabled implements module.Module.
func (*said) Enabled() bool { return true }

// Provision implements module.Module.
func (*said) Provision(module.Host) error { return nil }

// Identify implements module.Identifier.
func (*said) Identify(ctx context.Context, _ *server.Request, who *caller.Caller) *server.Refusal {
	if c, _ := ctx.Value(callerKey{}).(*Caller); c != nil {
		who.Issuer, who.Subject, who.Claims = c.Issuer, c.Subject, map[string]any{}
		if len(c.Roles) > 0 {
			roles := make([]any, len(c.Roles))
			for i, role := range c.Roles {
				roles[i] = role
			}
			who.Claims["roles"] = roles
		}
	}
	return nil
}

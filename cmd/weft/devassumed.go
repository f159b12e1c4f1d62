package main

import (
	"context"
	"slices"

	"github.com/weft-graphql/weft/router/caller"
	"github.com/weft-graphql/weft/router/module"
	"github.com/weft-graphql/weft/router/modules/authentication"
	"github.com/weft-graphql/weft/router/server"
)

// assumed has the router take a request that proves nothing for the person of --as, so that subgraphs outside this
// process which believe the router hear of that person, too.
type assumed struct{ process *devProcess }

// Enabled implements module.Module.
func (*assumed) Enabled() bool { return true }

// Provision implements module.Module.
func (*assumed) Provision(module.Host) error { return nil }

// Identify implements module.Identifier.
func (a *assumed) Identify(_ context.Context, request *server.Request, who *caller.Caller) *server.Refusal {
	if person := a.process.assumedOf(request.Header); who.Anonymous() && !person.Anonymous() {
		roles := make([]any, len(person.Roles)) // as a token has them
		for i, role := range person.Roles {
			roles[i] = role
		}
		*who = caller.Caller{Subject: person.Subject, Claims: map[string]any{"roles": roles}, Labels: who.Labels}
	}
	return nil
}

// modules are the router's. Who a request comes from is assumed once it has proved nothing.
func (d *devProcess) modules() []module.Info {
	list := d.identity.modules()
	after := 1 + slices.IndexFunc(list, func(info module.Info) bool { return info.Name == authentication.Info.Name })
	return slices.Insert(list, after, module.Info{Name: "assumed", New: func() module.Module { return &assumed{d} }})
}

package generation

import (
	"context"
	"fmt"
	"log/slog"
	"math/rand/v2"

	"github.com/weft-graphql/weft/router/caller"
	"github.com/weft-graphql/weft/router/engine"
	"github.com/weft-graphql/weft/router/excerpt"
	"github.com/weft-graphql/weft/router/exec"
	"github.com/weft-graphql/weft/router/operation"
	"github.com/weft-graphql/weft/router/upstream"
)

// newEngine makes the pipeline of the graph.
func (g *Generation) newEngine(set *provisioned, previous *engine.Engine) *engine.Engine {
	c, l := g.config, &g.config.Limits
	clients := make([]upstream.Subgraph, len(g.clients))
	for i, s := range g.supergraph.Subgraphs {
		clients[i] = set.wrap(s, g.clients[i].Subgraph)
	}
	// What modules declared may be in any answer; who the caller is, only in private ones.
	personal := set.inputs.Personal(set.inputs.All())
	identity := g.declareIdentity(&set.inputs)
	g.declareVary(&set.inputs)
	subscriptions := g.resources.subscriptions
	if g.sources == nil {
		subscriptions = nil
	}
	responseBytes, responseWarn := answerBounds(l)
	return engine.New(engine.Config{
		Supergraph: g.supergraph, Subgraphs: clients, Cache: g.cache, Epochs: &g.resources.epochs, Inputs: &set.inputs,
		Identity: identity, Hooks: set.hooks, Vary: set.inputs.Headers(set.inputs.All()), Personal: personal,
		Limits: operation.Limits{
			Tokens: l.Tokens, Depth: l.Depth, Fields: l.Fields, Aliases: l.Aliases, Directives: l.Directives,
			RootFields: l.RootFields, IntrospectionDepth: l.IntrospectionDepth, Variables: l.Variables, ListItems: l.ListItems, Warn: l.WarnOnly,
		},
		PlanBytes: int64(c.Plan.CacheBytes), SearchBudget: c.Plan.SearchBudget, Labels: c.Supergraph.OverrideLabels,
		Introspection: c.GraphQL.Introspection, Suggestions: c.GraphQL.Suggestions, Explain: c.GraphQL.Explain,
		OnError: c.GraphQL.OnError.Enabled, DefaultOnError: onErrors[c.GraphQL.OnError.Default],
		StreamAbove: int(c.GraphQL.StreamAbove), ShareQueries: c.Dedupe.ClientQueries,
		RequestIDs: c.Log.RequestIDs, MaxParallel: c.Upstream.MaxConcurrentFetches, Halving: g.halving(), Errors: g.errorPolicy(),
		Extensions: c.GraphQL.SubgraphExtensions, ResponseBytes: responseBytes, ResponseWarn: responseWarn,
		Panicked:      g.panicked,
		Subscriptions: subscriptions, Sources: g.sources, Hold: g.hold,
	}, previous)
}

// declareIdentity declares what tells callers apart.
func (g *Generation) declareIdentity(inputs *caller.Inputs) caller.Set {
	return inputs.DeclareIdentity(g.config.Caller.Headers, g.config.Caller.Claims)
}

// declareVary declares what decides about the entity cache: queries that differ in it must not share an execution.
func (g *Generation) declareVary(inputs *caller.Inputs) {
	c := &g.config.Cache
	if !c.Enabled {
		return
	}
	if c.RequestNoCache {
		inputs.Declare(caller.Header("Cache-Control"))
	}
	for _, s := range c.Subgraphs {
		for _, name := range s.Vary {
			inputs.Declare(caller.Header(name))
		}
	}
}

// errorPolicy says what clients see of subgraph errors.
func (g *Generation) errorPolicy() exec.ErrorPolicy {
	c := &g.config.Errors
	policy := exec.ErrorPolicy{Redact: c.Redact, HideService: c.Redact, Extensions: c.Extensions, Max: c.Max}
	if c.Redact && g.logger.Enabled(context.Background(), slog.LevelWarn) {
		policy.Redacted = func(subgraph, code, message string) string {
			reference := fmt.Sprintf("%016x", rand.Uint64())
			g.logger.Warn("a subgraph error was kept from the client", "reference", reference, "subgraph", subgraph,
				"code", code, "error", excerpt.Of(message))
			return reference
		}
	}
	return policy
}

// halving returns exec.Config.Halving; nil when no subgraph has it.
func (g *Generation) halving() []int {
	var most []int
	for _, s := range g.supergraph.Subgraphs {
		if h := g.config.Upstream.For(s.Name).Halving; h.Enabled {
			if most == nil {
				most = make([]int, len(g.supergraph.Subgraphs))
			}
			most[s.ID] = h.MaxRequests
		}
	}
	return most
}

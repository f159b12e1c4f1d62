package engine

import (
	"github.com/weft-graphql/weft/router/cache"
	"github.com/weft-graphql/weft/router/caller"
)

// carried is what the requests to one subgraph carry of the client's.
type carried struct {
	// all is everything, unproved what is left for callers whom somebody vouches for: without their credentials, in place
	// of which their claims stand in keys.
	all, unproved caller.Set
	// who is the part that says who the caller is.
	who caller.Set
}

// carry finds out what requests to the subgraphs carry, and tells the cache's part for the graph.
func (e *Engine) carry(graph *cache.Graph) {
	c := &e.config
	e.carried = make([]carried, len(c.Supergraph.Subgraphs))
	told := make([]cache.Carried, len(e.carried))
	for id, hooks := range c.Hooks.Subgraphs {
		all := hooks.VariesBy
		credentials, proved := c.Inputs.Credentials(all), c.Inputs.Proved(all)
		e.carried[id] = carried{all: all, unproved: all.Without(credentials), who: credentials.Union(proved)}
		e.credentials = e.credentials.Union(e.carried[id].who)
		told[id] = cache.Carried{
			Headers: c.Inputs.Headers(all), Credentials: c.Inputs.Headers(credentials), Proved: !proved.Empty(),
		}
	}
	graph.Carry(told)
}

// carriedTo appends what requests to a subgraph carry besides the caller's identity, and tells whether that says who
// the caller is.
func (x *pipelineRun) carriedTo(subgraph int, to []byte) (values []byte, credentials bool) {
	c := &x.engine.carried[subgraph]
	set := c.all
	if !x.caller.Anonymous() {
		set = c.unproved
	}
	return x.values.Append(to, set), x.values.Present(c.who)
}

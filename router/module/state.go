package module

import (
	"time"

	"github.com/weft-graphql/weft/router/cache"
	"github.com/weft-graphql/weft/router/canary"
	"github.com/weft-graphql/weft/router/memory"
	"github.com/weft-graphql/weft/router/prepared"
	"github.com/weft-graphql/weft/router/server/adaptive"
	"github.com/weft-graphql/weft/router/subscription"
	"github.com/weft-graphql/weft/router/upstream"
)

// State are the router's own counters at one moment.
type State struct {
	// InFlight is the number of GraphQL requests in progress.
	InFlight int64
	// Memory is what the process may take, and what is in progress takes of it; nil when there is no bound.
	Memory *memory.Stats
	// Adaptive is the bound of requests in progress that moves; nil when it is off.
	Adaptive *adaptive.Stats
	// GraphHash names the supergraph, Loaded is when it was loaded.
	GraphHash string
	Loaded    time.Time
	// Prepared are the counters of prepared operations and plans.
	Prepared prepared.Stats
	// Cache are the counters of the entity cache; nil when there is none.
	Cache *cache.Stats
	// SharesQueries tells that identical queries share their execution; SharedQueries counts those that were answered by
	// another's.
	SharesQueries bool
	SharedQueries uint64
	// Subgraphs are the counters of each subgraph's client.
	Subgraphs []SubgraphState
	// Subscriptions are those of all generations; nil when they are not served.
	Subscriptions *Subscriptions
	// Reloads count what was loaded again while the process ran: "configuration", "supergraph" and "certificates".
	Reloads []Reloads
	// Canary are the counters of trials; nil when nothing is tried.
	Canary *canary.Stats
	// Version is the router's.
	Version string
}

// Reloads count how often something was loaded again.
type Reloads struct {
	What string
	// Used and Refused count the attempts after which the new one was in use, and the old one still was.
	Used, Refused uint64
	// Failing tells that the last attempt was refused.
	Failing bool
}

// Subscriptions are the counters of subscriptions, and how many WebSockets are open.
type Subscriptions struct {
	subscription.Stats
	WebSockets int
}

// SubgraphState are the counters of a subgraph's client.
type SubgraphState struct {
	Name string
	// Dedupes, Retries, Hedges and Breaks tell which of its features are in use.
	Dedupes, Retries, Hedges, Breaks bool
	Stats                            upstream.Stats
}

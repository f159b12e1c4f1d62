package policy

import "time"

// Stale says how long after its end a value may still be used.
type Stale struct {
	// WhileRevalidate serves an ended value once more while it is fetched anew in the background.
	WhileRevalidate time.Duration
	// IfError serves an ended value when its subgraph cannot be reached or fails as a whole: RFC 5861, section 4.
	IfError time.Duration
}

// Subgraph are the settings of one subgraph.
type Subgraph struct {
	// Disabled keeps the subgraph's answers out of the cache.
	Disabled bool
	// TTL overrides Config.TTL.
	TTL time.Duration
	// Stale overrides Config.Stale.
	Stale *Stale
	// Private stores private answers (Cache-Control: private, or @cacheControl(scope: PRIVATE)), each for one caller
	// only. Default false: private answers are not stored.
	Private bool
	// Public says that answers do not depend on who asks: they are shared although requests carry credentials, unless the
	// answer or the schema says that they are private. Default false: such answers are shared only where the answer
	// (public, s-maxage, must-revalidate) or the schema (scope: PUBLIC) says so.
	Public bool
	// Vary are the request headers that the subgraph's answers depend on.
	Vary []string
	// Types are settings by type name; "Query" stands for root fields.
	Types map[string]Type
}

// Type are the settings of one type in one subgraph.
type Type struct {
	Disabled bool
	TTL      time.Duration
	Stale    *Stale
}

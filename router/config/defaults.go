package config

import "time"

// Default is the configuration of a router that was told nothing.
func Default() Config {
	return Config{
		Listen:     "127.0.0.1:4000",
		Server:     Server{HTTP: "weft"},
		Supergraph: Supergraph{Watch: true, PollInterval: time.Second, UnsupportedFeatures: "refuse"},
		GraphQL:    GraphQL{Path: "/graphql", Introspection: true, StreamAbove: 1 << 20, Batching: Batching{Max: 10}},
		Errors:     Errors{Max: 256},
		Playground: Playground{Path: "/", Title: "Weft"},
		Limits: Limits{
			BodyBytes: 1 << 20, BodiesBytes: 256 << 20, ConcurrentRequests: 10_000, RequestTimeout: 30 * time.Second,
			Tokens: 100_000, Depth: 100, Fields: 50_000, Aliases: 5_000, Directives: 2_000, RootFields: 1_000,
		},
		Compression: Compression{
			MinBytes: 1 << 10,
		},
		Upstream: Upstream{
			All: UpstreamSettings{
				Timeout: 15 * time.Second, Protocol: "auto", Client: "weft", MaxConnections: 512, IdleTimeout: 50 * time.Second,
				Retries: Retries{Pause: 20 * time.Millisecond, Budget: 0.1},
				Breaker: Breaker{OpenFor: 500 * time.Millisecond},
				Halving: Halving{MaxRequests: 16},
			},
			MaxResponseBytes: 128 << 20, MaxConcurrentFetches: 64,
		},
		Cache: Cache{
			Namespace: "default", Timeout: 20 * time.Millisecond, NegativeTTL: 5 * time.Second, MaxTTL: 24 * time.Hour,
			L1: L1{Enabled: true, MaxBytes: 64 << 20, TTL: 2 * time.Second},
		},
		Caller:   Caller{Claims: []string{"iss", "sub"}, Headers: []string{"Authorization", "Cookie"}},
		Dedupe:   Dedupe{SubgraphRequests: true},
		Plan:     Plan{CacheBytes: 64 << 20, WarmUp: 500},
		Log:      Log{Level: "info", Format: "json", RequestIDs: false},
		Shutdown: Shutdown{Timeout: 20 * time.Second},
	}
}

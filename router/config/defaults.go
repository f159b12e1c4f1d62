package config

import (
	"time"

	"github.com/weft-graphql/weft/router/operation"
	"github.com/weft-graphql/weft/router/upstream"
)

// Default is the configuration of a router that was told nothing. Where a package has a default of its own, it is
// that one.
func Default() Config {
	operations := operation.DefaultLimits
	return Config{
		Listen: "127.0.0.1:4000",
		Server: Server{HTTP: "weft"},
		Supergraph: Supergraph{
			HTTP:  SupergraphHTTP{PollInterval: 30 * time.Second, Timeout: 10 * time.Second},
			S3:    SupergraphS3{Credentials: "settings", PollInterval: 30 * time.Second, Timeout: 10 * time.Second},
			OCI:   SupergraphOCI{PollInterval: 30 * time.Second, Timeout: 30 * time.Second},
			Watch: true, PollInterval: time.Second, UnsupportedFeatures: "refuse",
		},
		Canary: Canary{
			StickyHeaders: []string{"Authorization"}, Window: 10 * time.Minute, MinRequests: 200, MaxErrorIncrease: 0.01, Significance: 0.001,
		},
		GraphQL: GraphQL{
			Path: "/graphql", Introspection: true, Suggestions: true, Explain: true, StreamAbove: 1 << 20, OverHTTP: "stable", RequestEncodings: []string{"gzip", "br", "zstd"},
			OnError:  OnError{Default: "PROPAGATE"},
			Batching: Batching{Max: 10},
			CSRF: CSRF{Enabled: true, Headers: []string{
				"Apollo-Require-Preflight", "GraphQL-Require-Preflight", "X-Apollo-Operation-Name", "X-Requested-With",
			}},
		},
		Errors:     Errors{Max: 256},
		Playground: Playground{Path: "/", Title: "Weft"},
		Limits: Limits{
			BodyBytes: 1 << 20, BodiesBytes: 256 << 20, BodyTimeout: 5 * time.Second, BodyRate: 8 << 10,
			ResponseBytes: 64 << 20, ResponsesBytes: 256 << 20,
			Adaptive: Adaptive{
				Mode: "off", Min: 10, Max: 1000, Queue: 1, MaxWait: 200 * time.Millisecond, AddressHeader: "X-Forwarded-For",
			},
			ConcurrentRequests: 10_000, RequestTimeout: 30 * time.Second,
			Tokens: operations.Tokens, Depth: operations.Depth, Fields: operations.Fields, Aliases: operations.Aliases,
			Directives: operations.Directives, RootFields: operations.RootFields,
			IntrospectionDepth: operations.IntrospectionDepth, Variables: operations.Variables, ListItems: operations.ListItems,
		},
		Compression: Compression{
			MinBytes: 1 << 10,
		},
		Upstream: Upstream{
			All: UpstreamSettings{
				Timeout: upstream.DefaultTimeout, Protocol: "auto", Client: "weft",
				MaxConnections: upstream.DefaultMaxConnections, IdleTimeout: upstream.DefaultIdleTimeout,
				Retries: Retries{Pause: upstream.DefaultRetryPause, Budget: upstream.DefaultRetryBudget},
				Breaker: Breaker{OpenFor: upstream.DefaultBreakerOpenFor},
				Halving: Halving{MaxRequests: 16},
			},
			MaxResponseBytes: upstream.DefaultMaxResponse, MaxResponsesBytes: 1 << 30, MaxConcurrentFetches: 64,
		},
		Cache: Cache{
			Namespace: "default", Timeout: 20 * time.Millisecond, NegativeTTL: 5 * time.Second, MaxTTL: 24 * time.Hour,
			L1: L1{Enabled: true, MaxBytes: 64 << 20, TTL: 2 * time.Second},
		},
		Caller: Caller{Claims: []string{"iss", "sub"}, Headers: []string{"Authorization", "Cookie"}},
		Dedupe: Dedupe{SubgraphRequests: true},

		Subscription: DefaultSubscription(),

		Plan: Plan{WarmUp: 500},
		Log: Log{
			Level: "info", Format: "json", RequestIDs: false, Sampling: LogSampling{First: 100, Per: 10 * time.Second},
		},
		Shutdown: Shutdown{Timeout: 20 * time.Second},
	}
}

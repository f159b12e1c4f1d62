package config

import (
	"strings"
	"testing"
)

// TestWhatIsUnsafeIsTold changes a setting at a time from what is fit for the public.
func TestWhatIsUnsafeIsTold(t *testing.T) {
	safe := func() *Config {
		c := Default()
		c.Production = true
		c.applyProduction()
		return &c
	}
	if found := safe().Unsafe(); len(found) > 0 {
		t.Errorf("a configuration for production is unsafe: %s", found)
	}
	for key, change := range map[string]func(*Config){
		"listen":                          func(c *Config) { c.Listen = ":4000" },
		"admin.listen":                    func(c *Config) { c.Admin.Listen = "0.0.0.0:9090" },
		"graphql.introspection":           func(c *Config) { c.GraphQL.Introspection = true },
		"graphql.suggestions":             func(c *Config) { c.GraphQL.Suggestions = true },
		"graphql.explain":                 func(c *Config) { c.GraphQL.Explain = true },
		"playground.enabled":              func(c *Config) { c.Playground.Enabled = true },
		"errors.redact":                   func(c *Config) { c.Errors.Redact = false },
		"graphql.csrf.enabled":            func(c *Config) { c.GraphQL.CSRF.Enabled = false },
		"subscription.websocket.origins":  func(c *Config) { c.Subscription.WebSocket.Origins = []string{"*"} },
		"supergraph.unsupported_features": func(c *Config) { c.Supergraph.UnsupportedFeatures = "warn" },
		"limits.concurrent_requests":      func(c *Config) { c.Limits.ConcurrentRequests = 0 },
		"limits.request_timeout":          func(c *Config) { c.Limits.RequestTimeout = 0 },
		"limits.depth":                    func(c *Config) { c.Limits.Depth = -1 },
		"limits.warn_only":                func(c *Config) { c.Limits.WarnOnly = true },
		"upstream.subgraphs.a.url": func(c *Config) {
			c.Upstream.Subgraphs = map[string]UpstreamSettings{"a": {URL: "http://a.example/graphql"}}
		},
		"cache.redis": func(c *Config) { c.Cache.Enabled, c.Cache.Redis.Addresses = true, []string{"redis.example:6379"} },
	} {
		c := safe()
		change(c)
		found := c.Unsafe()
		if len(found) == 0 || found[0].Key != key || !strings.Contains(found[0].Message, " ") {
			t.Errorf("%s: %s", key, found)
		}
	}
	harmless := safe()
	harmless.Cache.Enabled, harmless.Cache.Redis.Addresses = true, []string{"127.0.0.1:6379"}
	harmless.Upstream.Subgraphs = map[string]UpstreamSettings{"a": {URL: "http://localhost:1/graphql"}, "b": {URL: "https://b/"}}
	harmless.Admin.Listen = "127.0.0.1:9090"
	if found := harmless.Unsafe(); len(found) > 0 {
		t.Errorf("what is harmless is told: %s", found)
	}
}

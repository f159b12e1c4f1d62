package config

import (
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/weft-graphql/weft/router/caller"
)

// check reports every setting whose value cannot work. It returns nil or Problems.
func (r *reader) check(c *Config) error {
	k := &checker{reader: r}
	k.listeners(c)
	k.supergraph(&c.Supergraph)
	k.canary(&c.Canary)
	k.graphs(c)
	k.clientSide(c)
	k.upstream(&c.Upstream)
	k.cache(&c.Cache)
	k.subscription(&c.Subscription)
	k.rest(c)
	k.modules(c)
	if len(k.problems) > 0 {
		return k.problems
	}
	return nil
}

type checker struct {
	reader   *reader
	problems Problems
}

// report adds a problem with the setting at key, placed where the setting or the nearest section around it stands.
func (k *checker) report(key, format string, args ...any) {
	p := Problem{File: k.reader.file, Key: key, Message: fmt.Sprintf(format, args...)}
	for at := key; ; {
		if node, ok := k.reader.at[at]; ok {
			p.Line, p.Column = node.Line, node.Column
			break
		}
		cut := strings.LastIndexByte(at, '.')
		if cut < 0 {
			break
		}
		at = at[:cut]
	}
	k.problems = append(k.problems, p)
}

func (k *checker) listeners(c *Config) {
	k.address("listen", c.Listen)
	if c.Admin.Listen != "" {
		k.address("admin.listen", c.Admin.Listen)
		if c.Admin.Listen == c.Listen {
			k.report("admin.listen", "is the same address as listen; operators need an address of their own")
		}
	}
	k.admin(&c.Admin, c.Listen)
	if token := c.Admin.Token; token != "" && len(token) < 16 {
		k.report("admin.token", "must have at least 16 characters")
	}
	k.oneOf("server.http", c.Server.HTTP, "weft", "standard")
	if (c.TLS.CertFile == "") != (c.TLS.KeyFile == "") {
		k.report("tls", "needs both cert_file and key_file")
	}
	if c.Cache.Invalidation.SharedKey != "" && c.Admin.Listen+c.Admin.InvalidationListen == "" {
		k.report("cache.invalidation", "needs the admin listener: set admin.listen")
	}
}

// admin checks the further listeners for operators.
func (k *checker) admin(a *Admin, listen string) {
	taken := map[string]string{listen: "listen"}
	if a.Listen != "" {
		taken[a.Listen] = "admin.listen"
	}
	for _, door := range []struct{ key, address string }{
		{"metrics_listen", a.MetricsListen}, {"invalidation_listen", a.InvalidationListen}, {"health_listen", a.HealthListen},
	} {
		if door.address == "" {
			continue
		}
		k.address("admin."+door.key, door.address)
		if other := taken[door.address]; other != "" {
			k.report("admin."+door.key, "is the same address as %s; leave it out to have it there", other)
		}
		taken[door.address] = "admin." + door.key
	}
	if (a.TLS.CertFile == "") != (a.TLS.KeyFile == "") {
		k.report("admin.tls", "needs both cert_file and key_file")
	}
	if a.TLS.ClientCAFile != "" && a.TLS.CertFile == "" {
		k.report("admin.tls.client_ca_file", "needs cert_file and key_file: certificates are shown over TLS only")
	}
}

func (k *checker) address(key, address string) {
	if wrong := ExplainAddress(address); wrong != "" {
		k.report(key, "%s", wrong)
	}
}

func (k *checker) supergraph(s *Supergraph) {
	k.sources(s)
	seen := map[string]bool{}
	for i, sub := range s.Subgraphs {
		key := fmt.Sprintf("supergraph.subgraphs.%d", i)
		switch {
		case sub.Name == "":
			k.report(key, "has no name")
		case seen[sub.Name]:
			k.report(key+".name", "%q is the name of another subgraph too", sub.Name)
		}
		seen[sub.Name] = true
		if sub.Schema == "" {
			k.report(key, "has no schema: name the file of its SDL")
		}
		k.subgraphURL(key+".url", sub.URL)
	}
	k.oneOf("supergraph.unsupported_features", s.UnsupportedFeatures, "refuse", "warn")
	if u, err := url.Parse(s.HTTP.URL); s.HTTP.URL != "" &&
		(err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https") {
		k.report("supergraph.http.url", "is no address; write one like https://graphs.example.com/shop.graphql")
	}
	k.positive("supergraph.http.poll_interval", s.HTTP.PollInterval, 10*time.Millisecond)
	k.positive("supergraph.http.timeout", s.HTTP.Timeout, time.Millisecond)
	k.positive("supergraph.poll_interval", s.PollInterval, 10*time.Millisecond)
}

func (k *checker) subgraphURL(key, address string) {
	if address == "" {
		return
	}
	u, err := url.Parse(address)
	if err != nil || !slices.Contains([]string{"http", "https", "unix"}, u.Scheme) || u.Host+u.Path == "" {
		k.report(key, "%q is not the address of a subgraph; write one like http://127.0.0.1:4001/graphql", address)
	}
}

func (k *checker) clientSide(c *Config) {
	for key, path := range map[string]string{"graphql.path": c.GraphQL.Path, "playground.path": c.Playground.Path} {
		if !strings.HasPrefix(path, "/") || strings.ContainsAny(path, "?# ") {
			k.report(key, "%q is not a path; write one like /graphql", path)
		}
		if path == "/healthz" || path == "/readyz" || path == "/status" {
			k.report(key, "%s is where the router answers about its health", path)
		}
	}
	k.oneOf("graphql.over_http", c.GraphQL.OverHTTP, "stable", "draft")
	k.oneOf("graphql.on_error.default", c.GraphQL.OnError.Default, "PROPAGATE", "NULL", "HALT")
	for _, encoding := range c.GraphQL.RequestEncodings {
		k.oneOf("graphql.request_encodings", encoding, "gzip", "br", "zstd")
	}
	if c.GraphQL.Batching.Enabled {
		k.between("graphql.batching.max", c.GraphQL.Batching.Max, 1, 1000)
	}
	if c.GraphQL.CSRF.Enabled && len(c.GraphQL.CSRF.Headers) == 0 {
		k.report("graphql.csrf.headers", "must name at least one header, like Apollo-Require-Preflight")
	}
	k.between("errors.max", c.Errors.Max, 1, 100_000)
	l := &c.Limits
	if l.BodyBytes < 1 {
		k.report("limits.body_bytes", "must be at least 1; write a size like 1MB")
	}
	if l.BodiesBytes < l.BodyBytes {
		k.report("limits.bodies_bytes", "must be at least limits.body_bytes, or no body of that size is ever read")
	}
	if l.ResponseBytes < 1<<10 {
		k.report("limits.response_bytes", "must be at least 1KB; write a size like 64MB")
	}
	if l.ResponsesBytes < 1<<20 {
		k.report("limits.responses_bytes", "must be at least 1MB; write a size like 256MB")
	}
	if l.Memory != 0 && l.Memory < 64<<20 {
		k.report("limits.memory", "must be at least 64MB, or 0 for what the process may have; write a size like 512MB")
	}
	k.between("limits.concurrent_requests", l.ConcurrentRequests, 0, 10_000_000)
	k.adaptive(&l.Adaptive)
	k.notNegative("limits.request_timeout", l.RequestTimeout)
	k.positive("limits.body_timeout", l.BodyTimeout, 100*time.Millisecond)
	for key, n := range map[string]int{"tokens": l.Tokens, "depth": l.Depth, "fields": l.Fields, "aliases": l.Aliases,
		"directives": l.Directives, "root_fields": l.RootFields, "introspection_depth": l.IntrospectionDepth,
		"variables": l.Variables, "list_items": l.ListItems} {
		k.between("limits."+key, n, -1, 1<<30)
	}
}

func (k *checker) adaptive(a *Adaptive) {
	const key = "limits.adaptive"
	k.oneOf(key+".mode", a.Mode, "off", "warn", "enforce")
	k.between(key+".min", a.Min, 1, 1_000_000)
	k.between(key+".max", a.Max, a.Min, 1_000_000)
	if a.Queue < 0 || a.Queue > 100 {
		k.report(key+".queue", "must be between 0 and 100: how many requests may wait, as a multiple of the bound")
	}
	k.positive(key+".max_wait", a.MaxWait, time.Millisecond)
	if a.ClientShare < 0 || a.ClientShare > 1 {
		k.report(key+".client_share", "must be between 0 and 1: the part of the places that one client may have")
	}
	if _, wrong := caller.ParseProxies(a.TrustedProxies); wrong >= 0 {
		k.report(
			fmt.Sprintf("%s.trusted_proxies.%d", key, wrong),
			"%q is not an address or a network; write one like 10.0.0.0/8",
			a.TrustedProxies[wrong],
		)
	}
}

func (k *checker) upstream(u *Upstream) {
	k.settings("upstream.all", &u.All)
	for name, s := range u.Subgraphs {
		k.settings("upstream.subgraphs."+name, &s)
	}
	if u.MaxResponseBytes < 1 {
		k.report("upstream.max_response_bytes", "must be at least 1; write a size like 128MB")
	}
	if u.MaxResponsesBytes < u.MaxResponseBytes {
		k.report(
			"upstream.max_responses_bytes",
			"must be at least upstream.max_response_bytes, or no answer of that size is ever read",
		)
	}
	k.between("upstream.max_concurrent_fetches", u.MaxConcurrentFetches, 1, 100_000)
}

func (k *checker) settings(key string, s *UpstreamSettings) {
	k.subgraphURL(key+".url", s.URL)
	k.oneOf(key+".protocol", s.Protocol, "", "auto", "http1", "http2", "h2c")
	k.oneOf(key+".client", s.Client, "", "weft", "standard")
	for name, d := range map[string]time.Duration{"timeout": s.Timeout, "idle_timeout": s.IdleTimeout,
		"retries.pause": s.Retries.Pause, "breaker.open_for": s.Breaker.OpenFor, "hedge.after": s.Hedge.After} {
		k.notNegative(key+"."+name, d)
	}
	k.between(key+".max_connections", s.MaxConnections, 0, 1_000_000)
	k.between(key+".max_concurrent", s.MaxConcurrent, 0, 1_000_000)
	k.between(key+".retries.max", s.Retries.Max, 0, 20)
	if s.Halving.MaxRequests != 0 || s.Halving.Enabled && key == "upstream.all" {
		k.between(key+".halving.max_requests", s.Halving.MaxRequests, 2, 1000)
	}
	k.between(key+".breaker.failures", s.Breaker.Failures, 0, 1_000_000)
	if s.Retries.Budget < 0 || s.Retries.Budget > 1 {
		k.report(key+".retries.budget", "must be between 0 and 1: the part of all calls that may be repetitions")
	}
	for i, encoding := range s.AcceptEncoding {
		k.oneOf(fmt.Sprintf("%s.accept_encoding.%d", key, i), encoding, "gzip", "br", "zstd")
	}
	if (s.TLS.CertFile == "") != (s.TLS.KeyFile == "") {
		k.report(key+".tls", "needs both cert_file and key_file, or neither")
	}
}

func (k *checker) cache(c *Cache) {
	if strings.ContainsAny(c.Namespace, "{}: \r\n*?[]") {
		k.report(
			"cache.namespace",
			"%q must not contain braces, brackets, colons, wildcards or blanks: it is part of every Redis key",
			c.Namespace,
		)
	}
	k.oneOf("cache.redis.mode", c.Redis.Mode, "", "standalone", "cluster", "sentinel")
	if c.Redis.Mode == "sentinel" && c.Redis.MasterName == "" {
		k.report("cache.redis.master_name", "is missing: the sentinels know the primary by a name")
	}
	k.between("cache.redis.db", c.Redis.DB, 0, 1<<20)
	k.between("cache.redis.pool_size", c.Redis.PoolSize, 0, 1<<20)
	for key, d := range map[string]time.Duration{"timeout": c.Timeout, "ttl": c.TTL, "max_ttl": c.MaxTTL, "l1.ttl": c.L1.TTL,
		"stale.while_revalidate": c.Stale.WhileRevalidate, "stale.if_error": c.Stale.IfError} {
		k.notNegative("cache."+key, d)
	}
	for name, s := range c.Subgraphs {
		k.notNegative("cache.subgraphs."+name+".ttl", s.TTL)
		for typ, t := range s.Types {
			k.notNegative("cache.subgraphs."+name+".types."+typ+".ttl", t.TTL)
		}
	}
	if key := c.Invalidation.SharedKey; key != "" && len(key) < 16 {
		k.report("cache.invalidation.shared_key", "must have at least 16 characters")
	}
}

func (k *checker) rest(c *Config) {
	if c.Plan.CacheBytes != 0 && c.Plan.CacheBytes < 1<<20 {
		k.report("plan.cache_bytes", "must be at least 1MB, or 0 for as much as fits")
	}
	k.between("plan.search_budget", c.Plan.SearchBudget, 0, 1<<40)
	k.between("plan.warm_up", c.Plan.WarmUp, 0, 100_000)
	k.oneOf("log.level", c.Log.Level, "debug", "info", "warn", "error")
	if s := c.Log.Sampling; s.First < 0 {
		k.report("log.sampling.first", "must not be negative; 0 writes all lines")
	} else if s.First > 0 && s.Per < time.Second {
		k.report("log.sampling.per", "is not possible: it must be at least 1s")
	}
	k.oneOf("log.format", c.Log.Format, "json", "text", "pretty")
	k.notNegative("shutdown.drain_delay", c.Shutdown.DrainDelay)
	k.notNegative("shutdown.timeout", c.Shutdown.Timeout)
}

// modules lets the modules check their sections.
func (k *checker) modules(c *Config) {
	for _, name := range slices.Sorted(maps.Keys(c.Modules)) {
		if m, ok := c.Modules[name].(interface {
			Check(report func(key, format string, args ...any))
		}); ok {
			m.Check(func(key, format string, args ...any) { k.report(name+"."+key, format, args...) })
		}
	}
}

func (k *checker) oneOf(key, value string, allowed ...string) {
	if slices.Contains(allowed, value) {
		return
	}
	allowed = slices.DeleteFunc(slices.Clone(allowed), func(s string) bool { return s == "" })
	k.report(key, "%q is not possible; choose %s", value, strings.Join(allowed, ", "))
}

func (k *checker) between(key string, n, low, high int) {
	if n < low || n > high {
		k.report(key, "%d is not possible; it must be between %d and %d", n, low, high)
	}
}

func (k *checker) notNegative(key string, d time.Duration) {
	if d < 0 {
		k.report(key, "%s is negative", d)
	}
}

func (k *checker) positive(key string, d, least time.Duration) {
	if d < least {
		k.report(key, "%s is too short; it must be at least %s", d, least)
	}
}

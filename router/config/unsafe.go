package config

import (
	"fmt"
	"maps"
	"net"
	"net/url"
	"slices"
	"strings"
)

// Unsafe tells which settings are not for a router that the public reaches, why, and what to set instead. Modules
// tell of theirs with a method Unsafe(report).
func (c *Config) Unsafe() Problems {
	u := &unsafe{}
	u.listeners(c)
	u.clients(c)
	u.limits(&c.Limits)
	u.upstream(c)
	for _, name := range slices.Sorted(maps.Keys(c.Modules)) {
		if m, ok := c.Modules[name].(interface {
			Unsafe(report func(key, format string, args ...any))
		}); ok {
			m.Unsafe(func(key, format string, args ...any) { u.report(name+"."+key, format, args...) })
		}
	}
	return u.problems
}

type unsafe struct{ problems Problems }

func (u *unsafe) report(key, format string, args ...any) {
	u.problems = append(u.problems, Problem{Key: key, Message: fmt.Sprintf(format, args...)})
}

func (u *unsafe) listeners(c *Config) {
	if !loopback(c.Listen) && c.TLS.CertFile == "" {
		u.report(
			"listen",
			"%s is reached by others than this machine, without TLS: set tls.cert_file and tls.key_file, or let "+
				"only a proxy with TLS reach it",
			c.Listen,
		)
	}
	for _, door := range []struct{ key, address string }{
		{"listen", c.Admin.Listen}, {"metrics_listen", c.Admin.MetricsListen}, {"invalidation_listen", c.Admin.InvalidationListen},
	} {
		switch {
		case door.address == "" || loopback(door.address):
		case c.Admin.Token == "" && c.Admin.TLS.ClientCAFile == "" && door.key != "invalidation_listen":
			u.report(
				"admin."+door.key,
				"%s is reached by others than this machine, and asks nobody who they are: it tells the graph, "+
					"where the subgraphs are, or who asks for what; set admin.token or admin.tls.client_ca_file, or listen at 127.0.0.1",
				door.address,
			)
		case c.Admin.TLS.CertFile == "":
			u.report(
				"admin."+door.key,
				"%s is reached by others than this machine, and secrets are sent there without TLS: set "+
					"admin.tls, or listen at 127.0.0.1",
				door.address,
			)
		}
	}
}

func (u *unsafe) clients(c *Config) {
	if c.GraphQL.Introspection {
		u.report("graphql.introspection", "everybody can ask for the whole schema; set it to false, or production: true")
	}
	if c.GraphQL.Suggestions {
		u.report(
			"graphql.suggestions",
			"errors name fields that a client nearly guessed; set it to false, or production: true",
		)
	}
	if c.GraphQL.Explain {
		u.report("graphql.explain", "errors about documents tell who guesses names which of them exist; set it to false, or "+
			"production: true")
	}
	if c.Playground.Enabled {
		u.report("playground.enabled", "everybody is shown the playground; set it to false, or production: true")
	}
	if !c.Errors.Redact {
		u.report(
			"errors.redact",
			"clients read what subgraphs say of their failures (tables, hosts, traces); set it to true, or "+
				"production: true",
		)
	}
	if !c.GraphQL.CSRF.Enabled {
		u.report("graphql.csrf.enabled", "pages of other sites can make a visitor's browser run queries; leave it on")
	}
	if slices.Contains(c.Subscription.WebSocket.Origins, "*") {
		u.report(
			"subscription.websocket.origins",
			"pages of every site can open WebSockets with a visitor's cookies; name the "+
				"origins",
		)
	}
	if c.Supergraph.UnsupportedFeatures == "warn" {
		u.report("supergraph.unsupported_features", "a graph is served as if directives for its protection were not there; "+
			"choose refuse")
	}
}

func (u *unsafe) limits(l *Limits) {
	for _, limit := range []struct {
		key string
		n   int64
	}{
		{"concurrent_requests", int64(l.ConcurrentRequests)}, {"request_timeout", int64(l.RequestTimeout)},
		{"tokens", int64(l.Tokens)}, {"depth", int64(l.Depth)}, {"fields", int64(l.Fields)}, {"aliases", int64(l.Aliases)},
		{"directives", int64(l.Directives)}, {"root_fields", int64(l.RootFields)},
	} {
		off := limit.n < 0 || limit.n == 0 && (limit.key == "concurrent_requests" || limit.key == "request_timeout")
		if off {
			u.report("limits."+limit.key, "there is no bound: one client can take all there is; leave it out for the default")
		}
	}
	if l.Adaptive.Mode == "warn" {
		u.report("limits.adaptive.mode", "what would be refused passes; choose enforce once you have seen enough, or off")
	}
	if l.WarnOnly {
		u.report(
			"limits.warn_only",
			"what is beyond a limit passes up to the defaults; set it to false once you have seen enough",
		)
	}
}

func (u *unsafe) upstream(c *Config) {
	for _, name := range slices.Sorted(maps.Keys(c.Upstream.Subgraphs)) {
		if inTheClear(c.Upstream.Subgraphs[name].URL, "http") {
			u.report(
				"upstream.subgraphs."+name+".url",
				"requests leave this machine without TLS; use https, unless nobody else "+
					"is on that network",
			)
		}
	}
	if c.Cache.Enabled {
		for _, address := range c.Cache.Redis.Addresses {
			if loopback(address) || loopback(strings.TrimPrefix(address, "redis://")) || strings.HasPrefix(address, "rediss:") {
				continue
			}
			if !c.Cache.Redis.TLS.Enabled {
				u.report(
					"cache.redis",
					"%s is asked without TLS, and answers of subgraphs are kept there; set tls.enabled",
					address,
				)
			}
			if c.Cache.Redis.Password == "" && !strings.Contains(address, "@") {
				u.report("cache.redis", "%s is asked without a password", address)
			}
		}
	}
}

// inTheClear tells that an address is of another machine and has that scheme.
func inTheClear(address, scheme string) bool {
	parsed, err := url.Parse(address)
	return err == nil && parsed.Scheme == scheme && !loopbackHost(parsed.Hostname())
}

// loopback tells that only this machine reaches an address of the form HOST:PORT.
func loopback(address string) bool {
	host, _, err := net.SplitHostPort(address)
	return err == nil && loopbackHost(host)
}

func loopbackHost(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

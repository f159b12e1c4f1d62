package router

import (
	"crypto/tls"
	"fmt"
	"log/slog"
	"net/http"
	"strconv"
	"strings"

	"github.com/weft-graphql/weft/router/cache"
	"github.com/weft-graphql/weft/router/config"
	"github.com/weft-graphql/weft/router/server"
)

// OpenCache opens the configured entity cache; nil when there is none.
func OpenCache(c *config.Cache, logger *slog.Logger) (*cache.Cache, error) {
	if !c.Enabled {
		return nil, nil
	}
	translated := cache.Config{
		Namespace: c.Namespace, Timeout: c.Timeout, TTL: c.TTL, NegativeTTL: c.NegativeTTL, MaxTTL: c.MaxTTL,
		L1:    cache.L1Config{Disabled: !c.L1.Enabled, MaxBytes: uint64(c.L1.MaxBytes), TTL: c.L1.TTL},
		Stale: cache.StaleConfig(c.Stale), RequestNoCache: c.RequestNoCache, Logger: logger,
		Redis: cache.RedisConfig{
			Addresses: c.Redis.Addresses, Mode: c.Redis.Mode, MasterName: c.Redis.MasterName,
			Username: c.Redis.Username, Password: c.Redis.Password,
			SentinelUsername: c.Redis.SentinelUsername, SentinelPassword: c.Redis.SentinelPassword,
			DB: c.Redis.DB, PoolSize: c.Redis.PoolSize,
		},
	}
	if c.Redis.TLS.Enabled {
		t, err := redisTLS(&c.Redis.TLS)
		if err != nil {
			return nil, fmt.Errorf("cache.redis.tls: %w", err)
		}
		translated.Redis.TLS = t
	}
	if len(c.Subgraphs) > 0 {
		translated.Subgraphs = map[string]cache.SubgraphConfig{}
	}
	for name, s := range c.Subgraphs {
		sub := cache.SubgraphConfig{Disabled: s.Disabled, TTL: s.TTL, Stale: (*cache.StaleConfig)(s.Stale), Private: s.Private, Vary: s.Vary}
		if len(s.Types) > 0 {
			sub.Types = map[string]cache.TypeConfig{}
		}
		for typ, t := range s.Types {
			sub.Types[typ] = cache.TypeConfig{Disabled: t.Disabled, TTL: t.TTL, Stale: (*cache.StaleConfig)(t.Stale)}
		}
		translated.Subgraphs[name] = sub
	}
	return cache.Open(translated)
}

func redisTLS(t *config.RedisTLS) (*tls.Config, error) {
	return clientTLS(t.CAFile, t.CertFile, t.KeyFile, t.ServerName)
}

// visit begins a request in the entity cache.
func (g *graph) visit(x *execution, show bool) *cache.Visit {
	header := x.header
	return g.cache.Visit(cache.VisitOptions{
		Identity: g.identityOf(header), Header: header.Get, CacheControl: header.Get("Cache-Control"), Debug: show,
	})
}

// identityOf is what the client proves to be: the credentials it sends. Who sends the same ones is the same caller; an
// empty header proves nothing.
func (g *graph) identityOf(header http.Header) string {
	var b strings.Builder
	for _, name := range g.identityHeaders {
		for _, value := range header[name] {
			if value == "" {
				continue
			}
			b.WriteString(name)
			b.WriteByte(0)
			b.WriteString(value)
			b.WriteByte(0)
		}
	}
	return b.String()
}

// tellCaching writes what the answer may say about its own caching.
func tellCaching(visit *cache.Visit, resp *server.Response, errors int) {
	var age int
	if resp.CacheControl, age = visit.CacheControl(errors > 0); age > 0 {
		resp.Age = strconv.Itoa(age)
	}
}

// headersTheCacheSees are the client's headers that decide what the entity cache does.
func (r *Router) headersTheCacheSees() []string {
	c := &r.config.Cache
	if !c.Enabled {
		return nil
	}
	var names []string
	if c.RequestNoCache {
		names = append(names, "Cache-Control")
	}
	for _, s := range c.Subgraphs {
		names = append(names, s.Vary...)
	}
	return names
}

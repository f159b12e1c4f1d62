package generation

import (
	"crypto/tls"
	"encoding/json"
	"fmt"
	"log/slog"

	"github.com/weft-graphql/weft/router/cache"
	"github.com/weft-graphql/weft/router/config"
)

// openCache opens the configured entity cache, or takes over that of generations with the same settings.
func (g *Generation) openCache() error {
	if !g.config.Cache.Enabled {
		return nil
	}
	key, err := g.cacheKey()
	if err != nil {
		return err
	}
	opened, err := g.acquire(key, func() (any, func(), error) {
		c, err := OpenCache(&g.config.Cache, g.logger)
		if err != nil {
			return nil, nil, err
		}
		return c, func() {
			if err := c.Close(); err != nil {
				g.logger.Warn("the entity cache did not close", "err", err)
			}
		}, nil
	})
	if err == nil {
		g.cache = opened.(*cache.Cache)
	}
	return err
}

// cacheKey names all that the entity cache is made of.
func (g *Generation) cacheKey() (string, error) {
	text, err := json.Marshal(g.config.Cache)
	return "cache/" + string(text), err
}

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
		sub := cache.SubgraphConfig{
			Disabled: s.Disabled, TTL: s.TTL, Stale: (*cache.StaleConfig)(s.Stale), Private: s.Private, Public: s.Public, Vary: s.Vary,
		}
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
	files, err := readCertificates(&config.UpstreamTLS{CAFile: t.CAFile, CertFile: t.CertFile, KeyFile: t.KeyFile})
	if err != nil {
		return nil, err
	}
	return files.client(t.ServerName)
}

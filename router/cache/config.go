package cache

import (
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"github.com/weft-graphql/weft/router/cache/connection"
	"github.com/weft-graphql/weft/router/cache/policy"
)

// Config says how the cache works. The zero value of every field means its default; Open checks the whole.
type Config struct {
	// Redis is where entities are kept. Without an address the cache lives in this process only (L1).
	Redis connection.Config
	// Namespace separates several graphs in one Redis: keys begin with weft:<namespace>:. Default "default".
	Namespace string
	// Timeout is the most a look-up of a few hundred entities waits for Redis; larger ones wait in proportion,
	// WriteTimeout at most. After three failures in a row the breaker keeps requests away from Redis until a probe in
	// the background succeeds. Default 20 ms.
	Timeout time.Duration
	// WriteTimeout bounds writes, and each of the two attempts at telling Redis of an invalidation, which mutations wait
	// for. Default 1 s.
	WriteTimeout time.Duration
	// ProbeInterval is the first pause before a probe of a lost Redis; it doubles up to 8 times as long, but not beyond
	// 0.9 s. Default 100 ms.
	ProbeInterval time.Duration
	// L1 is the cache in process.
	L1 L1Config
	// TTL is how long a value is kept when neither the subgraph's answer (Cache-Control) nor the schema
	// (@cacheControl) nor a more specific setting says it. Default 0: such values are not stored.
	TTL time.Duration
	// NegativeTTL is how long "there is no such entity" is remembered, at most as long as a value would be.
	// Default 5 s; negative means never.
	NegativeTTL time.Duration
	// MaxTTL bounds every lifetime, whoever asks for it. Default 24 h.
	MaxTTL time.Duration
	// Stale allows old values to be served; off by default. Subgraphs and types can override it.
	Stale policy.Stale
	// Subgraphs are settings by subgraph name.
	Subgraphs map[string]policy.Subgraph
	// RequestNoCache lets clients bypass the cache with Cache-Control: no-cache (nothing is read) and no-store
	// (nothing is read or stored). Default false: the request's header is ignored.
	RequestNoCache bool
	// Writes bounds what waits to be written to Redis.
	Writes WriteConfig
	// MaxFields is how many fields a hash may have before expired and then the oldest ones are removed. Default 256.
	MaxFields int
	// MaxTracked is how many invalidations of single entities and tags are remembered. When there are more, values
	// that depend on tags or contain other entities and are older than the oldest remembered one are not used any
	// more. Default 100,000.
	MaxTracked int
	// Sync is how often a replica asks Redis for invalidations it may have missed. Default 500 ms.
	Sync time.Duration
	// Now is the clock by which values expire. Default time.Now.
	Now func() time.Time
	// Logger reports what operators should know. Default slog.Default.
	Logger *slog.Logger
}

// The settings of what is in packages of its own.
type (
	// RedisConfig says how to reach Redis.
	RedisConfig = connection.Config
	// StaleConfig says how long after its end a value may still be used.
	StaleConfig = policy.Stale
	// SubgraphConfig are the settings of one subgraph.
	SubgraphConfig = policy.Subgraph
	// TypeConfig are the settings of one type in one subgraph.
	TypeConfig = policy.Type
)

// L1Config bounds the cache in process.
type L1Config struct {
	// Disabled switches it off: every fetch asks Redis.
	Disabled bool
	// MaxBytes bounds its size. Default 64 MiB.
	MaxBytes uint64
	// TTL is how long a value is used without asking Redis again. It is the longest that another replica's
	// invalidation can go unnoticed when its message is lost. Default 2 s; without Redis values live as long as they may.
	TTL time.Duration
}

// WriteConfig bounds what waits to be written.
type WriteConfig struct {
	// MaxBytes bounds the waiting values; what does not fit is dropped and counted. Default 32 MiB.
	MaxBytes int64
	// Batch is how many entities are written in one pipeline. Default 128.
	Batch int
}

// withDefaults returns the configuration with every zero value replaced, or what is wrong with it.
func (c Config) withDefaults() (Config, error) {
	def := func(d *time.Duration, to time.Duration) {
		if *d == 0 {
			*d = to
		}
	}
	def(&c.Timeout, 20*time.Millisecond)
	def(&c.WriteTimeout, time.Second)
	def(&c.ProbeInterval, 100*time.Millisecond)
	def(&c.L1.TTL, 2*time.Second)
	def(&c.NegativeTTL, 5*time.Second)
	def(&c.MaxTTL, 24*time.Hour)
	def(&c.Sync, 500*time.Millisecond)
	if c.Namespace == "" {
		c.Namespace = "default"
	}
	if c.L1.MaxBytes == 0 {
		c.L1.MaxBytes = 64 << 20
	}
	if c.Writes.MaxBytes == 0 {
		c.Writes.MaxBytes = 32 << 20
	}
	if c.Writes.Batch == 0 {
		c.Writes.Batch = 128
	}
	if c.MaxFields == 0 {
		c.MaxFields = 256
	}
	if c.MaxTracked == 0 {
		c.MaxTracked = 100_000
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Logger == nil {
		c.Logger = slog.Default()
	}
	return c, c.check()
}

func (c Config) check() error {
	if strings.ContainsAny(c.Namespace, "{}: \r\n*?[]") {
		return fmt.Errorf(
			"cache: namespace %q must not contain braces, brackets, colons, wildcards or blanks, because it is part of every Redis key",
			c.Namespace,
		)
	}
	if c.MaxFields < 8 || c.MaxTracked < 4 || c.Writes.Batch < 1 || c.Writes.MaxBytes < 0 {
		return errors.New(
			"cache: MaxFields must be at least 8, MaxTracked at least 4, Writes.Batch at least 1 and Writes.MaxBytes not negative",
		)
	}
	for what, d := range map[string]time.Duration{
		"timeout": c.Timeout, "write timeout": c.WriteTimeout, "probe interval": c.ProbeInterval, "L1 TTL": c.L1.TTL,
		"TTL": c.TTL, "maximal TTL": c.MaxTTL, "sync interval": c.Sync,
	} {
		if d < 0 {
			return fmt.Errorf("cache: the %s is negative (%s)", what, d)
		}
	}
	for name, s := range c.Subgraphs {
		if s.TTL < 0 {
			return fmt.Errorf(
				"cache: the TTL of subgraph %s is negative (%s); use disabled to keep it out of the cache",
				name,
				s.TTL,
			)
		}
		for typ, t := range s.Types {
			if t.TTL < 0 {
				return fmt.Errorf(
					"cache: the TTL of %s in subgraph %s is negative (%s); use disabled to keep it out of the cache",
					typ,
					name,
					t.TTL,
				)
			}
		}
	}
	return c.Redis.Check()
}

// policyFor is what the configuration says of one type in one subgraph.
func (c *Config) policyFor(subgraph, typ string) policy.Policy {
	s := policy.Settings{TTL: c.TTL, NegativeTTL: c.NegativeTTL, MaxTTL: c.MaxTTL, Stale: c.Stale, Subgraphs: c.Subgraphs}
	return s.For(subgraph, typ)
}

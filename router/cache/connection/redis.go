package connection

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"
)

// The client library writes a line to the standard error for every attempt to connect that fails. The breaker reports
// an outage once, where it belongs.
func init() { redis.SetLogger(silence{}) }

type silence struct{}

func (silence) Printf(context.Context, string, ...any) {}

// New makes the client for the configured mode; nil when there is no address. It does not connect yet. timeout
// bounds what the context of a command does not.
func New(r Config, timeout time.Duration) (redis.UniversalClient, error) {
	if len(r.Addresses) == 0 {
		return nil, nil
	}
	opts := &redis.UniversalOptions{
		Addrs: r.Addresses, MasterName: r.MasterName, DB: r.DB, TLSConfig: r.TLS,
		Username: r.Username, Password: r.Password,
		SentinelUsername: r.SentinelUsername, SentinelPassword: r.SentinelPassword,
		PoolSize: r.PoolSize, IsClusterMode: r.Mode == "cluster", DisableIdentity: true,
		// A lookup must not be tried again behind our back: its time is bounded by the context.
		MaxRetries: -1, ContextTimeoutEnabled: true,
		DialTimeout: timeout, ReadTimeout: timeout, WriteTimeout: timeout,
		DialerRetries: 1,
	}
	if len(r.Addresses) == 1 && strings.Contains(r.Addresses[0], "://") {
		if err := fromURL(opts, r.Addresses[0]); err != nil {
			return nil, err
		}
	}
	switch {
	case r.Mode == "standalone":
		return redis.NewClient(opts.Simple()), nil
	case opts.IsClusterMode:
		return redis.NewClusterClient(opts.Cluster()), nil
	}
	return redis.NewUniversalClient(opts), nil
}

// fromURL takes address, user, database and TLS from a redis:// or rediss:// URL, without overriding what is set.
func fromURL(opts *redis.UniversalOptions, url string) error {
	u, err := redis.ParseURL(url)
	if err != nil {
		// The error of ParseURL can contain the URL, and that the password.
		return errors.New(
			"cache: the Redis address is not a valid URL; it looks like redis://user:password@host:6379/0 (rediss:// for TLS)",
		)
	}
	opts.Addrs = []string{u.Addr}
	if opts.Username == "" {
		opts.Username = u.Username
	}
	if opts.Password == "" {
		opts.Password = u.Password
	}
	if opts.DB == 0 {
		opts.DB = u.DB
	}
	if opts.TLSConfig == nil {
		opts.TLSConfig = u.TLSConfig
	}
	return nil
}

// IsOutage tells whether an error of a command means that Redis cannot be used at the moment, rather than that
// this one command was refused.
func IsOutage(err error) bool {
	if err == nil || errors.Is(err, redis.Nil) {
		return false
	}
	var refused redis.Error
	if !errors.As(err, &refused) {
		return true // network, timeout, pool
	}
	text := refused.Error()
	for _, p := range [...]string{
		"LOADING", "CLUSTERDOWN", "TRYAGAIN", "MASTERDOWN", "BUSY", "NOAUTH", "WRONGPASS", "NOPERM",
	} {
		if strings.HasPrefix(text, p) {
			return true
		}
	}
	return false
}

// Package redisclient is how modules reach Redis: a client of configured settings, and a guard that keeps requests away
// from a Redis that does not answer. Modules go on without it then.
package redisclient

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"log/slog"
	"sync/atomic"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/weft-graphql/weft/router/cache/connection"
	"github.com/weft-graphql/weft/router/config"
)

// pause is how long nobody asks a Redis that did not answer; then one request tries it.
const pause = time.Second

// Guard is a Redis that may be gone. It is safe for concurrent use.
type Guard struct {
	client  redis.UniversalClient
	timeout time.Duration
	logger  *slog.Logger
	what    string
	// until is when it may be asked again, in Unix nanoseconds; 0 while it answers.
	until atomic.Int64
}

// Open makes the guard of a Redis; it does not connect yet. nil when there is no address. timeout bounds each Do, and
// what names its use to operators.
func Open(settings *config.Redis, timeout time.Duration, what string, logger *slog.Logger) (*Guard, error) {
	if len(settings.Addresses) == 0 {
		return nil, nil
	}
	translated := connection.Config{
		Addresses: settings.Addresses, Mode: settings.Mode, MasterName: settings.MasterName,
		Username: settings.Username, Password: settings.Password,
		SentinelUsername: settings.SentinelUsername, SentinelPassword: settings.SentinelPassword,
		DB: settings.DB, PoolSize: settings.PoolSize,
	}
	if settings.TLS.Enabled {
		var err error
		if translated.TLS, err = tlsOf(&settings.TLS); err != nil {
			return nil, fmt.Errorf("redis.tls: %w", err)
		}
	}
	client, err := connection.New(translated, max(timeout, time.Second))
	if err != nil {
		return nil, err
	}
	return &Guard{client: client, timeout: timeout, logger: logger, what: what}, nil
}

func tlsOf(settings *config.RedisTLS) (*tls.Config, error) {
	t := &tls.Config{MinVersion: tls.VersionTLS12, ServerName: settings.ServerName}
	if settings.CAFile != "" {
		text, err := config.ReadFile(settings.CAFile)
		if err != nil {
			return nil, err
		}
		t.RootCAs = x509.NewCertPool()
		if !t.RootCAs.AppendCertsFromPEM(text) {
			return nil, errors.New(settings.CAFile + " has no PEM certificate")
		}
	}
	if settings.CertFile != "" {
		certificate, err := tls.LoadX509KeyPair(settings.CertFile, settings.KeyFile)
		if err != nil {
			return nil, err
		}
		t.Certificates = []tls.Certificate{certificate}
	}
	return t, nil
}

// Do asks Redis, unless it did not answer lately; true when it answered. An error of ask that is redis.Nil, or one that
// Redis itself gave, is an answer.
func (g *Guard) Do(ctx context.Context, ask func(ctx context.Context, client redis.UniversalClient) error) bool {
	if g == nil {
		return false
	}
	until := g.until.Load()
	if until != 0 {
		now := time.Now().UnixNano()
		if now < until || !g.until.CompareAndSwap(until, now+int64(pause)) {
			return false
		}
	}
	limited, cancel := context.WithTimeout(ctx, g.timeout)
	defer cancel()
	err := ask(limited, g.client)
	var answered redis.Error
	switch {
	case err == nil, errors.Is(err, redis.Nil):
		if until != 0 && g.until.Swap(0) != 0 {
			g.logger.Info("Redis is there again", "for", g.what)
		}
		return true
	case ctx.Err() != nil:
		// It is the client that has gone; that says nothing of Redis.
		return false
	case errors.As(err, &answered):
		g.logger.Warn("Redis refused a command", "for", g.what, "err", err)
		return false
	}
	if until == 0 && g.until.CompareAndSwap(0, time.Now().Add(pause).UnixNano()) {
		g.logger.Warn("Redis does not answer; going on without it", "for", g.what, "err", err)
	}
	return false
}

// Close ends its connections.
func (g *Guard) Close() {
	if g != nil {
		_ = g.client.Close() // nothing is lost with them
	}
}

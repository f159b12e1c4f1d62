// Package kit is what every domain service shares: configuration, the database with its migrations and seed, the
// GraphQL server around a generated schema, identity, cache headers, limits and health.
package kit

import (
	"crypto/tls"
	"log/slog"
	"net/http"
	"net/netip"
	"time"

	"github.com/uptrace/bun"

	"github.com/weft-graphql/weft/schema/bus"
	"github.com/weft-graphql/weft/subgraphs/kit/dataloader"
	"github.com/weft-graphql/weft/subgraphs/kit/telemetry"
)

// Config is what a service needs to know to start. The zero value plus a DataDir is a working development service.
type Config struct {
	// DataDir is the directory of the SQLite file `<name>.db`, made when it is missing. It is not used when
	// DatabaseURL is set.
	DataDir string
	// DatabaseURL is a `postgres://` address. Every service keeps its tables in a PostgreSQL schema of its own name,
	// so all services can share one database.
	DatabaseURL string
	// Empty leaves a new database without the sample data.
	Empty bool
	// Version is what /status tells; "dev" when it is empty.
	Version string
	// Logger receives the service's log; nil means slog.Default.
	Logger *slog.Logger
	// Identity says whom the service believes.
	Identity IdentityConfig
	// TLS makes Serve speak HTTPS. When it asks clients for certificates, those without one are told about health only.
	// Nil: without TLS.
	TLS *tls.Config
	// Limits bound what one request may ask for; zero fields take the defaults of DefaultLimits.
	Limits Limits
	// Events carries the news of what changed. Nil means that nobody is told, and that nothing is heard.
	Events *bus.Bus
	// RequestsOnly leaves what is done in the background to other processes of the service: publishing events, taking in
	// those of others, and cleaning up. For platforms that let a process run only while it answers.
	RequestsOnly bool
	// Issuer is the address under which clients and routers reach accounts: what stands as iss in its tokens.
	Issuer string
	// OperatorSecret makes an operator of whoever signs in to accounts and knows it; nobody when it is empty.
	OperatorSecret string
	// SignInClients are the applications that people may sign in to at accounts. TrustedProxies are in front of it: whom
	// they say that a request comes from, counts.
	SignInClients  []SignInClient
	TrustedProxies []netip.Prefix
	// Watch says what insights watches beside the shop's events.
	Watch Watch
	// QueryHooks see every SQL query.
	QueryHooks []bun.QueryHook
	// Telemetry tells what the service does; nil for nothing. Metrics says that the service answers /metrics with it.
	Telemetry *telemetry.Telemetry
	Metrics   bool
	// BatchWait is how long a dataloader waits for further keys; 0 takes dataloader.DefaultWait.
	BatchWait time.Duration
}

// Watch says whose metrics are watched for what is unusual, and how.
type Watch struct {
	Targets []WatchTarget
	// Token is sent to the targets as Authorization: Bearer, if there is one.
	Token string
	// Step is how often they are read: five minutes if zero.
	Step time.Duration
	// Early is how many values are enough to look for deviations from those just before, until a day is over; 0 for never.
	Early int
}

// WatchTarget is a process that tells metrics in the format of Prometheus: at an address, or in this process.
type WatchTarget struct {
	URL     string
	Handler http.Handler
}

// Limits bound what one request may ask for.
type Limits struct {
	// Body is the longest request body in bytes.
	Body int64
	// Tokens is the longest document in lexical tokens.
	Tokens int
	// Depth is the deepest nesting of fields.
	Depth int
	// Complexity is the largest estimate of how many fields the answer has.
	Complexity int
}

// DefaultLimits leave room for what a router asks in one batch: a thousand entities with nested lists.
func DefaultLimits() Limits {
	return Limits{Body: 4 << 20, Tokens: 20_000, Depth: 30, Complexity: 2_000_000}
}

func (l Limits) withDefaults() Limits {
	d := DefaultLimits()
	if l.Body <= 0 {
		l.Body = d.Body
	}
	if l.Tokens <= 0 {
		l.Tokens = d.Tokens
	}
	if l.Depth <= 0 {
		l.Depth = d.Depth
	}
	if l.Complexity <= 0 {
		l.Complexity = d.Complexity
	}
	return l
}

// WithDefaults returns the configuration with every field filled in that has a default.
func (c Config) WithDefaults() Config {
	if c.Version == "" {
		c.Version = "dev"
	}
	if c.Logger == nil {
		c.Logger = slog.Default()
	}
	c.Logger = telemetry.Log(c.Logger)
	if c.BatchWait == 0 {
		c.BatchWait = dataloader.DefaultWait
	}
	c.Limits = c.Limits.withDefaults()
	return c
}

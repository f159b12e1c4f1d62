package upstream

import (
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
)

// Protocols of Config.
const (
	// HTTP1 is HTTP/1.1, with TLS for https addresses. It is the default.
	HTTP1 = "http1"
	// HTTP2 is HTTP/2 over TLS.
	HTTP2 = "http2"
	// H2C is HTTP/2 without TLS.
	H2C = "h2c"
)

// Config says how a subgraph is called.
type Config struct {
	// Name of the subgraph, for messages.
	Name string
	// URL is http://host/path, https://host/path or unix:///path/of/socket, where a path to request can follow behind
	// a colon: unix:///run/catalog.sock:/graphql.
	URL string
	// Handler answers in this process instead of URL.
	Handler http.Handler
	// Protocol is HTTP1, HTTP2 or H2C; empty means HTTP1.
	Protocol string
	// Plain makes the transport for HTTP/1.1 without TLS, such as http1.New; nil means net/http's.
	Plain func(Endpoint) Transport
	// Timeout bounds a call with everything in it, retries included; 0 means DefaultTimeout.
	Timeout time.Duration
	// MaxConnections bounds the connections; 0 means DefaultMaxConnections. Requests wait for a free one.
	MaxConnections int
	// MaxConcurrent bounds the calls in progress; those above wait for their turn. 0 means no bound.
	MaxConcurrent int
	// IdleTimeout is how long an unused connection is kept; 0 means DefaultIdleTimeout. It must be shorter than the
	// server's, or a request now and then meets a connection that is just being closed.
	IdleTimeout time.Duration
	// MaxResponse bounds the body of an answer in bytes, decompressed; 0 means DefaultMaxResponse.
	MaxResponse int
	// Budget bounds what the bodies of all answers in progress take together, those of other subgraphs included; nil means
	// no bound.
	Budget *Budget
	// Header are headers of every request.
	Header []Header
	// AcceptEncoding lists the compressions to ask for, in order: gzip, br, zstd. None by default.
	AcceptEncoding []string
	// TLS is for https addresses; nil means the system's authorities.
	TLS *tls.Config
	// Retries repeats queries that failed for a passing reason.
	Retries Retries
	// Breaker keeps calls away from a subgraph that keeps failing.
	Breaker Breaker
	// Hedge, if positive, sends a query a second time when there is no answer after that time.
	Hedge time.Duration
	// Failed is told, with all that is known, of every call that got no answer. It must return quickly, and may be nil.
	Failed func(err error)
	// Dedupe lets equal queries that are under way at the same time share one call.
	Dedupe bool
}

// Retries repeats queries, never mutations, that got no answer or one with the status 502, 503 or 504.
type Retries struct {
	// Max is the number of repetitions; 0 means none.
	Max int
	// Pause is the first pause, which doubles each time and is jittered by half; 0 means DefaultRetryPause.
	Pause time.Duration
	// Budget is the largest part of the calls that may be repetitions; 0 means DefaultRetryBudget.
	Budget float64
}

// Breaker opens after failures in a row: calls that got no answer, or one with the status 502, 503 or 504. Then calls
// fail at once.
type Breaker struct {
	// Failures is how many; 0 means that there is no breaker.
	Failures int
	// OpenFor is how long until one call may try again, and the next one if that has no answer yet; 0 means
	// DefaultBreakerOpenFor.
	OpenFor time.Duration
}

// Defaults of Config, and of the settings that become one.
const (
	DefaultTimeout        = 15 * time.Second
	DefaultMaxConnections = 512
	// DefaultIdleTimeout is shorter than the minute after which common servers close a connection.
	DefaultIdleTimeout    = 50 * time.Second
	DefaultMaxResponse    = 128 << 20
	DefaultRetryPause     = 20 * time.Millisecond
	DefaultRetryBudget    = 0.1
	DefaultBreakerOpenFor = 500 * time.Millisecond
)

func (c Config) withDefaults() Config {
	set(&c.Timeout, DefaultTimeout)
	set(&c.MaxConnections, DefaultMaxConnections)
	set(&c.IdleTimeout, DefaultIdleTimeout)
	set(&c.MaxResponse, DefaultMaxResponse)
	set(&c.Protocol, HTTP1)
	set(&c.Retries.Pause, DefaultRetryPause)
	set(&c.Retries.Budget, DefaultRetryBudget)
	set(&c.Breaker.OpenFor, DefaultBreakerOpenFor)
	return c
}

func set[T comparable](field *T, def T) {
	var zero T
	if *field == zero {
		*field = def
	}
}

// Client is a way to a subgraph.
type Client struct {
	Subgraph
	closers []func()
	// The parts that count; nil when they are not configured.
	dedupe  *dedupe
	retry   *retry
	hedge   *hedge
	breaker *breaker
}

// Stats are counts since the client was made.
type Stats struct {
	// Shared requests were answered by another's call; Retries and Hedges were sent in addition to the first request.
	Shared, Retries, Hedges uint64
	// Breaking tells that the breaker keeps calls away.
	Breaking bool
}

// Stats reads the counts.
func (c *Client) Stats() Stats {
	var s Stats
	if c.dedupe != nil {
		s.Shared = c.dedupe.shared.Load()
	}
	if c.retry != nil {
		s.Retries = c.retry.sent.Load()
	}
	if c.hedge != nil {
		s.Hedges = c.hedge.sent.Load()
	}
	if c.breaker != nil {
		s.Breaking = c.breaker.isOpen()
	}
	return s
}

// Close closes the connections that are not in use.
func (c *Client) Close() {
	for _, f := range c.closers {
		f()
	}
}

// New makes a way to a subgraph: the transport, and around it only what is configured.
func New(config Config) (*Client, error) {
	config = config.withDefaults()
	for _, e := range config.AcceptEncoding {
		if !slices.Contains([]string{"gzip", "br", "zstd"}, e) {
			return nil, fmt.Errorf("subgraph %q: the compression %q is not known; use gzip, br or zstd", config.Name, e)
		}
	}
	client := &Client{}
	if err := client.transport(config); err != nil {
		return nil, fmt.Errorf("subgraph %q: %w", config.Name, err)
	}
	if config.Failed != nil {
		client.Subgraph = &watched{next: client.Subgraph, failed: config.Failed}
	}
	if config.MaxConcurrent > 0 {
		client.Subgraph = &bound{
			next:    client.Subgraph,
			places:  make(chan struct{}, config.MaxConcurrent),
			timeout: config.Timeout,
		}
	}
	if config.Breaker.Failures > 0 {
		client.breaker = newBreaker(client.Subgraph, config)
		client.Subgraph = client.breaker
	}
	if config.Hedge > 0 {
		client.hedge = newHedge(client.Subgraph, config)
		client.Subgraph = client.hedge
	}
	if config.Retries.Max > 0 {
		client.retry = newRetry(client.Subgraph, config)
		client.Subgraph = client.retry
	}
	if config.Dedupe {
		client.dedupe = newDedupe(client.Subgraph)
		client.Subgraph = client.dedupe
	}
	return client, nil
}

func (c *Client) transport(config Config) error {
	if config.Handler != nil {
		c.Subgraph = &inProcess{handler: config.Handler, config: config}
		return nil
	}
	address, err := parseAddress(config.URL)
	if err != nil {
		return err
	}
	to := config.endpoint(address)
	var t Transport
	switch {
	case config.Protocol == HTTP1 && config.Plain != nil && !address.tls:
		t = config.Plain(to)
	case config.Protocol == HTTP1:
		t = newStandard(to)
	case config.Protocol != HTTP2 && config.Protocol != H2C:
		return fmt.Errorf("the protocol %q is not known; use %s, %s or %s", config.Protocol, HTTP1, HTTP2, H2C)
	case address.tls != (config.Protocol == HTTP2):
		return fmt.Errorf("the protocol %s does not fit the address %s", config.Protocol, config.URL)
	default:
		t = newStandard(to)
	}
	c.Subgraph = &contents{next: t, open: func() *standard { return newStandard(to) }}
	c.closers = append(c.closers, t.Close)
	return nil
}

func (c *Config) endpoint(a address) Endpoint {
	to := Endpoint{
		Network: a.network, Address: a.host, Host: a.name, Path: a.path, Timeout: c.Timeout, IdleTimeout: c.IdleTimeout,
		MaxConnections: c.MaxConnections, MaxResponse: c.MaxResponse, Budget: c.Budget, Protocol: c.Protocol,
		Header: []Header{{"Content-Type", "application/json"}, {"Accept", accept}},
	}
	if len(c.AcceptEncoding) > 0 {
		to.Header = append(to.Header, Header{"Accept-Encoding", strings.Join(c.AcceptEncoding, ", ")})
	}
	to.Header = append(to.Header, c.Header...)
	if a.tls {
		to.TLS = &tls.Config{}
		if c.TLS != nil {
			to.TLS = c.TLS.Clone()
		}
	}
	return to
}

// IsLocal tells whether an address is on this machine, where compressing costs more than it saves.
func IsLocal(raw string) bool {
	a, err := parseAddress(raw)
	if err != nil {
		return false
	}
	if a.network == "unix" {
		return true
	}
	host, _, err := net.SplitHostPort(a.host)
	ip := net.ParseIP(host)
	return err == nil && (host == "localhost" || ip != nil && ip.IsLoopback())
}

// address is where a subgraph listens.
type address struct {
	// network and host are what to dial: host has a port, or is the path of a socket.
	network, host string
	// name is the host's name in requests.
	name string
	// path is the request's path with query.
	path string
	tls  bool
}

func parseAddress(raw string) (address, error) {
	u, err := url.Parse(raw)
	if err != nil || raw == "" {
		return address{}, fmt.Errorf("%q is not an address; write one like http://127.0.0.1:4001/graphql", raw)
	}
	switch u.Scheme {
	case "unix":
		socket, path := u.Path, "/"
		for i := range len(socket) - 1 {
			if socket[i] == ':' && socket[i+1] == '/' {
				socket, path = socket[:i], socket[i+1:]
				break
			}
		}
		if socket == "" {
			return address{}, errors.New("the address of a unix socket needs its path: unix:///run/catalog.sock")
		}
		return address{network: "unix", host: socket, name: "localhost", path: path}, nil
	case "http", "https":
		if u.Host == "" {
			return address{}, fmt.Errorf("the address %q has no host", raw)
		}
		a := address{network: "tcp", host: u.Host, name: u.Host, path: u.RequestURI(), tls: u.Scheme == "https"}
		if u.Port() == "" {
			port := "80"
			if a.tls {
				port = "443"
			}
			a.host = u.Host + ":" + port
		}
		return a, nil
	}
	return address{}, fmt.Errorf("the address %q begins with none of http://, https:// and unix://", raw)
}

// Package websocket asks subgraphs for events over WebSockets: many subscriptions share a connection.
//
// Specification: the graphql-transport-ws protocol, https://github.com/enisdenjo/graphql-ws/blob/master/PROTOCOL.md.
package websocket

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/weft-graphql/weft/router/subscription"
	"github.com/weft-graphql/weft/router/upstream"
)

// Config says how a subgraph is asked.
type Config struct {
	// URL is that of the endpoint: http, https, ws or wss.
	URL string
	// Client opens connections. It must speak HTTP/1.1.
	Client *http.Client
	// Header are headers of every handshake.
	Header []upstream.Header
	// Signed names a header whose value changes from one moment to the next although it is the same caller's: it tells no
	// connections apart. Empty: there is none.
	Signed string
	// MaxEventBytes is the most one message may have.
	MaxEventBytes int
	// MaxPerConnection is the most subscriptions on one connection.
	MaxPerConnection int
	// Timeout bounds opening a connection, sending a message, and the answer to a ping; PingInterval is the time between
	// pings.
	Timeout, PingInterval time.Duration
	// IdleTimeout is how long a connection without subscriptions is kept.
	IdleTimeout time.Duration
}

// Client asks one subgraph. It is a subscription.Upstream.
type Client struct {
	config Config

	mu sync.Mutex
	// pools are the connections for each set of headers: who a connection belongs to is told when it is opened.
	pools  map[string]*pool
	closed bool
}

// pool are connections with the same headers.
type pool struct {
	conns []*conn
	// opening is closed when the connection has been opened, or not, that everybody waits for; nil when there is none.
	opening chan struct{}
}

// New makes a client.
func New(config Config) *Client {
	return &Client{config: config, pools: map[string]*pool{}}
}

// Resumes implements subscription.Upstream.
func (c *Client) Resumes() bool { return false }

// Subscribe implements subscription.Upstream.
func (c *Client) Subscribe(
	ctx context.Context,
	req *subscription.Request,
	opened func(),
	emit func(subscription.Event),
) error {
	conn, o, err := c.join(ctx, req, emit)
	if err != nil {
		if ctx.Err() != nil {
			return nil
		}
		return err
	}
	if err := conn.subscribe(o, req.Body); err != nil {
		conn.leave(o, false)
		return err
	}
	opened()
	select {
	case <-o.done:
		conn.leave(o, false)
		return o.err
	case <-ctx.Done():
		conn.leave(o, true)
		return nil
	}
}

// join takes a place on a connection, which is opened when there is none with a place.
func (c *Client) join(
	ctx context.Context,
	req *subscription.Request,
	emit func(subscription.Event),
) (*conn, *operation, error) {
	key := c.config.poolKey(req)
	for {
		c.mu.Lock()
		if c.closed {
			c.mu.Unlock()
			return nil, nil, subscription.Final(upstream.ErrRejected)
		}
		p := c.pools[key]
		if p == nil {
			p = &pool{}
			c.pools[key] = p
		}
		for _, conn := range p.conns {
			if o := conn.add(emit, c.config.MaxPerConnection); o != nil {
				c.mu.Unlock()
				return conn, o, nil
			}
		}
		if p.opening == nil {
			p.opening = make(chan struct{})
			c.mu.Unlock()
			conn, o, err := c.open(ctx, key, p, req, emit)
			return conn, o, err
		}
		opening := p.opening
		c.mu.Unlock()
		select {
		case <-opening:
		case <-ctx.Done():
			return nil, nil, ctx.Err()
		}
	}
}

// open opens a connection for a pool, with a place for who asked for it.
func (c *Client) open(
	ctx context.Context, key string, p *pool, req *subscription.Request, emit func(subscription.Event),
) (*conn, *operation, error) {
	conn, err := dial(ctx, &c.config, slices.Concat(c.config.Header, req.Header))
	c.mu.Lock()
	defer c.mu.Unlock()
	close(p.opening)
	p.opening = nil
	if err != nil {
		c.prune(key, p)
		return nil, nil, err
	}
	conn.gone = func() { c.drop(key, p, conn) }
	o := conn.add(emit, c.config.MaxPerConnection)
	p.conns = append(p.conns, conn)
	if c.closed {
		conn.close()
	}
	go conn.run()
	go conn.ping()
	return conn, o, nil
}

// drop forgets a connection that has ended.
func (c *Client) drop(key string, p *pool, gone *conn) {
	c.mu.Lock()
	defer c.mu.Unlock()
	p.conns = slices.DeleteFunc(p.conns, func(other *conn) bool { return other == gone })
	c.prune(key, p)
}

// prune forgets an empty pool. The lock is held.
func (c *Client) prune(key string, p *pool) {
	if len(p.conns) == 0 && p.opening == nil && c.pools[key] == p {
		delete(c.pools, key)
	}
}

// Connections is the number of open connections.
func (c *Client) Connections() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	n := 0
	for _, p := range c.pools {
		n += len(p.conns)
	}
	return n
}

// Close closes all connections.
func (c *Client) Close() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.closed = true
	for _, p := range c.pools {
		for _, conn := range p.conns {
			conn.close()
		}
	}
}

// poolKey tells apart what must not share a connection.
func (c *Config) poolKey(req *subscription.Request) string {
	var key strings.Builder
	key.Write(req.VariesBy)
	for _, h := range req.Header {
		if h.Name != c.Signed {
			key.WriteString("\x00" + h.Name + "\x00" + h.Value)
		}
	}
	return key.String()
}

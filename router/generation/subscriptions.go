package generation

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/weft-graphql/weft/router/config"
	"github.com/weft-graphql/weft/router/server"
	"github.com/weft-graphql/weft/router/server/websocket"
	"github.com/weft-graphql/weft/router/subscription"
	"github.com/weft-graphql/weft/router/subscription/callback"
	"github.com/weft-graphql/weft/router/subscription/sse"
	subgraphsocket "github.com/weft-graphql/weft/router/subscription/websocket"
	"github.com/weft-graphql/weft/router/supergraph"
	"github.com/weft-graphql/weft/router/upstream"
	"github.com/weft-graphql/weft/schema/wire"
)

// openSources opens the ways to the events of subgraphs, by Subgraph.ID.
func (g *Generation) openSources() error {
	if !g.config.Subscription.Enabled || g.supergraph.Subscription == nil {
		return nil
	}
	for i, s := range g.supergraph.Subgraphs {
		source, err := g.openSource(s, g.clients[i].url)
		if err != nil {
			return err
		}
		g.sources = append(g.sources, source)
	}
	return nil
}

// hasEvents tells whether a subgraph has a subscription root.
func hasEvents(sg *supergraph.Supergraph, s *supergraph.Subgraph) bool {
	return sg.Subscription.In[s.ID] != nil
}

func (g *Generation) openSource(s *supergraph.Subgraph, url string) (subscription.Upstream, error) {
	if declared := g.declared[s.ID]; len(declared) > 0 {
		return g.openEvents(s, declared)
	}
	c := &g.config.Subscription
	settings := c.For(s.Name)
	if !hasEvents(g.supergraph, s) || settings.Protocol == "none" {
		return nil, nil
	}
	most := int(c.MaxEventBytes)
	if handler := g.options.Handlers[s.Name]; handler != nil {
		key := fmt.Sprintf("events/in process/%s/%d/%p", s.Name, most, handler)
		return g.source(key, func() (subscription.Upstream, func(), error) {
			return sse.New(sse.Config{
				URL: "http://" + s.Name + "/graphql", Transport: sse.InProcess(handler), MaxEventBytes: most,
			}), func() {}, nil
		})
	}
	if settings.URL != "" {
		url = settings.URL
	}
	tlsSettings := g.config.Upstream.For(s.Name).TLS
	files, err := readCertificates(&tlsSettings)
	if err != nil {
		return nil, fmt.Errorf("subgraph %q: tls: %w", s.Name, err)
	}
	text, err := json.Marshal(struct {
		URL, ServerName string
		Settings        config.EventSource
		Most            int
		Ping            time.Duration
		Callback        config.Callback
		Certificates    [32]byte
	}{url, tlsSettings.ServerName, settings, most, c.WebSocket.PingInterval, c.Callback, files.sum()})
	if err != nil {
		return nil, err
	}
	return g.source("events/"+s.Name+"/"+string(text), func() (subscription.Upstream, func(), error) {
		trust, err := files.client(tlsSettings.ServerName)
		if err != nil {
			return nil, nil, fmt.Errorf("subgraph %q: tls: %w", s.Name, err)
		}
		transport, url, err := upstream.Streams(url, trust, settings.Timeout)
		if err != nil {
			return nil, nil, fmt.Errorf("subscription of subgraph %q: %w", s.Name, err)
		}
		if settings.Protocol == "callback" {
			client := callback.New(callback.Config{
				URL: url, Transport: transport, Timeout: settings.Timeout, Registry: &g.resources.callbacks,
				PublicURL: strings.TrimSuffix(c.Callback.PublicURL, "/"), Heartbeat: c.Callback.Heartbeat, MaxEventBytes: most,
			})
			return client, transport.CloseIdleConnections, nil
		}
		if settings.Protocol == "sse" {
			client := sse.New(sse.Config{URL: url, Transport: transport, MaxEventBytes: most})
			return client, transport.CloseIdleConnections, nil
		}
		client := subgraphsocket.New(subgraphsocket.Config{
			URL: url, Client: &http.Client{Transport: transport}, MaxEventBytes: most, MaxPerConnection: settings.MaxPerConnection,
			Timeout: settings.Timeout, PingInterval: c.WebSocket.PingInterval, IdleTimeout: time.Second,
			Signed: wire.IdentityHeader,
		})
		return client, func() { client.Close(); transport.CloseIdleConnections() }, nil
	})
}

// source acquires a way to events.
func (g *Generation) source(
	key string,
	open func() (subscription.Upstream, func(), error),
) (subscription.Upstream, error) {
	value, err := g.acquire(key, func() (any, func(), error) {
		source, release, err := open()
		return source, release, err
	})
	if err != nil {
		return nil, err
	}
	return value.(subscription.Upstream), nil
}

// newWebSockets is the handler of WebSockets; nil when they are not served.
func (g *Generation) newWebSockets() http.Handler {
	w := &g.config.Subscription.WebSocket
	if !g.config.Subscription.Enabled || !w.Enabled || g.options.Current == nil {
		return nil
	}
	return websocket.New(websocket.Options{
		Enter: func() (*server.Handler, func()) {
			current := g.options.Current()
			if current == nil {
				return nil, nil
			}
			return current.handler, current.Leave
		},
		Sessions: &g.resources.sessions, Origins: w.Origins, InitHeaders: w.InitHeaders,
		MaxConnections: w.MaxConnections, MaxOperations: w.MaxOperations, MaxMessageBytes: int64(w.MaxMessageBytes),
		InitTimeout: w.InitTimeout, WriteTimeout: w.WriteTimeout, PingInterval: w.PingInterval, Logger: g.logger,
	})
}

// withCallbacks is the face with the place where subgraphs send events to.
func (g *Generation) withCallbacks(face http.Handler) http.Handler {
	c := &g.config.Subscription
	if !c.Enabled || c.Callback.PublicURL == "" {
		return face
	}
	prefix := strings.TrimSuffix(c.Callback.Path, "/") + "/"
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.URL.Path, prefix) {
			g.resources.callbacks.ServeHTTP(w, r)
			return
		}
		face.ServeHTTP(w, r)
	})
}

// hold keeps the generation until what it returns is called. A request must be in progress.
func (g *Generation) hold() func() {
	g.users.Add(1)
	return g.Leave
}

// detach runs what lasts as long as a client wants without keeping the generation, on behalf of a request that has it.
func (g *Generation) detach(run func()) {
	g.Leave()
	// The request gives back what it took in any case. If the generation is over by then, that changes nothing.
	defer g.users.Add(1)
	run()
}

// TakeOver plans the subscriptions that run on this generation, whose place it took. Those that are not valid any
// more end with an error.
func (g *Generation) TakeOver() {
	c := &g.config.Subscription
	hub := g.resources.subscriptions
	hub.Configure(subscription.Settings{
		MaxClients: c.MaxClients, QueueEvents: c.QueueEvents, QueueBytes: int(c.QueueBytes),
		EventTimeout: g.config.Limits.RequestTimeout, Reconnect: subscription.Reconnect(c.Reconnect),
	})
	hub.Replan(g.engine, g.engine.PlanSubscription)
}

// EndSubscriptions ends all subscriptions and WebSockets, each at any time within the duration, so that clients do
// not come back all at once. It returns when there are none, or ctx ends.
func (r *Resources) EndSubscriptions(ctx context.Context, over time.Duration) {
	sockets := make(chan struct{})
	go func() {
		defer close(sockets)
		r.sessions.Drain(ctx, over)
	}()
	r.subscriptions.Drain(ctx, over)
	if ctx.Err() != nil {
		r.streams.Cut()
	}
	<-sockets
}

// Close ends all subscriptions at once.
func (r *Resources) Close() {
	ctx, cancel := context.WithCancelCause(context.Background())
	cancel(errors.New("the router has been closed"))
	r.subscriptions.Close()
	r.sessions.Drain(ctx, 0)
}

// Subscriptions are the counters of all generations' subscriptions, and how many WebSockets are open.
func (r *Resources) Subscriptions() (stats subscription.Stats, sockets int) {
	return r.subscriptions.Stats(), r.sessions.Len()
}

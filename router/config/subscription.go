package config

import (
	"fmt"
	"path"
	"strings"
	"time"
)

// Subscription is about subscriptions: they neither count in limits.concurrent_requests nor end with
// limits.request_timeout once they run.
type Subscription struct {
	// Serve subscriptions.
	Enabled bool `yaml:"enabled"`
	// Most running subscriptions of clients; further ones are refused (TOO_MANY_SUBSCRIPTIONS). 0 means no bound.
	MaxClients int `yaml:"max_clients"`
	// Most events that a client may be behind the newest one; then it is cut off (SUBSCRIPTION_TOO_SLOW).
	QueueEvents int `yaml:"queue_events"`
	// Most bytes of answers that a client may be behind.
	QueueBytes ByteSize `yaml:"queue_bytes"`
	// Largest event of a subgraph.
	MaxEventBytes ByteSize `yaml:"max_event_bytes"`
	// Longest time without a byte on an answer over text/event-stream or multipart/mixed.
	Heartbeat time.Duration `yaml:"heartbeat"`
	// WebSockets of clients.
	WebSocket WebSocket `yaml:"websocket"`
	// How all subgraphs are asked for events.
	All EventSource `yaml:"all"`
	// How single subgraphs are, by name; what they leave out comes from "all".
	Subgraphs map[string]EventSource `yaml:"subgraphs"`
	// Servers that subscription fields with @events get their events from, by the name that the directive's argument
	// "provider" says: default, if it says none.
	Providers map[string]EventProvider `yaml:"providers"`
	// Where subgraphs with the protocol "callback" send their events.
	Callback Callback `yaml:"callback"`
	// Opening broken subscriptions at subgraphs again.
	Reconnect Reconnect `yaml:"reconnect"`
}

// Callback is about subgraphs that send events in requests of their own (callbackSpec=1.0).
type Callback struct {
	// Address at which subgraphs reach this router, path included: http://router-1:4000/callback. Replicas have one each.
	PublicURL string `yaml:"public_url"`
	// Path at which the router takes events; on the listener of clients.
	Path string `yaml:"path"`
	// How often subgraphs have to say that they still send; a subscription of which nothing was heard for twice as long is
	// opened again. 0: they need not.
	Heartbeat time.Duration `yaml:"heartbeat"`
}

// EventProvider is a server with messages that subscriptions are fed from.
type EventProvider struct {
	// Address of NATS: nats:// or tls://, several with commas between them.
	NATSURL string `yaml:"nats_url"`
	// File with the credentials for NATS, as nsc makes them.
	Credentials string `yaml:"credentials"`
}

// WebSocket is about WebSockets of clients, which are served at graphql.path.
type WebSocket struct {
	// Serve WebSockets.
	Enabled bool `yaml:"enabled"`
	// Origins whose pages may connect, beside the router's own: https://shop.example.com, https://*.example.com, or *
	// for all.
	Origins []string `yaml:"origins"`
	// Entries of the payload of connection_init that count as headers of the client's requests, for browsers cannot set
	// headers on WebSockets.
	InitHeaders []string `yaml:"init_headers"`
	// Most open connections; 0 means no bound.
	MaxConnections int `yaml:"max_connections"`
	// Most operations in progress on one connection.
	MaxOperations int `yaml:"max_operations"`
	// Largest message of a client.
	MaxMessageBytes ByteSize `yaml:"max_message_bytes"`
	// How long a client may take until it says connection_init.
	InitTimeout time.Duration `yaml:"init_timeout"`
	// How long a client may take to take a message.
	WriteTimeout time.Duration `yaml:"write_timeout"`
	// Time between pings; a client that has not answered one by the next is gone.
	PingInterval time.Duration `yaml:"ping_interval"`
}

// EventSource says how a subgraph is asked for events. What is left out is inherited.
type EventSource struct {
	// Protocol: websocket (graphql-transport-ws), sse (graphql-sse), callback (callbackSpec=1.0), or none. A subgraph in
	// the same process is asked over sse in any case.
	Protocol string `yaml:"protocol"`
	// Address for subscriptions, when it is not that for queries: http://, https://, ws:// or wss://.
	URL string `yaml:"url"`
	// Most subscriptions on one WebSocket.
	MaxPerConnection int `yaml:"max_per_connection"`
	// Longest time to open a connection.
	Timeout time.Duration `yaml:"timeout"`
}

// Reconnect is about broken subscriptions at subgraphs.
type Reconnect struct {
	// Most attempts in a row; then clients are told that the subscription broke off.
	Attempts int `yaml:"attempts"`
	// Longest pause before the first attempt; it doubles from one to the next, and half of it is left to chance.
	Pause time.Duration `yaml:"pause"`
	// Longest pause.
	MaxPause time.Duration `yaml:"max_pause"`
}

// DefaultSubscription are the settings of subscriptions where nothing is said.
func DefaultSubscription() Subscription {
	return Subscription{
		Enabled: true, MaxClients: 10_000, QueueEvents: 256, QueueBytes: 4 << 20, MaxEventBytes: 1 << 20, Heartbeat: 10 * time.Second,
		WebSocket: WebSocket{
			Enabled: true, InitHeaders: []string{"Authorization"}, MaxConnections: 10_000, MaxOperations: 100, MaxMessageBytes: 1 << 20,
			InitTimeout: 10 * time.Second, WriteTimeout: 20 * time.Second, PingInterval: 15 * time.Second,
		},
		All:       EventSource{Protocol: "websocket", MaxPerConnection: 100, Timeout: 10 * time.Second},
		Callback:  Callback{Path: "/callback", Heartbeat: 5 * time.Second},
		Reconnect: Reconnect{Attempts: 10, Pause: 250 * time.Millisecond, MaxPause: 15 * time.Second},
	}
}

// For returns the settings for a subgraph: its own, and where those are left out the ones for all.
func (s *Subscription) For(name string) EventSource {
	settings := s.All
	if own, ok := s.Subgraphs[name]; ok {
		inherit(valueOf(&settings), valueOf(&own))
	}
	return settings
}

func (k *checker) subscription(s *Subscription) {
	k.between("subscription.max_clients", s.MaxClients, 0, 10_000_000)
	k.between("subscription.queue_events", s.QueueEvents, 1, 1_000_000)
	for key, size := range map[string]ByteSize{
		"queue_bytes": s.QueueBytes, "max_event_bytes": s.MaxEventBytes, "websocket.max_message_bytes": s.WebSocket.MaxMessageBytes,
	} {
		if size < 1<<10 {
			k.report("subscription."+key, "must be at least 1KB; write a size like 1MB")
		}
	}
	w := &s.WebSocket
	k.between("subscription.websocket.max_connections", w.MaxConnections, 0, 10_000_000)
	k.between("subscription.websocket.max_operations", w.MaxOperations, 1, 100_000)
	for key, d := range map[string]time.Duration{
		"heartbeat": s.Heartbeat, "websocket.init_timeout": w.InitTimeout, "websocket.write_timeout": w.WriteTimeout,
		"websocket.ping_interval": w.PingInterval, "reconnect.pause": s.Reconnect.Pause, "reconnect.max_pause": s.Reconnect.MaxPause,
	} {
		k.positive("subscription."+key, d, time.Millisecond)
	}
	k.between("subscription.reconnect.attempts", s.Reconnect.Attempts, 1, 1_000_000)
	for i, origin := range w.Origins {
		key := fmt.Sprintf("subscription.websocket.origins.%d", i)
		_, err := path.Match(origin, "")
		if origin != "*" && (err != nil || !strings.Contains(origin, "://") || strings.HasSuffix(origin, "/")) {
			k.report(key, "%q is no origin; write one like https://shop.example.com, or https://*.example.com", origin)
		}
	}
	for name, p := range s.Providers {
		key := "subscription.providers." + name + ".nats_url"
		if !strings.HasPrefix(p.NATSURL, "nats://") && !strings.HasPrefix(p.NATSURL, "tls://") {
			k.report(key, "%q is no address of NATS; write one like nats://nats.example.com:4222", p.NATSURL)
		}
	}
	k.callback(&s.Callback)
	called := s.Callback.PublicURL != ""
	k.eventSource("subscription.all", &s.All, called)
	for name, source := range s.Subgraphs {
		k.eventSource("subscription.subgraphs."+name, &source, called)
	}
}

func (k *checker) callback(c *Callback) {
	if c.PublicURL != "" {
		k.subgraphURL("subscription.callback.public_url", c.PublicURL)
	}
	if !strings.HasPrefix(c.Path, "/") || c.Path == "/" {
		k.report("subscription.callback.path", "%q is not a path; write one like /callback", c.Path)
	}
	k.notNegative("subscription.callback.heartbeat", c.Heartbeat)
}

// eventSource checks how a subgraph is asked for events; called tells that it can call the router back.
func (k *checker) eventSource(key string, s *EventSource, called bool) {
	k.oneOf(key+".protocol", s.Protocol, "", "websocket", "sse", "callback", "none")
	if s.Protocol == "callback" && !called {
		k.report(key+".protocol", "callback needs subscription.callback.public_url: where subgraphs reach this router")
	}
	if s.URL != "" && !strings.HasPrefix(s.URL, "ws://") && !strings.HasPrefix(s.URL, "wss://") {
		k.subgraphURL(key+".url", s.URL)
	}
	k.between(key+".max_per_connection", s.MaxPerConnection, 0, 1_000_000)
	k.notNegative(key+".timeout", s.Timeout)
}

package kit

import (
	"time"

	"github.com/99designs/gqlgen/graphql/handler"
	"github.com/99designs/gqlgen/graphql/handler/transport"
)

const (
	// streamPing is how often a stream of events is shown to be alive.
	streamPing = 10 * time.Second
	// initTimeout is how long a client may take to begin after it has opened a WebSocket.
	initTimeout = 10 * time.Second
)

// addStreams serves subscriptions: over WebSockets (graphql-transport-ws), which is how a router asks a service that is
// elsewhere, and over server-sent events (graphql-sse), which is how it asks one in its own process.
func addStreams(server *handler.Server, maxMessage int64) {
	server.AddTransport(transport.Websocket{
		InitTimeout: initTimeout, PingPongInterval: streamPing, PayloadReadLimit: &maxMessage,
	})
	server.AddTransport(transport.SSE{KeepAlivePingInterval: streamPing})
}

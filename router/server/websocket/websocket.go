// Package websocket serves GraphQL over WebSockets: queries, mutations and subscriptions, by the graphql-transport-ws
// protocol and by the older graphql-ws protocol of subscriptions-transport-ws.
//
// Specification: https://github.com/enisdenjo/graphql-ws/blob/master/PROTOCOL.md;
// https://github.com/apollographql/subscriptions-transport-ws/blob/master/PROTOCOL.md; RFC 6455.
package websocket

import (
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"net/url"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/coder/websocket"

	"github.com/weft-graphql/weft/router/server"
)

// Options say how WebSockets are served.
type Options struct {
	// Enter returns the handler of the graph and the settings in use; leave must be called when it is not used any more.
	Enter func() (handler *server.Handler, leave func())
	// Sessions are the open connections, those of other settings included.
	Sessions *Sessions
	// Origins are the origins, beside the router's own, whose pages may connect: scheme://host, where * stands for any
	// characters but slashes; a lone * for all.
	Origins []string
	// InitHeaders are the entries of the payload of connection_init that count as headers of the client's requests.
	InitHeaders []string
	// MaxConnections bounds the connections, MaxOperations the operations in progress on one; no bound when zero.
	MaxConnections, MaxOperations int
	// MaxMessageBytes bounds a message of a client.
	MaxMessageBytes int64
	// InitTimeout is how long a client may take until connection_init, WriteTimeout how long it may take to take a
	// message, and PingInterval the time between pings, each of which must be answered before the next.
	InitTimeout, WriteTimeout, PingInterval time.Duration
	// Logger receives what operators must know.
	Logger *slog.Logger
}

// The protocols, as Sec-WebSocket-Protocol names them.
const (
	transportWS = "graphql-transport-ws"
	legacyWS    = "graphql-ws"
)

// Codes with which connections are closed.
const (
	badRequest         websocket.StatusCode = 4400
	unauthorized       websocket.StatusCode = 4401
	badSubprotocol     websocket.StatusCode = 4406
	initTimeout        websocket.StatusCode = 4408
	subscriberExists   websocket.StatusCode = 4409
	tooManyInits       websocket.StatusCode = 4429
	invalidPayload                          = websocket.StatusInvalidFramePayloadData
	goingAway                               = websocket.StatusGoingAway
	tooManyConnections                      = http.StatusServiceUnavailable
)

// Handler serves WebSockets.
type Handler struct{ options Options }

// New makes a handler.
func New(options Options) *Handler { return &Handler{options} }

// ServeHTTP makes a request a WebSocket, which is served when it has returned: what has led here need not be kept until
// the client has enough.
func (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if !h.allowed(r) {
		refuse(
			w,
			http.StatusForbidden,
			"ORIGIN_NOT_ALLOWED",
			"WebSockets may not be opened by pages of "+r.Header.Get("Origin")+
				" (subscription.websocket.origins in the router's configuration).",
		)
		return
	}
	s := &session{
		handler: h, header: requestHeader(r), remote: r.RemoteAddr, path: r.URL.Path, operations: map[string]*operation{},
	}
	s.ctx, s.cancel = context.WithCancel(context.Background())
	if !h.options.Sessions.add(s, h.options.MaxConnections) {
		w.Header().Set("Retry-After", "1")
		refuse(
			w,
			tooManyConnections,
			"OVERLOADED",
			"The router has as many WebSockets as it may have. Try again in a moment.",
		)
		return
	}
	served := false
	defer func() {
		if !served {
			s.end()
		}
	}()
	taken := &taking{spelling: spelling{w}, ready: s.resume}
	socket, err := websocket.Accept(taken, r, &websocket.AcceptOptions{
		Subprotocols: []string{
			transportWS,
			legacyWS,
		}, InsecureSkipVerify: true, CompressionMode: websocket.CompressionDisabled,
	})
	if err != nil {
		return // the client has been told
	}
	socket.SetReadLimit(h.options.MaxMessageBytes)
	if !s.begin(socket, taken.conn) {
		taken.conn.block()
		_ = socket.Close(goingAway, "The router restarts") // it ends in any case
		return
	}
	served = true
	go s.serve()
}

// refuse answers a request that does not become a WebSocket.
func refuse(w http.ResponseWriter, status int, code, message string) {
	text, _ := json.Marshal(message) // a string can always be written
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(status)
	_, _ = w.Write([]byte(`{"errors":[{"message":` + string(text) + `,"extensions":{"code":"` + code + `"}}]}`))
}

// requestHeader is what counts as the header of requests over the connection.
func requestHeader(r *http.Request) http.Header {
	header := r.Header.Clone()
	for name := range header {
		if strings.HasPrefix(name, "Sec-Websocket-") || name == "Upgrade" || name == "Connection" {
			delete(header, name)
		}
	}
	return header
}

// allowed tells whether who opens the WebSocket may: browsers say which page it is, and send cookies along whatever
// that is.
//
// Specification: RFC 6455, section 10.2 "Origin Considerations".
func (h *Handler) allowed(r *http.Request) bool {
	origin := r.Header.Get("Origin")
	if origin == "" {
		return true
	}
	u, err := url.Parse(origin)
	if err == nil && strings.EqualFold(u.Host, r.Host) {
		return true
	}
	return slices.ContainsFunc(h.options.Origins, func(pattern string) bool {
		matches, _ := path.Match(strings.ToLower(pattern), strings.ToLower(origin)) // checked with the settings
		return pattern == "*" || matches
	})
}

package websocket

import (
	"context"
	"encoding/json"
	"errors"
	"maps"
	"net/http"
	"net/textproto"
	"runtime/debug"
	"slices"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"github.com/coder/websocket"

	"github.com/weft-graphql/weft/router/server"
	"github.com/weft-graphql/weft/router/server/poll"
)

// session is the connection of a client.
type session struct {
	handler *Handler
	socket  *websocket.Conn
	// conn is what the socket reads from.
	conn         *reasons
	ctx          context.Context
	cancel       context.CancelFunc
	legacy       bool
	remote, path string

	mu sync.Mutex
	// header is what counts as the header of the client's requests; it is not changed but replaced.
	header http.Header
	// payload is that of connection_init; it is not changed once it is there.
	payload map[string]any
	// initiated tells that connection_init has come.
	initiated bool
	// operations are those in progress.
	operations map[string]*operation
	// init ends the connection of a client that does not say connection_init.
	init, pings *time.Timer
	running     sync.WaitGroup
	// leaving tells that the connection is to end with its last operation.
	leaving, closing bool
}

// message is one of either protocol's.
type message struct {
	ID      string          `json:"id,omitempty"`
	Type    string          `json:"type"`
	Payload json.RawMessage `json:"payload,omitempty"`
}

// closeWith is the error of a connection that is to be closed with a code.
type closeWith struct {
	code   websocket.StatusCode
	reason string
}

func (c *closeWith) Error() string { return c.reason }

// serve begins to read what the client says.
func (s *session) serve() {
	switch s.socket.Subprotocol() {
	case transportWS:
	case legacyWS:
		s.legacy = true
	default:
		s.conn.block()
		_ = s.socket.Close(badSubprotocol, "Subprotocol not acceptable") // it ends in any case
		s.end()
		return
	}
	s.mu.Lock()
	s.init = time.AfterFunc(s.handler.options.InitTimeout, s.checkInit)
	s.pings = time.AfterFunc(s.handler.options.PingInterval, s.ping)
	s.mu.Unlock()
	s.read()
}

// resume reads on: there is something, or the connection has ended.
func (s *session) resume() { go s.read() }

// read takes what the client says, until it says nothing for the moment, and nobody has to wait for more, or the
// connection ends. Its panics are its own.
func (s *session) read() {
	over := true
	defer func() {
		if over {
			s.end()
		}
	}()
	defer func() {
		if cause := recover(); cause != nil {
			s.handler.options.Logger.Error("a WebSocket panicked", "panic", cause, "remote", s.remote,
				"stack", string(debug.Stack()))
		}
	}()
	for s.ctx.Err() == nil {
		kind, text, err := s.socket.Read(s.ctx)
		if errors.Is(err, poll.ErrNothing) {
			over = false
			s.conn.client.Wait()
			// Another goroutine may be reading already. Who ended the connection before that wait began has woken
			// nobody.
			if s.ctx.Err() != nil {
				s.conn.client.Wake()
			}
			return
		}
		if err != nil {
			return
		}
		if err := s.take(kind, text); err != nil {
			var with *closeWith
			if errors.As(err, &with) {
				s.close(with.code, with.reason)
			}
			return
		}
	}
}

// quit ends the connection: whoever reads from it, or waits, is told.
func (s *session) quit() {
	s.cancel()
	s.mu.Lock()
	conn := s.conn
	s.mu.Unlock()
	if conn != nil {
		conn.wake()
	}
}

// end ends what the client has asked for, and gives back the connection's place.
func (s *session) end() {
	s.cancel()
	s.mu.Lock()
	running := slices.Collect(maps.Values(s.operations))
	for _, timer := range []*time.Timer{s.init, s.pings} {
		if timer != nil {
			timer.Stop()
		}
	}
	s.mu.Unlock()
	for _, o := range running {
		o.stop()
	}
	s.running.Wait()
	if s.socket != nil {
		_ = s.socket.CloseNow() // it has ended
	}
	s.handler.options.Sessions.remove(s)
}

// checkInit closes a connection whose client has not said connection_init in time.
func (s *session) checkInit() {
	s.mu.Lock()
	late := !s.initiated
	s.mu.Unlock()
	if late {
		s.close(initTimeout, "Connection initialisation timeout")
	}
}

// ping finds out whether the client is there still, and ends the connection if not.
func (s *session) ping() {
	ctx, cancel := context.WithTimeout(s.ctx, s.handler.options.PingInterval)
	defer cancel()
	if err := s.socket.Ping(ctx); err != nil {
		s.quit()
		return
	}
	if s.legacy && s.isInitiated() {
		_ = s.send(message{Type: "ka"}) // a connection that has ended ends by itself
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.ctx.Err() == nil {
		s.pings.Reset(s.handler.options.PingInterval)
	}
}

// begin takes the connection; false when the router ends.
func (s *session) begin(socket *websocket.Conn, conn *reasons) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.socket, s.conn = socket, conn
	return !s.leaving
}

func (s *session) isInitiated() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.initiated
}

// close tells the client why the connection ends, and ends it.
func (s *session) close(code websocket.StatusCode, reason string) {
	s.mu.Lock()
	again := s.closing
	s.closing = true
	s.mu.Unlock()
	if again {
		return
	}
	s.conn.block()
	_ = s.socket.Close(code, reason) // it ends in any case
	s.quit()
}

// take reads a message of the client.
func (s *session) take(kind websocket.MessageType, text []byte) error {
	var m message
	switch {
	case kind != websocket.MessageText:
		return &closeWith{badRequest, "Messages must be text"}
	case !utf8.Valid(text):
		return &closeWith{invalidPayload, "Messages must be UTF-8"}
	case json.Unmarshal(text, &m) != nil || m.Type == "":
		return &closeWith{badRequest, "Messages must be JSON objects with a type"}
	}
	switch {
	case m.Type == "connection_init":
		return s.initiate(m.Payload)
	case !s.legacy && m.Type == "ping":
		return s.send(message{Type: "pong", Payload: m.Payload})
	case !s.legacy && m.Type == "pong":
		return nil
	case s.legacy && m.Type == "connection_terminate":
		return &closeWith{websocket.StatusNormalClosure, ""}
	case m.Type == "subscribe" && !s.legacy, m.Type == "start" && s.legacy:
		return s.subscribe(m)
	case m.Type == "complete" && !s.legacy, m.Type == "stop" && s.legacy:
		s.stop(m.ID)
		return nil
	}
	return &closeWith{badRequest, "Unknown type of message: " + strings.ToValidUTF8(m.Type[:min(len(m.Type), 40)], "")}
}

// initiate takes connection_init: entries of its payload can count as headers, for browsers cannot set any.
func (s *session) initiate(payload json.RawMessage) error {
	var entries map[string]any
	if len(payload) > 0 && string(payload) != "null" && json.Unmarshal(payload, &entries) != nil {
		return &closeWith{badRequest, "The payload of connection_init must be an object"}
	}
	s.mu.Lock()
	if s.initiated {
		s.mu.Unlock()
		return &closeWith{tooManyInits, "Too many initialisation requests"}
	}
	s.header, s.payload = s.withEntries(entries), entries
	s.initiated = true
	s.init.Stop()
	s.mu.Unlock()
	if err := s.send(message{Type: "connection_ack"}); err != nil {
		return err
	}
	if s.legacy {
		return s.send(message{Type: "ka"})
	}
	return nil
}

// withEntries is the header with the entries of a payload, its own ones and those of an object "headers" in it, that
// count as headers.
func (s *session) withEntries(entries map[string]any) http.Header {
	header := s.header.Clone()
	nested, _ := entries["headers"].(map[string]any)
	for _, from := range []map[string]any{nested, entries} {
		for name, value := range from {
			name = textproto.CanonicalMIMEHeaderKey(name)
			text, ok := value.(string)
			counts := slices.ContainsFunc(
				s.handler.options.InitHeaders,
				func(h string) bool { return strings.EqualFold(h, name) },
			)
			if ok && counts && !strings.ContainsAny(text, "\r\n\x00") {
				header[name] = []string{text}
			}
		}
	}
	return header
}

// subscribe begins an operation, of any kind.
func (s *session) subscribe(m message) error {
	most := s.handler.options.MaxOperations
	s.mu.Lock()
	_, exists := s.operations[m.ID]
	count := len(s.operations)
	initiated, leaving := s.initiated, s.leaving
	if initiated && m.ID != "" && !exists && !leaving && (most == 0 || count < most) {
		ctx, cancel := context.WithCancel(s.ctx)
		o := &operation{session: s, id: m.ID, cancel: cancel}
		s.operations[m.ID] = o
		req := server.Request{
			Header: s.header, RemoteAddr: s.remote, Init: s.payload, Events: true, Incremental: server.IncrementalDraft,
		}
		s.running.Add(1)
		go o.run(ctx, m.Payload, req)
		s.mu.Unlock()
		return nil
	}
	s.mu.Unlock()
	switch {
	case !initiated:
		return &closeWith{unauthorized, "Unauthorized"}
	case m.ID == "":
		return &closeWith{badRequest, "An operation needs an id"}
	case exists:
		return &closeWith{subscriberExists, "Subscriber for " + m.ID[:min(len(m.ID), 40)] + " already exists"}
	case leaving:
		return s.send(s.failure(m.ID, []byte(`[{"message":"The router restarts. Try again in a moment.",`+
			`"extensions":{"code":"SERVICE_RESTART"}}]`)))
	}
	return s.send(s.failure(m.ID, []byte(`[{"message":"There are as many operations on this connection as there may be `+
		`(subscription.websocket.max_operations).","extensions":{"code":"TOO_MANY_OPERATIONS"}}]`)))
}

// failure is the message of an operation that is over because of errors.
func (s *session) failure(id string, errs []byte) message {
	if s.legacy {
		// One error, as an object: so says the protocol.
		var list []json.RawMessage
		if json.Unmarshal(errs, &list) == nil && len(list) > 0 {
			errs = list[0]
		}
	}
	return message{ID: id, Type: "error", Payload: errs}
}

// stop ends an operation that its client does not want any more.
func (s *session) stop(id string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if o := s.operations[id]; o != nil {
		o.stop()
		delete(s.operations, id)
	}
}

// finish is told when an operation ends.
func (s *session) finish(o *operation) {
	o.cancel()
	s.mu.Lock()
	last := s.leaving && len(s.operations) == 0
	s.mu.Unlock()
	if last {
		go s.close(goingAway, "The router restarts")
	}
}

// done takes an operation off the list before its client is told that it is over, so that the id can be used again.
func (s *session) done(o *operation) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if o.stopped.Load() {
		return false // the client has stopped it
	}
	delete(s.operations, o.id)
	return true
}

func (s *session) send(m message) error {
	text, err := json.Marshal(m)
	if err != nil {
		return err
	}
	return s.write(text)
}

// write sends a message. A client that does not take it in time is gone.
func (s *session) write(text []byte) error {
	ctx, cancel := context.WithTimeout(s.ctx, s.handler.options.WriteTimeout)
	defer cancel()
	return s.socket.Write(ctx, websocket.MessageText, text)
}

// over tells that an operation is over, unless its client ended it.
func (s *session) over(o *operation, m message) {
	if s.done(o) {
		_ = s.send(m) // a connection that has ended ends by itself
	}
}

// next sends a part of the answer.
func (s *session) next(id string, body []byte) bool {
	kind := "next"
	if s.legacy {
		kind = "data"
	}
	name, _ := json.Marshal(id) // a string can always be written
	text := make([]byte, 0, len(body)+len(name)+48)
	text = append(append(append(text, `{"id":`...), name...), `,"type":"`+kind+`","payload":`...)
	text = append(append(text, body...), '}')
	if s.write(text) == nil {
		return true
	}
	s.quit()
	return false
}

// errorsOf is the list of errors of an answer that has nothing else.
func errorsOf(body []byte) []byte {
	var answer struct {
		Errors json.RawMessage `json:"errors"`
	}
	if json.Unmarshal(body, &answer) != nil || len(answer.Errors) == 0 {
		return []byte(`[{"message":"The operation failed."}]`)
	}
	return answer.Errors
}

// hasData tells that an answer is more than errors.
func hasData(body []byte) bool {
	var answer struct {
		Data json.RawMessage `json:"data"`
	}
	return json.Unmarshal(body, &answer) == nil && answer.Data != nil
}

// lastEventID is the id in the extensions of a request that goes on with a subscription.
func lastEventID(extensions []byte) string {
	if extensions == nil {
		return ""
	}
	var known struct {
		LastEventID string `json:"lastEventId"`
	}
	_ = json.Unmarshal(extensions, &known) // what is no string names no event
	return known.LastEventID
}

// leave lets the connection end with its last operation.
func (s *session) leave() {
	s.mu.Lock()
	s.leaving = true
	idle := len(s.operations) == 0 && s.socket != nil
	s.mu.Unlock()
	if idle {
		go s.close(goingAway, "The router restarts")
	}
}

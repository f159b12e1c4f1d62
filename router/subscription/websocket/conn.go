package websocket

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"sync"
	"time"

	"github.com/coder/websocket"

	"github.com/weft-graphql/weft/router/subscription"
	"github.com/weft-graphql/weft/router/upstream"
)

// Subprotocol is the name of the protocol.
const Subprotocol = "graphql-transport-ws"

// conn is a connection to a subgraph.
type conn struct {
	socket *websocket.Conn
	config *Config
	ctx    context.Context
	cancel context.CancelFunc
	gone   func()

	mu         sync.Mutex
	last       int
	operations map[string]*operation
	idle       *time.Timer
	ended      bool
}

// operation is a subscription on a connection.
type operation struct {
	id   string
	emit func(subscription.Event)
	// done is closed when it has ended, and err is set.
	done chan struct{}
	err  error
}

// message is one of the protocol's.
type message struct {
	ID      string          `json:"id,omitempty"`
	Type    string          `json:"type"`
	Payload json.RawMessage `json:"payload,omitempty"`
}

// dial opens a connection and waits until the subgraph has acknowledged it. Headers go along with the handshake, and
// in the payload of connection_init, where many servers look for credentials.
func dial(ctx context.Context, config *Config, headers []upstream.Header) (*conn, error) {
	ctx, cancel := context.WithTimeout(ctx, config.Timeout)
	defer cancel()
	header, payload := http.Header{}, map[string]string{}
	for _, h := range headers {
		header.Add(h.Name, h.Value)
		payload[h.Name] = h.Value
	}
	socket, resp, err := websocket.Dial(ctx, config.URL, &websocket.DialOptions{
		HTTPClient: config.Client, HTTPHeader: header, Subprotocols: []string{Subprotocol},
	})
	if err != nil {
		if resp != nil && resp.StatusCode != http.StatusSwitchingProtocols {
			err := upstream.Broken("it took no WebSocket: its HTTP status is %d", resp.StatusCode)
			if resp.StatusCode/100 == 4 && resp.StatusCode != http.StatusTooManyRequests &&
				resp.StatusCode != http.StatusRequestTimeout {
				return nil, subscription.Final(err)
			}
			return nil, err
		}
		return nil, upstream.Unreachable("it cannot be reached, or took no WebSocket", err)
	}
	if socket.Subprotocol() != Subprotocol {
		_ = socket.Close(websocket.StatusPolicyViolation, "graphql-transport-ws is needed") // it is of no use in any case
		return nil, subscription.Final(upstream.Broken("it does not speak %s", Subprotocol))
	}
	socket.SetReadLimit(int64(config.MaxEventBytes))
	c := &conn{socket: socket, config: config, operations: map[string]*operation{}}
	c.ctx, c.cancel = context.WithCancel(context.Background())
	if err := c.begin(ctx, payload); err != nil {
		c.cancel()
		_ = socket.CloseNow() // as above
		return nil, closed(err)
	}
	return c, nil
}

// begin sends connection_init and waits for connection_ack.
func (c *conn) begin(ctx context.Context, payload map[string]string) error {
	init := message{Type: "connection_init"}
	if len(payload) > 0 {
		init.Payload, _ = json.Marshal(payload) // strings can always be written
	}
	if err := c.send(ctx, init); err != nil {
		return err
	}
	for {
		m, err := c.receive(ctx)
		if err != nil {
			return err
		}
		switch m.Type {
		case "connection_ack":
			return nil
		case "ping":
			if err := c.send(ctx, message{Type: "pong"}); err != nil {
				return err
			}
		case "pong":
		default:
			return subscription.Final(upstream.Broken("it sent %q before connection_ack", m.Type))
		}
	}
}

func (c *conn) send(ctx context.Context, m message) error {
	text, err := json.Marshal(m)
	if err != nil {
		return err
	}
	return c.socket.Write(ctx, websocket.MessageText, text)
}

func (c *conn) receive(ctx context.Context) (m message, err error) {
	_, text, err := c.socket.Read(ctx)
	if err != nil {
		return m, err
	}
	if err := json.Unmarshal(text, &m); err != nil {
		return m, upstream.Broken("a message is not JSON")
	}
	return m, nil
}

// run reads until the connection ends, which ends all subscriptions on it.
func (c *conn) run() {
	err := c.read()
	c.cancel()
	_ = c.socket.CloseNow() // it has ended
	c.gone()
	c.mu.Lock()
	defer c.mu.Unlock()
	c.ended = true
	if c.idle != nil {
		c.idle.Stop()
	}
	for id, o := range c.operations {
		delete(c.operations, id)
		o.err = closed(err)
		close(o.done)
	}
}

func (c *conn) read() error {
	for {
		m, err := c.receive(c.ctx)
		if err != nil {
			return err
		}
		switch m.Type {
		case "next":
			if o := c.operation(m.ID); o != nil {
				o.emit(subscription.Event{Payload: m.Payload})
			}
		case "error":
			if o := c.finish(m.ID); o != nil {
				o.emit(subscription.Event{Payload: []byte(`{"data":null,"errors":` + errorList(m.Payload) + `}`), Last: true})
				close(o.done)
			}
		case "complete":
			if o := c.finish(m.ID); o != nil {
				close(o.done)
			}
		case "ping":
			ctx, cancel := context.WithTimeout(c.ctx, c.config.Timeout)
			err := c.send(ctx, message{Type: "pong", Payload: m.Payload})
			if cancel(); err != nil {
				return err
			}
		case "pong":
		default:
			return upstream.Broken("it sent a message of the type %q", m.Type)
		}
	}
}

// errorList is the payload of an error message, which should be a list.
func errorList(payload json.RawMessage) string {
	if len(payload) > 0 && payload[0] == '[' {
		return string(payload)
	}
	return `[{"message":"the subgraph ended the subscription with an error"}]`
}

// ping ends a connection that does not answer any more.
func (c *conn) ping() {
	ticker := time.NewTicker(c.config.PingInterval)
	defer ticker.Stop()
	for {
		select {
		case <-ticker.C:
		case <-c.ctx.Done():
			return
		}
		ctx, cancel := context.WithTimeout(c.ctx, c.config.Timeout)
		err := c.socket.Ping(ctx)
		if cancel(); err != nil {
			c.cancel()
			return
		}
	}
}

// add takes a place on the connection; nil when there is none.
func (c *conn) add(emit func(subscription.Event), most int) *operation {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.ended || c.ctx.Err() != nil || len(c.operations) >= most {
		return nil
	}
	if c.idle != nil {
		c.idle.Stop()
		c.idle = nil
	}
	c.last++
	o := &operation{id: strconv.Itoa(c.last), emit: emit, done: make(chan struct{})}
	c.operations[o.id] = o
	return o
}

func (c *conn) operation(id string) *operation {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.operations[id]
}

// finish takes a subscription off the connection.
func (c *conn) finish(id string) *operation {
	c.mu.Lock()
	defer c.mu.Unlock()
	o := c.operations[id]
	delete(c.operations, id)
	c.settle()
	return o
}

// settle lets a connection without subscriptions end. The lock is held.
func (c *conn) settle() {
	if len(c.operations) == 0 && c.idle == nil && !c.ended {
		c.idle = time.AfterFunc(c.config.IdleTimeout, c.closeIdle)
	}
}

func (c *conn) closeIdle() {
	c.mu.Lock()
	idle := len(c.operations) == 0
	if idle {
		c.ended = true
	}
	c.mu.Unlock()
	if idle {
		c.close()
	}
}

// subscribe sends the request.
func (c *conn) subscribe(o *operation, body []byte) error {
	ctx, cancel := context.WithTimeout(c.ctx, c.config.Timeout)
	defer cancel()
	if err := c.send(ctx, message{ID: o.id, Type: "subscribe", Payload: body}); err != nil {
		return closed(err)
	}
	return nil
}

// leave ends a subscription, and tells the subgraph unless it knows.
func (c *conn) leave(o *operation, tell bool) {
	if c.finish(o.id) == nil || !tell {
		return
	}
	ctx, cancel := context.WithTimeout(c.ctx, c.config.Timeout)
	defer cancel()
	_ = c.send(ctx, message{ID: o.id, Type: "complete"}) // a connection that has ended ends its subscriptions, too
}

// close ends the connection.
func (c *conn) close() {
	go func() { _ = c.socket.Close(websocket.StatusNormalClosure, "") }() // run notices
}

// closed is the error of a connection that has ended. What the request is to blame for will not be mended by trying
// again.
func closed(err error) error {
	var e websocket.CloseError
	switch {
	case errors.As(err, &e) && (e.Code == 4400 || e.Code == 4401 || e.Code == 4403 || e.Code == 4406):
		return subscription.Final(upstream.Broken("it closed the WebSocket: %s", reason(e)))
	case errors.As(err, &e):
		return upstream.Unreachable("it closed the WebSocket", err)
	case errors.Is(err, upstream.ErrBroken):
		return err
	}
	return upstream.Unreachable("the WebSocket broke off", err)
}

func reason(e websocket.CloseError) string {
	if e.Reason == "" {
		return fmt.Sprintf("code %d", e.Code)
	}
	return fmt.Sprintf("code %d, %s", e.Code, e.Reason)
}

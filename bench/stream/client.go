package stream

import (
	"bufio"
	"bytes"
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptrace"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/coder/websocket"
)

// A client has a connection of its own with one subscription on it.
type client struct {
	// next waits for an event, and returns its answer.
	next  func() ([]byte, error)
	close func()
}

// Protocols are what clients can speak; https and wss are the first two over TLS, h2 is Server-Sent Events over HTTP/2.
var Protocols = []string{"sse", "websocket", "https", "wss", "h2"}

// HTTPClient speaks a protocol's version of HTTP. It believes every certificate: they are made for one measurement.
func HTTPClient(protocol string) *http.Client {
	transport := &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}, Protocols: new(http.Protocols)}
	transport.Protocols.SetHTTP2(protocol == "h2")
	transport.Protocols.SetHTTP1(protocol != "h2")
	return &http.Client{Transport: transport}
}

// Secure tells whether a protocol is over TLS.
func Secure(protocol string) bool {
	return protocol == "https" || protocol == "wss" || protocol == "h2"
}

// patientDial is dial with an end to waiting. Closing the client ends the context of its connection.
func patientDial(ctx context.Context, protocol, url, query string, patience time.Duration) (*client, error) {
	ctx, cancel := context.WithCancelCause(ctx)
	late := time.AfterFunc(patience, func() { cancel(fmt.Errorf("no answer in %v", patience)) })
	c, err := dial(ctx, protocol, url, query)
	if err == nil && late.Stop() {
		leave := c.close
		c.close = func() {
			leave()
			cancel(nil)
		}
		return c, nil
	}
	if err == nil {
		c.close()
	}
	err = errors.Join(err, context.Cause(ctx))
	cancel(nil)
	return nil, err
}

// dial subscribes.
func dial(ctx context.Context, protocol, url, query string) (*client, error) {
	payload, err := json.Marshal(map[string]string{"query": query})
	if err != nil {
		return nil, err
	}
	if protocol == "websocket" || protocol == "wss" {
		return dialWebSocket(ctx, HTTPClient(protocol), url, payload)
	}
	return dialEvents(ctx, HTTPClient(protocol), url, payload)
}

// dialEvents returns when the request is sent: some routers answer with the first event, or heartbeat.
func dialEvents(ctx context.Context, over *http.Client, url string, payload []byte) (*client, error) {
	sent := make(chan struct{})
	once := sync.OnceFunc(func() { close(sent) })
	ctx = httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{WroteRequest: func(httptrace.WroteRequestInfo) { once() }})
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, url, bytes.NewReader(payload))
	if err != nil {
		return nil, err
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("Accept", "text/event-stream")
	answered := make(chan eventsOrError, 1)
	go func() {
		defer once()
		lines, err := askForEvents(over, request)
		answered <- eventsOrError{lines, err}
	}()
	<-sent
	var lines *bufio.Reader
	return &client{
		next: func() ([]byte, error) {
			if lines == nil {
				answer := <-answered
				if answer.err != nil {
					return nil, answer.err
				}
				lines = answer.lines
			}
			return nextEvent(lines)
		},
		close: func() {}, // the end of the context ends it
	}, nil
}

type eventsOrError struct {
	lines *bufio.Reader
	err   error
}

func askForEvents(over *http.Client, request *http.Request) (*bufio.Reader, error) {
	response, err := over.Do(request)
	if err != nil {
		return nil, err
	}
	if response.StatusCode != http.StatusOK {
		text, _ := io.ReadAll(io.LimitReader(response.Body, 1<<10))
		_ = response.Body.Close()
		return nil, fmt.Errorf("status %d: %s", response.StatusCode, text)
	}
	return bufio.NewReaderSize(response.Body, 1<<10), nil
}

// nextEvent is the data of the next event that has some.
func nextEvent(lines *bufio.Reader) ([]byte, error) {
	for {
		line, err := lines.ReadSlice('\n')
		if err != nil {
			return nil, err
		}
		data, is := bytes.CutPrefix(line, []byte("data:"))
		if data = bytes.TrimSpace(data); is && len(data) > 0 {
			return data, nil
		}
	}
}

func dialWebSocket(ctx context.Context, over *http.Client, url string, payload []byte) (*client, error) {
	conn, _, err := websocket.Dial(ctx, "ws"+strings.TrimPrefix(url, "http"), &websocket.DialOptions{
		HTTPClient: over, Subprotocols: []string{"graphql-transport-ws"},
	})
	if err != nil {
		return nil, err
	}
	c := &client{
		next: func() ([]byte, error) {
			for {
				m, err := receive(ctx, conn)
				switch {
				case err != nil:
					return nil, err
				case m.Type == "next":
					return m.Payload, nil
				case m.Type != "ping" && m.Type != "pong":
					return nil, fmt.Errorf("instead of an event came %s %s", m.Type, m.Payload)
				}
			}
		},
		close: func() { _ = conn.CloseNow() },
	}
	if err := send(ctx, conn, message{Type: "connection_init"}); err != nil {
		c.close()
		return nil, err
	}
	if m, err := receive(ctx, conn); err != nil || m.Type != "connection_ack" {
		c.close()
		return nil, fmt.Errorf("instead of connection_ack came %q: %w", m.Type, err)
	}
	if err := send(ctx, conn, message{ID: "1", Type: "subscribe", Payload: payload}); err != nil {
		c.close()
		return nil, err
	}
	return c, nil
}

func send(ctx context.Context, conn *websocket.Conn, m message) error {
	text, err := json.Marshal(m)
	if err != nil {
		return err
	}
	return conn.Write(ctx, websocket.MessageText, text)
}

func receive(ctx context.Context, conn *websocket.Conn) (m message, err error) {
	_, text, err := conn.Read(ctx)
	if err != nil {
		return m, err
	}
	return m, json.Unmarshal(text, &m)
}

// event is the number of the event that an answer is about. An answer that is not complete is an error.
func event(text []byte, entity bool) (int, error) {
	var answer struct {
		Data struct {
			Tick *struct {
				N    int `json:"n"`
				Item *struct {
					Name string `json:"name"`
				} `json:"item"`
			} `json:"tick"`
		} `json:"data"`
	}
	if err := json.Unmarshal(text, &answer); err != nil {
		return 0, fmt.Errorf("%w: %s", err, text)
	}
	tick := answer.Data.Tick
	if tick == nil || entity && (tick.Item == nil || tick.Item.Name != nameOf(strconv.Itoa(tick.N))) {
		return 0, fmt.Errorf("not the answer for an event: %s", text)
	}
	return tick.N, nil
}

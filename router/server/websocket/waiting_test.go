package websocket

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http/httptest"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"

	"github.com/weft-graphql/weft/router/server"
)

const (
	handshake = "GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n" +
		"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Protocol: graphql-transport-ws\r\n\r\n"
	initialise = `{"type":"connection_init"}`
	noMask     = "\x00\x00\x00\x00"
)

// frame is a client's frame of at most 125 bytes, whose mask changes nothing.
func frame(first byte, payload string) string {
	return string([]byte{first, 0x80 | byte(len(payload))}) + noMask + payload
}

const (
	text, begin, rest, ping, shut = 0x81, 0x01, 0x80, 0x89, 0x88
)

// waiting serves WebSockets, and returns the address.
func waiting(t *testing.T, sessions *Sessions, pings time.Duration) string {
	t.Helper()
	handler, err := server.NewHandler(server.Options{Engine: &source{events: 1}, Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	sockets := httptest.NewServer(New(Options{
		Enter: func() (*server.Handler, func()) { return handler, func() {} }, Sessions: sessions, MaxMessageBytes: 1 << 16,
		InitTimeout: time.Minute, WriteTimeout: time.Minute, PingInterval: pings, Logger: slog.New(slog.DiscardHandler),
	}))
	t.Cleanup(sockets.Close)
	return sockets.Listener.Addr().String()
}

// silent is a client without a goroutine.
type silent struct {
	net.Conn
	in *bufio.Reader
}

func connect(t *testing.T, addr, say string) silent {
	t.Helper()
	conn, err := net.Dial("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	_ = conn.SetDeadline(time.Now().Add(time.Minute))
	_, _ = io.WriteString(conn, handshake+say)
	return silent{conn, bufio.NewReader(conn)}
}

// until reads until a text has come.
func (c silent) until(t *testing.T, text string) {
	t.Helper()
	var got []byte
	for !strings.HasSuffix(string(got), text) {
		b, err := c.in.ReadByte()
		if err != nil {
			t.Fatalf("%v after %q", err, got)
		}
		got = append(got, b)
	}
}

// TestNobodyWaitsForClients has many clients that have said something, in one piece and in several, and are silent: no
// goroutine waits for any of them, and yet each is heard when it says more.
func TestNobodyWaitsForClients(t *testing.T) {
	const count = 40
	sessions := &Sessions{}
	addr := waiting(t, sessions, time.Minute)
	before := runtime.NumGoroutine()
	clients := make([]silent, count)
	for i := range clients {
		// What comes with the handshake is not lost.
		clients[i] = connect(t, addr, frame(text, initialise))
		clients[i].until(t, `"connection_ack"}`)
	}
	alone := func() {
		t.Helper()
		for until := time.Now().Add(time.Minute); runtime.NumGoroutine() > before+count/4; runtime.Gosched() {
			if time.Now().After(until) {
				t.Fatalf("%d goroutines for %d clients", runtime.NumGoroutine()-before, count)
			}
		}
	}
	alone()
	for i, c := range clients {
		_, _ = io.WriteString(c, frame(ping, fmt.Sprint("are you there, ", i)))
		c.until(t, fmt.Sprint("are you there, ", i))
	}
	alone()
	for _, c := range clients {
		// The answer to a ping tells how far it was read: up to the middle of a message, or of the head of a frame.
		between := frame(rest, `"ping"}`)
		for _, said := range []string{
			frame(begin, `{"type":`) + frame(ping, "in a message"), between[:1], between[1:] + frame(ping, "behind it"),
			frame(ping, "in a head") + "\x81", frame(text, `{"type":"ping","payload":{"n":2}}`)[1:],
		} {
			_, _ = io.WriteString(c, said)
			for _, pong := range []string{"in a message", "behind it", "in a head"} {
				if strings.Contains(said, pong) {
					c.until(t, pong)
				}
			}
			for range 100 {
				runtime.Gosched()
			}
		}
		c.until(t, `{"n":2}}`)
	}
	alone()
	for i, c := range clients {
		switch i % 3 {
		case 0:
			_ = c.Close()
		case 1:
			_ = c.Conn.(*net.TCPConn).SetLinger(0)
			_ = c.Close()
		default:
			_, _ = io.WriteString(c, frame(shut, "\x03\xe8bye"))
			c.until(t, "\x03\xe8bye")
		}
	}
	for until := time.Now().Add(time.Minute); sessions.Len() > 0; runtime.Gosched() {
		if time.Now().After(until) {
			t.Fatalf("%d connections are left", sessions.Len())
		}
	}
}

// TestPingsOfTheRouter pings clients for which nobody waits, one of which answers: the other one is cut off.
func TestPingsOfTheRouter(t *testing.T) {
	sessions := &Sessions{}
	addr := waiting(t, sessions, 50*time.Millisecond)
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	alive, _, err := websocket.Dial(ctx, "ws://"+addr, &websocket.DialOptions{Subprotocols: []string{transportWS}})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = alive.CloseNow() }()
	if err := alive.Write(ctx, websocket.MessageText, []byte(initialise)); err != nil {
		t.Fatal(err)
	}
	heard := make(chan error, 1)
	go func() {
		for {
			_, text, err := alive.Read(ctx)
			if err != nil || strings.Contains(string(text), "pong") {
				heard <- err
				return
			}
		}
	}()
	dead := connect(t, addr, frame(text, initialise))
	if _, err := io.Copy(io.Discard, dead.in); err != nil {
		t.Errorf("the one that does not answer: %v", err)
	}
	if err := alive.Write(ctx, websocket.MessageText, []byte(`{"type":"ping"}`)); err != nil {
		t.Fatal(err)
	}
	if err := <-heard; err != nil {
		t.Errorf("the one that answers: %v", err)
	}
}

// TestTheEndOfWaiting drains connections for which nobody waits: in order, with clients that answer and one that does
// not, and at once.
func TestTheEndOfWaiting(t *testing.T) {
	sessions := &Sessions{}
	addr := waiting(t, sessions, time.Minute)
	c := connect(t, addr, frame(text, initialise))
	c.until(t, `"connection_ack"}`)
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	drained := make(chan struct{})
	go func() {
		sessions.Drain(ctx, 0)
		close(drained)
	}()
	c.until(t, "\x03\xe9The router restarts")
	for range 20 { // time passes
		connect(t, waiting(t, &Sessions{}, time.Minute), frame(text, initialise)).until(t, `"connection_ack"}`)
	}
	select {
	case <-drained:
		t.Error("the client's answer was not waited for")
	default:
	}
	_, _ = io.WriteString(c, frame(shut, "\x03\xe9"))
	<-drained

	sessions = &Sessions{}
	c = connect(t, waiting(t, sessions, time.Minute), frame(text, initialise)+frame(text, `{"id":"1","type":"subscribe","payload":{"query":"x"}}`))
	c.until(t, `"complete"}`)
	cancel()
	sessions.Drain(ctx, 0)
	if _, err := io.Copy(io.Discard, c.in); err != nil && !strings.Contains(err.Error(), "reset") {
		t.Error(err)
	}
	for until := time.Now().Add(time.Minute); sessions.Len() > 0; runtime.Gosched() {
		if time.Now().After(until) {
			t.Fatal("a connection is left")
		}
	}
}

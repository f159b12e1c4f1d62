package upstream_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/weft-graphql/weft/router/upstream"
)

// serveHeads serves each connection with a function that reads from it what it likes.
func serveHeads(t *testing.T, serve func(c net.Conn, from *bufio.Reader, head *http.Request)) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	go func() {
		for {
			c, err := listener.Accept()
			if err != nil {
				return
			}
			go func() {
				defer c.Close()
				from := bufio.NewReader(c)
				if head, err := http.ReadRequest(from); err == nil {
					serve(c, from, head)
				}
			}()
		}
	}()
	t.Cleanup(func() { listener.Close() })
	return "http://" + listener.Addr().String()
}

const tooMuch = `{"errors":[{"message":"too much"}]}`

// TestEarlyAnswersCount has a subgraph that refuses a request after its head, and one that does not read the rest.
func TestEarlyAnswersCount(t *testing.T) { overBoth(t, testEarlyAnswersCount) }

func testEarlyAnswersCount(t *testing.T, plain plain) {
	refusal := fmt.Sprintf("HTTP/1.1 413 Content Too Large\r\nContent-Length: %d\r\n\r\n%s", len(tooMuch), tooMuch)
	over := make(chan struct{})
	defer close(over)
	for name, serve := range map[string]func(c net.Conn, from *bufio.Reader, head *http.Request){
		"and closes":         func(c net.Conn, _ *bufio.Reader, _ *http.Request) { _, _ = io.WriteString(c, refusal) },
		"and does not close": func(c net.Conn, _ *bufio.Reader, _ *http.Request) { _, _ = io.WriteString(c, refusal); <-over },
		"and reads on": func(c net.Conn, from *bufio.Reader, _ *http.Request) {
			_, _ = io.WriteString(c, refusal)
			_, _ = io.Copy(io.Discard, from)
		},
	} {
		t.Run(name, func(t *testing.T) {
			url := serveHeads(t, serve)
			for _, size := range []int{10, 60_000, 1 << 20, 16 << 20} {
				for _, query := range []bool{true, false} {
					// What fits into the sockets is sent, and its connection kept: each request gets one of its own.
					c := newClient(t, upstream.Config{Plain: plain, URL: url, Timeout: 10 * time.Second})
					var resp upstream.Response
					err := c.Do(context.Background(), &upstream.Request{Body: []byte(strings.Repeat("x", size)), Query: query}, &resp)
					if err != nil || resp.Status != http.StatusRequestEntityTooLarge || string(resp.Body) != tooMuch {
						t.Errorf("%d bytes, query %v: status %d, %v", size, query, resp.Status, err)
					}
					resp.Release()
				}
			}
		})
	}
}

// TestConnectionsOfLongRequestsAreKept sends long requests over one connection, as long as they are read to their end.
func TestConnectionsOfLongRequestsAreKept(t *testing.T) {
	overBoth(t, testConnectionsOfLongRequestsAreKept)
}

func testConnectionsOfLongRequestsAreKept(t *testing.T, plain plain) {
	s := serveRaw(t, func(_ int, c net.Conn, next func() *http.Request) {
		for r := next(); r != nil; r = next() {
			body, _ := io.ReadAll(r.Body)
			_, _ = io.WriteString(c, answerOf(fmt.Sprint(len(body))))
		}
	})
	c := newClient(t, upstream.Config{Plain: plain, URL: s.url})
	for _, size := range []int{1 << 20, 100, 8 << 20, 70_000, 1} {
		if _, got, err := ask(c, strings.Repeat("x", size)); err != nil || got != fmt.Sprint(size) {
			t.Errorf("%d bytes: %q, %v", size, got, err)
		}
	}
	if n := s.accepted.Load(); n != 1 {
		t.Errorf("%d connections", n)
	}
}

// TestALongRequestIsGivenUp has a subgraph that does not read a query whose client leaves.
func TestALongRequestIsGivenUp(t *testing.T) { overBoth(t, testALongRequestIsGivenUp) }

func testALongRequestIsGivenUp(t *testing.T, plain plain) {
	begun, over := make(chan struct{}), make(chan struct{})
	defer close(over)
	url := serveHeads(t, func(net.Conn, *bufio.Reader, *http.Request) { close(begun); <-over })
	c := newClient(t, upstream.Config{Plain: plain, URL: url, Timeout: time.Hour})
	ctx, cancel := context.WithCancel(context.Background())
	result := make(chan error, 1)
	go func() {
		var resp upstream.Response
		result <- c.Do(ctx, &upstream.Request{Body: make([]byte, 64<<20), Query: true}, &resp)
	}()
	<-begun
	cancel()
	select {
	case err := <-result:
		if !errors.Is(err, context.Canceled) {
			t.Errorf("got %v", err)
		}
	case <-time.After(10 * time.Second):
		t.Error("it is still being sent")
	}
}

// TestTimeoutsOfKeptConnections has a server that says 408 on a kept connection, as some do before they close it.
func TestTimeoutsOfKeptConnections(t *testing.T) { overBoth(t, testTimeoutsOfKeptConnections) }

func testTimeoutsOfKeptConnections(t *testing.T, plain plain) {
	s := serveRaw(t, func(n int, c net.Conn, next func() *http.Request) {
		next()
		_, _ = io.WriteString(c, answerOf(fmt.Sprint(n)))
		if next() != nil {
			_, _ = io.WriteString(c, "HTTP/1.1 408 Request Timeout\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
		}
	})
	c := newClient(t, upstream.Config{Plain: plain, URL: s.url})
	for _, want := range []string{"1", "2"} {
		if status, got, err := ask(c, "{a}"); err != nil || got != want {
			t.Errorf("status %d, %q, %v, want %s", status, got, err, want)
		}
	}
	// A mutation may have been done.
	var resp upstream.Response
	if err := c.Do(context.Background(), &upstream.Request{Body: []byte("mutation")}, &resp); err != nil || resp.Status != http.StatusRequestTimeout {
		t.Errorf("a mutation: status %d, %v", resp.Status, err)
	}
	resp.Release()
}

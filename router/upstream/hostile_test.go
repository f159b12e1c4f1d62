package upstream_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/weft-graphql/weft/router/upstream"
)

// rawServer serves each connection with a function that gets it, its number from 1 on, and what reads its requests.
type rawServer struct {
	url      string
	accepted atomic.Int32
}

func serveRaw(t *testing.T, serve func(n int, c net.Conn, next func() *http.Request)) *rawServer {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := &rawServer{url: "http://" + listener.Addr().String()}
	var serving sync.WaitGroup
	serving.Go(func() {
		for {
			c, err := listener.Accept()
			if err != nil {
				return
			}
			n := int(s.accepted.Add(1))
			serving.Go(func() {
				defer c.Close()
				from := bufio.NewReader(c)
				serve(n, c, func() *http.Request {
					r, err := http.ReadRequest(from)
					if err != nil {
						return nil
					}
					body, err := io.ReadAll(r.Body)
					if err != nil {
						return nil
					}
					r.Body = io.NopCloser(strings.NewReader(string(body)))
					return r
				})
			})
		}
	})
	t.Cleanup(func() {
		listener.Close()
		serving.Wait()
	})
	return s
}

func answerOf(body string) string {
	return fmt.Sprintf("HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s", len(body), body)
}

// mutate sends a mutation.
func mutate(ctx context.Context, c upstream.Subgraph) (string, error) {
	var resp upstream.Response
	err := c.Do(ctx, &upstream.Request{Body: []byte("mutation")}, &resp)
	got := string(resp.Body)
	resp.Release()
	return got, err
}

// TestUnaskedBytesAreNoAnswer has a subgraph that sends something behind an answer: together with it, or later.
func TestUnaskedBytesAreNoAnswer(t *testing.T) { overBoth(t, testUnaskedBytesAreNoAnswer) }

func testUnaskedBytesAreNoAnswer(t *testing.T, plain plain) {
	for _, size := range []int{10, 100_000} {
		for _, later := range []bool{true, false} {
			if plain == nil && !later {
				continue // what comes in one packet with an answer, net/http has taken out of the socket before anybody looks
			}
			t.Run(fmt.Sprintf("%d bytes, later %v", size, later), func(t *testing.T) {
				received, sent := make(chan struct{}), make(chan struct{})
				s := serveRaw(t, func(n int, c net.Conn, next func() *http.Request) {
					right := answerOf(strings.Repeat("right", size/5))
					if n > 1 {
						for next() != nil {
							_, _ = io.WriteString(c, right) // whether it came is what is tested
						}
						return
					}
					next()
					if later {
						_, _ = io.WriteString(c, right)
						<-received
						_, _ = io.WriteString(c, answerOf("wrong"))
					} else {
						_, _ = io.WriteString(c, right+answerOf("wrong"))
						<-received
					}
					close(sent)
					next()
				})
				client := newClient(t, upstream.Config{Plain: plain, URL: s.url})
				for i := range 3 {
					_, got, err := ask(client, "{}")
					if err != nil || got != strings.Repeat("right", size/5) {
						t.Errorf("request %d: got %.20q, %v", i, got, err)
					}
					if i == 0 {
						close(received)
						<-sent
					}
				}
				client.Close()
			})
		}
	}
}

// TestServersThatAnswerUnaskedAreNotTrusted has a server that once answers twice: what it says next on a kept
// connection could be the answer to another request.
func TestServersThatAnswerUnaskedAreNotTrusted(t *testing.T) {
	overBoth(t, testServersThatAnswerUnaskedAreNotTrusted)
}

func testServersThatAnswerUnaskedAreNotTrusted(t *testing.T, plain plain) {
	for _, c := range []struct {
		behind string
		// least and most are how many connections six requests take.
		least, most int32
	}{
		{answerOf("wrong"), 6, 6},
		{"HTTP/1.1 408 Request Timeout\r\nContent-Length: 0\r\n\r\n", 1, 2},
	} {
		sent := make(chan struct{})
		s := serveRaw(t, func(n int, conn net.Conn, next func() *http.Request) {
			for i := 0; next() != nil; i++ {
				_, _ = io.WriteString(conn, answerOf("right")) // whether it came is what is tested
				if n == 1 && i == 0 {
					<-sent
					_, _ = io.WriteString(conn, c.behind)
					sent <- struct{}{}
				}
			}
		})
		client := newClient(t, upstream.Config{Plain: plain, URL: s.url})
		for i := range 6 {
			if _, got, err := ask(client, "{}"); err != nil || got != "right" {
				t.Errorf("request %d: got %q, %v", i, got, err)
			}
			if i == 0 {
				sent <- struct{}{}
				<-sent
			}
		}
		client.Close()
		if n := s.accepted.Load(); n < c.least || n > c.most {
			t.Errorf("%q: %d connections", c.behind, n)
		}
	}
}

// TestMutationsAvoidClosedConnections has a subgraph that closes a connection after each answer without saying so.
func TestMutationsAvoidClosedConnections(t *testing.T) {
	overBoth(t, testMutationsAvoidClosedConnections)
}

func testMutationsAvoidClosedConnections(t *testing.T, plain plain) {
	closed := make(chan struct{})
	s := serveRaw(t, func(_ int, c net.Conn, next func() *http.Request) {
		if next() == nil {
			return
		}
		_, _ = io.WriteString(c, answerOf("done"))
		c.Close()
		closed <- struct{}{}
	})
	client := newClient(t, upstream.Config{Plain: plain, URL: s.url})
	for range 20 {
		if got, err := mutate(context.Background(), client); got != "done" || err != nil {
			t.Fatalf("got %q, %v", got, err)
		}
		<-closed
	}
}

func TestMutationsOverTLSKeepTheirConnection(t *testing.T) {
	var opened atomic.Int32
	s := httptest.NewUnstartedServer(http.HandlerFunc(echo))
	s.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		if state == http.StateNew {
			opened.Add(1)
		}
	}
	s.StartTLS()
	t.Cleanup(s.Close)
	client := newClient(t, upstream.Config{URL: s.URL, TLS: s.Client().Transport.(*http.Transport).TLSClientConfig})
	for range 5 {
		if _, err := mutate(context.Background(), client); err != nil {
			t.Fatal(err)
		}
	}
	if n := opened.Load(); n != 1 {
		t.Errorf("5 mutations opened %d connections", n)
	}
}

// TestMutationsAreSentOnce has a subgraph that takes a request and closes the connection.
func TestMutationsAreSentOnce(t *testing.T) { overBoth(t, testMutationsAreSentOnce) }

func testMutationsAreSentOnce(t *testing.T, plain plain) {
	var taken atomic.Int32
	s := serveRaw(t, func(_ int, c net.Conn, next func() *http.Request) {
		for next() != nil {
			if taken.Add(1) > 1 {
				return
			}
			_, _ = io.WriteString(c, answerOf("first"))
		}
	})
	client := newClient(t, upstream.Config{Plain: plain, URL: s.url, Retries: upstream.Retries{Max: 3}})
	if _, _, err := ask(client, "{}"); err != nil {
		t.Fatal(err)
	}
	if _, err := mutate(context.Background(), client); !errors.Is(err, upstream.ErrUnreachable) || taken.Load() != 2 {
		t.Errorf("%v, sent %d times", err, taken.Load()-1)
	}
}

// TestTrickle has a subgraph that always has something more to say.
func TestTrickle(t *testing.T) { overBoth(t, testTrickle) }

func testTrickle(t *testing.T, plain plain) {
	for name, parts := range map[string][2]string{
		"head":    {"HTTP/1.1 200 OK\r\nX: ", "x"},
		"body":    {"HTTP/1.1 200 OK\r\nContent-Length: 1000000000\r\n\r\n", "x"},
		"chunks":  {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", "1\r\nx\r\n"},
		"the end": {"HTTP/1.1 200 OK\r\n\r\n", "x"},
	} {
		t.Run(name, func(t *testing.T) {
			s := serveRaw(t, func(_ int, c net.Conn, next func() *http.Request) {
				next()
				_, err := io.WriteString(c, parts[0])
				for tick := time.NewTicker(time.Millisecond); err == nil; <-tick.C {
					_, err = io.WriteString(c, parts[1])
				}
			})
			client := newClient(t, upstream.Config{Plain: plain, URL: s.url, Timeout: 400 * time.Millisecond, MaxResponse: 2_000_000_000})
			if _, got, err := ask(client, "{}"); !errors.Is(err, upstream.ErrTimeout) {
				t.Errorf("got %.20q, %v", got, err)
			}
		})
	}
}

// TestFewConnectionsForMany lets many requests share one connection that is closed now and then.
func TestFewConnectionsForMany(t *testing.T) { overBoth(t, testFewConnectionsForMany) }

func testFewConnectionsForMany(t *testing.T, plain plain) {
	var served atomic.Int32
	s := serveRaw(t, func(_ int, c net.Conn, next func() *http.Request) {
		for r := next(); r != nil; r = next() {
			body, err := io.ReadAll(r.Body)
			if err != nil {
				return
			}
			_, _ = io.WriteString(c, answerOf(string(body)))
			if served.Add(1)%3 == 0 {
				return
			}
		}
	})
	client := newClient(t, upstream.Config{Plain: plain, URL: s.url, MaxConnections: 1})
	var wg sync.WaitGroup
	for i := range 100 {
		wg.Go(func() {
			want := fmt.Sprintf("{%d}", i)
			if _, got, err := ask(client, want); got != want || err != nil {
				t.Errorf("got %q, %v, want %q", got, err, want)
			}
		})
	}
	wg.Wait()
	client.Close()
}

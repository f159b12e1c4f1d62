package server

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"
)

// dialed opens a connection that ends with the test.
func dialed(t *testing.T, addr string) net.Conn {
	t.Helper()
	c, err := net.Dial("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	_ = c.SetDeadline(time.Now().Add(30 * time.Second))
	return c
}

// say sends a text.
func say(t *testing.T, c net.Conn, text string) {
	t.Helper()
	if _, err := io.WriteString(c, text); err != nil {
		t.Fatal(err)
	}
}

// posting is the head of a POST with a body of so many bytes.
func posting(length int) string {
	return fmt.Sprintf("POST /graphql HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n", length)
}

// TestBodiesThatDoNotComeTakeNoPlace has many more clients than there are places for requests, each of which sends one
// byte of its body and waits. They are no requests in progress, and those who send theirs are served. In the end all
// of the others are told that they were too slow.
func TestBodiesThatDoNotComeTakeNoPlace(t *testing.T) {
	overBoth(t, testBodiesThatDoNotComeTakeNoPlace)
}

func testBodiesThatDoNotComeTakeNoPlace(t *testing.T, standard bool) {
	const places, slow = 2, 300
	h := newTestHandler(t, func(o *Options) { o.MaxConcurrent, o.BodyTimeout = places, time.Second })
	addr := runServer(t, h, func(o *RunOptions) { o.Standard, o.BodyTimeout = standard, time.Second })
	var clients []net.Conn
	for i := range slow {
		c := dialed(t, addr)
		if i%2 == 0 {
			say(t, c, posting(100)+"{")
		} else {
			say(t, c, strings.Replace(posting(100), "Content-Length: 100", "Transfer-Encoding: chunked", 1)+"1\r\n{\r\n")
		}
		clients = append(clients, c)
	}
	for range 10 {
		honest := dialed(t, addr)
		say(t, honest, sent(""))
		resp, err := http.ReadResponse(bufio.NewReader(honest), nil)
		if err != nil {
			t.Fatal(err)
		}
		if resp.StatusCode != http.StatusOK {
			t.Fatalf("an honest request is answered %s", resp.Status)
		}
	}
	if n := h.InFlight(); n > 0 {
		t.Errorf("%d requests are in progress", n)
	}
	for _, c := range clients {
		resp, err := http.ReadResponse(bufio.NewReader(c), nil)
		if err != nil {
			t.Fatal(err)
		}
		if resp.StatusCode != http.StatusRequestTimeout || !resp.Close {
			t.Fatalf("a slow request is answered %s, closing %v", resp.Status, resp.Close)
		}
	}
}

// TestBodiesHaveARate has clients that send a body in small pieces, slower and faster than asked for. Both take
// longer than a body may without further bytes.
func TestBodiesHaveARate(t *testing.T) { overBoth(t, testBodiesHaveARate) }

func testBodiesHaveARate(t *testing.T, standard bool) {
	const timeout = 400 * time.Millisecond
	for _, c := range []struct {
		rate   int64
		status int
	}{{1, http.StatusOK}, {1 << 40, http.StatusRequestTimeout}, {0, http.StatusRequestTimeout}} {
		h := newTestHandler(t, func(o *Options) { o.BodyTimeout, o.BodyRate = timeout, c.rate })
		addr := runServer(t, h, func(o *RunOptions) { o.Standard, o.BodyTimeout = standard, timeout })
		conn := dialed(t, addr)
		body := `{"query":"{a}"` + strings.Repeat(" ", 30_000) + `}`
		say(t, conn, posting(len(body)))
		go func() {
			every := time.NewTicker(5 * time.Millisecond)
			defer every.Stop()
			for at := 0; at < len(body); at += 100 {
				if _, err := io.WriteString(conn, body[at:min(at+100, len(body))]); err != nil {
					return // it was cut off
				}
				<-every.C
			}
		}()
		resp, err := http.ReadResponse(bufio.NewReader(conn), nil)
		if err != nil {
			t.Fatal(err)
		}
		if resp.StatusCode != c.status {
			t.Errorf("%d bytes a second: %s, want %d", c.rate, resp.Status, c.status)
		}
	}
}

// TestTheTimeOfABody follows it.
func TestTheTimeOfABody(t *testing.T) {
	began := time.Unix(1000, 0)
	for _, c := range []struct {
		pace pace
		came int
		want time.Duration
	}{
		{pace{5 * time.Second, 1000}, 0, 5 * time.Second},
		{pace{5 * time.Second, 1000}, 500, 5500 * time.Millisecond},
		{pace{5 * time.Second, 1000}, 10_000, 15 * time.Second},
		{pace{5 * time.Second, 0}, 10_000, 5 * time.Second},
	} {
		if got := c.pace.deadline(began, c.came).Sub(began); got != c.want {
			t.Errorf("%v after %d bytes: %v, want %v", c.pace, c.came, got, c.want)
		}
	}
}

// TestClientsThatDoNotReadAreCutOff has one that takes nothing of a large answer which is sent as a whole, and one that
// takes all of it in the end and asks for more on its connection when the time for reading is over.
func TestClientsThatDoNotReadAreCutOff(t *testing.T) { overBoth(t, testClientsThatDoNotReadAreCutOff) }

func testClientsThatDoNotReadAreCutOff(t *testing.T, standard bool) {
	const within = 300 * time.Millisecond
	h := newTestHandler(t, func(o *Options) { o.Engine, o.ReadTimeout = sized{}, within })
	written := make(chan struct{}, 10)
	addr := runServer(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h.ServeHTTP(w, r)
		written <- struct{}{}
	}), func(o *RunOptions) { o.Standard = standard })
	ask := func(size int) string {
		body := fmt.Sprintf(`{"query":"{ a%d }"}`, size)
		return posting(len(body)) + body
	}
	deaf := dialed(t, addr)
	say(t, deaf, ask(64<<20))
	select {
	case <-written:
	case <-time.After(20 * time.Second):
		t.Fatal("somebody who reads nothing is still being answered")
	}
	reads := dialed(t, addr)
	from := bufio.NewReader(reads)
	for range 2 {
		say(t, reads, ask(1<<20))
		resp, err := http.ReadResponse(from, nil)
		if err != nil {
			t.Fatal(err)
		}
		if n, err := io.Copy(io.Discard, resp.Body); n != 1<<20+2 || err != nil {
			t.Errorf("%d bytes came, %v", n, err)
		}
		<-written
		<-time.After(within + within/2)
	}
}

// TestSlowBodiesOverHTTP2 has a stream that sends one byte of its body. The others of its connection are not cut off.
func TestSlowBodiesOverHTTP2(t *testing.T) {
	const timeout = 300 * time.Millisecond
	h := newTestHandler(t, func(o *Options) { o.MaxConcurrent, o.BodyTimeout = 1, timeout })
	addr := runServer(t, h, func(o *RunOptions) { o.BodyTimeout = timeout })
	protocols := new(http.Protocols)
	protocols.SetUnencryptedHTTP2(true)
	client := http.Client{Transport: &http.Transport{Protocols: protocols}}
	defer client.CloseIdleConnections()
	body, sending := io.Pipe()
	defer sending.Close()
	slow := make(chan int, 1)
	go func() {
		resp, err := client.Post("http://"+addr+"/graphql", "application/json", body)
		if err != nil {
			t.Error(err)
			slow <- 0
			return
		}
		_ = resp.Body.Close()
		slow <- resp.StatusCode
	}()
	if _, err := io.WriteString(sending, "{"); err != nil { // returns when the client has taken it
		t.Fatal(err)
	}
	for status := 0; status == 0; {
		resp, err := client.Post("http://"+addr+"/graphql", "application/json", strings.NewReader(`{"query":"{a}"}`))
		if err != nil {
			t.Fatal(err)
		}
		_ = resp.Body.Close()
		if resp.StatusCode != http.StatusOK || resp.ProtoMajor != 2 {
			t.Fatalf("an honest request is answered %s over %s", resp.Status, resp.Proto)
		}
		select {
		case status = <-slow:
			if status != http.StatusRequestTimeout {
				t.Errorf("the slow request is answered %d", status)
			}
		default:
		}
	}
}

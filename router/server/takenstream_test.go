package server

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"
)

// news is an engine whose operations are subscriptions. It tells of each.
type news struct{ subscribed chan *paper }

func newNews() *news { return &news{make(chan *paper, 10)} }

func (n *news) Execute(_ context.Context, _ *Request, resp *Response) {
	p := &paper{ready: make(chan struct{}, 1), closed: make(chan struct{})}
	resp.Sequel, resp.Operation.Kind = p, "subscription"
	n.subscribed <- p
}

// paper is a subscription, for whom it makes no difference whether its reader waits or is told.
type paper struct {
	mu      sync.Mutex
	parts   []string
	over    bool
	restart bool
	panics  bool
	tell    func()
	ready   chan struct{}
	once    sync.Once
	closed  chan struct{}
}

func (p *paper) Ready() <-chan struct{} { return p.ready }

func (p *paper) Notify(tell func()) {
	p.mu.Lock()
	p.tell = tell
	p.mu.Unlock()
	tell()
}

func (p *paper) Next(resp *Response) Step {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch {
	case p.panics:
		panic("by intent")
	case len(p.parts) > 0:
		resp.Body = append(resp.Buffer(), p.parts[0]...)
		p.parts = p.parts[1:]
		return Part
	case p.restart:
		resp.Body, resp.Ended, p.restart, p.over = append(resp.Buffer(), `{"errors":[]}`...), EndedByRestart, false, true
		return Part
	case p.over:
		return Over
	}
	return NotYet
}

func (p *paper) Close() { p.once.Do(func() { close(p.closed) }) }

// change changes it, and tells its reader.
func (p *paper) change(how func()) {
	p.mu.Lock()
	how()
	tell := p.tell
	p.mu.Unlock()
	if tell != nil {
		tell()
	}
	select {
	case p.ready <- struct{}{}:
	default:
	}
}

func (p *paper) print(parts ...string) { p.change(func() { p.parts = append(p.parts, parts...) }) }

func (p *paper) end() { p.change(func() { p.over = true }) }

const subscribing = "POST /graphql HTTP/1.1\r\nHost: a\r\nAccept: text/event-stream\r\nContent-Type: application/json\r\n" +
	"Content-Length: 13\r\n\r\n{\"query\":\"x\"}"

// raw is a client that has subscribed and gets what is sent as it is.
type raw struct {
	*net.TCPConn
	in *bufio.Reader
}

func subscribeRaw(t *testing.T, addr, say string) raw {
	t.Helper()
	conn, err := net.Dial("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	_ = conn.SetReadDeadline(time.Now().Add(time.Minute))
	if _, err := io.WriteString(conn, say); err != nil {
		t.Fatal(err)
	}
	return raw{conn.(*net.TCPConn), bufio.NewReader(conn)}
}

// until reads until a text has come, and returns what is before it.
func (r raw) until(t *testing.T, text string) string {
	t.Helper()
	var got []byte
	for !bytes.HasSuffix(got, []byte(text)) {
		b, err := r.in.ReadByte()
		if err != nil {
			t.Fatalf("%v after %q", err, got)
		}
		got = append(got, b)
	}
	return strings.TrimSuffix(string(got), text)
}

// none waits until there are no streams.
func none(t *testing.T, all *Streams) {
	t.Helper()
	for until := time.Now().Add(time.Minute); all.Len() > 0; runtime.Gosched() {
		if time.Now().After(until) {
			t.Fatalf("%d streams are left", all.Len())
		}
	}
}

// TestStreamsAreTheSameWhoeverServes subscribes over every kind of connection: what comes is the same, and only those
// that can be taken from net/http are.
func TestStreamsAreTheSameWhoeverServes(t *testing.T) {
	large := `{"data":"` + strings.Repeat("x", 100_000) + `"}`
	for accept, want := range map[string]string{
		"text/event-stream": ":\n\nevent: next\ndata: {\"n\": 1}\n\nevent: next\ndata: " + large + "\n\nevent: complete\ndata:\n\n",
		"multipart/mixed;subscriptionSpec=1.0, application/json": "--graphql\r\nContent-Type: application/json\r\n\r\n{\"payload\":{\"n\":\n1}}" +
			"\r\n--graphql\r\nContent-Type: application/json\r\n\r\n{\"payload\":" + large + "}\r\n--graphql--\r\n",
	} {
		var all Streams
		engine := newNews()
		faces := serveStream(t, engine, func(o *Options) { o.Streams = &all })
		for _, f := range faces {
			r, _ := http.NewRequest("POST", f.url+"/graphql", strings.NewReader(`{"query":"x"}`))
			r.Header = http.Header{"Content-Type": {"application/json"}, "Accept": {accept}, "Accept-Encoding": {"gzip"}}
			resp, err := f.client.Do(r)
			if err != nil {
				t.Fatal(f.name, err)
			}
			p := <-engine.subscribed
			taken := f.name == "http1" || f.name == "standard"
			if all.Len() == 1 != taken {
				t.Errorf("%s: %d were taken from net/http", f.name, all.Len())
			}
			p.print("{\"n\":\n1}")
			p.print(large)
			p.end()
			got, err := io.ReadAll(resp.Body)
			if err != nil || string(got) != want {
				t.Errorf("%s: %v, %.300q", f.name, err, got)
			}
			<-p.closed
			none(t, &all)
			h := resp.Header
			if h.Get("X-Accel-Buffering") != "no" || h.Get("Content-Encoding") != "" || h.Get("Date") == "" || len(resp.Trailer) > 0 {
				t.Errorf("%s: %v", f.name, h)
			}
			if f.proto == "HTTP/1.1" && (len(resp.TransferEncoding) != 1 || resp.ContentLength >= 0) {
				t.Errorf("%s: %v, %d bytes", f.name, resp.TransferEncoding, resp.ContentLength)
			}
			if resp.Close != taken {
				t.Errorf("%s: the connection ends: %t", f.name, resp.Close)
			}
		}
	}
}

// TestTheHeadOfAStream has a handler say what is not its own to say.
func TestTheHeadOfAStream(t *testing.T) {
	const date = "Mon, 02 Jan 2006 15:04:05 GMT"
	got := string(appendStreamHead(nil, http.Header{
		"Connection": {"keep-alive"}, "Content-Length": {"3"}, "Transfer-Encoding": {"gzip"}, "Trailer": {"X"}, "X": {"a\r\nb", "c"}, "Date": {date},
	}))
	if want := "HTTP/1.1 200 OK\r\nDate: " + date + "\r\nX: a  b\r\nX: c\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n"; got != want {
		t.Errorf("%q", got)
	}
}

// streamsOver serves an engine by our server, and by net/http's.
func streamsOver(t *testing.T, change func(*Options), do func(t *testing.T, addr string, engine *news, all *Streams)) {
	overBoth(t, func(t *testing.T, standard bool) {
		var all Streams
		engine := newNews()
		h := newTestHandler(t, func(o *Options) {
			o.Engine, o.Streams = engine, &all
			if change != nil {
				change(o)
			}
		})
		do(t, runServer(t, h, func(o *RunOptions) { o.Standard = standard }), engine, &all)
	})
}

// TestClientsThatLeaveStreams has clients leave without a word, break off, and leave behind what was sent ahead.
func TestClientsThatLeaveStreams(t *testing.T) {
	streamsOver(t, nil, func(t *testing.T, addr string, engine *news, all *Streams) {
		for how, leave := range map[string]func(raw){
			"says it has nothing more to say": func(c raw) { _ = c.CloseWrite() },
			"closes":                          func(c raw) { _ = c.Close() },
			"breaks off":                      func(c raw) { _ = c.SetLinger(0); _ = c.Close() },
			"says much more and closes": func(c raw) {
				_, _ = io.WriteString(c, strings.Repeat(subscribing, 1000))
				_ = c.Close()
			},
		} {
			t.Run(how, func(t *testing.T) {
				c := subscribeRaw(t, addr, subscribing)
				p := <-engine.subscribed
				c.until(t, "\r\n\r\n3\r\n:\n\n\r\n")
				for range 5 {
					_, _ = io.WriteString(c, "it says something now and then")
					p.print("first")
					c.until(t, "first\n\n\r\n")
				}
				leave(c)
				<-p.closed
				none(t, all)
			})
		}
	})
}

// TestNothingIsAnsweredBehindAStream sends further requests ahead, with the first one and later: nobody answers them,
// and the connection ends with the stream, whole.
func TestNothingIsAnsweredBehindAStream(t *testing.T) {
	streamsOver(t, nil, func(t *testing.T, addr string, engine *news, all *Streams) {
		c := subscribeRaw(t, addr, strings.Repeat(subscribing, 100))
		p := <-engine.subscribed
		head := c.until(t, "\r\n\r\n3\r\n:\n\n\r\n")
		if !strings.HasPrefix(head, "HTTP/1.1 200 OK\r\n") || !strings.Contains(head, "\r\nConnection: close\r\n") {
			t.Errorf("the head: %q", head)
		}
		_, _ = io.WriteString(c, subscribing)
		p.print("{}")
		p.end()
		rest, err := io.ReadAll(c.in)
		const want = "16\r\nevent: next\ndata: {}\n\n\r\n" + "17\r\nevent: complete\ndata:\n\n\r\n0\r\n\r\n"
		if err != nil || string(rest) != want {
			t.Errorf("%v, %q", err, rest)
		}
		<-p.closed
		if none(t, all); len(engine.subscribed) > 0 {
			t.Error("a request that was sent ahead was answered")
		}
	})
}

// TestStreamsThatAreCut ends streams as a router does that ends: in order, and not in order.
func TestStreamsThatAreCut(t *testing.T) {
	streamsOver(t, nil, func(t *testing.T, addr string, engine *news, all *Streams) {
		c := subscribeRaw(t, addr, subscribing)
		p := <-engine.subscribed
		c.until(t, ":\n\n\r\n")
		p.change(func() { p.restart = true })
		if rest, err := io.ReadAll(c.in); err != nil || string(rest) != "0\r\n\r\n" {
			t.Errorf("in order: %q, %v", rest, err)
		}
		<-p.closed
		c = subscribeRaw(t, addr, subscribing)
		p = <-engine.subscribed
		c.until(t, ":\n\n\r\n")
		all.Cut()
		if rest, err := io.ReadAll(c.in); len(rest) > 0 {
			t.Errorf("not in order: %q, %v", rest, err)
		}
		<-p.closed
		none(t, all)
	})
}

// TestStreamsHaveHeartbeats has nothing happen.
func TestStreamsHaveHeartbeats(t *testing.T) {
	every := func(o *Options) { o.Heartbeat = time.Millisecond }
	streamsOver(t, every, func(t *testing.T, addr string, engine *news, _ *Streams) {
		c := subscribeRaw(t, addr, subscribing)
		p := <-engine.subscribed
		for range 5 {
			c.until(t, "3\r\n:\n\n\r\n")
		}
		for range 200 { // heartbeats are due meanwhile, and not sent
			p.print("{}")
			c.until(t, "data: {}\n\n\r\n")
		}
		c.until(t, "3\r\n:\n\n\r\n")
	})
}

// TestStreamsOfClientsThatDoNotRead cuts them off.
func TestStreamsOfClientsThatDoNotRead(t *testing.T) {
	soon := func(o *Options) { o.ReadTimeout = 20 * time.Millisecond }
	streamsOver(t, soon, func(t *testing.T, addr string, engine *news, all *Streams) {
		c := subscribeRaw(t, addr, subscribing)
		p := <-engine.subscribed
		c.until(t, ":\n\n\r\n")
		for range 100 {
			p.print(strings.Repeat("x", 1<<20))
		}
		<-p.closed
		none(t, all)
		if rest, _ := io.ReadAll(c.in); strings.HasSuffix(string(rest), "0\r\n\r\n") {
			t.Error("what was cut off looks whole")
		}
	})
}

// TestStreamsThatPanic has one end with its own panic, for which it alone pays.
func TestStreamsThatPanic(t *testing.T) {
	var log bytes.Buffer
	logged := func(o *Options) { log.Reset(); o.Logger = slog.New(slog.NewTextHandler(&log, nil)) }
	streamsOver(t, logged, func(t *testing.T, addr string, engine *news, all *Streams) {
		c := subscribeRaw(t, addr, subscribing)
		p := <-engine.subscribed
		c.until(t, ":\n\n\r\n")
		p.change(func() { p.panics = true })
		if rest, _ := io.ReadAll(c.in); len(rest) > 0 {
			t.Errorf("%q came", rest)
		}
		<-p.closed
		if none(t, all); !strings.Contains(log.String(), "by intent") {
			t.Errorf("the log says %q", log.String())
		}
	})
}

// wrapping is a handler whose writers are others.
type wrapping struct{ http.ResponseWriter }

func (w wrapping) Unwrap() http.ResponseWriter { return w.ResponseWriter }

// TestStreamsThatAreLeftToOthers subscribes where the connection cannot be taken: the streams are as they always were.
func TestStreamsThatAreLeftToOthers(t *testing.T) {
	for name, served := range map[string]struct {
		version string
		start   func(*testing.T, http.Handler) string
	}{
		"HTTP/1.0": {"1.0", func(t *testing.T, h http.Handler) string { return runServer(t, h, nil) }},
		"a writer of others": {"1.1", func(t *testing.T, h http.Handler) string {
			return runServer(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { h.ServeHTTP(wrapping{w}, r) }), nil)
		}},
		"a server of others": {"1.1", func(t *testing.T, h http.Handler) string {
			s := httptest.NewServer(h)
			t.Cleanup(s.Close)
			return s.Listener.Addr().String()
		}},
	} {
		t.Run(name, func(t *testing.T) {
			var all Streams
			engine := newNews()
			addr := served.start(t, newTestHandler(t, func(o *Options) { o.Engine, o.Streams = engine, &all }))
			c := subscribeRaw(t, addr, strings.Replace(subscribing, "HTTP/1.1", "HTTP/"+served.version, 1))
			p := <-engine.subscribed
			c.until(t, ":\n\n")
			if all.Len() > 0 {
				t.Error("it was taken")
			}
			p.print("{}")
			c.until(t, "data: {}\n\n")
			p.end()
			c.until(t, "event: complete\ndata:\n\n")
			<-p.closed
		})
	}
}

// TestManyStreamsAtOnce prints, ends and leaves at the same time: whoever stays gets everything, and nothing is left.
func TestManyStreamsAtOnce(t *testing.T) {
	const parts = 50
	streamsOver(t, nil, func(t *testing.T, addr string, engine *news, all *Streams) {
		for i := range 40 {
			c := subscribeRaw(t, addr, subscribing)
			p := <-engine.subscribed
			var both sync.WaitGroup
			both.Go(func() {
				for n := range parts {
					p.print(fmt.Sprint(n))
				}
				p.end()
			})
			both.Go(func() {
				if i%2 == 0 {
					c.until(t, "data: 7\n\n\r\n")
					_ = c.Close()
					return
				}
				for n := range parts {
					if got := c.until(t, fmt.Sprintf("data: %d\n\n\r\n", n)); n > 0 && strings.Contains(got, "data") {
						t.Errorf("before part %d: %q", n, got)
					}
				}
				c.until(t, "complete\ndata:\n\n\r\n0\r\n\r\n")
			})
			both.Wait()
			<-p.closed
		}
		none(t, all)
	})
}

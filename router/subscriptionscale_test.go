package router_test

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/weft-graphql/weft/router/config"
	routerserver "github.com/weft-graphql/weft/router/server"
)

// In make test these are small; make scale-subscriptions has the sizes that docs/subscriptions.md reports.
var (
	scaleClients = flag.Int("clients", 200, "subscriptions that share one at the subgraph")
	scaleEvents  = flag.Int("events", 20, "events for each of them")
	scaleReloads = flag.Int("reloads", 12, "reloads under load")
	scaleBusy    = flag.Int("busy", 4, "connections that ask queries meanwhile")
	scaleStreams = flag.Int("streams", 20, "open event-fed subscriptions meanwhile")
)

// longer gives a test at full size the time that it takes.
func (s *subscriptions) longer() {
	ctx, cancel := context.WithTimeout(context.Background(), 15*time.Minute)
	s.Cleanup(cancel)
	s.ctx = ctx
}

// run serves the router as the process does, with its own server, and returns the address.
func (s *subscriptions) run() string {
	s.Helper()
	socket, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		s.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() {
		ended <- routerserver.Run(ctx, []routerserver.Listener{{Name: "main", Socket: socket, Handler: s.router}}, routerserver.RunOptions{
			WriteTimeout: time.Minute, BodyTimeout: 5 * time.Second, ShutdownTimeout: time.Second,
			Logger: slog.New(slog.DiscardHandler), EndStreams: s.router.EndSubscriptions,
		})
	}()
	s.Cleanup(func() {
		stop()
		<-ended
	})
	return socket.Addr().String()
}

// subscriber is a client that is a socket and nothing else until it reads.
type subscriber struct {
	conn net.Conn
	in   *bufio.Reader
	// each is how many subscriptions it has, and took when it had each event for all of them.
	each int
	took []time.Time
}

// acceptOf are the headers of the protocols over HTTP.
var acceptOf = map[string]string{"sse": "text/event-stream", "multipart": "multipart/mixed;subscriptionSpec=1.0"}

func subscriberOver(s *subscriptions, addr, protocol, query string, each int) *subscriber {
	s.Helper()
	conn, err := net.Dial("tcp", addr)
	if err != nil {
		s.Fatal(err)
	}
	s.Cleanup(func() { _ = conn.Close() })
	c := &subscriber{conn: conn, each: each}
	if accept := acceptOf[protocol]; accept != "" {
		body := `{"query":"` + query + `"}`
		_, err = fmt.Fprintf(conn, "POST /graphql HTTP/1.1\r\nHost: a\r\nAccept: %s\r\nContent-Type: application/json\r\n"+
			"Content-Length: %d\r\n\r\n%s", accept, len(body), body)
	} else {
		_, err = io.WriteString(conn, "GET /graphql HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"+
			"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Protocol: graphql-transport-ws\r\n\r\n"+
			unmaskable(1, `{"type":"connection_init"}`))
		for id := range each {
			if err == nil {
				_, err = io.WriteString(conn, unmaskable(1, fmt.Sprintf(`{"id":"%d","type":"subscribe","payload":{"query":"%s"}}`, id, query)))
			}
		}
	}
	if err != nil {
		s.Fatal(err)
	}
	return c
}

// read reads until so many events have come, numbered from first on, each once and in order.
func (c *subscriber) read(first, count int) error {
	if c.in == nil {
		c.in = bufio.NewReaderSize(c.conn, 512)
	}
	// Each subscription of a connection has its own events in order; whose come first is nobody's promise.
	next := map[string]int{}
	for had := 0; had < count*c.each; {
		line, err := c.in.ReadSlice('}')
		if errors.Is(err, bufio.ErrBufferFull) {
			continue
		}
		if err != nil {
			return fmt.Errorf("after %d events: %w", had, err)
		}
		at := bytes.LastIndex(line, []byte(`"tick":{"n":`))
		if at < 0 {
			continue
		}
		id := ""
		if _, behind, found := bytes.Cut(line, []byte(`{"id":"`)); found {
			before, _, _ := bytes.Cut(behind, []byte(`"`))
			id = string(before)
		}
		number, err := strconv.Atoi(string(line[at+len(`"tick":{"n":`) : len(line)-1]))
		if want := first + next[id]; err != nil || number != want {
			return fmt.Errorf("event %d came in the place of %d: %s", number, want, line)
		}
		next[id]++
		if had++; had%c.each == 0 {
			c.took = append(c.took, time.Now())
		}
	}
	return nil
}

// memory is what heap and stacks take, after a collection.
func memory() uint64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapInuse + m.StackInuse
}

// settled is memory when what idles has become as small as it gets: each collection halves the stacks that are mostly
// unused.
func settled() uint64 {
	for range 4 {
		runtime.GC()
	}
	return memory()
}

// socketsTake is what a client's socket takes in this process: that is not the router's.
func (s *subscriptions) socketsTake() int64 {
	s.Helper()
	const pairs = 250
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		s.Fatal(err)
	}
	defer func() { _ = listener.Close() }()
	before := settled()
	all := make([]*subscriber, 0, 2*pairs)
	for range pairs {
		one, err := net.Dial("tcp", listener.Addr().String())
		if err != nil {
			s.Fatal(err)
		}
		other, err := listener.Accept()
		if err != nil {
			s.Fatal(err)
		}
		for _, conn := range []net.Conn{one, other} {
			s.Cleanup(func() { _ = conn.Close() })
			all = append(all, &subscriber{conn: conn})
		}
	}
	each := (int64(settled()) - int64(before)) / int64(len(all))
	for _, c := range all {
		_ = c.conn.Close()
	}
	return max(each, 0)
}

// busyFor is the processor time that the process has taken.
func busyFor(t testing.TB) time.Duration {
	t.Helper()
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		t.Fatal(err)
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}

// TestManySubscriptionsShareOne has many clients on one subscription at the subgraph: each gets every event, once and
// in order, also while one of them has stopped reading. It reports what a client that waits takes, and how long
// events take.
func TestManySubscriptionsShareOne(t *testing.T) {
	for name, c := range map[string]struct {
		protocol string
		each     int
		// most is what a subscription may take at full size.
		most int64
	}{
		"sse": {"sse", 1, 5 << 10}, "multipart": {"multipart", 1, 5 << 10},
		"websocket": {"websocket", 1, 8 << 10}, "50 on a websocket": {"websocket", 50, 2 << 10},
	} {
		t.Run(name, func(t *testing.T) {
			s := newSubscriptions(t, "sse", func(c *config.Config) {
				c.Subscription.WebSocket.PingInterval, c.Subscription.Heartbeat = time.Hour, time.Hour
				c.Subscription.WebSocket.WriteTimeout, c.Admin.Listen = time.Hour, "localhost:0"
			})
			s.longer()
			addr := s.run()
			const query = "subscription { tick { n } }"
			clients, events := *scaleClients, *scaleEvents
			first := subscriberOver(s, addr, c.protocol, query, c.each) // what is made once does not count
			s.await(1)
			socket := s.socketsTake()
			empty, goroutines := settled(), runtime.NumGoroutine()
			all := make([]*subscriber, clients/c.each)
			for i := range all {
				all[i] = subscriberOver(s, addr, c.protocol, query, c.each)
			}
			s.awaitMetrics(fmt.Sprintf("weft_subscriptions_open %d", clients+c.each))
			idle := int64(settled()) - int64(empty) - socket*int64(len(all))
			for runtime.NumGoroutine() > goroutines+clients/10 {
				if s.ctx.Err() != nil {
					t.Fatalf("%d goroutines more wait", runtime.NumGoroutine()-goroutines)
				}
				runtime.Gosched()
			}
			if opened, _, _ := s.events.Opened(); opened != 1 {
				t.Fatalf("there were %d subscriptions at the subgraph", opened)
			}
			t.Logf("%d subscriptions (%s): %d bytes each while they wait, and %d for each client's socket",
				clients, name, idle/int64(clients), socket)
			if perClient := idle / int64(clients); clients >= 1000 && perClient > c.most {
				t.Errorf("each takes %d bytes, more than %d", perClient, c.most)
			}
			all = append(all, first)
			before := s.deliver(all, 1, events)
			all[0].took = nil
			stalled := all[0] // it reads no more
			after := s.deliver(all[1:], events+1, events)
			t.Logf("50th, 99th percentile and last of events: %v; beside a client that has stopped reading: %v", before, after)
			if err := stalled.read(events+1, events); err != nil {
				t.Errorf("the client that reads later: %v", err)
			}
		})
	}
}

// deliver sends events, each when all have the one before, and returns how long it took until clients had them.
func (s *subscriptions) deliver(clients []*subscriber, first, count int) [3]time.Duration {
	s.Helper()
	var reading sync.WaitGroup
	var have atomic.Int64
	progress := make(chan struct{}, 1)
	for _, c := range clients {
		reading.Go(func() {
			for n := first; n < first+count; n++ {
				if err := c.read(n, 1); err != nil {
					s.Error(err)
					have.Add(1 << 40)
				}
				if have.Add(1)%int64(len(clients)) == 0 {
					progress <- struct{}{}
				}
			}
		})
	}
	used := busyFor(s)
	var took []time.Duration
	sent := make([]time.Time, count)
	for i := range count {
		sent[i] = time.Now()
		s.events.Emit(fmt.Sprintf(`{"data":{"tick":{"n":%d}}}`, first+i))
		select {
		case <-progress:
		case <-s.ctx.Done():
			s.Fatal("events do not come")
		}
	}
	reading.Wait()
	used = busyFor(s) - used
	for _, c := range clients {
		for i, at := range c.took {
			took = append(took, at.Sub(sent[i]))
		}
		c.took = nil
	}
	slices.Sort(took)
	s.Logf("%v of processor time for each delivered event, that of the clients included", used/time.Duration(len(took)*clients[0].each))
	return [3]time.Duration{took[len(took)/2], took[len(took)*99/100], took[len(took)-1]}
}

// TestManyReloadsUnderLoad changes graph and settings again and again while connections ask queries and event-fed
// subscriptions are open: no request fails, no event is lost or comes twice, and nothing grows.
func TestManyReloadsUnderLoad(t *testing.T) {
	e := newEventFed(t)
	e.longer()
	addr := e.run()
	ctx, stop := context.WithCancel(e.ctx)
	var running sync.WaitGroup
	var asked atomic.Int64
	for range *scaleBusy {
		running.Go(func() {
			client := &http.Client{Transport: &http.Transport{}}
			defer client.CloseIdleConnections()
			for ctx.Err() == nil {
				resp, err := client.Post("http://"+addr+"/graphql", "application/json", strings.NewReader(`{"query":"{names}"}`))
				if err != nil {
					t.Error(err)
					return
				}
				text, err := io.ReadAll(resp.Body)
				_ = resp.Body.Close()
				if err != nil || resp.StatusCode != 200 || string(text) != `{"data":{"names":["a"]}}` {
					t.Errorf("a request failed: %d %s %v", resp.StatusCode, text, err)
					return
				}
				asked.Add(1)
			}
		})
	}
	e.server.URL = "http://" + addr
	streams := make([]*namedEvents, *scaleStreams)
	for i := range streams {
		streams[i] = e.from(stockQuery, "")
	}
	e.opened(1)
	var got atomic.Int64
	for _, s := range streams {
		running.Go(func() {
			for last := 0; ; {
				id, event := s.next()
				if event == "end" || event == "complete" {
					return
				}
				_, number, _ := strings.Cut(id, "-")
				n, err := strconv.Atoi(number)
				if err != nil || last != 0 && n != last+1 || event != stockAnswer("1") {
					t.Errorf("behind %d came %q: %s", last, id, event)
					return
				}
				last = n
				got.Add(1)
			}
		})
	}
	more := strings.Replace(eventGraph, "type Price {", "type Price { more: Int", 1)
	graphs := []string{supergraphWith(t, "", more), supergraphWith(t, "", eventGraph)}
	var early uint64
	var goroutines int
	warm := *scaleReloads / 4
	for n := range *scaleReloads {
		if err := e.router.Swap(graphs[n%2]); err != nil {
			t.Fatal(err)
		}
		settings := *e.config
		settings.Limits.Depth = 50 + n%2
		if err := e.router.Reload(&settings); err != nil {
			t.Fatal(err)
		}
		e.changed("1")
		e.changed("1")
		if n == warm {
			early, goroutines = memory(), runtime.NumGoroutine()
		}
	}
	want := int64(e.published * len(streams))
	for got.Load() != want && !t.Failed() {
		if e.ctx.Err() != nil {
			t.Fatalf("%d events came, of %d", got.Load(), want)
		}
		runtime.Gosched()
	}
	late, lateGoroutines := memory(), runtime.NumGoroutine()
	t.Logf("%d reloads, %d requests, %d events: %d bytes and %d goroutines after %d reloads, %d and %d at the end",
		*scaleReloads, asked.Load(), got.Load(), early, goroutines, warm, late, lateGoroutines)
	if grown := int64(late) - int64(early); grown > 16<<20+int64(early)/4 {
		t.Errorf("the memory grew by %d bytes", grown)
	}
	if lateGoroutines > goroutines+50+*scaleBusy*4 {
		t.Errorf("there are %d goroutines, %d after the first reloads", lateGoroutines, goroutines)
	}
	stop()
	for _, s := range streams {
		_ = s.resp.Body.Close()
	}
	running.Wait()
}

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
	"runtime"
	"strings"
	"testing"
	"time"
)

func listen(t *testing.T) net.Listener {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func TestShutdownLetsRequestsFinish(t *testing.T) { overBoth(t, testShutdownLetsRequestsFinish) }

func testShutdownLetsRequestsFinish(t *testing.T, standard bool) {
	g := gate{make(chan struct{}), make(chan struct{})}
	health := NewHealth("router", "test")
	h := newTestHandler(t, func(o *Options) { o.Engine, o.Health = g, health })
	socket := listen(t)
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() {
		ended <- Run(ctx, []Listener{{Name: "main", Socket: socket, Handler: h}},
			RunOptions{Standard: standard, ShutdownTimeout: 10 * time.Second, Health: health})
	}()
	answered := make(chan error, 1)
	go func() {
		resp, err := http.Post("http://"+socket.Addr().String()+"/graphql", "application/json", strings.NewReader(`{"query":"{a}"}`))
		if err == nil {
			_, err = io.ReadAll(resp.Body)
			_ = resp.Body.Close()
		}
		answered <- err
	}()
	<-g.entered
	stop()
	for health.notReady() == "" {
		runtime.Gosched()
	}
	close(g.leave)
	if err := <-answered; err != nil {
		t.Errorf("the request in progress failed: %v", err)
	}
	if err := <-ended; err != nil {
		t.Errorf("Run: %v", err)
	}
}

func TestShutdownCutsOffWhatDoesNotFinish(t *testing.T) {
	overBoth(t, testShutdownCutsOffWhatDoesNotFinish)
}

func testShutdownCutsOffWhatDoesNotFinish(t *testing.T, standard bool) {
	g := gate{make(chan struct{}), make(chan struct{})}
	defer close(g.leave)
	h := newTestHandler(t, func(o *Options) { o.Engine = g })
	socket := listen(t)
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() {
		ended <- Run(ctx, []Listener{{Name: "main", Socket: socket, Handler: h}}, RunOptions{Standard: standard, ShutdownTimeout: time.Millisecond})
	}()
	go func() {
		resp, err := http.Post("http://"+socket.Addr().String()+"/graphql", "application/json", strings.NewReader(`{"query":"{a}"}`))
		if err == nil {
			_ = resp.Body.Close()
		}
	}()
	<-g.entered
	stop()
	if err := <-ended; err == nil || !strings.Contains(err.Error(), "cut off") {
		t.Errorf("Run: %v, want to hear of the request that was cut off", err)
	}
}

func TestAFailedListenerStopsTheOthers(t *testing.T) { overBoth(t, testAFailedListenerStopsTheOthers) }

func testAFailedListenerStopsTheOthers(t *testing.T, standard bool) {
	broken, good := listen(t), listen(t)
	_ = broken.Close()
	h := newTestHandler(t, nil)
	err := Run(context.Background(), []Listener{
		{Name: "main", Socket: good, Handler: h}, {Name: "admin", Socket: broken, Handler: Admin(nil, false)},
	}, RunOptions{Standard: standard, ShutdownTimeout: time.Second})
	if err == nil || !strings.Contains(err.Error(), "admin listener") {
		t.Errorf("Run: %v, want the broken listener's error", err)
	}
}

// sized answers with as many bytes as the query has in its name.
type sized struct{}

func (sized) Execute(_ context.Context, req *Request, resp *Response) {
	var size int
	_, _ = fmt.Sscanf(string(req.Query), "{ a%d }", &size)
	resp.Body = append(append(append(resp.Buffer(), '"'), bytes.Repeat([]byte("x"), size)...), '"')
}

// overBoth runs a test over our server and over net/http's.
func overBoth(t *testing.T, test func(t *testing.T, standard bool)) {
	t.Helper()
	t.Run("http1", func(t *testing.T) { test(t, false) })
	t.Run("standard", func(t *testing.T) { test(t, true) })
}

// serveH2C serves a handler with HTTP/2 without TLS, too.
func serveH2C(t *testing.T, h http.Handler) string {
	t.Helper()
	socket := listen(t)
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error)
	go func() {
		ended <- Run(ctx, []Listener{{Name: "test", Socket: socket, Handler: h, H2C: true}},
			RunOptions{ShutdownTimeout: 10 * time.Second, Logger: slog.New(slog.DiscardHandler)})
	}()
	t.Cleanup(func() {
		stop()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
	return socket.Addr().String()
}

// runServer serves a handler as the router does.
func runServer(t *testing.T, h http.Handler, change func(*RunOptions)) string {
	t.Helper()
	socket, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error)
	go func() {
		opts := RunOptions{ShutdownTimeout: 10 * time.Second, Logger: slog.New(slog.DiscardHandler)}
		if change != nil {
			change(&opts)
		}
		ended <- Run(ctx, []Listener{{Name: "test", Socket: socket, Handler: h, H2C: true}}, opts)
	}()
	t.Cleanup(func() {
		stop()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
	return socket.Addr().String()
}

// TestLargeAnswersArrive sends answers of all sizes around the bounds over one connection, pipelined, too.
func TestLargeAnswersArrive(t *testing.T) { overBoth(t, testLargeAnswersArrive) }

func testLargeAnswersArrive(t *testing.T, standard bool) {
	h := newTestHandler(t, func(o *Options) { o.Engine = sized{} })
	addr := runServer(t, h, func(o *RunOptions) { o.Standard = standard })
	conn, err := net.Dial("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	in := bufio.NewReader(conn)
	sizes := []int{0, 1, 2000, 2047, 2048, 3900, 4096, 4097, 8189, 8190, 8192, 20_000, 300_000}
	for size := 3700; size < 4100; size += 7 {
		sizes = append(sizes, size)
	}
	for _, size := range sizes {
		body := fmt.Sprintf(`{"query":"{ a%d }"}`, size)
		request := fmt.Sprintf("POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s", len(body), body)
		if _, err := io.WriteString(conn, strings.Repeat(request, 3)); err != nil {
			t.Fatal(err)
		}
		for range 3 {
			resp, err := http.ReadResponse(in, nil)
			if err != nil {
				t.Fatalf("%d bytes: %v", size, err)
			}
			got, err := io.ReadAll(resp.Body)
			if err != nil || len(got) != size+2 || strings.ReplaceAll(string(got), "x", "") != `""` {
				t.Fatalf("%d bytes: %d bytes arrived, %v", size, len(got), err)
			}
		}
	}
}

func TestPlainListenersSpeakHTTP2(t *testing.T) { overBoth(t, testPlainListenersSpeakHTTP2) }

func testPlainListenersSpeakHTTP2(t *testing.T, standard bool) {
	h := newTestHandler(t, func(o *Options) { o.Engine = sized{} })
	addr := runServer(t, h, func(o *RunOptions) { o.Standard = standard })
	protocols := new(http.Protocols)
	protocols.SetUnencryptedHTTP2(true)
	client := http.Client{Transport: &http.Transport{Protocols: protocols}}
	defer client.CloseIdleConnections()
	resp, err := client.Post("http://"+addr+"/graphql", "application/json", strings.NewReader(`{"query":"{ a100000 }"}`))
	if err != nil {
		t.Fatal(err)
	}
	body, err := io.ReadAll(resp.Body)
	_ = resp.Body.Close()
	if err != nil || len(body) != 100_002 || resp.ProtoMajor != 2 {
		t.Errorf("%s: %d bytes, %v", resp.Proto, len(body), err)
	}
}

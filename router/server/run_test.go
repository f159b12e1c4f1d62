package server

import (
	"context"
	"io"
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

func TestShutdownLetsRequestsFinish(t *testing.T) {
	g := gate{make(chan struct{}), make(chan struct{})}
	health := NewHealth("router", "test")
	h := newTestHandler(t, func(o *Options) { o.Engine, o.Health = g, health })
	socket := listen(t)
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() {
		ended <- Run(ctx, []Listener{{Name: "main", Socket: socket, Handler: h}},
			RunOptions{ShutdownTimeout: 10 * time.Second, Health: health})
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
	g := gate{make(chan struct{}), make(chan struct{})}
	defer close(g.leave)
	h := newTestHandler(t, func(o *Options) { o.Engine = g })
	socket := listen(t)
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() {
		ended <- Run(ctx, []Listener{{Name: "main", Socket: socket, Handler: h}}, RunOptions{ShutdownTimeout: time.Millisecond})
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

func TestAFailedListenerStopsTheOthers(t *testing.T) {
	broken, good := listen(t), listen(t)
	_ = broken.Close()
	h := newTestHandler(t, nil)
	err := Run(context.Background(), []Listener{
		{Name: "main", Socket: good, Handler: h}, {Name: "admin", Socket: broken, Handler: Admin(nil, false)},
	}, RunOptions{ShutdownTimeout: time.Second})
	if err == nil || !strings.Contains(err.Error(), "admin listener") {
		t.Errorf("Run: %v, want the broken listener's error", err)
	}
}

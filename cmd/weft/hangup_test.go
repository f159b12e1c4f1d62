package main

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// TestHangupsLoseNoRequest sends SIGHUP to a router with requests in progress: while it serves, and again when it is
// shutting down already.
func TestHangupsLoseNoRequest(t *testing.T) {
	const many = 22
	entered, leave := make(chan struct{}, 2*many), make(chan struct{})
	subgraph := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body) // what is asked for is known
		entered <- struct{}{}
		<-leave
		_, _ = io.WriteString(w, `{"data":{"a":1}}`) // the router is what is tested
	}))
	defer subgraph.Close()
	dir := t.TempDir()
	graph := filepath.Join(dir, "supergraph.graphql")
	list := writeText(t, filepath.Join(dir, "list.json"), fmt.Sprintf(`[{"name": "a", "url": %q, "sdl": "type Query { a(n: Int): Int }"}]`, subgraph.URL))
	if status, _, complaints := weft(t, "compose", "--subgraphs", list, "-o", graph); status != 0 {
		t.Fatal(complaints)
	}
	address := freeAddress(t)
	p := start(t, nil, binary, "router", "--supergraph", graph, "--listen", address)
	p.awaitReady(t, "http://"+address+"/readyz")
	answers := make(chan error, 2*many)
	ask := func(from int) {
		for n := from; n < from+many; n++ {
			go func() {
				body := fmt.Sprintf(`{"query": "{ a(n: %d) }"}`, n)
				resp, err := http.Post("http://"+address+"/graphql", "application/json", strings.NewReader(body))
				if err == nil {
					var text []byte
					text, err = io.ReadAll(resp.Body)
					_ = resp.Body.Close()
					if err == nil && string(text) != `{"data":{"a":1}}` {
						err = errors.New(string(text))
					}
				}
				answers <- err
			}()
		}
		for range many {
			select {
			case <-entered:
			case <-time.After(patience):
				t.Fatal("a request does not reach the subgraph")
			}
		}
	}
	signal := func(which syscall.Signal, says string) {
		t.Helper()
		if err := p.cmd.Process.Signal(which); err != nil {
			t.Fatal(err)
		}
		eventually(t, "it says "+says, func() error {
			select {
			case <-p.ended:
				t.Fatalf("it ended: %v", p.err)
			default:
			}
			if !strings.Contains(p.output.String(), says) {
				return errors.New(p.output.String())
			}
			return nil
		})
	}
	ask(0)
	signal(syscall.SIGHUP, "the configuration is in use")
	ask(many)
	signal(syscall.SIGTERM, "shutting down")
	if err := p.cmd.Process.Signal(syscall.SIGHUP); err != nil {
		t.Fatal(err)
	}
	close(leave)
	for range 2 * many {
		if err := <-answers; err != nil {
			t.Errorf("a request was lost: %v", err)
		}
	}
	ends(t, p)
}

// ends waits until a process has ended well.
func ends(t *testing.T, p *process) {
	t.Helper()
	select {
	case <-p.ended:
		if p.err != nil {
			t.Errorf("it ended with %v", p.err)
		}
	case <-time.After(patience):
		t.Error("it does not end")
	}
}

// TestServicesEndWithTheirTerminal sends SIGHUP to a service of the samples.
func TestServicesEndWithTheirTerminal(t *testing.T) {
	// Where the tests are run by nohup, the service would go on with it: what is caught here is not ignored there.
	caught := make(chan os.Signal, 1)
	signal.Notify(caught, syscall.SIGHUP)
	defer signal.Stop(caught)
	address := freeAddress(t)
	p := start(t, nil, binary, "subgraph", "catalog", "--listen", address, "--data-dir", t.TempDir())
	p.awaitReady(t, "http://"+address+"/readyz")
	if err := p.cmd.Process.Signal(syscall.SIGHUP); err != nil {
		t.Fatal(err)
	}
	ends(t, p)
}

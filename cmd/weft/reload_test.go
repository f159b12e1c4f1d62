package main

import (
	"errors"
	"fmt"
	"net/http"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// TestAnEditedConfigurationIsFollowed edits the file of a running router and of weft dev, and sends SIGHUP.
func TestAnEditedConfigurationIsFollowed(t *testing.T) {
	dir := t.TempDir()
	graph := filepath.Join(dir, "supergraph.graphql")
	list := writeText(t, filepath.Join(dir, "list.json"), `[{"name": "a", "url": "http://127.0.0.1:1", "sdl": "type Query { a: Int }"}]`)
	if status, _, complaints := weft(t, "compose", "--subgraphs", list, "-o", graph); status != 0 {
		t.Fatal(complaints)
	}
	for name, args := range map[string][]string{
		"router": {"router"}, "dev": {"dev", "--data-dir", filepath.Join(dir, "data")},
	} {
		t.Run(name, func(t *testing.T) {
			file := filepath.Join(dir, name+".yaml")
			write := func(text string) {
				t.Helper()
				if err := writeFile(file, []byte(fmt.Sprintf("supergraph: {path: %s, poll_interval: 20ms}\n", graph)+text)); err != nil {
					t.Fatal(err)
				}
			}
			write("")
			address := freeAddress(t)
			p := start(t, nil, binary, append(args, "--listen", address, "--config", file)...)
			p.awaitReady(t, "http://"+address+"/readyz")
			says := func(what string) {
				t.Helper()
				eventually(t, "it says "+what, func() error {
					if out := p.output.String(); !strings.Contains(out, what) {
						return errors.New(out)
					}
					return nil
				})
			}
			status := func(path string) int {
				t.Helper()
				resp, err := http.Post("http://"+address+path, "application/json", strings.NewReader(`{"query": "{ __typename }"}`))
				if err != nil {
					t.Fatal(err)
				}
				_ = resp.Body.Close()
				return resp.StatusCode
			}
			if got := status("/api"); got != http.StatusNotFound {
				t.Fatalf("before: status %d", got)
			}
			write("graphql: {path: /api}\n")
			says("the configuration is in use")
			if got := status("/api"); got != http.StatusOK {
				t.Errorf("at the new path: status %d", got)
			}
			write("graphql: {path: [/api}\n")
			says("the [ that opens here is met by a }")
			says("the configuration is not in use: the one from before goes on")
			if got := status("/api"); got != http.StatusOK {
				t.Errorf("after a mistake: status %d", got)
			}
			if name == "dev" { // --listen and the graph are its own
				p.stop(t)
				return
			}
			write("graphql: {path: /api}\nshutdown: {timeout: 7s}\nlog: {level: debug}\n")
			says("some changed settings count only after a restart")
			says("shutdown")
			if err := p.cmd.Process.Signal(syscall.SIGHUP); err != nil {
				t.Fatal(err)
			}
			says("SIGHUP")
			if got := status("/api"); got != http.StatusOK {
				t.Errorf("after SIGHUP: status %d", got)
			}
			p.stop(t)
		})
	}
}

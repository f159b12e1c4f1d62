package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os/exec"
	"strings"
	"time"

	"github.com/weft-graphql/weft/router/compose"
	"github.com/weft-graphql/weft/schema"
)

// startServices runs the four services on free ports. stop ends those that were started, whether all could be or not.
func startServices(weft, dataDir string) (subgraphs []compose.Subgraph, stop func(), err error) {
	ctx, cancel := context.WithCancel(context.Background())
	var running []*exec.Cmd
	stop = func() {
		cancel()
		for _, cmd := range running {
			_ = cmd.Wait() // it was told to end, so that it fails is no news
		}
	}
	for _, name := range schema.Names() {
		sdl, err := schema.SDL(name)
		if err != nil {
			return nil, stop, err
		}
		cmd := exec.CommandContext(ctx, weft, "subgraph", name, "--listen", "127.0.0.1:0", "--data-dir", dataDir)
		log, err := cmd.StderrPipe()
		if err != nil {
			return nil, stop, err
		}
		if err := cmd.Start(); err != nil {
			return nil, stop, err
		}
		running = append(running, cmd)
		url, err := servingURL(log)
		if err != nil {
			return nil, stop, fmt.Errorf("weft subgraph %s: %w", name, err)
		}
		subgraphs = append(subgraphs, compose.Subgraph{Name: name, URL: url, SDL: sdl})
	}
	return subgraphs, stop, nil
}

// servingURL reads a service's log until it says where it serves, and goes on reading so that the service can write.
func servingURL(log io.Reader) (string, error) {
	found := make(chan string, 1)
	go func() {
		defer close(found)
		lines := bufio.NewScanner(log)
		for lines.Scan() {
			var entry struct{ URL string }
			if json.Unmarshal(lines.Bytes(), &entry) == nil && strings.HasPrefix(entry.URL, "http") {
				found <- entry.URL
				_, _ = io.Copy(io.Discard, log)
				return
			}
		}
	}()
	select {
	case url, ok := <-found:
		if !ok {
			return "", fmt.Errorf("it ended before it served")
		}
		return url, nil
	case <-time.After(30 * time.Second):
		return "", fmt.Errorf("it does not say where it serves")
	}
}

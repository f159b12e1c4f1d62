package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// routerPackage is built when no binary is given.
const routerPackage = "github.com/weft-graphql/weft/cmd/weft"

// startPatience is how long a router may take until it answers.
const startPatience = 30 * time.Second

// startRouter builds the router if need be, gives it a supergraph for the stub's URLs and waits until it answers.
func (c *measureCommand) startRouter(ctx context.Context, urls map[string]string) (*child, string, error) {
	dir, err := os.MkdirTemp("", "weft-bench-")
	if err != nil {
		return nil, "", err
	}
	defer os.RemoveAll(dir)
	binary := c.Router
	if binary == "" {
		binary = filepath.Join(dir, "weft")
		if err := command(ctx, "go", "build", "-o", binary, routerPackage); err != nil {
			return nil, "", err
		}
	}
	supergraph := filepath.Join(dir, "supergraph.graphql")
	if err := c.writeSupergraph(ctx, binary, dir, supergraph, urls); err != nil {
		return nil, "", err
	}
	address, err := c.routerAddress()
	if err != nil {
		return nil, "", err
	}
	args := append([]string{"router", "--supergraph", supergraph, "--listen", address}, c.RouterArg...)
	router, err := startChild("router", c.serverCPU(), binary, args...)
	if err != nil {
		return nil, "", err
	}
	go func() {
		_, _ = io.Copy(router.log, router.stdout) // until the router ends
		router.watch()
	}()
	url := "http://" + address + "/graphql"
	if err := awaitAnswer(ctx, router, url); err != nil {
		router.stop()
		return nil, "", err
	}
	return router, url, nil
}

func (c *measureCommand) routerAddress() (string, error) {
	if c.RouterPort != 0 {
		return net.JoinHostPort("127.0.0.1", strconv.Itoa(c.RouterPort)), nil
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	return listener.Addr().String(), listener.Close()
}

func (c *measureCommand) writeSupergraph(ctx context.Context, binary, dir, file string, urls map[string]string) error {
	if c.Supergraph == "" {
		input, err := json.Marshal(subgraphList(urls))
		if err != nil {
			return err
		}
		subgraphs := filepath.Join(dir, "subgraphs.json")
		if err := os.WriteFile(subgraphs, input, 0o600); err != nil {
			return err
		}
		return command(ctx, binary, "compose", "--subgraphs", subgraphs, "-o", file)
	}
	sdl, err := os.ReadFile(c.Supergraph)
	if err != nil {
		return err
	}
	text, err := replaceURLs(string(sdl), urls)
	if err != nil {
		return fmt.Errorf("%s: %w", c.Supergraph, err)
	}
	return os.WriteFile(file, []byte(text), 0o600)
}

var joinGraph = regexp.MustCompile(`@join__graph\(\s*name:\s*"([^"]*)",?\s*url:\s*"[^"]*"\s*\)`)

// replaceURLs gives every subgraph of a supergraph the URL it has here.
func replaceURLs(supergraph string, urls map[string]string) (string, error) {
	replaced := map[string]bool{}
	text := joinGraph.ReplaceAllStringFunc(supergraph, func(found string) string {
		name := joinGraph.FindStringSubmatch(found)[1]
		url, known := urls[name]
		if !known {
			return found
		}
		replaced[name] = true
		return fmt.Sprintf("@join__graph(name: %q, url: %q)", name, url)
	})
	for name := range urls {
		if !replaced[name] {
			return "", fmt.Errorf("no @join__graph(name: %q, url: ...) in the supergraph", name)
		}
	}
	return text, nil
}

// command runs a program to its end and shows its output when it fails.
func command(ctx context.Context, name string, args ...string) error {
	if output, err := exec.CommandContext(ctx, name, args...).CombinedOutput(); err != nil {
		return fmt.Errorf("%s %s: %w\n%s", name, strings.Join(args, " "), err, output)
	}
	return nil
}

// awaitAnswer polls a router until it answers GraphQL.
func awaitAnswer(ctx context.Context, router *child, url string) error {
	ctx, cancel := context.WithTimeout(ctx, startPatience)
	defer cancel()
	poll := time.NewTicker(20 * time.Millisecond)
	defer poll.Stop()
	for {
		request, err := http.NewRequestWithContext(ctx, http.MethodPost, url, strings.NewReader(`{"query":"{ __typename }"}`))
		if err != nil {
			return err
		}
		request.Header.Set("Content-Type", "application/json")
		response, err := http.DefaultClient.Do(request)
		if err == nil {
			answer, readErr := io.ReadAll(io.LimitReader(response.Body, 1<<16))
			response.Body.Close()
			if readErr == nil && bytes.Contains(answer, []byte(`"Query"`)) {
				return nil
			}
			err = fmt.Errorf("status %d: %.200s", response.StatusCode, answer)
		}
		select {
		case <-poll.C:
		case <-router.exited:
			return fmt.Errorf("the router ended: %v\n%s", router.err, router.log)
		case <-ctx.Done():
			return errors.Join(fmt.Errorf("the router does not answer at %s\n%s", url, router.log), err)
		}
	}
}

// subgraphCalls asks every subgraph of the stub how many requests it has answered, and adds them up.
func subgraphCalls(ctx context.Context, urls map[string]string) (int64, error) {
	total := int64(0)
	for name, url := range urls {
		text, err := get(ctx, strings.TrimSuffix(url, "/graphql")+"/stub/calls")
		if err != nil {
			return 0, fmt.Errorf("subgraph %s: %w", name, err)
		}
		calls, err := strconv.ParseInt(string(text), 10, 64)
		if err != nil {
			return 0, fmt.Errorf("subgraph %s: %w", name, err)
		}
		total += calls
	}
	return total, nil
}

// get returns the body of a successful GET.
func get(ctx context.Context, url string) ([]byte, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return nil, err
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err == nil && response.StatusCode != http.StatusOK {
		err = fmt.Errorf("GET %s: status %d: %.200s", url, response.StatusCode, body)
	}
	return body, err
}

// fetchProfiles writes PREFIX.cpu.pprof, taken while the measurement runs, and what the heap and the allocations look
// like at its end.
func fetchProfiles(ctx context.Context, admin, prefix string, warmUp, duration time.Duration) error {
	if err := os.MkdirAll(filepath.Dir(prefix), 0o755); err != nil {
		return err
	}
	timer := time.NewTimer(warmUp)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
		return ctx.Err()
	}
	base := strings.TrimSuffix(admin, "/") + "/debug/pprof/"
	for _, p := range []struct{ file, path string }{
		{"cpu", fmt.Sprintf("profile?seconds=%d", max(int(duration.Seconds())-1, 1))},
		{"heap", "heap"},
		{"allocs", "allocs"},
	} {
		profile, err := get(ctx, base+p.path)
		if err != nil {
			return err
		}
		if err := os.WriteFile(prefix+"."+p.file+".pprof", profile, 0o644); err != nil {
			return err
		}
	}
	return nil
}

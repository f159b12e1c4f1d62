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
	"slices"
	"strconv"
	"strings"
	"time"
)

// routerPackage is built when no binary is given.
const routerPackage = "github.com/weft-graphql/weft/cmd/weft"

// startPatience is how long a router may take until it answers.
const startPatience = 30 * time.Second

// setup is what is started for every kind of run, and where.
type setup struct {
	Scale    int           `help:"Times to repeat the data, and with it the size of every answer." default:"1"`
	Delay    time.Duration `help:"What every subgraph call takes in addition." default:"0s"`
	StubPort int           `help:"First of the stub's four ports; 0 takes free ones." default:"0"`

	Router     string   `help:"The weft binary. Without it, ./cmd/weft is built." type:"existingfile" placeholder:"FILE"`
	Supergraph string   `help:"Supergraph to serve, with the subgraphs' URLs replaced. Without it, the router's own composer makes one." type:"existingfile" placeholder:"FILE"`
	RouterArg  []string `help:"Further argument for the router. May be repeated." sep:"none" placeholder:"ARG"`
	RouterPort int      `help:"Port of the router; 0 takes a free one." default:"0"`

	NoPin     bool `help:"Do not bind processes to cores."`
	ServerCPU int  `name:"server-cpu" help:"Core of the router and the floor." default:"0"`
	LoadCPU   int  `name:"load-cpu" help:"Core of the stub and the load." default:"1"`
}

func (c *setup) serverCPU() int {
	if c.NoPin {
		return -1
	}
	return c.ServerCPU
}

func (c *setup) loadCPU() int {
	if c.NoPin {
		return -1
	}
	return c.LoadCPU
}

// startStub starts the subgraphs and returns their URLs by name. self is this program.
func (c *setup) startStub(self string, cacheControl bool) (*child, map[string]string, error) {
	args := []string{
		"stub",
		"--scale=" + strconv.Itoa(c.Scale),
		"--port=" + strconv.Itoa(c.StubPort),
		"--delay=" + c.Delay.String(),
	}
	if cacheControl {
		args = append(args, "--cache-control")
	}
	stub, err := startChild("stub", c.loadCPU(), self, args...)
	if err != nil {
		return nil, nil, err
	}
	urls := map[string]string{}
	if err := stub.ready(&urls); err != nil {
		return nil, nil, err
	}
	return stub, urls, nil
}

// runningRouter is the router's process, its GraphQL endpoint and, when it was asked for, its admin listener.
type runningRouter struct {
	*child
	url, admin string
}

// startRouter builds the router if need be, gives it a supergraph for the stub's URLs and waits until it answers.
func (c *setup) startRouter(
	ctx context.Context,
	urls map[string]string,
	withAdmin bool,
	further ...string,
) (*runningRouter, error) {
	dir, err := os.MkdirTemp("", "weft-bench-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	binary, err := routerBinary(ctx, c.Router, dir)
	if err != nil {
		return nil, err
	}
	supergraph := filepath.Join(dir, "supergraph.graphql")
	if err := c.writeSupergraph(ctx, binary, dir, supergraph, urls); err != nil {
		return nil, err
	}
	address, err := freeAddress(c.RouterPort)
	if err != nil {
		return nil, err
	}
	r := &runningRouter{url: "http://" + address + "/graphql"}
	args := []string{"router", "--supergraph", supergraph, "--listen", address}
	if withAdmin {
		address, err := freeAddress(0)
		if err != nil {
			return nil, err
		}
		r.admin = "http://" + address
		args = append(args, "--admin", address)
	}
	if r.child, err = startChild("router", c.serverCPU(), binary, slices.Concat(args, c.RouterArg, further)...); err != nil {
		return nil, err
	}
	r.drain()
	if err := awaitAnswer(ctx, http.DefaultClient, r.child, r.url); err != nil {
		r.stop()
		return nil, err
	}
	return r, nil
}

// routerBinary is the given binary of the router, or one that it builds in dir.
func routerBinary(ctx context.Context, given, dir string) (string, error) {
	if given != "" {
		return given, nil
	}
	built := filepath.Join(dir, "weft")
	return built, command(ctx, "go", "build", "-o", built, routerPackage)
}

// freeAddress returns a loopback address with the given port, or with one that is free.
func freeAddress(port int) (string, error) {
	if port != 0 {
		return net.JoinHostPort("127.0.0.1", strconv.Itoa(port)), nil
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	return listener.Addr().String(), listener.Close()
}

func (c *setup) writeSupergraph(ctx context.Context, binary, dir, file string, urls map[string]string) error {
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
func awaitAnswer(ctx context.Context, client *http.Client, router *child, url string) error {
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
		response, err := client.Do(request)
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

package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/weft-graphql/weft/bench/stream"
)

// subscriptionsCommand measures what subscriptions take that share one at the subgraph.
type subscriptionsCommand struct {
	Protocol []string      `help:"What clients speak: sse, websocket; https, wss and h2 (Server-Sent Events over HTTP/2) make the router's listener one with TLS." default:"sse,websocket" enum:"sse,websocket,https,wss,h2"`
	Clients  int           `help:"Subscriptions, each on a connection of its own." default:"1000"`
	Events   int           `help:"Events that each of them gets." default:"100"`
	Rounds   int           `help:"Measurements of each router, which take turns; 0 writes the files and ends." default:"3"`
	Settle   time.Duration `help:"How long clients are silent before memory is read." default:"5s"`
	Port     int           `help:"Port of the subgraph ticks; items is at the next one." default:"4301"`
	Files    string        `help:"Directory for subgraphs.json and supergraph.graphql, for other routers to be set up with." type:"path" placeholder:"DIR"`
	Router   string        `help:"The weft binary. Without it, ./cmd/weft is built." type:"existingfile" placeholder:"FILE"`
	Other    []string      `help:"Another router: its name, its endpoint, and the command that starts it. May be repeated." sep:"none" placeholder:"'NAME URL COMMAND…'"`
	NoRouter bool          `help:"Do not measure our own router."`
	NoPin    bool          `help:"Do not bind processes to cores."`
}

// streaming is a router to be measured.
type streaming struct {
	name, url string
	command   []string
}

// Run starts every router anew for every measurement: memory that one has had would be there for the next.
func (c *subscriptionsCommand) Run(ctx context.Context) error {
	if c.Clients < 1 || c.Events < 1 {
		return fmt.Errorf("%d clients, %d events: at least one of each is needed", c.Clients, c.Events)
	}
	dir, err := os.MkdirTemp("", "weft-bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	if c.Files == "" {
		c.Files = dir
	}
	binary, err := routerBinary(ctx, c.Router, dir)
	if err != nil {
		return err
	}
	supergraph, err := c.write(ctx, binary)
	if err != nil || c.Rounds < 1 {
		return err
	}
	config := ""
	if slices.ContainsFunc(c.Protocol, stream.Secure) {
		if config, err = writeCertificate(dir); err != nil {
			return err
		}
	}
	routers, err := c.others()
	if err != nil {
		return err
	}
	fmt.Fprintln(os.Stderr, describeMachine())
	table := newStreamTable()
	for range c.Rounds {
		for _, protocol := range c.Protocol {
			for _, entity := range []bool{false, true} {
				turn := routers
				if !c.NoRouter {
					own, err := ownRouter(binary, supergraph, config, protocol)
					if err != nil {
						return err
					}
					turn = append([]streaming{own}, routers...)
				}
				for _, router := range turn {
					report, err := c.measure(ctx, router, protocol, entity)
					if err != nil {
						return fmt.Errorf("%s, %s: %w", router.name, protocol, err)
					}
					fmt.Fprintf(os.Stderr, "%s, %s: %+v\n", router.name, protocol, *report)
					table.add(router.name, protocol, entity, report)
				}
			}
		}
	}
	return table.write(os.Stdout)
}

// write writes the subgraphs and the graph that they make, and returns the file of that.
func (c *subscriptionsCommand) write(ctx context.Context, binary string) (string, error) {
	var list []composable
	for i, s := range [][2]string{{"ticks", stream.Ticks}, {"items", stream.Items}} {
		list = append(list, composable{s[0], fmt.Sprintf("http://127.0.0.1:%d/graphql", c.Port+i), s[1]})
	}
	input, err := json.Marshal(list)
	if err != nil {
		return "", err
	}
	subgraphs, supergraph := filepath.Join(c.Files, "subgraphs.json"), filepath.Join(c.Files, "supergraph.graphql")
	err = errors.Join(os.MkdirAll(c.Files, 0o700), os.WriteFile(subgraphs, input, 0o600))
	if err != nil {
		return "", err
	}
	return supergraph, command(ctx, binary, "compose", "--subgraphs", subgraphs, "-o", supergraph)
}

func (c *subscriptionsCommand) others() ([]streaming, error) {
	var routers []streaming
	for _, other := range c.Other {
		words := strings.Fields(other)
		if len(words) < 3 {
			return nil, fmt.Errorf("router %q: write it as NAME URL COMMAND", other)
		}
		routers = append(routers, streaming{words[0], words[1], words[2:]})
	}
	return routers, nil
}

// ownRouter is ours, with its defaults but for the listener.
func ownRouter(binary, supergraph, config, protocol string) (streaming, error) {
	address, err := freeAddress(0)
	if err != nil {
		return streaming{}, err
	}
	r := streaming{"weft", "http://" + address + "/graphql", []string{binary, "router", "--supergraph", supergraph, "--listen", address}}
	if stream.Secure(protocol) {
		r.url = "https://" + address + "/graphql"
		r.command = append(r.command, "--config", config)
	}
	return r, nil
}

// measure starts a router and what it asks, and measures it.
func (c *subscriptionsCommand) measure(
	ctx context.Context, router streaming, protocol string, entity bool,
) (*stream.Report, error) {
	source, err := stream.NewSource(c.Port)
	if err != nil {
		return nil, err
	}
	defer source.Close()
	core := 0
	if c.NoPin {
		core = -1
	}
	process, err := startChild(router.name, core, router.command[0], router.command[1:]...)
	if err != nil {
		return nil, err
	}
	defer process.stop()
	process.drain()
	client := stream.HTTPClient(protocol)
	defer client.CloseIdleConnections()
	if err := awaitAnswer(ctx, client, process, router.url); err != nil {
		return nil, err
	}
	report, err := stream.Run(ctx, stream.Config{
		URL: router.url, PID: process.pid(), Source: source, Protocol: protocol, Entity: entity,
		Clients: c.Clients, Events: c.Events, Settle: c.Settle, Patience: time.Minute,
	})
	if err != nil {
		return nil, fmt.Errorf("%w\n%s", err, process.log)
	}
	return report, nil
}

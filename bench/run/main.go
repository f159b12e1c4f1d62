// Command run measures the router against the floor: it starts the subgraph stub, the do-nothing router and the router
// itself on this machine, sends the benchmark's workloads and prints what a request costs.
//
//	go run ./bench/run                                  everything, with defaults
//	go run ./bench/run --workload small --rounds 5
//	go run ./bench/run --no-router --other NAME=URL@PID another gateway instead, started by hand
//	go run ./bench/run stub --port 4201                 only the subgraphs
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/alecthomas/kong"
	"github.com/valyala/fasthttp"

	"github.com/weft-graphql/weft/bench/definition"
	"github.com/weft-graphql/weft/bench/floor"
	"github.com/weft-graphql/weft/bench/load"
	"github.com/weft-graphql/weft/bench/stub"
)

type commandLine struct {
	Measure       measureCommand       `cmd:"" default:"withargs" help:"Start everything, measure and print a table (the default)."`
	Shapes        shapesCommand        `cmd:"" help:"Measure what others have published as benchmarks of gateways, in their shapes."`
	Telemetry     telemetryCommand     `cmd:"" help:"Measure what metrics, traces and reports of usage cost."`
	Start         startCommand         `cmd:"" help:"Measure what starting with a large supergraph takes."`
	Dev           devCommand           `cmd:"" help:"Measure what starting weft dev with all sample services takes."`
	Subscriptions subscriptionsCommand `cmd:"" help:"Measure what subscriptions take that share one at the subgraph."`
	Soak          soakCommand          `cmd:"" help:"Keep the router busy for ten minutes and watch its memory."`
	Hostile       hostileCommand       `cmd:"" help:"Measure what honest clients notice of hostile ones."`
	Attack        attackCommand        `cmd:"" help:"Attack an endpoint in every way until interrupted."`
	Stub          stubCommand          `cmd:"" help:"Serve the four subgraphs."`
	Floor         floorCommand         `cmd:"" help:"Serve the do-nothing router in front of a running stub."`
	Sender        senderCommand        `cmd:"" help:"Serve the fixed answers without asking any subgraph."`
	Load          loadCommand          `cmd:"" help:"Send a workload to an endpoint."`
	Subgraphs     subgraphsCommand     `cmd:"" help:"Print the subgraphs as JSON for composing: [{name, url, sdl}]."`
}

func main() {
	ctx, cancel := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer cancel()
	line := kong.Parse(
		&commandLine{},
		kong.Name("run"),
		kong.Description("Benchmarks of the router."),
		kong.UsageOnError(),
	)
	line.BindTo(ctx, (*context.Context)(nil))
	line.FatalIfErrorf(line.Run())
}

type stubCommand struct {
	stub.Config `embed:""`
}

// Run serves until it is interrupted. Once the ports are open it prints the subgraphs' URLs as JSON.
func (c *stubCommand) Run(ctx context.Context) error {
	s, err := stub.Start(c.Config)
	if err != nil {
		return err
	}
	defer s.Stop()
	if err := json.NewEncoder(os.Stdout).Encode(s.URLs()); err != nil {
		return err
	}
	<-ctx.Done()
	return nil
}

type floorCommand struct {
	Listen    string            `help:"Address to listen on." default:"127.0.0.1:0"`
	Subgraphs map[string]string `help:"URLs of the stub's subgraphs: accounts=http://...;inventory=..." required:""`
	Scale     int               `help:"Times the stub's data is repeated." default:"1"`
}

// Run serves until it is interrupted. Once the port is open it prints the URL as JSON.
func (c *floorCommand) Run(ctx context.Context) error {
	handler, err := floor.New(c.Subgraphs, c.Scale)
	if err != nil {
		return err
	}
	listener, err := net.Listen("tcp", c.Listen)
	if err != nil {
		return err
	}
	server := &http.Server{Handler: handler, ReadHeaderTimeout: 10 * time.Second}
	defer server.Close()
	failed := make(chan error, 1)
	go func() { failed <- server.Serve(listener) }()
	if err := json.NewEncoder(os.Stdout).Encode("http://" + listener.Addr().String()); err != nil {
		return err
	}
	select {
	case <-ctx.Done():
		return nil
	case err := <-failed:
		return err
	}
}

type senderCommand struct {
	Scale int `help:"Times the stub's data is repeated." default:"1"`
}

// Run serves until it is interrupted. Once the port is open it prints the URL as JSON.
func (c *senderCommand) Run(ctx context.Context) error {
	handler, err := floor.Sender(c.Scale)
	if err != nil {
		return err
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	server := &fasthttp.Server{Handler: handler, ReadTimeout: time.Minute, WriteTimeout: time.Minute}
	failed := make(chan error, 1)
	go func() { failed <- server.Serve(listener) }()
	if err := json.NewEncoder(os.Stdout).Encode("http://" + listener.Addr().String()); err != nil {
		return err
	}
	select {
	case <-ctx.Done():
		return server.Shutdown()
	case err := <-failed:
		return err
	}
}

type loadCommand struct {
	load.Config `embed:""`
	JSON        bool `name:"json" help:"Print the report as JSON."`
}

func (c *loadCommand) Run(ctx context.Context) error {
	report, err := load.Run(ctx, c.Config)
	if err != nil {
		return err
	}
	if c.JSON {
		return json.NewEncoder(os.Stdout).Encode(report)
	}
	return report.Write(os.Stdout)
}

type subgraphsCommand struct {
	Port int `help:"First of the stub's four ports." default:"4201"`
}

func (c *subgraphsCommand) Run() error {
	urls := map[string]string{}
	for i, s := range definition.Subgraphs() {
		urls[s.Name] = fmt.Sprintf("http://127.0.0.1:%d/graphql", c.Port+i)
	}
	return json.NewEncoder(os.Stdout).Encode(subgraphList(urls))
}

// composable is a subgraph as composers read it.
type composable struct {
	Name string `json:"name"`
	URL  string `json:"url"`
	SDL  string `json:"sdl"`
}

func subgraphList(urls map[string]string) []composable {
	var list []composable
	for _, s := range definition.Subgraphs() {
		list = append(list, composable{s.Name, urls[s.Name], s.SDL})
	}
	return list
}

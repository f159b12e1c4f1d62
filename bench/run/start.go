package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"time"

	"github.com/weft-graphql/weft/bench/load"
	"github.com/weft-graphql/weft/router/compose/synthetic"
	"github.com/weft-graphql/weft/router/operation/introspection"
	"github.com/weft-graphql/weft/router/plan"
	"github.com/weft-graphql/weft/router/supergraph"
)

// startCommand measures what starting with a large supergraph takes.
type startCommand struct {
	Types     int    `help:"Types of the graph." default:"5000"`
	Subgraphs int    `help:"Its subgraphs." default:"60"`
	Spread    int    `help:"Subgraphs that know a type." default:"4"`
	Rounds    int    `help:"How often the router is started." default:"5"`
	Router    string `help:"The weft binary. Without it, ./cmd/weft is built." type:"existingfile" placeholder:"FILE"`
}

// started is one start of the router: until its first answer, and what it had taken by then.
type started struct {
	wall, cpu time.Duration
	memory    int64
}

// Run composes a graph, tells what reading it takes step by step, and starts the router with it.
func (c *startCommand) Run(ctx context.Context) error {
	if c.Types < 1 || c.Subgraphs < 1 || c.Spread < 1 || c.Rounds < 1 {
		return fmt.Errorf("%d types, %d subgraphs, a spread of %d, %d rounds: all must be positive",
			c.Types, c.Subgraphs, c.Spread, c.Rounds)
	}
	dir, err := os.MkdirTemp("", "weft-bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	router, err := routerBinary(ctx, c.Router, dir)
	if err != nil {
		return err
	}
	file := filepath.Join(dir, "supergraph.graphql")
	if err := c.compose(ctx, router, dir, file); err != nil {
		return err
	}
	fmt.Fprintln(os.Stderr, describeMachine())
	if err := c.steps(file); err != nil {
		return err
	}
	var starts []started
	for range c.Rounds {
		s, err := startOnce(ctx, router, "router", "--supergraph", file)
		if err != nil {
			return err
		}
		starts = append(starts, s)
	}
	return printStarts("", starts)
}

// printStarts tells what the one in the middle took.
func printStarts(what string, starts []started) error {
	slices.SortFunc(starts, func(a, b started) int { return int(a.wall - b.wall) })
	middle := starts[len(starts)/2]
	_, err := fmt.Printf("%sfirst answer after %.2f s (%.2f to %.2f), %.2f s CPU, %.0f MB at most\n", what,
		middle.wall.Seconds(), starts[0].wall.Seconds(), starts[len(starts)-1].wall.Seconds(), middle.cpu.Seconds(),
		float64(middle.memory)/1e6)
	return err
}

func (c *startCommand) compose(ctx context.Context, router, dir, file string) error {
	var list []composable
	for i, s := range synthetic.Wide(c.Subgraphs, c.Types, c.Spread) {
		list = append(list, composable{Name: s.Name, URL: fmt.Sprintf("http://127.0.0.1:%d/graphql", 20000+i), SDL: s.SDL})
	}
	input, err := json.Marshal(list)
	if err != nil {
		return err
	}
	subgraphs := filepath.Join(dir, "subgraphs.json")
	if err := os.WriteFile(subgraphs, input, 0o600); err != nil {
		return err
	}
	return command(ctx, router, "compose", "--subgraphs", subgraphs, "-o", file)
}

// steps tells what the parts of a start take, in this process.
func (c *startCommand) steps(file string) error {
	sdl, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	fmt.Printf("supergraph of %.1f MB: %d types, %d subgraphs\n", float64(len(sdl))/1e6, c.Types, c.Subgraphs)
	text := string(sdl)
	var sg *supergraph.Supergraph
	var keep []any
	for _, step := range []struct {
		name string
		run  func() error
	}{
		{"reading the supergraph", func() error { sg, err = supergraph.Load(text); return err }},
		{"tables of the planner", func() error { keep = append(keep, plan.New(sg)); return nil }},
		{"tables of introspection, when first asked", func() error {
			keep = append(keep, introspection.New(sg.API))
			return nil
		}},
	} {
		before, began := liveHeap(), time.Now()
		if err := step.run(); err != nil {
			return err
		}
		took := time.Since(began)
		fmt.Printf("  %-42s %5.0f ms %6.1f MB\n", step.name, float64(took.Microseconds())/1e3, float64(liveHeap()-before)/1e6)
	}
	runtime.KeepAlive(keep)
	return nil
}

func liveHeap() int64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}

// startOnce starts the binary with a command, waits for its first answer and ends it.
func startOnce(ctx context.Context, binary string, arguments ...string) (started, error) {
	address, err := freeAddress(0)
	if err != nil {
		return started{}, err
	}
	began := time.Now()
	child, err := startChild(arguments[0], -1, binary, append(arguments, "--listen", address)...)
	if err != nil {
		return started{}, err
	}
	defer child.stop()
	child.drain()
	if err := awaitAnswer(ctx, http.DefaultClient, child, "http://"+address+"/graphql"); err != nil {
		return started{}, err
	}
	s := started{wall: time.Since(began)}
	if s.cpu, err = load.ProcessCPU(child.pid()); err != nil {
		return started{}, err
	}
	s.memory, err = load.ProcessPeakMemory(child.pid())
	return s, err
}

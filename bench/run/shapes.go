package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// scenario is one measurement of a published benchmark, told in the terms of this one.
type scenario struct {
	name                string
	workload            string
	connections, rampTo int
	// delay is what every subgraph call takes in addition, scale how often the data is repeated.
	delay time.Duration
	scale int
	// header is one that subgraphs get, with another value in every request.
	header string
}

// caller is a header that makes each request somebody else's, so that nothing may be shared.
const caller = "Authorization: Bearer 7777777"

// shapes are what gateways are compared by in public. The graph and its operation are of the same shape in all of them.
var shapes = map[string][]scenario{
	// The Guild: one query, a constant number of clients, then more and more of them.
	"guild": {
		{name: "constant 50", workload: "same", connections: 50, scale: 1},
		{name: "ramp to 500", workload: "same", connections: 50, rampTo: 500, scale: 1},
	},
	// ChilliCream: subgraphs that take 4 ms, every answer validated, medians and their variation.
	"chillicream": {
		{name: "4 ms subgraphs", workload: "same", connections: 50, delay: 4 * time.Millisecond, scale: 1},
		{name: "4 ms, distinct", workload: "distinct", connections: 50, delay: 4 * time.Millisecond, scale: 1},
	},
	// Grafbase: every request by somebody else, answers of 8 MB, operations whose plans are not known.
	"grafbase": {
		{name: "own header", workload: "same", connections: 50, scale: 1, header: caller},
		{name: "8 MB answers", workload: "same", connections: 10, scale: 100, header: caller},
		{name: "new plans", workload: "unique", connections: 20, scale: 1, header: caller},
	},
}

type shapesCommand struct {
	Shape    []string      `help:"Whose benchmarks: guild, chillicream, grafbase." default:"guild,chillicream,grafbase"`
	Duration time.Duration `help:"Length of one measurement." default:"10s"`
	WarmUp   time.Duration `help:"Sending before each measurement." default:"2s"`
	Rounds   int           `help:"Measurements of each; the servers take turns." default:"3"`
	Router   string        `help:"The weft binary. Without it, ./cmd/weft is built." type:"existingfile" placeholder:"FILE"`
	StubPort int           `help:"First of the stub's four ports; 0 takes free ones." default:"0"`
	Other    []string      `help:"Another running gateway, as NAME=URL@PID. May be repeated; give --stub-port to know the subgraphs' ports." sep:"none" placeholder:"GATEWAY"`
	NoPin    bool          `help:"Do not bind processes to cores."`
	JSON     string        `name:"json" help:"File to write all reports to." placeholder:"FILE"`
}

// Run measures the scenarios one after the other, each with its own subgraphs and routers: one that shares what is
// equal in flight, as it comes, and one that shares nothing.
func (c *shapesCommand) Run(ctx context.Context) error {
	if c.Rounds < 1 {
		return fmt.Errorf("%d rounds: at least one is needed", c.Rounds)
	}
	for _, name := range c.Shape {
		if shapes[name] == nil {
			return fmt.Errorf("unknown shape %q; there are chillicream, grafbase and guild", name)
		}
	}
	dir, err := os.MkdirTemp("", "weft-bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	variants, err := sharingVariants(dir)
	if err != nil {
		return err
	}
	router, err := routerBinary(ctx, c.Router, dir)
	if err != nil {
		return err
	}
	fmt.Fprintln(os.Stderr, describeMachine())
	var all []measurement
	for _, shape := range c.Shape {
		for _, s := range shapes[shape] {
			m := measureCommand{
				setup: setup{
					Scale:    s.scale,
					Delay:    s.delay,
					StubPort: c.StubPort,
					Router:   router,
					NoPin:    c.NoPin,
					LoadCPU:  1,
				},
				Connections: s.connections, RampTo: s.rampTo, Duration: c.Duration, WarmUp: c.WarmUp, Rounds: c.Rounds,
				Other: c.Other, variants: variants,
			}
			if s.header != "" {
				m.Header = []string{s.header}
			}
			measured, err := m.measureGroup(ctx, []string{s.workload}, false)
			if err != nil {
				return fmt.Errorf("%s, %s: %w", shape, s.name, err)
			}
			for i := range measured {
				measured[i].Report.Workload = shape + ": " + s.name
			}
			all = append(all, measured...)
		}
	}
	return report(all, c.JSON)
}

// sharingVariants are the routers of every scenario. Both give subgraphs the Authorization of clients, so that what
// carries another one is another request.
func sharingVariants(dir string) ([]variant, error) {
	const forward = "headers: {all: {forward: [Authorization]}}\n"
	configurations := map[string]string{
		"weft":                 forward,
		"weft, nothing shared": forward + "dedupe: {subgraph_requests: false, client_queries: false}\n",
		"weft, queries shared": forward + "dedupe: {subgraph_requests: true, client_queries: true}\n",
	}
	var variants []variant
	for name, text := range configurations {
		file := filepath.Join(dir, strings.NewReplacer(" ", "-", ",", "").Replace(name)+".yaml")
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			return nil, err
		}
		variants = append(variants, variant{name, []string{"--config", file}})
	}
	slices.SortFunc(variants, func(a, b variant) int { return strings.Compare(a.name, b.name) })
	return variants, nil
}

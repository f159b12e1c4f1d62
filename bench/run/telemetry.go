package main

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"time"
)

type telemetryCommand struct {
	Workload    []string      `help:"Workloads to measure." default:"distinct"`
	Ratio       float64       `help:"The share of operations that are traced." default:"0.01"`
	Connections int           `help:"Requests in flight." default:"50"`
	Duration    time.Duration `help:"Length of one measurement." default:"3s"`
	WarmUp      time.Duration `help:"Sending before each measurement." default:"1s"`
	Rounds      int           `help:"Measurements of each; the servers take turns." default:"9"`
	Router      string        `help:"The weft binary. Without it, ./cmd/weft is built." type:"existingfile" placeholder:"FILE"`
	NoPin       bool          `help:"Do not bind processes to cores."`
	JSON        string        `name:"json" help:"File to write all reports to." placeholder:"FILE"`
}

// withoutTelemetry is the router that the others are compared with.
const withoutTelemetry = "off"

// Run measures routers without telemetry, with metrics, and with traces, in turn.
func (c *telemetryCommand) Run(ctx context.Context) error {
	if c.Rounds < 1 {
		return fmt.Errorf("%d rounds: at least one is needed", c.Rounds)
	}
	dir, err := os.MkdirTemp("", "weft-bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	collector, end, err := startCollector()
	if err != nil {
		return err
	}
	defer end()
	variants, err := c.variants(dir, collector)
	if err != nil {
		return err
	}
	m := measureCommand{
		setup:       setup{Scale: 1, Router: c.Router, NoPin: c.NoPin, LoadCPU: 1},
		Connections: c.Connections, Duration: c.Duration, WarmUp: c.WarmUp, Rounds: c.Rounds, Allocs: true, variants: variants,
	}
	if m.Router, err = routerBinary(ctx, c.Router, dir); err != nil {
		return err
	}
	fmt.Fprintln(os.Stderr, describeMachine())
	all, err := m.measureGroup(ctx, c.Workload, false)
	if err != nil {
		return err
	}
	if err := report(all, c.JSON); err != nil {
		return err
	}
	return writeCosts(os.Stdout, all)
}

// variants are the routers. All have an administration listener, which their allocations are read from.
func (c *telemetryCommand) variants(dir, collector string) ([]variant, error) {
	const noMetrics = "metrics: {enabled: false}\n"
	var variants []variant
	for _, v := range [][2]string{
		{withoutTelemetry, noMetrics},
		{"metrics", "metrics: {otlp: {endpoint: '" + collector + "', interval: 5s}}\n"},
		{"traces", noMetrics + fmt.Sprintf("tracing: {endpoint: '%s', sampling: {ratio: %v}}\n", collector, c.Ratio)},
		{"usage", noMetrics + "usage: {interval: 5s, otlp: {endpoint: '" + collector + "'}}\n"},
	} {
		file := filepath.Join(dir, v[0]+".yaml")
		if err := os.WriteFile(file, []byte(v[1]), 0o600); err != nil {
			return nil, err
		}
		variants = append(variants, variant{v[0], []string{"--config", file}})
	}
	return variants, nil
}

// startCollector takes what OpenTelemetry's protocol sends over HTTP, and throws it away.
func startCollector() (url string, end func(), err error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", nil, err
	}
	server := &http.Server{
		Handler:           http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { _, _ = io.Copy(io.Discard, r.Body) }),
		ReadHeaderTimeout: 10 * time.Second,
	}
	go func() { _ = server.Serve(listener) }()
	return "http://" + listener.Addr().String(), func() { _ = server.Close() }, nil
}

// writeCosts compares each server with the one without telemetry, round by round: whatever the machine was busy with
// hit both.
func writeCosts(w io.Writer, all []measurement) error {
	type key struct {
		workload, server string
	}
	off, order, ratios := map[string]measurement{}, []key{}, map[key][]float64{}
	for _, m := range all {
		if m.Server == withoutTelemetry {
			off[floorKey(m)] = m
		}
	}
	for _, m := range all {
		base, known := off[floorKey(m)]
		if !known || m.Server == withoutTelemetry || m.Server == floorName || base.Report.CPUPerRequest() == 0 {
			continue
		}
		k := key{m.Report.Workload, m.Server}
		if ratios[k] == nil {
			order = append(order, k)
		}
		ratios[k] = append(ratios[k], float64(m.Report.CPUPerRequest())/float64(base.Report.CPUPerRequest()))
	}
	lines := [][]string{{"workload", "server", "CPU x off", "a quarter below", "a quarter above"}}
	for _, k := range order {
		r := ratios[k]
		slices.Sort(r)
		at := func(part float64) string { return fmt.Sprintf("%.3f", r[int(part*float64(len(r)-1)+0.5)]) }
		lines = append(lines, []string{k.workload, k.server, at(0.5), at(0.25), at(0.75)})
	}
	if _, err := fmt.Fprintln(w); err != nil {
		return err
	}
	return writeAligned(w, lines)
}

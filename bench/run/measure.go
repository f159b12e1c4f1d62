package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/weft-graphql/weft/bench/definition"
	"github.com/weft-graphql/weft/bench/load"
)

type measureCommand struct {
	setup `embed:""`

	Workload    []string      `help:"Workloads to measure." default:"same,distinct,small"`
	Connections int           `help:"Requests in flight." default:"50"`
	RampTo      int           `help:"Requests in flight at the end: they grow evenly while measuring. 0 keeps them as they are." default:"0"`
	Header      []string      `help:"Header to send, as 'Name: value'; 7777777 in it becomes another number in every request. May be repeated." sep:"none" placeholder:"HEADER"`
	Duration    time.Duration `help:"Length of one measurement." default:"5s"`
	WarmUp      time.Duration `help:"Sending before each measurement." default:"2s"`
	Rounds      int           `help:"Measurements of each workload; the servers take turns." default:"3"`

	Compressed bool `help:"Ask for answers compressed with gzip, and let the router compress them. The floor's answers stay plain."`

	Sender   bool     `help:"Also measure a server that only sends the answers: nobody can be cheaper."`
	NoRouter bool     `help:"Do not start the router."`
	Other    []string `help:"Another running gateway, as NAME=URL@PID. May be repeated; give --stub-port to know the subgraphs' ports." sep:"none" placeholder:"GATEWAY"`

	Profile string `help:"Directory to write a CPU, heap and allocation profile of the router to, for each workload." placeholder:"DIR"`
	Allocs  bool   `help:"Count heap allocations per request, too. The router then runs with its admin listener."`
	JSON    string `name:"json" help:"File to write all reports to." placeholder:"FILE"`

	// variants are the routers to start, one if there are none.
	variants []variant
}

// variant is a router by a name of its own, with further arguments.
type variant struct {
	name string
	args []string
}

// server is something that is measured.
type server struct {
	name string
	pid  int
	url  func(workload string) string
	// calls reads how many requests its subgraphs have answered.
	calls func() (int64, error)
	// admin serves /debug/pprof/; empty when it is not known.
	admin string
}

// measurement is one report, and how many subgraph calls a request took.
type measurement struct {
	Server          string  `json:"server"`
	Round           int     `json:"round"`
	CallsPerRequest float64 `json:"callsPerRequest"`
	// Allocs and AllocBytes are heap allocations per request, and are 0 when they were not counted.
	Allocs     float64      `json:"allocs,omitempty"`
	AllocBytes float64      `json:"allocBytes,omitempty"`
	Report     *load.Report `json:"report"`
}

// Run starts everything, measures, prints and stops everything.
func (c *measureCommand) Run(ctx context.Context) error {
	if c.Rounds < 1 {
		return fmt.Errorf("%d rounds: at least one is needed", c.Rounds)
	}
	cached, plain, err := splitWorkloads(c.Workload)
	if err != nil {
		return err
	}
	fmt.Fprintln(os.Stderr, describeMachine())
	if c.Compressed {
		if err := os.Setenv("WEFT_COMPRESSION_ENABLED", "true"); err != nil {
			return err
		}
	}
	var all []measurement
	// Workloads with caching subgraphs get a house of their own, so that caching does not help the others.
	for _, group := range []struct {
		workloads    []string
		cacheControl bool
	}{{plain, false}, {cached, true}} {
		if len(group.workloads) == 0 {
			continue
		}
		measured, err := c.measureGroup(ctx, group.workloads, group.cacheControl)
		if err != nil {
			return err
		}
		all = append(all, measured...)
	}
	return report(all, c.JSON)
}

// report writes all reports to a file, if one is named, and prints the table. The error tells of answers that were not right.
func report(all []measurement, file string) error {
	if file != "" {
		text, err := json.MarshalIndent(all, "", "  ")
		if err != nil {
			return err
		}
		if err := os.WriteFile(file, append(text, '\n'), 0o644); err != nil {
			return err
		}
	}
	if err := writeTable(os.Stdout, all); err != nil {
		return err
	}
	return flaws(all)
}

// splitWorkloads separates the workloads whose subgraphs send Cache-Control from the others.
func splitWorkloads(names []string) (cached, plain []string, err error) {
	for _, name := range names {
		w, err := definition.FindWorkload(name)
		if err != nil {
			return nil, nil, err
		}
		if w.CacheControl {
			cached = append(cached, name)
		} else {
			plain = append(plain, name)
		}
	}
	return cached, plain, nil
}

// measureGroup measures workloads that share a stub.
func (c *measureCommand) measureGroup(
	ctx context.Context,
	workloads []string,
	cacheControl bool,
) ([]measurement, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	stubChild, urls, err := c.startStub(self, cacheControl)
	if err != nil {
		return nil, err
	}
	defer stubChild.stop()
	calls := func() (int64, error) { return subgraphCalls(ctx, urls) }

	var list []string
	for name, url := range urls {
		list = append(list, name+"="+url)
	}
	floorChild, err := startChild(
		"floor",
		c.serverCPU(),
		self,
		"floor",
		"--scale="+strconv.Itoa(c.Scale),
		"--subgraphs="+strings.Join(list, ";"),
	)
	if err != nil {
		return nil, err
	}
	var floorURL string
	if err := floorChild.ready(&floorURL); err != nil {
		return nil, err
	}
	defer floorChild.stop()
	servers := []server{{name: floorName, pid: floorChild.pid(), calls: calls, admin: floorURL,
		url: func(workload string) string { return floorURL + "/" + workload }}}

	if c.Sender {
		sender, url, err := c.startSender(self)
		if err != nil {
			return nil, err
		}
		defer sender.stop()
		servers = append(servers, server{name: "sender", pid: sender.pid(), calls: calls,
			url: func(workload string) string { return url + "/" + workload }})
	}
	for _, v := range c.routers() {
		router, err := c.startRouter(ctx, urls, c.Allocs || c.Profile != "", v.args...)
		if err != nil {
			return nil, err
		}
		defer router.stop()
		servers = append(servers, server{name: v.name, pid: router.pid(), calls: calls, admin: router.admin,
			url: func(string) string { return router.url }})
	}
	others, err := parseOthers(c.Other, calls)
	if err != nil {
		return nil, err
	}
	return c.rounds(ctx, self, append(servers, others...), workloads)
}

func (c *measureCommand) routers() []variant {
	switch {
	case c.NoRouter:
		return nil
	case len(c.variants) == 0:
		return []variant{{name: "weft"}}
	}
	return c.variants
}

// startSender starts the server that only sends answers, and returns its URL.
func (c *measureCommand) startSender(self string) (*child, string, error) {
	sender, err := startChild("sender", c.serverCPU(), self, "sender", "--scale="+strconv.Itoa(c.Scale))
	if err != nil {
		return nil, "", err
	}
	var url string
	if err := sender.ready(&url); err != nil {
		return nil, "", err
	}
	return sender, url, nil
}

// rounds lets the servers take turns, so that a change in the machine's mood hits all of them.
func (c *measureCommand) rounds(
	ctx context.Context,
	self string,
	servers []server,
	workloads []string,
) ([]measurement, error) {
	var all []measurement
	for _, workload := range workloads {
		for round := range c.Rounds {
			for _, s := range servers {
				m, err := c.one(ctx, self, s, workload, round)
				if err != nil {
					return nil, fmt.Errorf("%s, workload %s: %w", s.name, workload, err)
				}
				fmt.Fprintf(
					os.Stderr,
					"%-9s round %d  %-6s %8.4f ms CPU per request  %6.0f requests/s  p99 %s\n",
					workload,
					round+1,
					s.name,
					float64(m.Report.CPUPerRequest())/1e6,
					m.Report.PerSecond(),
					m.Report.P99.Round(10*time.Microsecond),
				)
				all = append(all, *m)
			}
		}
	}
	return all, nil
}

func (c *measureCommand) one(
	ctx context.Context,
	self string,
	s server,
	workload string,
	round int,
) (*measurement, error) {
	before, err := s.calls()
	if err != nil {
		return nil, err
	}
	allocsBefore, err := c.allocations(ctx, s)
	if err != nil {
		return nil, err
	}
	args := []string{"load", "--json",
		"--url=" + s.url(workload), "--workload=" + workload, "--connections=" + strconv.Itoa(c.Connections),
		"--duration=" + c.Duration.String(), "--warm-up=" + c.WarmUp.String(), "--scale=" + strconv.Itoa(c.Scale), "--pid=" + strconv.Itoa(s.pid)}
	if c.Compressed {
		args = append(args, "--compressed")
	}
	if c.RampTo != 0 {
		args = append(args, "--ramp-to="+strconv.Itoa(c.RampTo))
	}
	for _, h := range c.Header {
		args = append(args, "--header="+h)
	}
	child, err := startChild("load", c.loadCPU(), self, args...)
	if err != nil {
		return nil, err
	}
	profiled := make(chan error, 1)
	if round == 0 && c.Profile != "" && s.name != floorName && s.admin != "" {
		prefix := filepath.Join(c.Profile, workload)
		go func() { profiled <- fetchProfiles(ctx, s.admin, prefix, c.WarmUp, c.Duration) }()
	} else {
		profiled <- nil
	}
	m := &measurement{Server: s.name, Round: round + 1, Report: &load.Report{}}
	if err := errors.Join(child.result(ctx, m.Report), <-profiled); err != nil {
		return nil, err
	}
	after, err := s.calls()
	if err != nil {
		return nil, err
	}
	allocsAfter, err := c.allocations(ctx, s)
	if err != nil {
		return nil, err
	}
	sent := float64(m.Report.Sent)
	m.CallsPerRequest = float64(after-before) / sent
	m.Allocs = float64(allocsAfter.count-allocsBefore.count) / sent
	m.AllocBytes = float64(allocsAfter.bytes-allocsBefore.bytes) / sent
	return m, nil
}

// allocations reads what a server has allocated so far, when that is asked for and can be known.
func (c *measureCommand) allocations(ctx context.Context, s server) (allocations, error) {
	if !c.Allocs || s.admin == "" {
		return allocations{}, nil
	}
	return fetchAllocations(ctx, s.admin)
}

// parseOthers reads gateways that somebody else started.
func parseOthers(specs []string, calls func() (int64, error)) ([]server, error) {
	var others []server
	for _, spec := range specs {
		name, rest, hasName := strings.Cut(spec, "=")
		at := strings.LastIndex(rest, "@")
		if !hasName || name == "" || at < 0 {
			return nil, fmt.Errorf("gateway %q: write it as NAME=URL@PID", spec)
		}
		pid, err := strconv.Atoi(rest[at+1:])
		if err != nil || pid < 1 {
			return nil, fmt.Errorf("gateway %q: %q is not a process number", spec, rest[at+1:])
		}
		url := rest[:at]
		others = append(others, server{name: name, pid: pid, calls: calls, url: func(string) string { return url }})
	}
	return others, nil
}

// flaws is an error when an answer of any measurement was not right.
func flaws(all []measurement) error {
	var errs []error
	for _, m := range all {
		if r := m.Report; !r.OK() {
			errs = append(
				errs,
				fmt.Errorf("%s, workload %s, round %d: of %d answers %d were right, %d partial, %d wrong; failures %v; %s",
					m.Server, r.Workload, m.Round, r.Requests, r.Right, r.Partial, r.Wrong, r.Failures, r.FirstFlaw),
			)
		}
	}
	return errors.Join(errs...)
}

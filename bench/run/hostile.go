package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/weft-graphql/weft/bench/hostile"
	"github.com/weft-graphql/weft/bench/load"
)

// hostileCommand measures what honest clients notice of hostile ones.
type hostileCommand struct {
	setup `embed:""`

	Honest      int           `help:"Connections of honest clients." default:"4"`
	Workload    string        `help:"What honest clients send." default:"distinct"`
	Connections int           `help:"Hostile connections." default:"200"`
	Pause       time.Duration `help:"Time between two attacks of a connection." default:"1s"`
	Patience    time.Duration `help:"How long a hostile connection is kept that the router does not end." default:"10s"`
	Duration    time.Duration `help:"How long, in quiet and under attack." default:"5m"`
	Memory      string        `help:"Budget of the router." default:"256MB"`
}

// attackCommand is the hostile side alone, a process of its own: what it takes of the machine is not the router's.
type attackCommand struct {
	URL         string        `help:"The endpoint to attack." required:""`
	Connections int           `help:"Hostile connections." default:"200"`
	Pause       time.Duration `help:"Time between two attacks of a connection." default:"1s"`
	Patience    time.Duration `help:"How long a connection is kept that the endpoint does not end." default:"10s"`
}

// Run attacks until it is interrupted, and prints what became of the attacks as JSON.
func (c *attackCommand) Run(ctx context.Context) error {
	report, err := hostile.Run(ctx, hostile.Config{
		URL: c.URL, Connections: c.Connections, Pause: c.Pause, Patience: c.Patience,
	})
	if err != nil {
		return err
	}
	return json.NewEncoder(os.Stdout).Encode(report)
}

// Run measures the honest clients alone, and again under attack. It fails when an honest answer was wrong, or the
// router took more memory than it may.
func (c *hostileCommand) Run(ctx context.Context) error {
	self, err := os.Executable()
	if err != nil {
		return err
	}
	stub, urls, err := c.startStub(self, false)
	if err != nil {
		return err
	}
	defer stub.stop()
	if err := os.Setenv("WEFT_LIMITS_MEMORY", c.Memory); err != nil {
		return err
	}
	router, err := c.startRouter(ctx, urls, false)
	if err != nil {
		return err
	}
	defer router.stop()
	quiet, err := c.honest(ctx, self, router)
	if err != nil {
		return err
	}
	// Attackers have machines of their own: here they get what is left of the core that is not the router's.
	attackers, err := startChild("attack", c.loadCPU(), "nice", "-n", "19", self, "attack", "--url="+router.url,
		"--connections="+strconv.Itoa(c.Connections), "--pause="+c.Pause.String(), "--patience="+c.Patience.String())
	if err != nil {
		return err
	}
	busy, err := c.honest(ctx, self, router)
	_ = attackers.cmd.Process.Signal(syscall.SIGTERM) // what there is of its report tells
	var attacks hostile.Report
	if err := errors.Join(err, attackers.result(ctx, &attacks)); err != nil {
		return err
	}
	fmt.Printf("%-14s %10s %10s %10s %12s %10s\n", "", "requests", "p50", "p99", "right", "memory")
	for name, r := range map[string]*load.Report{"quiet": quiet, "under attack": busy} {
		fmt.Printf("%-14s %10d %10s %10s %12d %7.1f MB\n", name, r.Requests, r.P50, r.P99, r.Right, float64(r.PeakMemory)/1e6)
	}
	fmt.Printf("p99 under attack is %.1f times the quiet one\n", float64(busy.P99)/float64(quiet.P99))
	for _, kind := range slices.Sorted(maps.Keys(attacks)) {
		var outcomes []string
		for _, what := range slices.Sorted(maps.Keys(attacks[kind])) {
			outcomes = append(outcomes, what+": "+strconv.Itoa(attacks[kind][what]))
		}
		fmt.Printf("%-14s %s\n", kind, strings.Join(outcomes, ", "))
	}
	if !quiet.OK() || !busy.OK() {
		return fmt.Errorf("not every honest answer was right: %s%s", quiet.FirstFlaw, busy.FirstFlaw)
	}
	return nil
}

// honest sends what honest clients send, from the router's core.
func (c *hostileCommand) honest(ctx context.Context, self string, router *runningRouter) (*load.Report, error) {
	sender, err := startChild("load", c.serverCPU(), self, "load", "--json", "--url="+router.url, "--workload="+c.Workload,
		"--connections="+strconv.Itoa(c.Honest), "--duration="+c.Duration.String(), "--pid="+strconv.Itoa(router.pid()),
		"--scale="+strconv.Itoa(c.Scale))
	if err != nil {
		return nil, err
	}
	report := &load.Report{}
	return report, sender.result(ctx, report)
}

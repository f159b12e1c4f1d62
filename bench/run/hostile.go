package main

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"slices"
	"strconv"
	"strings"
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

// Run measures the honest clients alone, and again under attack. It fails when an honest answer was wrong, or the router took
// more memory than it may.
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
	attacked, stop := context.WithCancel(ctx)
	defer stop()
	type outcome struct {
		report hostile.Report
		err    error
	}
	attacks := make(chan outcome, 1)
	go func() {
		report, err := hostile.Run(attacked, hostile.Config{
			URL: router.url, Connections: c.Connections, Pause: c.Pause, Patience: c.Patience,
		})
		attacks <- outcome{report, err}
	}()
	busy, err := c.honest(ctx, self, router)
	stop()
	attack := <-attacks
	if err := errors.Join(err, attack.err); err != nil {
		return err
	}
	fmt.Printf("%-14s %10s %10s %10s %12s %10s\n", "", "requests", "p50", "p99", "right", "memory")
	for name, r := range map[string]*load.Report{"quiet": quiet, "under attack": busy} {
		fmt.Printf("%-14s %10d %10s %10s %12d %7.1f MB\n", name, r.Requests, r.P50, r.P99, r.Right, float64(r.PeakMemory)/1e6)
	}
	fmt.Printf("p99 under attack is %.1f times the quiet one\n", float64(busy.P99)/float64(quiet.P99))
	for _, kind := range slices.Sorted(maps.Keys(attack.report)) {
		var outcomes []string
		for _, what := range slices.Sorted(maps.Keys(attack.report[kind])) {
			outcomes = append(outcomes, what+": "+strconv.Itoa(attack.report[kind][what]))
		}
		fmt.Printf("%-14s %s\n", kind, strings.Join(outcomes, ", "))
	}
	if !quiet.OK() || !busy.OK() {
		return fmt.Errorf("not every honest answer was right: %s%s", quiet.FirstFlaw, busy.FirstFlaw)
	}
	return nil
}

// honest sends what honest clients send.
func (c *hostileCommand) honest(ctx context.Context, self string, router *runningRouter) (*load.Report, error) {
	sender, err := startChild("load", c.loadCPU(), self, "load", "--json", "--url="+router.url, "--workload="+c.Workload,
		"--connections="+strconv.Itoa(c.Honest), "--duration="+c.Duration.String(), "--pid="+strconv.Itoa(router.pid()),
		"--scale="+strconv.Itoa(c.Scale))
	if err != nil {
		return nil, err
	}
	report := &load.Report{}
	return report, sender.result(ctx, report)
}

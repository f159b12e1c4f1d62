package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/weft-graphql/weft/bench/load"
)

// soakCommand keeps the router busy for a long time and watches its memory.
type soakCommand struct {
	setup `embed:""`

	Workload    []string      `help:"Workloads, sent in turn." default:"same,distinct,small"`
	Connections int           `help:"Requests in flight." default:"50"`
	Duration    time.Duration `help:"How long." default:"10m"`
	Sample      time.Duration `help:"How often to look at the memory." default:"5s"`
	Profile     string        `help:"Directory for a heap profile of the router before and after." placeholder:"DIR"`
}

// The router may need more memory at the end than after a quarter of the time by this much: allocators and garbage
// collection never sit still.
const (
	toleratedGrowth = 1.10
	toleratedBytes  = 4 << 20
)

// Run prints the memory as it goes. It fails when an answer was not right or the memory grew.
func (c *soakCommand) Run(ctx context.Context) error {
	if c.Sample <= 0 || c.Duration < 8*c.Sample {
		return fmt.Errorf("%v with a sample every %v: at least eight samples are needed", c.Duration, c.Sample)
	}
	self, err := os.Executable()
	if err != nil {
		return err
	}
	stub, urls, err := c.startStub(self, false)
	if err != nil {
		return err
	}
	defer stub.stop()
	router, err := c.startRouter(ctx, urls, c.Profile != "")
	if err != nil {
		return err
	}
	defer router.stop()
	sender, err := startChild(
		"load",
		c.loadCPU(),
		self,
		"load",
		"--json",
		"--url="+router.url,
		"--workload="+strings.Join(c.Workload, ","),
		"--connections="+strconv.Itoa(c.Connections),
		"--duration="+c.Duration.String(),
		"--scale="+strconv.Itoa(c.Scale),
		"--warm-up="+c.Sample.String(),
		"--pid="+strconv.Itoa(router.pid()),
	)
	if err != nil {
		return err
	}
	watched := make(chan error, 1)
	var samples []int64
	go func() {
		var err error
		samples, err = c.watch(ctx, router)
		watched <- err
	}()
	report := &load.Report{}
	if err := errors.Join(sender.result(ctx, report), <-watched); err != nil {
		return err
	}
	if err := report.Write(os.Stdout); err != nil {
		return err
	}
	if !report.OK() {
		return errors.New("not every answer was right")
	}
	return grown(samples)
}

// watch samples the memory of the router for the length of the soak, and writes the two profiles.
func (c *soakCommand) watch(ctx context.Context, router *runningRouter) ([]int64, error) {
	var samples []int64
	for i := range int(c.Duration / c.Sample) {
		if err := wait(ctx, c.Sample); err != nil {
			return nil, err
		}
		if i == 0 {
			if err := c.profile(ctx, router.admin, "before"); err != nil {
				return nil, err
			}
		}
		bytes, err := load.ProcessMemory(router.pid())
		if err != nil {
			return nil, err
		}
		samples = append(samples, bytes)
		fmt.Fprintf(os.Stderr, "%8s  %6.1f MB\n", time.Duration(i+1)*c.Sample, float64(bytes)/1e6)
	}
	return samples, c.profile(ctx, router.admin, "after")
}

func (c *soakCommand) profile(ctx context.Context, admin, when string) error {
	if c.Profile == "" {
		return nil
	}
	if err := os.MkdirAll(c.Profile, 0o755); err != nil {
		return err
	}
	return fetchProfile(ctx, admin, "heap?gc=1", filepath.Join(c.Profile, "heap."+when+".pprof"))
}

// grown compares the last quarter of the samples with the second, the first being for warming up.
func grown(samples []int64) error {
	quarter := len(samples) / 4
	middle := func(part []int64) int64 {
		sorted := slices.Sorted(slices.Values(part))
		return sorted[len(sorted)/2]
	}
	early, late := middle(samples[quarter:2*quarter]), middle(samples[len(samples)-quarter:])
	fmt.Printf("  memory    %.1f MB in the second quarter, %.1f MB in the last\n", float64(early)/1e6, float64(late)/1e6)
	if float64(late) > float64(early)*toleratedGrowth+toleratedBytes {
		return fmt.Errorf("the memory grew from %d to %d bytes", early, late)
	}
	return nil
}

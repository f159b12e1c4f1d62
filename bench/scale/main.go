// Command scale runs the shop as a company would, on one machine: routers behind haproxy, a Redis Cluster of three, a
// NATS cluster of three, PostgreSQL and services, all processes of their own. It loads them with reads, writes and
// subscriptions, kills one of each kind meanwhile, and holds every answer against what was acknowledged. Then it
// measures what a request costs one router, and several that share a cluster.
//
//	go run ./bench/scale                     both, two minutes
//	go run ./bench/scale --routers 4 --duration 5m
//	go run ./bench/scale --no-figures        only the kills
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"syscall"
	"time"

	"github.com/alecthomas/kong"
)

// Settings say how large the cluster is, and how long it is kept busy.
type Settings struct {
	Routers  int           `help:"Router processes behind haproxy." default:"2"`
	Duration time.Duration `help:"How long the load lasts in which processes are killed." default:"60s"`
	Away     time.Duration `help:"How long a process stays away that was killed." default:"4s"`
	Readers  int           `help:"Clients that read, each waiting for its answer." default:"8"`
	Writers  int           `help:"Clients that write." default:"4"`
	Streams  int           `help:"Subscriptions that are open." default:"8"`
	Products int           `help:"Products that are read and written." default:"20"`
	Seed     uint64        `help:"Which random choices are made." default:"1"`

	Weft    string        `help:"The weft binary. Without it, ./cmd/weft is built." type:"existingfile" placeholder:"FILE"`
	Kills   bool          `help:"Kill one process of each kind under load." default:"true" negatable:""`
	Figures bool          `help:"Measure what requests cost." default:"true" negatable:""`
	Measure time.Duration `help:"Length of each measurement." default:"5s"`
	Profile string        `help:"Directory for CPU profiles of a router on one core and on two." placeholder:"DIR"`
	Keep    bool          `help:"Keep the logs of all processes, and say where."`
}

func main() {
	ctx, cancel := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer cancel()
	var settings Settings
	line := kong.Parse(&settings, kong.Name("scale"), kong.UsageOnError(),
		kong.Description("Run routers, Redis, NATS, PostgreSQL and services as clusters, kill some of each, and measure."))
	line.FatalIfErrorf(settings.Run(ctx))
}

// check refuses runs that could not say anything.
func (s *Settings) check() error {
	switch {
	case s.Routers < 1 || s.Routers > 8:
		return fmt.Errorf("--routers %d: one to eight are possible", s.Routers)
	case s.Readers < 1 || s.Writers < 1 || s.Streams < 0:
		return fmt.Errorf("%d readers, %d writers, %d streams: at least one reader and writer are needed",
			s.Readers, s.Writers, s.Streams)
	case s.Products < 1 || s.Products > 50:
		return fmt.Errorf("--products %d: one to 50 of the samples are possible", s.Products)
	case s.Away <= 0 || s.Duration < 8*s.Away:
		return fmt.Errorf("--duration %s: six processes that are away for %s each need more", s.Duration, s.Away)
	case s.Measure <= 0:
		return fmt.Errorf("--measure %s: it must be positive", s.Measure)
	}
	return nil
}

// Run does what the settings say. The error tells of every answer that was wrong, and of what was lost.
func (s *Settings) Run(ctx context.Context) (err error) {
	if err := s.check(); err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "weft-scale-")
	if err != nil {
		return err
	}
	if s.Keep {
		fmt.Fprintln(os.Stderr, "logs are in", dir)
	} else {
		defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	}
	if s.Weft == "" {
		s.Weft = filepath.Join(dir, "weft")
		build := exec.CommandContext(ctx, "go", "build", "-o", s.Weft, "github.com/weft-graphql/weft/cmd/weft")
		if output, err := build.CombinedOutput(); err != nil {
			return fmt.Errorf("go build ./cmd/weft: %w\n%s", err, output)
		}
	}
	if s.Kills {
		if err := s.underFire(ctx, filepath.Join(dir, "shop")); err != nil {
			return err
		}
	}
	if s.Figures {
		return s.figures(ctx, filepath.Join(dir, "figures"))
	}
	return nil
}

package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/weft-graphql/weft/bench/definition"
	"github.com/weft-graphql/weft/bench/load"
	"github.com/weft-graphql/weft/bench/stub"
)

// rounds is how often each set is measured; they take turns, so that a change in the machine's mood hits all of them.
const rounds = 3

// connections are the requests in flight.
const connections = 50

// set is some routers that are measured together.
type set struct {
	name string
	*cluster
	// address is what is loaded.
	address string
	figures []figure
}

// figure is one measurement.
type figure struct {
	rate, perCore, commands float64
	median                  time.Duration
}

// figures measures what a request costs: one router alone, and several that share a cluster.
func (s *Settings) figures(ctx context.Context, dir string) (err error) {
	fmt.Fprintln(os.Stderr, "measuring; starting Redis and NATS clusters")
	whole := &cluster{dir: dir, weft: s.Weft}
	defer whole.stop()
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	if whole.redis, err = startRedisCluster(ctx, dir); err != nil {
		return err
	}
	if whole.nats, err = startNATSCluster(ctx, dir); err != nil {
		return err
	}
	fmt.Printf("\n%s, %d processors, %s. Each router has one core, but where it says two; %d requests in flight\n\n",
		runtime.GOARCH, runtime.NumCPU(), runtime.Version(), connections)
	fmt.Println("| workload | routers | requests/s | CPU per request | requests/s of a core | against one alone | " +
		"median | Redis commands per request |")
	fmt.Println("|---|---|--:|--:|--:|--:|--:|--:|")
	for _, workload := range []string{"distinct", "cached"} {
		if err := s.measure(ctx, whole, filepath.Join(dir, workload), workload); err != nil {
			return fmt.Errorf("%s: %w", workload, err)
		}
	}
	return nil
}

// measure measures all sets with one workload.
func (s *Settings) measure(ctx context.Context, whole *cluster, dir, workload string) error {
	w, err := definition.FindWorkload(workload)
	if err != nil {
		return err
	}
	subgraphs, err := stub.Start(stub.Config{Host: "127.0.0.1", Scale: 1, CacheControl: w.CacheControl})
	if err != nil {
		return err
	}
	defer subgraphs.Stop()
	sets, err := s.startSets(ctx, whole, dir, subgraphs.URLs(), w.CacheControl)
	defer func() {
		for _, one := range sets {
			one.stop()
		}
	}()
	if err != nil {
		return err
	}
	for range rounds {
		for _, one := range sets {
			f, err := s.measureOnce(ctx, whole, one, workload)
			if err != nil {
				return fmt.Errorf("%s: %w", one.name, err)
			}
			one.figures = append(one.figures, f)
		}
	}
	alone := sets[0].middle()
	for _, one := range sets {
		m := one.middle()
		fmt.Printf("| `%s` | %s | %.0f | %.3f ms | %.0f | %+.1f%% | %.1f ms | %.2f |\n",
			workload, one.name, m.rate, 1e3/m.perCore, m.perCore,
			100*(m.perCore/alone.perCore-1), float64(m.median.Microseconds())/1e3, m.commands)
	}
	if s.Profile == "" {
		return nil
	}
	for _, one := range sets {
		if one.balancer == nil {
			if err := s.profile(ctx, one, workload); err != nil {
				return err
			}
		}
	}
	return nil
}

// startSets starts the routers that are compared. Stop all that are returned even when there is an error.
func (s *Settings) startSets(
	ctx context.Context, whole *cluster, dir string, urls map[string]string, caching bool,
) ([]*set, error) {
	var sets []*set
	cache := ""
	if caching {
		cache = "cache: {enabled: true}\n"
	}
	shared := whole.cacheSettings()
	several := fmt.Sprintf("%d behind haproxy", s.Routers)
	for i, want := range []struct {
		name     string
		routers  int
		balanced bool
		settings string
		cores    int
	}{
		{"one alone", 1, false, cache, 1},
		{"one alone, two cores", 1, false, cache, 2},
		{"one behind haproxy", 1, true, cache, 1},
		{several, s.Routers, true, cache, 1},
		{several + ", Redis and NATS clusters", s.Routers, true, shared, 1},
	} {
		one := &set{name: want.name, cluster: &cluster{dir: filepath.Join(dir, fmt.Sprint(i)), weft: s.Weft}}
		sets = append(sets, one)
		if err := os.MkdirAll(one.dir, 0o700); err != nil {
			return sets, err
		}
		var list []map[string]string
		for _, d := range definition.Subgraphs() {
			list = append(list, map[string]string{"name": d.Name, "url": urls[d.Name], "sdl": d.SDL})
		}
		supergraph, err := one.compose(ctx, list)
		if err != nil {
			return sets, err
		}
		config := fmt.Sprintf("supergraph: {path: %q}\nadmin: {profiles: true}\n%s", supergraph, want.settings)
		if err := one.startRouters(ctx, want.routers, config, fmt.Sprintf("GOMAXPROCS=%d", want.cores)); err != nil {
			return sets, err
		}
		one.address = one.routers[0].url
		if want.balanced {
			if err := one.startBalancer(ctx); err != nil {
				return sets, err
			}
			one.address = one.url
		}
	}
	return sets, nil
}

// measureOnce loads a set, and adds up what its routers have used.
func (s *Settings) measureOnce(ctx context.Context, whole *cluster, one *set, workload string) (f figure, err error) {
	settings := load.Config{
		URL: one.address, Workload: []string{workload}, Connections: connections, Timeout: 30 * time.Second, Scale: 1,
	}
	settings.Duration = time.Second // warming up, so that what is counted below is of the measurement only
	if _, err := load.Run(ctx, settings); err != nil {
		return f, err
	}
	settings.Duration = s.Measure
	usedBefore, err := one.used()
	if err != nil {
		return f, err
	}
	commandsBefore, err := whole.redis.commands(ctx)
	if err != nil {
		return f, err
	}
	report, err := load.Run(ctx, settings)
	if err != nil {
		return f, err
	}
	if !report.OK() {
		return f, fmt.Errorf("of %d answers %d were right, %d wrong; %v; %s",
			report.Requests, report.Right, report.Wrong, report.Failures, report.FirstFlaw)
	}
	used, err := one.used()
	if err != nil {
		return f, err
	}
	commands, err := whole.redis.commands(ctx)
	if err != nil {
		return f, err
	}
	return figure{
		rate: report.PerSecond(), perCore: float64(report.Sent) / (used - usedBefore).Seconds(), median: report.P50,
		commands: float64(commands-commandsBefore) / float64(report.Sent),
	}, nil
}

// used adds up the CPU time of a set's routers.
func (s *set) used() (total time.Duration, err error) {
	for _, r := range s.routers {
		used, err := load.ProcessCPU(r.cmd.Process.Pid)
		if err != nil {
			return 0, err
		}
		total += used
	}
	return total, nil
}

// middle is the median of what was measured, by what a core does.
func (s *set) middle() figure {
	sorted := slices.Clone(s.figures)
	slices.SortFunc(sorted, func(a, b figure) int {
		return int(a.perCore - b.perCore)
	})
	return sorted[len(sorted)/2]
}

// profile writes what a router does with its time under load.
func (s *Settings) profile(ctx context.Context, one *set, workload string) error {
	if err := os.MkdirAll(s.Profile, 0o755); err != nil {
		return err
	}
	name := workload + "." + strings.NewReplacer(" ", "-", ",", "").Replace(one.name) + ".cpu.pprof"
	settings := load.Config{URL: one.address, Workload: []string{workload}, Connections: connections,
		Duration: s.Measure + time.Second, Timeout: 30 * time.Second, Scale: 1}
	loaded := make(chan error, 1)
	go func() { _, err := load.Run(ctx, settings); loaded <- err }()
	url := fmt.Sprintf("%s/debug/pprof/profile?seconds=%d", one.routers[0].admin, max(1, int(s.Measure.Seconds())))
	err := save(ctx, url, filepath.Join(s.Profile, name))
	return errors.Join(err, <-loaded)
}

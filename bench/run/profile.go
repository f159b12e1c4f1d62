package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// fetchProfiles writes PREFIX.cpu.pprof, taken while the measurement runs, and what the heap and the allocations look
// like at its end.
func fetchProfiles(ctx context.Context, admin, prefix string, warmUp, duration time.Duration) error {
	if err := os.MkdirAll(filepath.Dir(prefix), 0o755); err != nil {
		return err
	}
	if err := wait(ctx, warmUp); err != nil {
		return err
	}
	for _, p := range []struct{ file, path string }{
		{"cpu", fmt.Sprintf("profile?seconds=%d", max(int(duration.Seconds())-1, 1))},
		{"heap", "heap"},
		{"allocs", "allocs"},
	} {
		if err := fetchProfile(ctx, admin, p.path, prefix+"."+p.file+".pprof"); err != nil {
			return err
		}
	}
	return nil
}

// fetchProfile writes one profile to a file.
func fetchProfile(ctx context.Context, admin, path, file string) error {
	profile, err := get(ctx, strings.TrimSuffix(admin, "/")+"/debug/pprof/"+path)
	if err != nil {
		return err
	}
	return os.WriteFile(file, profile, 0o644)
}

// wait returns when d has passed, or with an error when ctx ends before.
func wait(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// allocations is what a Go program has allocated on its heap since it started.
type allocations struct{ count, bytes uint64 }

// fetchAllocations reads them from the text form of the heap profile, which ends with the runtime's memory statistics.
func fetchAllocations(ctx context.Context, admin string) (a allocations, err error) {
	text, err := get(ctx, strings.TrimSuffix(admin, "/")+"/debug/pprof/heap?debug=1")
	if err != nil {
		return a, err
	}
	found := 0
	for line := range strings.Lines(string(text)) {
		name, value, _ := strings.Cut(strings.TrimSpace(line), " = ")
		into := map[string]*uint64{"# Mallocs": &a.count, "# TotalAlloc": &a.bytes}[name]
		if into == nil {
			continue
		}
		if *into, err = strconv.ParseUint(value, 10, 64); err != nil {
			return a, fmt.Errorf("heap profile of %s: %w", admin, err)
		}
		found++
	}
	if found != 2 {
		return a, fmt.Errorf("the heap profile of %s has no memory statistics", admin)
	}
	return a, nil
}

package usage

import (
	"crypto/rand"
	"encoding/hex"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/weft-graphql/weft/router/config"
)

// writer writes what a table has counted into files.
type writer struct {
	table     *table
	directory string
	keep      int
	logger    *slog.Logger

	written, failed prometheus.Counter

	// process tells the files of several processes apart.
	process string
	// failing tells that the last attempt failed, which is in the log then.
	failing bool
}

// open makes sure that files can be written.
func (w *writer) open() error {
	if info, err := os.Stat(w.directory); err != nil || !info.IsDir() {
		if err == nil {
			err = errors.New(w.directory + " is a file; name a directory")
		}
		return config.ExplainDirectory(w.directory, err)
	}
	var random [4]byte
	_, _ = rand.Read(random[:])
	w.process = hex.EncodeToString(random[:])
	probe, err := os.CreateTemp(w.directory, ".usage-*")
	if err != nil {
		return err
	}
	return errors.Join(probe.Close(), os.Remove(probe.Name()))
}

// run writes a report after each interval, and the last one when what it returns is called.
func (w *writer) run(interval time.Duration) (end func()) {
	stop := make(chan struct{})
	var running sync.WaitGroup
	running.Go(func() {
		ticks := time.NewTicker(interval)
		defer ticks.Stop()
		for {
			select {
			case <-ticks.C:
				w.write(time.Now())
			case <-stop:
				w.write(time.Now())
				return
			}
		}
	})
	return func() {
		close(stop)
		running.Wait()
	}
}

// write writes what was counted since it was called last. What cannot be written is part of the next report.
func (w *writer) write(now time.Time) {
	report := w.table.take(now)
	if len(report.Counts) == 0 && report.RestRequests == 0 {
		return
	}
	name := "usage-" + now.UTC().Format("20060102T150405.000Z") + "-" + w.process + ".jsonl"
	if err := report.WriteFile(filepath.Join(w.directory, name)); err != nil {
		w.table.giveBack(report)
		w.failed.Inc()
		if !w.failing {
			w.logger.Error("the report of usage cannot be written; it will be part of the next one", "err", err)
		}
		w.failing = true
		return
	}
	w.failing = false
	w.written.Inc()
	w.rotate()
}

// rotate removes the oldest reports: names begin with the time.
func (w *writer) rotate() {
	names, err := filepath.Glob(filepath.Join(w.directory, "usage-*.jsonl"))
	if err != nil {
		return
	}
	slices.Sort(names)
	for len(names) > w.keep {
		_ = os.Remove(names[0]) // another process may have been faster
		names = names[1:]
	}
}

// clone copies a text.
func clone(text string) string { return strings.Clone(text) }

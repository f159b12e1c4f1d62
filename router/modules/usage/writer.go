package usage

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/weft-graphql/weft/router/config"
	"github.com/weft-graphql/weft/router/usage"
)

// writer writes reports into files.
type writer struct {
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

// send implements destination's: a file has all of a report, or there is none.
func (w *writer) send(_ context.Context, report *usage.Report) (left *usage.Report) {
	name := "usage-" + report.To.UTC().Format("20060102T150405.000Z") + "-" + w.process + ".jsonl"
	if err := report.WriteFile(filepath.Join(w.directory, name)); err != nil {
		w.failed.Inc()
		if !w.failing {
			w.logger.Error("the report of usage cannot be written; it will be part of the next one", "err", err)
		}
		w.failing = true
		return report
	}
	w.failing = false
	w.written.Inc()
	w.rotate()
	return nil
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

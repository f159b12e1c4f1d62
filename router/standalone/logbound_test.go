package standalone

import (
	"bytes"
	"errors"
	"log/slog"
	"strings"
	"testing"
)

// TestNoLineOfTheLogIsLong logs long texts in every place of a line.
func TestNoLineOfTheLogIsLong(t *testing.T) {
	long := strings.Repeat("x", 1<<20)
	for _, format := range []string{"json", "text", "pretty"} {
		var out bytes.Buffer
		logger := slog.New(LogHandler(&out, format, slog.LevelDebug))
		for name, log := range map[string]func(){
			"message":   func() { logger.Info("begin " + long + " end") },
			"text":      func() { logger.Info("begin", "a", long, "b", "end") },
			"error":     func() { logger.Info("begin", "err", errors.New(long), "b", "end") },
			"list":      func() { logger.Info("begin", "list", []string{long}, "b", "end") },
			"attribute": func() { logger.With("a", long).Info("begin", "b", "end") },
			"group":     func() { logger.WithGroup("g").Info("begin", "a", long, "b", "end") },
		} {
			out.Reset()
			log()
			line := out.String()
			if len(line) > 2000 || strings.Count(line, "\n") != 1 || !strings.Contains(line, "begin") || !strings.Contains(line, "end") {
				t.Errorf("%s, %s: %d bytes: %.500s", format, name, len(line), line)
			}
		}
		out.Reset()
		logger.With("a", "short").WithGroup("g").Info("as it is", "err", errors.New("no"), "n", 1, "list", []string{"a", "b"})
		var plain bytes.Buffer
		unbounded := LogHandler(&plain, format, slog.LevelDebug).(bounded).Handler
		slog.New(unbounded).With("a", "short").WithGroup("g").Info("as it is", "err", errors.New("no"), "n", 1, "list", []string{"a", "b"})
		if strip := func(line string) string { return line[strings.Index(line, "INF"):] }; strip(out.String()) != strip(plain.String()) {
			t.Errorf("%s: %q, want %q", format, &out, &plain)
		}
	}
}

package standalone

import (
	"fmt"
	"io"
	"log/slog"
	"os"
	"time"

	"github.com/lmittmann/tint"
	"github.com/mattn/go-isatty"

	"github.com/weft-graphql/weft/router/config"
)

// NewLogger returns the log a configuration asks for, on standard error, and its level, which can be changed.
func NewLogger(c config.Log) (*slog.Logger, *slog.LevelVar, error) {
	level := new(slog.LevelVar)
	if err := level.UnmarshalText([]byte(c.Level)); err != nil {
		return nil, nil, fmt.Errorf("log.level: %w", err)
	}
	handler := LogHandler(os.Stderr, c.Format, level)
	if c.Sampling.First > 0 {
		handler = newSampled(handler, c.Sampling.First, c.Sampling.Per)
	}
	return slog.New(handler), level, nil
}

// LogHandler writes a log in a format of the configuration: json, text or pretty. No line of it is longer than 64 KB.
func LogHandler(out io.Writer, format string, level slog.Leveler) slog.Handler {
	return bounded{lineHandler(out, format, level)}
}

func lineHandler(out io.Writer, format string, level slog.Leveler) slog.Handler {
	switch format {
	case "pretty":
		f, isFile := out.(*os.File)
		return tint.NewTextHandler(out, &tint.Options{
			Level: level, TimeFormat: time.TimeOnly,
			NoColor: os.Getenv("NO_COLOR") != "" || !isFile || !isatty.IsTerminal(f.Fd()),
		})
	case "text":
		return slog.NewTextHandler(out, &slog.HandlerOptions{Level: level})
	default:
		return slog.NewJSONHandler(out, &slog.HandlerOptions{Level: level})
	}
}

package main

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

// newLogger returns the log a configuration asks for, on standard error.
func newLogger(c config.Log) (*slog.Logger, error) {
	var level slog.Level
	if err := level.UnmarshalText([]byte(c.Level)); err != nil {
		return nil, fmt.Errorf("log.level: %w", err)
	}
	return slog.New(logHandler(os.Stderr, c.Format, level)), nil
}

func logHandler(out io.Writer, format string, level slog.Level) slog.Handler {
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

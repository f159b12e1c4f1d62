package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"github.com/weft-graphql/weft/router/compose"
	"github.com/weft-graphql/weft/router/config"
)

type composeCommand struct {
	subgraphSources `embed:""`
	Output          string        `short:"o" help:"File to write; standard output when left out." type:"path" placeholder:"FILE"`
	API             bool          `help:"Write the schema clients see instead of the supergraph." name:"api"`
	Format          string        `help:"How to tell errors and hints: text or json (on standard output)." enum:"text,json" default:"text"`
	Hints           bool          `help:"Show hints too."`
	Watch           bool          `help:"Compose again whenever a file changes."`
	Poll            time.Duration `help:"How often to look for changes." default:"500ms" hidden:""`
}

// Run composes once, or again and again.
func (c composeCommand) Run(ctx context.Context) error {
	err := c.compose(ctx)
	if !c.Watch {
		return err
	}
	watch := config.NewFileWatch(c.files())
	for watch.Wait(ctx, c.Poll) {
		if err := c.compose(ctx); err == nil {
			fmt.Fprintf(os.Stderr, "%s composed\n", time.Now().Format(time.TimeOnly))
		}
		watch.Follow(c.files())
	}
	return nil
}

func (c composeCommand) compose(ctx context.Context) error {
	subgraphs, err := c.read(ctx)
	if err != nil {
		return err
	}
	result, errs := compose.Compose(subgraphs, compose.Options{})
	if c.Format == "json" {
		report := composition{Valid: len(errs) == 0, Errors: errs}
		if result != nil && c.Hints {
			report.Hints = result.Hints
		}
		if err := writeJSON(c.reportTo(), report); err != nil {
			return err
		}
	} else {
		d := newDiagnosis(os.Stderr, paintFor(os.Stderr), subgraphs)
		if len(errs) > 0 {
			d.errors(errs)
		} else if c.Hints {
			d.hints(result.Hints)
		}
	}
	if len(errs) > 0 {
		return exitError(1)
	}
	sdl := result.SupergraphSDL
	if c.API {
		sdl = result.APISDL
	}
	if c.Output == "" {
		_, err = io.WriteString(os.Stdout, sdl)
		return err
	}
	return writeFile(c.Output, []byte(sdl))
}

// reportTo is where the JSON report goes: out of the way of the supergraph.
func (c composeCommand) reportTo() io.Writer {
	if c.Output == "" {
		return os.Stderr
	}
	return os.Stdout
}

// writeFile replaces a file in one step, so that nobody who watches it reads a half.
func writeFile(path string, content []byte) error {
	temporary, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+"-*")
	if err != nil {
		return err
	}
	defer os.Remove(temporary.Name())
	if _, err := temporary.Write(content); err != nil {
		_ = temporary.Close()
		return err
	}
	if err := temporary.Close(); err != nil {
		return err
	}
	if err := os.Chmod(temporary.Name(), 0o644); err != nil {
		return err
	}
	return os.Rename(temporary.Name(), path)
}

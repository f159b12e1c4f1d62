package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/weft-graphql/weft/router/compose"
	"github.com/weft-graphql/weft/router/compose/contract"
	"github.com/weft-graphql/weft/router/compose/diagnostic"
	"github.com/weft-graphql/weft/router/config"
)

type composeCommand struct {
	subgraphSources `embed:""`
	Output          string        `short:"o" help:"File to write; standard output when left out." type:"path" placeholder:"FILE"`
	API             bool          `help:"Write the schema clients see instead of the supergraph." name:"api"`
	Sign            string        `help:"File of an Ed25519 private key, in PEM: the signature is written beside the supergraph, as FILE.sig. Only with --output." type:"existingfile" placeholder:"FILE"`
	Contract        string        `help:"Keep only what has (or has not) these tags, as include=public,exclude=internal." placeholder:"FILTER"`
	HideUnreachable bool          `help:"With --contract: also hide types that no field leads to any more."`
	Format          string        `help:"How to tell errors and hints: text, or json on standard output (standard error when the graph goes there)." enum:"text,json" default:"text"`
	Hints           bool          `help:"Show hints too."`
	Watch           bool          `help:"Compose again whenever a file changes."`
	Poll            time.Duration `help:"How often to look for changes." default:"500ms" hidden:""`
}

// Run composes once, or again and again.
func (c composeCommand) Run(ctx context.Context) error {
	if c.Sign != "" && (c.Output == "" || c.API) {
		return errors.New("--sign needs --output, and signs supergraphs: the signature stands in a file beside it")
	}
	if !c.Watch {
		return c.compose(ctx)
	}
	watch := config.NewFileWatch(c.files())
	for again := true; again; again = watch.Wait(ctx, c.Poll) {
		watch.Follow(c.files())
		err := c.compose(ctx)
		var told exitError
		switch {
		case err == nil:
			fmt.Fprintf(os.Stderr, "%s composed; waiting for changes\n", time.Now().Format(time.TimeOnly))
		case !errors.As(err, &told):
			fmt.Fprintln(os.Stderr, "weft:", err)
		}
	}
	return nil
}

func (c composeCommand) compose(ctx context.Context) error {
	subgraphs, err := c.read(ctx)
	if err != nil {
		return err
	}
	result, errs := compose.Compose(subgraphs, compose.Options{})
	if len(errs) == 0 && c.Contract != "" {
		if errs, err = c.narrow(result); err != nil {
			return err
		}
	}
	var hints []compose.Hint
	if len(errs) == 0 && c.Hints {
		hints = result.Hints
	}
	if err := c.tell(subgraphs, errs, hints); err != nil {
		return err
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
	if err := writeFile(c.Output, []byte(sdl)); err != nil {
		return err
	}
	if c.Sign != "" {
		if err := signFile(c.Output, []byte(sdl), c.Sign); err != nil {
			return err
		}
	}
	fmt.Fprintln(os.Stderr, c.wrote(subgraphs, sdl))
	return nil
}

// wrote says what was written where.
func (c composeCommand) wrote(subgraphs []compose.Subgraph, sdl string) string {
	what := "the supergraph"
	if c.API {
		what = "the schema clients see"
	}
	return fmt.Sprintf("wrote %s of %s (%s) to %s: %s", what, count(len(subgraphs), "subgraph"), listNames(subgraphs),
		shortPath(c.Output), count(strings.Count(sdl, "\n"), "line"))
}

// count is a number of things in words.
func count(n int, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	return fmt.Sprintf("%d %ss", n, thing)
}

// narrow applies the contract to a result.
func (c composeCommand) narrow(result *compose.Result) ([]*compose.Error, error) {
	filter, err := contract.ParseFilter(c.Contract)
	if err != nil {
		return nil, err
	}
	filter.HideUnreachable = c.HideUnreachable
	narrowed, errs := contract.Apply(result.SupergraphSDL, filter)
	if len(errs) == 0 {
		result.SupergraphSDL, result.APISDL = narrowed.SupergraphSDL, narrowed.APISDL
	}
	return errs, nil
}

// tell reports errors and hints.
func (c composeCommand) tell(subgraphs []compose.Subgraph, errs []*compose.Error, hints []compose.Hint) error {
	if c.Format == "json" {
		out := os.Stdout
		if c.Output == "" {
			out = os.Stderr
		}
		return diagnostic.PrintJSON(out, errs, hints)
	}
	return printDiagnostics(subgraphs, errs, hints)
}

// printDiagnostics tells a person what composition has to say.
func printDiagnostics(subgraphs []compose.Subgraph, errs []*compose.Error, hints []compose.Hint) error {
	sources := make(map[string]string, len(subgraphs))
	for _, sub := range subgraphs {
		sources[sub.Name] = sub.SDL
	}
	return diagnostic.Print(os.Stderr, errs, hints, diagnostic.FromMap(sources), diagnostic.StyleFor(os.Stderr))
}

// writeFile replaces a file in one step, so that nobody who watches it reads a half.
func writeFile(path string, content []byte) error {
	if info, err := os.Stat(path); err == nil && info.IsDir() {
		return fmt.Errorf("%s is a directory; name a file in it", shortPath(path))
	}
	temporary, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+"-*")
	var failed *fs.PathError
	if errors.As(err, &failed) {
		return fmt.Errorf("%s cannot be written: its directory: %w", shortPath(path), failed.Err)
	}
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

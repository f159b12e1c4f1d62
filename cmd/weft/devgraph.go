package main

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/weft-graphql/weft/router/compose"
	"github.com/weft-graphql/weft/schema"
	"github.com/weft-graphql/weft/subgraphs"
)

// How often weft dev looks for changes of schema files, and asks running subgraphs for their schemas.
const (
	filePoll    = 300 * time.Millisecond
	runningPoll = 2 * time.Second
)

// askRunning asks the subgraphs outside this process for their schemas, from now on again and again. The graph does not
// wait for those that are not there yet.
func (d *devProcess) askRunning(ctx context.Context) error {
	for _, pair := range d.command.Subgraph {
		name, url, err := cutSubgraph(pair)
		if err == nil {
			err = checkAddress(url)
		}
		if err != nil {
			return err
		}
		sub := compose.Subgraph{Name: name, URL: url}
		if !d.command.NoSamples {
			if d.outside[name], err = passOn(sub); err != nil {
				return err
			}
		}
		if sub.SDL, err = d.ask(ctx, sub); err != nil {
			if ctx.Err() != nil {
				return ctx.Err()
			}
			d.logger.Warn(
				"a subgraph is not there yet: the graph does without it until it tells its schema",
				"subgraph",
				name,
				"url",
				url,
				"err",
				err,
			)
		}
		d.running = append(d.running, sub)
	}
	for _, sub := range d.running {
		go d.watchRunning(ctx, sub)
	}
	return nil
}

// ask asks a subgraph outside this process for its schema, as the router would: as nobody in particular.
func (d *devProcess) ask(ctx context.Context, sub compose.Subgraph) (string, error) {
	return askSubgraph(ctx, sub.URL, d.identity.nobody(sub.Name))
}

// firstGraph composes the graph to start with. When there is none without the subgraphs that are not there yet, it
// waits for them.
func (d *devProcess) firstGraph(ctx context.Context) (string, error) {
	for {
		sdl, err := d.compose()
		missing := d.missing()
		if err == nil || len(missing) == 0 {
			return sdl, err
		}
		d.logger.Warn("there is no graph yet: waiting for subgraphs", "subgraphs", strings.Join(missing, ", "))
		select {
		case sub := <-d.told:
			d.take(sub)
		case <-ctx.Done():
			return "", ctx.Err()
		}
	}
}

// missing are the names of the subgraphs outside that have not told their schema yet.
func (d *devProcess) missing() []string {
	var names []string
	for _, sub := range d.running {
		if sub.SDL == "" {
			names = append(names, sub.Name)
		}
	}
	return names
}

func (d *devProcess) take(sub compose.Subgraph) {
	d.running[indexOfSubgraph(d.running, sub.Name)] = sub
}

// subgraphs are the schemas to compose: the services' own, those in the schema directory instead, and what running
// subgraphs told of themselves.
func (d *devProcess) subgraphs() ([]compose.Subgraph, error) {
	var found []compose.Subgraph
	for _, name := range subgraphs.Names() {
		if d.services[name] == nil {
			continue
		}
		sub := compose.Subgraph{Name: name, URL: "http://" + defaultSubgraphAddress(name) + "/graphql"}
		file := filepath.Join(d.command.Schema, name+".graphql")
		if text, err := os.ReadFile(file); err == nil {
			sub.SDL, sub.File = string(text), shortPath(file)
		} else if sub.SDL, err = subgraphs.SDL(name); err != nil {
			return nil, err
		}
		found = append(found, sub)
	}
	for _, sub := range d.running {
		if sub.SDL != "" {
			found = append(found, sub)
		}
	}
	if d.events != nil && indexOfSubgraph(found, "catalog") >= 0 {
		found = append(found, compose.Subgraph{Name: "events", SDL: schema.Events, File: "events.graphql"})
	}
	if len(found) == 0 {
		return nil, errors.New("there is no subgraph: name one with --subgraph NAME=URL, or leave out --no-samples")
	}
	return found, nil
}

// schemaFiles are the files that take the place of the services' own schemas.
func (d *devProcess) schemaFiles() []string {
	var files []string
	for name := range d.services {
		files = append(files, filepath.Join(d.command.Schema, name+".graphql"))
	}
	return files
}

func (d *devProcess) compose() (string, error) {
	found, err := d.subgraphs()
	if err != nil {
		return "", err
	}
	result, errs := compose.Compose(found, compose.Options{})
	if len(errs) > 0 {
		if err := printDiagnostics(found, errs, nil); err != nil {
			return "", err
		}
		return "", exitError(1)
	}
	return result.SupergraphSDL, nil
}

// watch composes again whenever a schema file changes or a running subgraph tells another schema.
func (d *devProcess) watch(ctx context.Context) {
	files := make(chan struct{})
	go d.watchFiles(ctx, files)
	for {
		select {
		case <-ctx.Done():
			return
		case <-files:
			d.reportUnresolved()
		case sub := <-d.told:
			d.take(sub)
		}
		d.recompose()
	}
}

func (d *devProcess) watchFiles(ctx context.Context, changed chan<- struct{}) {
	for d.files.Wait(ctx, filePoll) {
		select {
		case changed <- struct{}{}:
		case <-ctx.Done():
		}
	}
}

// watchRunning asks a running subgraph for its schema again and again. While it does not answer, the last one stays.
func (d *devProcess) watchRunning(ctx context.Context, last compose.Subgraph) {
	ticks := time.NewTicker(runningPoll)
	defer ticks.Stop()
	away := last.SDL == ""
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticks.C:
		}
		sdl, err := d.ask(ctx, last)
		switch {
		case ctx.Err() != nil:
			return
		case err != nil:
			if !away {
				d.logger.Warn(
					"a subgraph does not tell its schema any more: its last one stays in use",
					"subgraph",
					last.Name,
					"err",
					err,
				)
			}
			away = true
			continue
		case away:
			d.logger.Info("the subgraph is there", "subgraph", last.Name)
			away = false
		}
		if sdl == last.SDL {
			continue
		}
		last.SDL = sdl
		select {
		case d.told <- last:
		case <-ctx.Done():
		}
	}
}

// recompose puts the changed schemas to use. A graph that does not compose is reported, and the old one goes on.
func (d *devProcess) recompose() {
	began := time.Now()
	sdl, err := d.compose()
	if err == nil {
		err = d.router.Swap(sdl)
	}
	var told exitError
	switch {
	case err == nil:
		d.logger.Info("the changed schema is in use", "took", time.Since(began).Round(time.Millisecond))
	case errors.As(err, &told):
		d.logger.Warn("the changed schema is not in use: the graph from before goes on")
	default:
		d.logger.Warn("the changed schema is not in use: the graph from before goes on", "err", err)
	}
}

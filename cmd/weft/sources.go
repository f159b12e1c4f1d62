package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/weft-graphql/weft/router/compose"
	"github.com/weft-graphql/weft/router/config"
)

// subgraphSources are the flags that say where subgraph schemas come from; several can be given together.
type subgraphSources struct {
	Subgraphs []string `help:"JSON file of [{\"name\", \"url\", \"sdl\" or \"schema\" (a file)}], or a directory with a NAME.graphql per subgraph." type:"path" placeholder:"FILE|DIR" sep:"none"`
	Subgraph  []string `help:"A running subgraph, as NAME=URL: its schema is asked from it." placeholder:"NAME=URL" sep:"none"`
	URL       []string `help:"Address of a subgraph, as NAME=URL, where the sources do not say it." name:"url" placeholder:"NAME=URL" sep:"none"`
	Config    string   `help:"The router's configuration file, whose supergraph.subgraphs are taken." type:"existingfile" placeholder:"FILE"`
}

// read collects the subgraphs.
func (s subgraphSources) read(ctx context.Context) ([]compose.Subgraph, error) {
	var subgraphs []compose.Subgraph
	for _, path := range s.Subgraphs {
		found, err := readSubgraphs(path)
		if err != nil {
			return nil, err
		}
		subgraphs = append(subgraphs, found...)
	}
	for _, pair := range s.Subgraph {
		sub, err := runningSubgraph(ctx, pair)
		if err != nil {
			return nil, err
		}
		subgraphs = append(subgraphs, sub)
	}
	if s.Config != "" {
		found, err := configuredSubgraphs(s.Config)
		if err != nil {
			return nil, err
		}
		subgraphs = append(subgraphs, found...)
	}
	if len(subgraphs) == 0 {
		return nil, errors.New("there are no subgraphs to compose; name them with --subgraphs, --subgraph or --config")
	}
	return subgraphs, s.setURLs(subgraphs)
}

// setURLs gives subgraphs the addresses named on the command line.
func (s subgraphSources) setURLs(subgraphs []compose.Subgraph) error {
	for _, pair := range s.URL {
		name, url, ok := strings.Cut(pair, "=")
		if !ok || name == "" || url == "" {
			return fmt.Errorf("--url %s: write it as NAME=URL", pair)
		}
		i := slices.IndexFunc(subgraphs, func(sub compose.Subgraph) bool { return sub.Name == name })
		if i < 0 {
			return fmt.Errorf("--url %s: there is no subgraph %s; there are %s", pair, name, listNames(subgraphs))
		}
		subgraphs[i].URL = url
	}
	return nil
}

func listNames(subgraphs []compose.Subgraph) string {
	names := make([]string, len(subgraphs))
	for i, sub := range subgraphs {
		names[i] = sub.Name
	}
	return strings.Join(names, ", ")
}

// files are the files the schemas are read from, to watch them.
func (s subgraphSources) files() []string {
	var files []string
	for _, path := range s.Subgraphs {
		files = append(files, path)
		if found, err := readSubgraphs(path); err == nil {
			for _, sub := range found {
				if sub.File != "" {
					files = append(files, sub.File)
				}
			}
		}
	}
	if s.Config != "" {
		files = append(files, s.Config)
		if found, err := configuredSubgraphs(s.Config); err == nil {
			for _, sub := range found {
				files = append(files, sub.File)
			}
		}
	}
	slices.Sort(files)
	return slices.Compact(files)
}

// readSubgraphs reads a JSON list of subgraphs or a directory of schemas.
func readSubgraphs(path string) ([]compose.Subgraph, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, fmt.Errorf("--subgraphs %w", config.ExplainFile(shortPath(path), err))
	}
	if info.IsDir() {
		return readSchemaDirectory(path)
	}
	text, err := config.ReadFile(shortPath(path))
	if err != nil {
		return nil, fmt.Errorf("--subgraphs %w", err)
	}
	entries, err := parseSubgraphs(shortPath(path), text)
	if err != nil {
		return nil, err
	}
	subgraphs := make([]compose.Subgraph, len(entries))
	for i, e := range entries {
		switch {
		case e.Name == "":
			return nil, fmt.Errorf("%s: entry %d of the list has no name", shortPath(path), i+1)
		case e.SDL == "" && e.Schema == "":
			return nil, fmt.Errorf(
				"%s: subgraph %s has no schema: give it as sdl, or name its file as schema",
				shortPath(path),
				e.Name,
			)
		}
		sub := compose.Subgraph{Name: e.Name, URL: e.URL, SDL: e.SDL}
		if e.Schema != "" {
			sub.File = e.Schema
			if !filepath.IsAbs(sub.File) {
				sub.File = filepath.Join(filepath.Dir(path), sub.File)
			}
			sub.File = shortPath(sub.File)
			sdl, err := config.ReadFile(sub.File)
			if err != nil {
				return nil, fmt.Errorf("%s: subgraph %s: %w", shortPath(path), e.Name, err)
			}
			sub.SDL = string(sdl)
		}
		subgraphs[i] = sub
	}
	return subgraphs, nil
}

// readSchemaDirectory reads NAME.graphql files; supergraph.graphql and api.graphql, which weft compose writes, are not
// subgraphs.
func readSchemaDirectory(dir string) ([]compose.Subgraph, error) {
	var subgraphs []compose.Subgraph
	files, err := filepath.Glob(filepath.Join(dir, "*.graphql"))
	if err != nil {
		return nil, err
	}
	for _, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), ".graphql")
		if name == "supergraph" || name == "api" {
			continue
		}
		sdl, err := config.ReadFile(shortPath(file))
		if err != nil {
			return nil, err
		}
		subgraphs = append(subgraphs, compose.Subgraph{Name: name, SDL: string(sdl), File: shortPath(file)})
	}
	if len(subgraphs) == 0 {
		return nil, fmt.Errorf("--subgraphs %s: the directory has no NAME.graphql files", shortPath(dir))
	}
	return subgraphs, nil
}

func configuredSubgraphs(file string) ([]compose.Subgraph, error) {
	c, err := loadConfig(file, nil)
	if err != nil {
		return nil, err
	}
	return schemaFiles(c.Supergraph.Subgraphs)
}

// schemaFiles reads the schemas of configured subgraphs.
func schemaFiles(configured []config.Subgraph) ([]compose.Subgraph, error) {
	subgraphs := make([]compose.Subgraph, len(configured))
	for i, sub := range configured {
		sdl, err := config.ReadFile(shortPath(sub.Schema))
		if err != nil {
			return nil, fmt.Errorf("subgraph %s: %w", sub.Name, err)
		}
		subgraphs[i] = compose.Subgraph{Name: sub.Name, URL: sub.URL, SDL: string(sdl), File: shortPath(sub.Schema)}
	}
	return subgraphs, nil
}

package router

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/weft-graphql/weft/router/compose"
	"github.com/weft-graphql/weft/router/config"
	"github.com/weft-graphql/weft/router/reload"
)

// LoadSupergraph reads the configured supergraph, asks for it, or composes the configured subgraphs.
func LoadSupergraph(s *config.Supergraph) (string, error) {
	if s.HTTP.URL != "" {
		sdl, _, err := new(remoteGraph).get(context.Background(), &s.HTTP, true)
		return sdl, err
	}
	if s.Path != "" {
		text, err := config.ReadFile(s.Path)
		if err != nil {
			return "", fmt.Errorf("the supergraph cannot be read: %w", err)
		}
		return string(text), nil
	}
	subgraphs := make([]compose.Subgraph, len(s.Subgraphs))
	for i, sub := range s.Subgraphs {
		sdl, err := config.ReadFile(sub.Schema)
		if err != nil {
			return "", fmt.Errorf("the schema of the subgraph %s cannot be read: %w", sub.Name, err)
		}
		subgraphs[i] = compose.Subgraph{Name: sub.Name, URL: sub.URL, SDL: string(sdl), File: sub.Schema}
	}
	result, problems := compose.Compose(subgraphs, compose.Options{})
	if len(problems) == 0 {
		return result.SupergraphSDL, nil
	}
	errs := []error{fmt.Errorf("the subgraphs do not compose (%d errors)", len(problems))}
	for i, p := range problems {
		if i == maxProblems {
			errs = append(errs, fmt.Errorf("and %d more; weft compose lists them all", len(problems)-i))
			break
		}
		text := p.Error()
		if len(p.Positions) > 0 {
			text = p.Positions[0].String() + ": " + text
		}
		if p.Suggestion != "" {
			text += " " + p.Suggestion
		}
		errs = append(errs, errors.New(text))
	}
	return "", errors.Join(errs...)
}

// loadSupergraph is LoadSupergraph, and remembers which supergraph it has seen at its address, unless again: then
// nothing but what is polled may change that.
func (r *Router) loadSupergraph(s *config.Supergraph, again bool) (string, error) {
	if s.HTTP.URL == "" || again {
		return LoadSupergraph(s)
	}
	sdl, _, err := r.remote.get(context.Background(), &s.HTTP, true)
	return sdl, err
}

// maxProblems is how many reasons are told why subgraphs do not compose.
const maxProblems = 20

// filesOf are the files that LoadSupergraph reads.
func filesOf(s *config.Supergraph) []string {
	var files []string
	if s.Path != "" {
		files = append(files, s.Path)
	}
	for _, sub := range s.Subgraphs {
		files = append(files, sub.Schema)
	}
	return files
}

// Watch loads the graph again whenever one of its files changes, and certificates when theirs do, until ctx ends. What
// cannot be used is reported in the log and the old one stays. What has changed since New is noticed, too. It may be
// called once.
func (r *Router) Watch(ctx context.Context) {
	var others sync.WaitGroup
	defer others.Wait()
	others.Go(func() {
		interval := func() time.Duration { return r.graphSettings().PollInterval }
		reload.FollowCertificates(ctx, r.certificates, interval, r.renew, &r.reloads, r.options.Logger)
	})
	others.Go(func() { r.pollGraph(ctx) })
	for !r.given {
		if !r.files.Wait(ctx, r.graphSettings().PollInterval) {
			return
		}
		s := r.graphSettings()
		if !s.Watch {
			continue
		}
		began := time.Now()
		sdl, err := LoadSupergraph(s)
		if err == nil {
			err = r.Swap(sdl)
		}
		r.reloads.Count(reload.Supergraph, err)
		if err != nil {
			r.options.Logger.Error("the changed supergraph is not in use: the graph from before goes on", "err", err)
			continue
		}
		r.options.Logger.Info("the changed supergraph is in use", "took", time.Since(began))
	}
}

// graphSettings say, at the moment, where the graph comes from.
func (r *Router) graphSettings() *config.Supergraph {
	r.replacing.Lock()
	defer r.replacing.Unlock()
	return &r.config.Supergraph
}

package source

import (
	"context"
	"errors"
	"fmt"

	"github.com/weft-graphql/weft/router/compose"
	"github.com/weft-graphql/weft/router/config"
)

// file is a supergraph in a file.
type file string

// Get implements Source.
func (f file) Get(_ context.Context, _ Seen, signed bool) (*Document, error) {
	text, err := config.ReadFile(string(f))
	if err != nil {
		return nil, fmt.Errorf("the supergraph cannot be read: %w", err)
	}
	document := &Document{SDL: string(text)}
	if signed {
		document.Signature, err = readSignature(string(f))
	}
	return document, err
}

// composed are subgraphs whose schemas are files.
type composed []config.Subgraph

// maxProblems is how many reasons are told why subgraphs do not compose.
const maxProblems = 20

// Get implements Source.
func (c composed) Get(context.Context, Seen, bool) (*Document, error) {
	subgraphs := make([]compose.Subgraph, len(c))
	for i, sub := range c {
		sdl, err := config.ReadFile(sub.Schema)
		if err != nil {
			return nil, fmt.Errorf("the schema of the subgraph %s cannot be read: %w", sub.Name, err)
		}
		subgraphs[i] = compose.Subgraph{Name: sub.Name, URL: sub.URL, SDL: string(sdl), File: sub.Schema}
	}
	result, problems := compose.Compose(subgraphs, compose.Options{})
	if len(problems) == 0 {
		return &Document{SDL: result.SupergraphSDL}, nil
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
	return nil, errors.Join(errs...)
}

// filesOf are the files that the configured source reads.
func filesOf(s *config.Supergraph) []string {
	var files []string
	if s.Path != "" {
		files = append(files, s.Path)
		if len(s.Signature.PublicKeyFiles) > 0 {
			files = append(files, s.Path+signatureSuffix)
		}
	}
	for _, sub := range s.Subgraphs {
		files = append(files, sub.Schema)
	}
	return files
}

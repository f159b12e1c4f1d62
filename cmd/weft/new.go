package main

import (
	"fmt"

	"github.com/weft-graphql/weft/cmd/weft/newsubgraph"
)

type newCommand struct {
	Subgraph newSubgraphCommand `cmd:"" help:"Write the beginning of a subgraph in Go, with an entity and tests."`
}

type newSubgraphCommand struct {
	Name   string `arg:"" help:"What the graph calls it, for example wishes or gift-cards."`
	Dir    string `help:"Directory to write to; NAME when left out." type:"path" placeholder:"DIR"`
	Module string `help:"Path of its Go module; example.com/NAME when left out." placeholder:"PATH"`
}

// Run writes the subgraph and says how to go on.
func (c newSubgraphCommand) Run() error {
	if c.Dir == "" {
		c.Dir = c.Name
	}
	n, err := newsubgraph.Write(newsubgraph.Options{Name: c.Name, Dir: c.Dir, Module: c.Module})
	if err != nil {
		return err
	}
	_, err = fmt.Printf(`wrote the subgraph %s to %s: %s. Next:

  cd %s && go generate ./... && go test ./...
  go run .
  weft dev --subgraph %s=http://127.0.0.1:5001/graphql    (in another terminal)
`, c.Name, shortPath(c.Dir), count(n, "file"), shortPath(c.Dir), c.Name)
	return err
}

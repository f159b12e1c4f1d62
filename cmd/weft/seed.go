package main

import (
	"context"
	"fmt"

	"github.com/weft-graphql/weft/subgraphs"
)

type seedCommand struct {
	Name string `arg:"" optional:"" help:"Which service: ${subgraphs}. All of them when left out."`
	Size int    `help:"How many times as large as the sample shop, which has 300 products, 200 people and 1500 reviews." default:"1"`
	databaseFlags
}

// Run fills databases of services that are not running.
func (c seedCommand) Run(ctx context.Context) error {
	if c.Size < 1 || c.Size > 10_000 {
		return fmt.Errorf("--size must be between 1 and 10,000, not %d", c.Size)
	}
	names := subgraphs.Names()
	if c.Name != "" {
		names = []string{c.Name}
	}
	for _, name := range names {
		if err := subgraphs.Seed(ctx, name, c.Size, c.config()); err != nil {
			return err
		}
		fmt.Printf("%s: filled\n", name)
	}
	return nil
}

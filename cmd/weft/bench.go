package main

import (
	"context"
	"os"

	"github.com/weft-graphql/weft/bench/load"
)

type benchCommand struct {
	load.Config `embed:""`
}

// Run sends the workload and reports; the exit status is 1 when an answer was wrong.
func (c benchCommand) Run(ctx context.Context) error {
	report, err := load.Run(ctx, c.Config)
	if err != nil {
		return err
	}
	if err := report.Write(os.Stdout); err != nil {
		return err
	}
	if !report.OK() {
		return exitError(1)
	}
	return nil
}

package main

import (
	"context"
	"errors"

	"github.com/weft-graphql/weft/router/standalone"
)

type routerCommand struct{ standalone.Command }

// Run serves the graph until the process is told to end.
func (c routerCommand) Run(ctx context.Context) error {
	err := c.Command.Run(ctx)
	if errors.Is(err, standalone.ErrConfiguration) {
		return exitError(1)
	}
	return err
}

package main

import (
	"fmt"

	"github.com/alecthomas/kong"
)

type helpCommand struct {
	Command []string `arg:"" optional:"" help:"The command to explain, for example dev or cache inspect."`
}

// Run prints what --help prints of the command.
func (c helpCommand) Run(parser *kong.Kong) error {
	traced, err := kong.Trace(parser, c.Command)
	if err == nil {
		err = traced.Error
	}
	if err != nil {
		return fmt.Errorf("%w; weft help lists the commands", err)
	}
	return traced.PrintUsage(false)
}

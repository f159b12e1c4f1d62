package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
)

// devCommand measures what starting `weft dev` takes, until its first answer: with databases to be filled, and with
// those of the start before.
type devCommand struct {
	Rounds int    `help:"How often it is started." default:"5"`
	Binary string `help:"The weft binary. Without it, ./cmd/weft is built." type:"existingfile" placeholder:"FILE"`
}

// Run starts it twice in each round.
func (c *devCommand) Run(ctx context.Context) error {
	if c.Rounds < 1 {
		return fmt.Errorf("%d rounds: there must be one at least", c.Rounds)
	}
	dir, err := os.MkdirTemp("", "weft-bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	binary, err := routerBinary(ctx, c.Binary, dir)
	if err != nil {
		return err
	}
	fmt.Fprintln(os.Stderr, describeMachine())
	var first, again []started
	for round := range c.Rounds {
		data := filepath.Join(dir, fmt.Sprint("data", round))
		for _, starts := range []*[]started{&first, &again} {
			s, err := startOnce(ctx, binary, "dev", "--data-dir", data)
			if err != nil {
				return err
			}
			*starts = append(*starts, s)
		}
	}
	if err := printStarts("new databases: ", first); err != nil {
		return err
	}
	return printStarts("databases of before: ", again)
}

//go:build !linux

package main

import (
	"errors"
	"os/exec"
)

// startOn starts cmd. Binding it to a core is only known for Linux.
func startOn(cpu int, cmd *exec.Cmd) error {
	if cpu >= 0 {
		return errors.New("processes can be bound to a CPU only on Linux: use --no-pin")
	}
	return cmd.Start()
}

// dieWithParent does nothing: children are stopped when this program ends in an orderly way.
func dieWithParent(*exec.Cmd) {}

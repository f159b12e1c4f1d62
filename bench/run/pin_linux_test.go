package main

import (
	"os"
	"testing"

	"golang.org/x/sys/unix"
)

func TestChildrenAreBoundToOneCore(t *testing.T) {
	var mine unix.CPUSet
	if err := unix.SchedGetaffinity(0, &mine); err != nil {
		t.Fatal(err)
	}
	cpu := 0
	for !mine.IsSet(cpu) {
		cpu++
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	c, err := startChild("stub", cpu, self, "stub")
	if err != nil {
		t.Fatal(err)
	}
	var urls map[string]string
	if err := c.ready(&urls); err != nil {
		t.Fatal(err)
	}
	defer c.stop()
	var theirs unix.CPUSet
	if err := unix.SchedGetaffinity(c.pid(), &theirs); err != nil {
		t.Fatal(err)
	}
	if theirs.Count() != 1 || !theirs.IsSet(cpu) {
		t.Errorf("the child may run on %d cores", theirs.Count())
	}
	if _, err := startChild("stub", 1023, self, "stub"); err == nil {
		t.Error("a core that is not there was accepted")
	}
}

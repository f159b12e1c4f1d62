package main

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestShapesMeasureEveryServer(t *testing.T) {
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	reports := filepath.Join(t.TempDir(), "reports.json")
	c := shapesCommand{Shape: []string{"guild"}, Router: self, NoPin: true, Rounds: 1, Duration: 50 * time.Millisecond, JSON: reports}
	if err := c.Run(context.Background()); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(reports)
	if err != nil {
		t.Fatal(err)
	}
	var all []measurement
	if err := json.Unmarshal(text, &all); err != nil {
		t.Fatal(err)
	}
	connections := map[string]int{}
	for _, m := range all {
		connections[m.Report.Workload+", "+m.Server] = m.Report.Connections
	}
	for shape, want := range map[string]int{"guild: constant 50": 50, "guild: ramp to 500": 500} {
		for _, server := range []string{"floor", "weft", "weft, nothing shared", "weft, queries shared"} {
			if got := connections[shape+", "+server]; got != want {
				t.Errorf("%s, %s: %d connections, want %d", shape, server, got, want)
			}
		}
	}
	if len(all) != 2*4 {
		t.Errorf("%d measurements", len(all))
	}
	c.Shape = []string{"cosmo"}
	if err := c.Run(context.Background()); err == nil || !strings.Contains(err.Error(), `unknown shape "cosmo"`) {
		t.Errorf("unknown shape: error %v", err)
	}
}

func TestVariation(t *testing.T) {
	if got := variation([]float64{90, 100, 110}); got < 0.0999 || got > 0.1001 {
		t.Errorf("variation %v, want 0.1", got)
	}
	if got := variation([]float64{90}); got != 0 {
		t.Errorf("variation of one value %v", got)
	}
}

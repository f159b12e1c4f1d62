package main

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/weft-graphql/weft/bench/load"
)

func TestTelemetryMeasuresEveryRouter(t *testing.T) {
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	reports := filepath.Join(t.TempDir(), "reports.json")
	c := telemetryCommand{
		Workload: []string{"small"}, Ratio: 0.01, Router: self, NoPin: true, Rounds: 1, Connections: 2,
		Duration: 50 * time.Millisecond, JSON: reports,
	}
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
	var servers []string
	for _, m := range all {
		servers = append(servers, m.Server)
	}
	if got := strings.Join(servers, " "); got != "floor off metrics traces usage" {
		t.Errorf("measured: %s", got)
	}
}

// TestCostsAreComparedWithinRounds has a machine that was twice as slow in the second round.
func TestCostsAreComparedWithinRounds(t *testing.T) {
	var all []measurement
	for round, slow := range []time.Duration{1, 2, 1} {
		for server, cpu := range map[string]time.Duration{"off": 100, "traces": 103} {
			all = append(all, measurement{Server: server, Round: round + 1, Report: &load.Report{
				Workload: "distinct", Sent: 1, Requests: 1, CPU: cpu * slow * time.Millisecond,
			}})
		}
	}
	var out bytes.Buffer
	if err := writeCosts(&out, all); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(out.String(), "| distinct | traces |     1.030 |           1.030 |           1.030 |") {
		t.Errorf("\n%s", out.String())
	}
}

package metrics

import (
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/weft-graphql/weft/router/server"
)

// operationNames are the names that have series, sorted.
func operationNames(t *testing.T, o *operations) string {
	t.Helper()
	registry := prometheus.NewPedanticRegistry()
	o.register(registry)
	families, err := registry.Gather()
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, family := range families {
		for _, m := range family.Metric {
			if family.GetName() != "weft_operation_duration_seconds" {
				continue
			}
			for _, l := range m.Label {
				if l.GetName() == "operation" {
					names = append(names, l.GetValue()+" "+strconv.FormatUint(m.Histogram.GetSampleCount(), 10))
				}
			}
		}
	}
	return strings.Join(names, ", ")
}

// TestNamesAreBounded counts more operations than have series of their own.
func TestNamesAreBounded(t *testing.T) {
	o, now := newOperations(), time.Now()
	o.now = func() time.Time { return now }
	o.limit(2)
	count := func(names ...string) {
		for _, name := range names {
			o.count(&server.Observation{Operation: server.OperationInfo{Name: name, Kind: "query", Errors: 1}})
		}
	}
	want := func(when, want string) {
		t.Helper()
		if got := operationNames(t, o); got != want {
			t.Errorf("%s: %s, want %s", when, got, want)
		}
	}
	count("A", "B", "C", "D", "A", strings.Repeat("x", longestName+1))
	want("at first", "(other) 3, A 2, B 1")
	now = now.Add(forgetAfter)
	count("E", "A")
	want("when all names were used in the last hour", "(other) 4, A 3, B 1")
	now = now.Add(forgetAfter)
	count("E", "F", "A")
	want("an hour later", "(other) 5, A 4, E 1")
	o.limit(0)
	count("G", "A")
	want("without names", "(other) 5, A 5, E 1")
}

package anomaly_test

import (
	"flag"
	"fmt"
	"math"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/weft-graphql/weft/subgraphs/insights/anomaly"
)

var (
	seriesCount = flag.Int("series", 24, "how many synthetic series TestSynthetic draws")
	firstSeed   = flag.Uint64(
		"first-seed",
		1_000_000,
		"the seed of the first one; the detector was tuned on those below 10,000",
	)
)

// outcome is what became of a synthetic series.
type outcome struct {
	synthetic
	caught  []bool // by label
	delays  []time.Duration
	extra   int
	wrong   []anomaly.Finding
	resumed int
}

func at(i int) time.Time { return begin.Add(time.Duration(i) * step) }

// watch runs the detector over a series.
func watch(s synthetic) outcome {
	o := outcome{synthetic: s, caught: make([]bool, len(s.labels)), delays: make([]time.Duration, len(s.labels))}
	series := anomaly.New(s.settings)
	for i, v := range s.values {
		findings := series.Look(at(i))
		if !math.IsNaN(v) {
			findings = append(findings, series.Observe(at(i), v)...)
		}
		for _, f := range findings {
			o.note(f, i)
		}
	}
	return o
}

// note compares a finding with the labels.
func (o *outcome) note(f anomaly.Finding, i int) {
	switch f.Stage {
	case anomaly.Ended:
		return
	case anomaly.Resumed:
		o.resumed++
	}
	for n, l := range o.labels {
		if i < l.from || i > l.to+2*perHour || (f.Reason == anomaly.Silence) != (l.kind == "silence") {
			continue
		}
		if l.kind == "unlabelled" || i >= l.to {
			return // neither caught nor wrong
		}
		if o.caught[n] && f.Stage == anomaly.Begun {
			o.extra++
		}
		if !o.caught[n] {
			o.caught[n], o.delays[n] = true, at(i).Sub(at(l.from))
		}
		return
	}
	if f.Stage == anomaly.Begun {
		o.wrong = append(o.wrong, f)
	}
}

// watchAll runs many series, two at a time.
func watchAll(first uint64, count int) []outcome {
	outcomes := make([]outcome, count)
	var running sync.WaitGroup
	for part := range 2 {
		running.Go(func() {
			for i := part; i < count; i += 2 {
				outcomes[i] = watch(draw(first + uint64(i)))
			}
		})
	}
	running.Wait()
	return outcomes
}

// figures sums outcomes up.
type figures struct {
	labels, caught map[string]int
	delays         map[string][]time.Duration
	wrong, extra   int
	wrongBy        map[string]int
}

func sumUp(outcomes []outcome) figures {
	f := figures{map[string]int{}, map[string]int{}, map[string][]time.Duration{}, 0, 0, map[string]int{}}
	for _, o := range outcomes {
		f.wrong += len(o.wrong)
		f.wrongBy[o.name] += len(o.wrong)
		f.extra += o.extra
		for n, l := range o.labels {
			if l.kind == "unlabelled" {
				continue
			}
			keys := []string{"kind " + l.kind, "series " + o.name, "all"}
			if l.kind != "silence" {
				keys = append(keys, fmt.Sprintf("%2.0f MAD and more", math.Floor(math.Abs(l.mads)/2)*2), "deviations")
			}
			for _, key := range keys {
				f.labels[key]++
				if o.caught[n] {
					f.caught[key]++
					f.delays[key] = append(f.delays[key], o.delays[n])
				}
			}
		}
	}
	return f
}

// text is the figures as a table.
func (f figures) text(count int) string {
	var b strings.Builder
	keys := make([]string, 0, len(f.labels))
	for key := range f.labels {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	for _, key := range keys {
		delays := f.delays[key]
		slices.Sort(delays)
		typical := time.Duration(0)
		if len(delays) > 0 {
			typical = delays[len(delays)/2]
		}
		fmt.Fprintf(&b, "%-20s %4d of %4d found (%.1f %%), half of them within %s\n", key, f.caught[key], f.labels[key],
			100*float64(f.caught[key])/float64(f.labels[key]), typical)
	}
	months := float64(count) * float64(length-14*perDay) / float64(30*perDay)
	fmt.Fprintf(
		&b,
		"%d false alarms in %.0f months of series: %.3f per series and month %v; %d told twice\n",
		f.wrong,
		months,
		float64(f.wrong)/months,
		f.wrongBy,
		f.extra,
	)
	return b.String()
}

// TestSynthetic holds the detector to what docs/insights.md says of it.
func TestSynthetic(t *testing.T) {
	t.Parallel()
	outcomes := watchAll(*firstSeed, *seriesCount)
	f := sumUp(outcomes)
	t.Log("\n" + f.text(*seriesCount))
	if testing.Verbose() {
		for _, o := range outcomes {
			for _, w := range o.wrong {
				t.Logf("false alarm in %s: %s %s", o.name, w.Found.Sub(begin), w.Why)
			}
		}
	}
	if part := float64(f.caught["all"]) / float64(f.labels["all"]); part < 0.95 {
		t.Errorf("%.1f %% of the anomalies were found; at least 95 %% are to be", 100*part)
	}
	months := float64(*seriesCount) * float64(length-14*perDay) / float64(30*perDay)
	if rate := float64(f.wrong) / months; rate >= 1 {
		t.Errorf("there were %.2f false alarms per series and month; fewer than 1 are to be", rate)
	}
}

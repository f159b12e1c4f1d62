package scrape

import (
	"context"
	"fmt"
	"sync"
	"time"

	dto "github.com/prometheus/client_model/go"

	"github.com/weft-graphql/weft/subgraphs/insights/anomaly"
)

// Reading is the value of a signal within a step.
type Reading struct {
	Signal string
	Value  float64
	// Settings say what the signal is like. Its step is not set.
	Settings anomaly.Settings
}

// maxSignals bounds how many signals are made: labels have values that others choose.
const maxSignals = 200

// key names a signal: the place of its rule, and the value of the label that it is for.
type key struct {
	rule  int
	value string
}

// Reader reads targets again and again, and tells how they have changed. It is not safe for concurrent use.
type Reader struct {
	targets []Target
	// before is what each has told last, and gap says that it could not be read since.
	before []map[key]sums
	gap    []bool
	at     time.Time
	known  map[key]bool
}

// NewReader makes a reader of the targets.
func NewReader(targets []Target) *Reader {
	return &Reader{
		targets: targets,
		before:  make([]map[key]sums, len(targets)),
		gap:     make([]bool, len(targets)),
		known:   map[key]bool{},
	}
}

// Read returns the signals of the time since it was called last, all targets together. The first time there are none,
// and none of those that a target tells which cannot be read, since what the others tell is not the whole; the errors
// say which.
func (r *Reader) Read(ctx context.Context, now time.Time) ([]Reading, []error) {
	after, failures := make([]map[key]sums, len(r.targets)), make([]error, len(r.targets))
	var reading sync.WaitGroup
	for i, target := range r.targets {
		reading.Go(func() {
			families, err := target.read(ctx)
			if err != nil {
				failures[i] = err
				return
			}
			after[i] = r.sumUp(families)
		})
	}
	reading.Wait()
	seconds := now.Sub(r.at).Seconds()
	started := r.at.IsZero()
	r.at = now
	total, missing := map[key]sums{}, map[key]bool{}
	for i := range r.targets {
		r.compare(i, after[i], total, missing)
	}
	var readings []Reading
	if !started && seconds > 0 {
		for k, changed := range total {
			if missing[k] || !r.room(k) {
				continue
			}
			if reading, ok := readingOf(k, changed, seconds); ok {
				readings = append(readings, reading)
			}
		}
	}
	var errs []error
	for _, err := range failures {
		if err != nil {
			errs = append(errs, err)
		}
	}
	return readings, errs
}

// compare adds what a target has counted since it was read before to the total, and says which signals it should have
// told of and did not.
func (r *Reader) compare(i int, after map[key]sums, total map[key]sums, missing map[key]bool) {
	before, gap := r.before[i], r.gap[i]
	r.gap[i] = after == nil
	if after == nil || gap {
		// What was counted since is of more than one step.
		for k := range before {
			missing[k] = true
		}
		if after != nil {
			r.before[i] = after
		}
		return
	}
	r.before[i] = after
	if before == nil {
		return
	}
	for k, is := range after {
		was := before[k]
		if is.part < was.part || is.whole < was.whole {
			missing[k] = true // the target has started anew
			continue
		}
		t := total[k]
		total[k] = sums{t.part + is.part - was.part, t.whole + is.whole - was.whole}
	}
}

// room reports whether there may be such a signal.
func (r *Reader) room(k key) bool {
	if !r.known[k] && len(r.known) >= maxSignals {
		return false
	}
	r.known[k] = true
	return true
}

// maxValue bounds the value of a label that is part of a signal's name, in bytes.
const maxValue = 60

// mark is a metric that every router has which has answered anything.
const mark = "weft_requests_total"

// sumUp makes the sums of all signals.
func (r *Reader) sumUp(families map[string]*dto.MetricFamily) map[key]sums {
	all := map[key]sums{}
	for i := range rules {
		rule := &rules[i]
		if rule.by == "" && rule.do == counted && families[mark] != nil {
			all[key{rule: i}] = sums{} // nothing was counted yet
		}
		for _, m := range families[rule.metric].GetMetric() {
			k := key{rule: i}
			if rule.by != "" {
				if k.value = labelOf(m)(rule.by); k.value == "" || len(k.value) > maxValue {
					continue
				}
			}
			s := all[k]
			rule.add(&s, m)
			all[k] = s
		}
	}
	return all
}

// few is how many requests do not matter within a step.
const few = 10

// readingOf makes a value of what has changed.
func readingOf(k key, changed sums, seconds float64) (Reading, bool) {
	rule := &rules[k.rule]
	reading := Reading{Signal: rule.signal, Settings: rule.settings}
	if rule.by != "" {
		reading.Signal = fmt.Sprintf(rule.signal, k.value)
	}
	reading.Settings.Name, reading.Settings.Unit = reading.Signal, rule.unit
	switch rule.do {
	case perSecond:
		reading.Value = changed.part / seconds
		// A few requests more or less within a step do not matter.
		reading.Settings.Floor = max(reading.Settings.Floor, few/seconds)
	case counted:
		reading.Value = changed.part
	default:
		if changed.whole < least {
			return Reading{}, false
		}
		reading.Value = changed.part / changed.whole
	}
	return reading, true
}

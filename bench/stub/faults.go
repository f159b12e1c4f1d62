package stub

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"sync"
	"time"
)

// Faults says how a subgraph misbehaves. The shares are between 0 and 1 of all requests and are drawn one after the
// other, so that their sum is at most 1. The zero value is a subgraph without faults.
type Faults struct {
	// Delay is waited before every answer.
	Delay time.Duration `json:"delay" help:"Wait before every answer." placeholder:"DURATION"`
	// Slow requests wait SlowBy in addition.
	Slow   float64       `json:"slow" help:"Share of requests (0 to 1) that wait --slow-by in addition." placeholder:"SHARE"`
	SlowBy time.Duration `json:"slowBy" help:"What a slow request waits." default:"5s"`
	// Fail requests get status 500 and a text.
	Fail float64 `json:"fail" help:"Share of requests answered with status 500." placeholder:"SHARE"`
	// Errors requests get a GraphQL response with an error and no data.
	Errors float64 `json:"errors" help:"Share of requests answered with a GraphQL error and data null." placeholder:"SHARE"`
	// Garbage requests get status 200 and something that is not JSON.
	Garbage float64 `json:"garbage" help:"Share of requests answered with something that is not JSON." placeholder:"SHARE"`
	// Truncated requests get the first half of their answer as if it were all of it.
	Truncated float64 `json:"truncated" help:"Share of requests answered with half of the JSON." placeholder:"SHARE"`
	// Close requests get half of their answer, then the connection is closed.
	Close float64 `json:"close" help:"Share of requests whose connection is closed in the middle of the answer." placeholder:"SHARE"`
}

// Validate tells what is wrong with shares or durations.
func (f Faults) Validate() error {
	sum := 0.0
	for _, s := range []struct {
		name  string
		share float64
	}{{"slow", f.Slow}, {"fail", f.Fail}, {"errors", f.Errors}, {"garbage", f.Garbage}, {"truncated", f.Truncated}, {"close", f.Close}} {
		if !(s.share >= 0 && s.share <= 1) {
			return fmt.Errorf("fault %s is %v: it is a share of requests between 0 and 1", s.name, s.share)
		}
		if s.name != "slow" {
			sum += s.share
		}
	}
	if sum > 1 {
		return fmt.Errorf("the shares of fail, errors, garbage, truncated and close add up to %v: at most 1 is possible", sum)
	}
	if f.Delay < 0 || f.SlowBy < 0 {
		return fmt.Errorf("delay (%v) and slow-by (%v) must not be negative", f.Delay, f.SlowBy)
	}
	return nil
}

// parseFaults reads faults from JSON, with durations as text ("5ms"), and refuses unknown members.
func parseFaults(data []byte) (Faults, error) {
	var f Faults
	text := struct {
		*Faults
		Delay  string `json:"delay"`
		SlowBy string `json:"slowBy"`
	}{Faults: &f}
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&text); err != nil {
		return f, err
	}
	for _, d := range []struct {
		name, text string
		into       *time.Duration
	}{{"delay", text.Delay, &f.Delay}, {"slowBy", text.SlowBy, &f.SlowBy}} {
		if d.text == "" {
			continue
		}
		parsed, err := time.ParseDuration(d.text)
		if err != nil {
			return f, fmt.Errorf("%s: %w", d.name, err)
		}
		*d.into = parsed
	}
	return f, nil
}

// fault is what happens to one request.
type fault int

const (
	noFault fault = iota
	failFault
	errorsFault
	garbageFault
	truncatedFault
	closeFault
)

// dice draws faults. It is seeded, so that a run on one connection repeats.
type dice struct {
	mu     sync.Mutex
	random *rand.Rand
}

func newDice() *dice { return &dice{random: rand.New(rand.NewPCG(1, 2))} }

// draw returns what happens to the next request and how long it waits first.
func (d *dice) draw(f *Faults) (fault, time.Duration) {
	d.mu.Lock()
	slow, kind := d.random.Float64(), d.random.Float64()
	d.mu.Unlock()
	wait := f.Delay
	if slow < f.Slow {
		wait += f.SlowBy
	}
	for _, candidate := range []struct {
		share float64
		fault fault
	}{{f.Fail, failFault}, {f.Errors, errorsFault}, {f.Garbage, garbageFault}, {f.Truncated, truncatedFault}, {f.Close, closeFault}} {
		if kind < candidate.share {
			return candidate.fault, wait
		}
		kind -= candidate.share
	}
	return noFault, wait
}

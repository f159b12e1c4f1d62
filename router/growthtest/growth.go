// Package growthtest tells linear from quadratic: it runs the same work on an input and on one four times as large, and
// compares what both cost. Costs are allocations, which are the same in every run, and the processor time of the whole
// process, of which only the ratio counts and only if it stays bad when measured again.
package growthtest

import (
	"runtime"
	"runtime/debug"
	"syscall"
	"testing"
	"time"
)

const (
	small = Large / 4

	// maxAllocated is how much more may be allocated for four times the input. Slices that grow by doubling can
	// make it up to twice the four.
	maxAllocated = 8
	// maxProcessorTime is how much more processor time may be used: n log n is below five, quadratic work at sixteen.
	maxProcessorTime = 10
	// attempts is how often the times are measured before they count.
	attempts = 5
)

// Cost is what a piece of work used.
type Cost struct {
	Bytes, Allocations uint64
	Processor          time.Duration
}

// Linear fails the test when an input of Large bytes costs much more than four times what one of a quarter does. The
// work begins after prepare returned it.
func Linear(t *testing.T, prepare func(size int) (work func())) {
	t.Helper()
	check(t, prepare, maxAllocated, maxProcessorTime)
}

// Quadratic fails the test when an input of Large bytes costs much more than sixteen times what one of a quarter does:
// for work that fills a table whose rows and columns both become more.
func Quadratic(t *testing.T, prepare func(size int) (work func())) {
	t.Helper()
	check(t, prepare, maxAllocated*4, maxProcessorTime*4)
}

func check(t *testing.T, prepare func(size int) func(), mostAllocated, mostTime float64) {
	t.Helper()
	few, many := prepare(small), prepare(Large)
	var less, more Cost
	for range attempts {
		less, more = measure(few), measure(many)
		if t.Failed() || ratio(float64(more.Processor), float64(less.Processor)) <= mostTime {
			break
		}
	}
	t.Logf("%d MB in %d allocations, %v; a quarter of the input: %d MB in %d allocations, %v",
		more.Bytes>>20, more.Allocations, more.Processor, less.Bytes>>20, less.Allocations, less.Processor)
	for _, c := range []struct {
		what       string
		less, more float64
		most       float64
	}{
		{"allocated bytes", float64(less.Bytes), float64(more.Bytes), mostAllocated},
		{"allocations", float64(less.Allocations), float64(more.Allocations), mostAllocated},
		{"processor time", float64(less.Processor), float64(more.Processor), mostTime},
	} {
		if r := ratio(c.more, c.less); r > c.most {
			t.Errorf("%s: %.1f times as much for four times the input (%.0f and %.0f)", c.what, r, c.less, c.more)
		}
	}
}

func ratio(more, less float64) float64 { return more / max(less, 1) }

func measure(work func()) Cost {
	runtime.GC()
	defer debug.SetGCPercent(debug.SetGCPercent(400)) // collecting garbage is most of what takes time here
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	begin := processorTime()
	work()
	used := processorTime() - begin
	runtime.ReadMemStats(&after)
	return Cost{after.TotalAlloc - before.TotalAlloc, after.Mallocs - before.Mallocs, used}
}

func processorTime() time.Duration {
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		panic(err) // cannot happen with RUSAGE_SELF and a valid pointer
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}

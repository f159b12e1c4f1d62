package server

import (
	"sync"
	"sync/atomic"
	"testing"
)

// TestNoWorkIsForgotten tells of work while other work is done, while none is, and when it is over.
func TestNoWorkIsForgotten(t *testing.T) {
	var a Activity
	steps := 0
	if !a.Do(func() bool {
		steps++
		for range 2 { // told twice, it is looked for once
			if steps < 3 && a.Wake() {
				t.Error("somebody else has the work")
			}
		}
		return true
	}) || steps != 3 {
		t.Errorf("it ended after %d steps", steps)
	}
	if !a.Wake() || a.Wake() {
		t.Error("not one has the work")
	}
	if a.Do(func() bool { return false }) || a.Wake() {
		t.Error("it is not over")
	}
}

// TestOneWorksAtATime tells of work from many sides at once: it is all done, by one at a time.
func TestOneWorksAtATime(t *testing.T) {
	var a Activity
	var due, done, at atomic.Int64
	step := func() bool {
		if at.Add(1) != 1 {
			t.Error("two are at work")
		}
		done.Add(due.Swap(0))
		at.Add(-1)
		return true
	}
	a.Do(step)
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			for range 1000 {
				due.Add(1)
				if a.Wake() {
					a.Do(step)
				}
			}
		})
	}
	all.Wait()
	if done.Load() != 8000 {
		t.Errorf("%d of 8000 were done", done.Load())
	}
}

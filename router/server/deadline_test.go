package server

import (
	"context"
	"errors"
	"testing"
	"time"
)

func TestDeadlines(t *testing.T) {
	parent, cancel := context.WithCancel(context.WithValue(t.Context(), valueKey{}, "value"))
	d := withDeadline(parent, time.Hour)
	if at, ok := d.Deadline(); !ok || time.Until(at) > time.Hour || time.Until(at) < 59*time.Minute {
		t.Errorf("the deadline is %s", at)
	}
	if d.Err() != nil || d.Value(valueKey{}) != "value" {
		t.Error("it has ended, or lost its values")
	}
	child, stop := context.WithCancel(d)
	defer stop()
	if done := d.Done(); done != d.Done() || d.Err() != nil || child.Err() != nil || d.Value(valueKey{}) != "value" {
		t.Error("waiting for it changes it")
	}
	cancel()
	<-d.Done()
	<-child.Done()
	if !errors.Is(d.Err(), context.Canceled) {
		t.Errorf("it ended with %v", d.Err())
	}

	if d = withDeadline(parent, time.Hour); !errors.Is(d.Err(), context.Canceled) {
		t.Errorf("below a context that has ended: %v", d.Err())
	}
	if d = withDeadline(t.Context(), -time.Second); !errors.Is(d.Err(), context.DeadlineExceeded) {
		t.Errorf("after its time: %v", d.Err())
	}
	<-d.Done()
	d = withDeadline(t.Context(), time.Millisecond)
	<-d.Done()
	if !errors.Is(d.Err(), context.DeadlineExceeded) {
		t.Errorf("after its time: %v", d.Err())
	}
	sooner, stopSooner := context.WithTimeout(t.Context(), time.Minute)
	defer stopSooner()
	want, _ := sooner.Deadline()
	if at, _ := withDeadline(sooner, time.Hour).Deadline(); !at.Equal(want) {
		t.Errorf("the deadline is %s, that of its parent %s", at, want)
	}
	d = withDeadline(t.Context(), time.Hour)
	d.end()
	done := d.Done()
	d.end()
	<-done
}

// TestDerivedContextsNeedNoGoroutine keeps derived contexts from needing a goroutine each.
func TestDerivedContextsNeedNoGoroutine(t *testing.T) {
	d := withDeadline(t.Context(), time.Hour)
	defer d.end()
	allocations := testing.AllocsPerRun(100, func() {
		_, cancel := context.WithCancel(d)
		cancel()
	})
	direct, cancel := context.WithCancel(t.Context())
	defer cancel()
	if want := testing.AllocsPerRun(100, func() {
		_, cancel := context.WithCancel(direct)
		cancel()
	}); allocations > want {
		t.Errorf("%v allocations for a derived context, %v for one of the package context", allocations, want)
	}
}

type valueKey struct{}

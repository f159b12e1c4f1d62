package connection

import (
	"errors"
	"log/slog"
	"testing"
	"time"
)

func TestSeveralFailuresOpenTheBreaker(t *testing.T) {
	b := NewBreaker(100*time.Millisecond, slog.New(slog.DiscardHandler), nil)
	b.Close()
	broken := errors.New("broken")
	for range 5 {
		for range MaxFailures - 1 {
			b.Failed(broken)
		}
		b.Succeeded()
	}
	if !b.Closed() {
		t.Error("failures with successes between them opened it")
	}
	for i := range MaxFailures {
		if !b.Closed() {
			t.Errorf("%d failures opened it", i)
		}
		b.Failed(broken)
	}
	if b.Closed() {
		t.Error("failures in a row did not open it")
	}
	if b.most >= time.Second {
		t.Errorf("it pauses for %s", b.most)
	}
}

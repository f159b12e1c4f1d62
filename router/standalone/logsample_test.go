package standalone

import (
	"bytes"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// lockedBuffer is a buffer that timers write to, too.
type lockedBuffer struct {
	mu  sync.Mutex
	out bytes.Buffer
}

func (b *lockedBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.out.Write(p)
}

func (b *lockedBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.out.String()
}

func (b *lockedBuffer) Reset() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.out.Reset()
}

// TestRepeatedLinesAreLeftOut repeats a line, and waits until it is told how often.
func TestRepeatedLinesAreLeftOut(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var out lockedBuffer
		handler := newSampled(slog.NewTextHandler(&out, nil), 3, 10*time.Second)
		logger := slog.New(handler)
		for range 10 {
			logger.With("a", 1).Warn("again")
			logger.Info("again")
		}
		logger.Warn("other")
		slog.New(handler.(interface{ Unsampled() slog.Handler }).Unsampled()).Warn("again")
		if got := strings.Count(out.String(), "level=WARN msg=again"); got != 4 {
			t.Errorf("%d lines of ten and one that is not sampled:\n%s", got, &out)
		}
		if got := out.String(); strings.Count(got, "level=INFO msg=again") != 3 || !strings.Contains(got, "other") {
			t.Errorf("%s", got)
		}
		time.Sleep(11 * time.Second)
		synctest.Wait()
		if got := out.String(); !strings.Contains(got, `level=WARN msg="lines were left out" a=1 line=again lines=7 in=10s`) {
			t.Errorf("what was left out is not told:\n%s", got)
		}
		out.Reset()
		logger.Warn("again")
		if !strings.Contains(out.String(), "again") {
			t.Error("the next period has no line")
		}
		// However many messages there are, each is written, and no more than so many are remembered.
		out.Reset()
		for i := range 3 * mostMessages {
			logger.Warn(fmt.Sprint("message ", i))
		}
		if got := strings.Count(out.String(), "\n"); got != 3*mostMessages {
			t.Errorf("%d lines", got)
		}
		if got := len(handler.(sampled).seen.counts); got > mostMessages {
			t.Errorf("%d messages are remembered", got)
		}
	})
}

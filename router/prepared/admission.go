package prepared

import (
	"context"
	"errors"
	"runtime"
	"sync/atomic"
)

// ErrBusy means that an operation was not prepared or planned, because too many new ones are being prepared or the
// request's time was over before it was this one's turn.
var ErrBusy = errors.New("too many new operations are being prepared")

// largeDocument is the size in bytes from which a document counts as large.
const largeDocument = 4 << 10

// admission bounds how many documents are prepared and planned at the same time. That takes thirty times their size in
// memory and more, and only the processor's time: doing more of it at once than there are processors gains nothing.
// Large documents have places of their own, for half of the processors, so that small ones do not wait for them.
type admission struct {
	small, large chan struct{}
	// waiting are the bytes of the documents that have no place yet, at most most.
	waiting atomic.Int64
	most    int64
}

func newAdmission(most int64) *admission {
	n := runtime.GOMAXPROCS(0)
	return &admission{small: make(chan struct{}, 4*n), large: make(chan struct{}, max(1, n/2)), most: most}
}

// permit is where a document is worked on.
type permit struct{ among chan struct{} }

func (p *permit) leave() { <-p.among }

// enter waits for a place for a document of so many bytes. Nil means that there is none: ctx has ended, or too much is
// waiting already.
func (a *admission) enter(ctx context.Context, size int) *permit {
	places := a.small
	if size >= largeDocument {
		places = a.large
	}
	select {
	case places <- struct{}{}:
		return &permit{places}
	default:
	}
	defer a.waiting.Add(-int64(size))
	if a.waiting.Add(int64(size)) > a.most {
		return nil
	}
	select {
	case places <- struct{}{}:
		return &permit{places}
	case <-ctx.Done():
		return nil
	}
}

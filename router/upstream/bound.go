package upstream

import (
	"context"
	"fmt"
	"time"
)

// bound limits the calls in progress.
type bound struct {
	next    Subgraph
	places  chan struct{}
	timeout time.Duration
}

func (b *bound) Do(ctx context.Context, req *Request, resp *Response) error {
	select {
	case b.places <- struct{}{}:
	default:
		timer := time.NewTimer(b.timeout)
		defer timer.Stop()
		select {
		case b.places <- struct{}{}:
		case <-ctx.Done():
			return fmt.Errorf("%w: %w while waiting for its turn", ErrRejected, ctx.Err())
		case <-timer.C:
			return fmt.Errorf("%w: it did not get its turn in time", ErrRejected)
		}
	}
	defer func() { <-b.places }()
	return b.next.Do(ctx, req, resp)
}

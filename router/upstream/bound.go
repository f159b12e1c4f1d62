package upstream

import (
	"context"
	"errors"
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
		// Waiting is a part of the call's time.
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, b.timeout)
		defer cancel()
		select {
		case b.places <- struct{}{}:
		case <-ctx.Done():
			if errors.Is(ctx.Err(), context.Canceled) {
				return ctx.Err()
			}
			return fmt.Errorf("%w: it did not get its turn in time", ErrRejected)
		}
	}
	defer func() { <-b.places }()
	return b.next.Do(ctx, req, resp)
}

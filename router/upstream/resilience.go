package upstream

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"

	"github.com/failsafe-go/failsafe-go"
	"github.com/failsafe-go/failsafe-go/circuitbreaker"
	"github.com/failsafe-go/failsafe-go/hedgepolicy"
	"github.com/failsafe-go/failsafe-go/retrypolicy"
)

// passing tells whether a call failed for a reason that may be gone the next moment.
func passing(resp *Response, err error) bool {
	if err != nil {
		return errors.Is(err, ErrUnreachable) || errors.Is(err, ErrBroken)
	}
	switch resp.Status {
	case http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		return true
	}
	return false
}

// breaker stops calling a subgraph that keeps failing.
type breaker struct {
	next  Subgraph
	state circuitbreaker.CircuitBreaker[any]
}

func newBreaker(next Subgraph, config Breaker) *breaker {
	return &breaker{next: next, state: circuitbreaker.NewBuilder[any]().
		WithFailureThreshold(uint(config.Failures)).
		WithDelay(config.OpenFor).
		Build()}
}

func (b *breaker) Do(ctx context.Context, req *Request, resp *Response) error {
	if !b.state.TryAcquirePermit() {
		return fmt.Errorf("%w: it failed too often just now", ErrRejected)
	}
	err := b.next.Do(ctx, req, resp)
	switch {
	case passing(resp, err), errors.Is(err, ErrTimeout) && ctx.Err() == nil:
		b.state.RecordFailure()
	default:
		b.state.RecordSuccess()
	}
	return err
}

// retry repeats queries.
type retry struct {
	next   Subgraph
	policy retrypolicy.RetryPolicy[any]
	budget *tokens
	config Config
}

var errAgain = errors.New("again")

func newRetry(next Subgraph, config Config) *retry {
	return &retry{
		next: next, config: config, budget: newTokens(config.Retries.Budget),
		policy: retrypolicy.NewBuilder[any]().
			WithMaxRetries(config.Retries.Max).
			WithBackoff(config.Retries.Pause, max(config.Timeout, config.Retries.Pause+1)).
			WithJitterFactor(0.5).
			HandleErrors(errAgain).
			Build(),
	}
}

func (r *retry) Do(ctx context.Context, req *Request, resp *Response) error {
	r.budget.earn()
	if !req.Query {
		return r.next.Do(ctx, req, resp)
	}
	ctx, cancel := context.WithTimeout(ctx, r.config.Timeout)
	defer cancel()
	attempts := 0
	var last error
	_ = failsafe.With(r.policy).WithContext(ctx).Run(func() error {
		resp.Release()
		last = r.next.Do(ctx, req, resp)
		attempts++
		if passing(resp, last) && ctx.Err() == nil && attempts <= r.config.Retries.Max && r.budget.spend() {
			return errAgain
		}
		return nil
	})
	if last == nil {
		resp.Attempts = attempts
	}
	return last
}

// hedge sends a slow query a second time.
type hedge struct {
	next   Subgraph
	policy hedgepolicy.HedgePolicy[*Response]
}

func newHedge(next Subgraph, config Config) *hedge {
	return &hedge{next: next, policy: hedgepolicy.NewBuilderWithDelay[*Response](config.Hedge).
		CancelIf(func(r *Response, err error) bool { return err == nil && !passing(r, err) }).
		Build()}
}

func (h *hedge) Do(ctx context.Context, req *Request, resp *Response) error {
	if !req.Query {
		return h.next.Do(ctx, req, resp)
	}
	// The slower request is still under way when the faster one has returned: it needs bytes of its own.
	own := *req
	own.Body = bytes.Clone(req.Body)
	first, err := failsafe.With(h.policy).WithContext(ctx).GetWithExecution(func(e failsafe.Execution[*Response]) (*Response, error) {
		answer := &Response{}
		err := h.next.Do(e.Context(), &own, answer)
		return answer, err
	})
	if err != nil {
		if errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled) {
			return ErrTimeout
		}
		return err
	}
	*resp = *first
	return nil
}

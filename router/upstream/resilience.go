package upstream

import (
	"bytes"
	"context"
	"errors"
	"net/http"
	"slices"
	"sync/atomic"
	"time"

	"github.com/failsafe-go/failsafe-go"
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

// retry repeats queries.
type retry struct {
	next   Subgraph
	policy retrypolicy.RetryPolicy[any]
	budget *tokens
	config Config
	// sent counts the repetitions.
	sent atomic.Uint64
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
			r.sent.Add(1)
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
	next    Subgraph
	policy  hedgepolicy.HedgePolicy[*attempt]
	timeout time.Duration
	// sent counts the second requests.
	sent atomic.Uint64
}

// attempt is one of the requests for an answer.
type attempt struct {
	Response
	err error
	// last tells that the others need not be waited for.
	last bool
}

func newHedge(next Subgraph, config Config) *hedge {
	return &hedge{next: next, timeout: config.Timeout, policy: hedgepolicy.NewBuilderWithDelay[*attempt](config.Hedge).
		CancelIf(func(a *attempt, _ error) bool { return a != nil && a.last }).
		Build()}
}

func (h *hedge) Do(ctx context.Context, req *Request, resp *Response) error {
	if !req.Query {
		return h.next.Do(ctx, req, resp)
	}
	bounded, cancel := context.WithTimeout(ctx, h.timeout)
	defer cancel()
	// The slower request is still under way when the faster one has returned: it needs bytes of its own.
	own := *req
	own.Body, own.Header = bytes.Clone(req.Body), slices.Clone(req.Header)
	var hedged atomic.Bool
	best, err := failsafe.With(h.policy).
		WithContext(bounded).
		GetWithExecution(func(e failsafe.Execution[*attempt]) (*attempt, error) {
			if e.IsHedge() {
				hedged.Store(true)
				h.sent.Add(1)
			}
			a := &attempt{}
			a.err = h.next.Do(e.Context(), &own, &a.Response)
			// A failure waits for the other request, if there is one: it is not made for failures.
			a.last = !passing(&a.Response, a.err) && a.err == nil || !hedged.Load()
			return a, nil
		})
	if err == nil {
		err = best.err
	}
	if err != nil {
		return gaveUp(bounded, err)
	}
	*resp = best.Response
	return nil
}

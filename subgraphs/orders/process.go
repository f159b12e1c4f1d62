package orders

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	"github.com/weft-graphql/weft/subgraphs/orders/payment"
)

// claimAtOnce is how many sagas a process works on at the same time.
const claimAtOnce = 16

// Manage is the process manager: it goes on with sagas that are due, until ctx ends. Several processes may do so on one
// database.
func (c *Core) Manage(ctx context.Context, logger *slog.Logger) {
	for ctx.Err() == nil {
		more, err := c.manageDue(ctx, logger)
		if err != nil && ctx.Err() == nil {
			logger.Warn("checkouts cannot go on and are tried again", "error", err)
		}
		if !more || err != nil {
			c.awaitDue(ctx)
		}
	}
}

// awaitDue waits until a saga is due, or until it is time to look again.
func (c *Core) awaitDue(ctx context.Context) {
	pause := c.timing.Look
	if due, err := c.store.NextDue(ctx); err == nil && !due.IsZero() {
		// What is due and was not claimed is another process's.
		pause = min(pause, max(time.Until(due), c.timing.Look/10))
	}
	timer := time.NewTimer(pause)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-c.wake:
	case <-ctx.Done():
	}
}

// manageDue goes on with what is due, and reports whether there may be more.
func (c *Core) manageDue(ctx context.Context, logger *slog.Logger) (more bool, err error) {
	now := c.now()
	claimed, err := c.store.Claim(ctx, now, now.Add(2*c.timing.Call), claimAtOnce)
	if err != nil {
		return false, err
	}
	var all sync.WaitGroup
	for _, saga := range claimed {
		all.Go(func() {
			if err := c.goOn(ctx, saga); err != nil && ctx.Err() == nil {
				logger.Warn("a checkout cannot go on and is tried again", "order", saga.OrderID, "step", saga.Step, "error", err)
			}
		})
	}
	all.Wait()
	return len(claimed) == claimAtOnce, nil
}

// goOn does what the saga has to do, and writes what became of it. Of an error nothing is written; the claim ends by
// itself.
func (c *Core) goOn(ctx context.Context, claimed *Saga) error {
	ask := c.request(claimed)
	var failure error
	if ask != nil {
		charge, err := c.store.Charge(ctx, claimed.OrderID)
		if err != nil {
			return err
		}
		call, cancel := context.WithTimeout(ctx, c.timing.Call)
		failure = ask(call, charge)
		cancel()
		if ctx.Err() != nil {
			return ctx.Err()
		}
	}
	order, err := c.store.Change(ctx, claimed.OrderID, nil, func(order *Order, saga *Saga) (bool, error) {
		saga.ClaimedUntil = time.Time{}
		if saga.Step == claimed.Step { // else somebody called it off meanwhile
			c.settle(order, saga, ask != nil, failure)
		}
		return true, nil
	})
	if err == nil && order != nil {
		c.Changed(order)
	}
	return err
}

// request is what the saga has to ask of the payment provider; nil when that is nothing.
func (c *Core) request(saga *Saga) func(context.Context, payment.Charge) error {
	late := !c.now().Before(saga.Deadline)
	switch {
	case saga.Step == StepAuthorise && !late:
		return c.provider.Authorise
	case saga.Step == StepCapture && !late:
		return c.provider.Capture
	case saga.Step == StepUndo && saga.Charged:
		return c.provider.Void
	}
	return nil
}

// settle brings the saga on. asked says whether the provider was asked, and failure what it answered.
func (c *Core) settle(order *Order, saga *Saga, asked bool, failure error) {
	now := c.now()
	switch saga.Step {
	case StepReserve:
		if !now.Before(saga.ReserveBy) {
			saga.fail(order, Expired, "stock did not answer in time", now)
		} else {
			saga.retry(now, c.timing, "stock has not answered yet")
		}
	case StepCommit:
		if !now.Before(saga.Deadline) {
			saga.fail(order, Expired, "stock did not answer in time", now)
		} else {
			saga.retry(now, c.timing, "stock has not answered yet")
		}
	case StepAuthorise, StepCapture:
		switch {
		case errors.Is(failure, payment.ErrDeclined):
			order.Paid = PaymentDeclined
			saga.fail(order, Rejected, "the payment was declined", now)
		case !asked:
			saga.fail(order, Expired, "the payment provider did not answer in time", now)
		case failure != nil:
			saga.retry(now, c.timing, failure.Error())
		case saga.Step == StepAuthorise:
			order.Paid = PaymentAuthorised
			order.enter(Authorised, now)
			saga.wait(StepCommit, now, c.timing)
		default:
			order.Paid = PaymentCaptured
			order.enter(Confirmed, now)
			saga.done()
		}
	case StepUndo:
		problem := ""
		if asked {
			saga.Charged = failure != nil
			if failure != nil {
				problem = failure.Error()
			}
		}
		saga.retry(now, c.timing, problem)
		saga.finishUndo(order)
	}
}

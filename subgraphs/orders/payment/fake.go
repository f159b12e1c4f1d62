package payment

import (
	"context"
	"fmt"
	"time"
)

// The means of payment that Fake treats in a special way; it accepts any other.
const (
	// MethodDeclined is declined when it is authorised.
	MethodDeclined = "declined"
	// MethodCaptureDeclined is authorised, and declined when the money is taken.
	MethodCaptureDeclined = "capture-declined"
	// MethodSlow takes SlowBy to answer.
	MethodSlow = "slow"
	// MethodDown never answers: the caller's context ends first.
	MethodDown = "down"
)

// Fake is a provider for development: what it does depends on the means of payment alone, so that it needs no memory,
// and a restart changes nothing.
type Fake struct {
	// SlowBy is how long MethodSlow takes; 0 means three seconds.
	SlowBy time.Duration
}

var _ Provider = Fake{}

// Authorise accepts all means but MethodDeclined.
func (f Fake) Authorise(ctx context.Context, charge Charge) error {
	return f.answer(ctx, charge.Method, MethodDeclined)
}

// Capture accepts all means but MethodCaptureDeclined.
func (f Fake) Capture(ctx context.Context, charge Charge) error {
	return f.answer(ctx, charge.Method, MethodCaptureDeclined)
}

// Void always works.
func (f Fake) Void(context.Context, Charge) error { return nil }

func (f Fake) answer(ctx context.Context, method, declined string) error {
	switch method {
	case declined:
		return ErrDeclined
	case MethodDown:
		<-ctx.Done()
		return fmt.Errorf("the payment provider does not answer: %w", ctx.Err())
	case MethodSlow:
		by := f.SlowBy
		if by == 0 {
			by = 3 * time.Second
		}
		timer := time.NewTimer(by)
		defer timer.Stop()
		select {
		case <-timer.C:
		case <-ctx.Done():
			return fmt.Errorf("the payment provider is too slow: %w", ctx.Err())
		}
	}
	return nil
}

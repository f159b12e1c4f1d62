// Package payment is what orders asks of those who handle money.
package payment

import (
	"context"
	"errors"
)

// Charge is money to be taken from somebody for one order.
type Charge struct {
	// Key names the payment: the order's id. Whatever is asked again with the same key is done once.
	Key string
	// Method is the provider's name for the means of payment.
	Method string
	// Minor is the amount in the smallest unit of the currency, an ISO 4217 code.
	Minor    int64
	Currency string
}

// ErrDeclined says that the provider will not pay, however often it is asked. Any other error says that it is not known
// what became of the request: it is asked again, or undone by Void.
var ErrDeclined = errors.New("the payment was declined")

// Provider handles money. Every method may be called again with the same key, after an error or a crash, and then does
// nothing more than say again what became of it. Implementations must be safe for use by many goroutines.
type Provider interface {
	// Authorise has the money held for the shop.
	Authorise(ctx context.Context, charge Charge) error
	// Capture takes the money that is held.
	Capture(ctx context.Context, charge Charge) error
	// Void lets the money go that is held, and gives back what was taken. Afterwards Authorise and Capture are declined
	// for this key, so that a request that was on its way for long has no effect. It is no error when there is nothing.
	Void(ctx context.Context, charge Charge) error
}

package orders

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"regexp"
	"strings"
	"time"

	"github.com/weft-graphql/weft/schema/wire"
	"github.com/weft-graphql/weft/subgraphs/kit/fault"
)

// CheckoutInput says how the caller's cart is ordered.
type CheckoutInput struct {
	IdempotencyKey string
	ShipTo         *PostalAddressInput
	PaymentMethod  string
	// ExpectedTotal is the total that the buyer has seen, in the smallest unit; nil when that does not matter.
	ExpectedTotal *int64
}

// PostalAddressInput is where something is sent to.
type PostalAddressInput struct{ Name, Street, PostalCode, City, Country string }

var countryPattern = regexp.MustCompile(`^[A-Z]{2}$`)

func (in CheckoutInput) check() error {
	var c fault.Checker
	c.Length(in.IdempotencyKey, 8, 100, "input.idempotencyKey")
	c.Length(in.PaymentMethod, 1, 200, "input.paymentMethod")
	c.Length(in.ShipTo.Name, 1, 80, "input.shipTo.name")
	c.Length(in.ShipTo.Street, 1, 120, "input.shipTo.street")
	c.Length(in.ShipTo.PostalCode, 1, 16, "input.shipTo.postalCode")
	c.Length(in.ShipTo.City, 1, 80, "input.shipTo.city")
	c.Require(countryPattern.MatchString(in.ShipTo.Country), "input.shipTo.country",
		"country must be two capital letters, like DE")
	return c.Err()
}

// fingerprint tells whether two inputs ask for the same.
func (in CheckoutInput) fingerprint() string {
	text, err := json.Marshal(in)
	if err != nil { // texts and numbers always have a JSON form
		panic(err)
	}
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:])
}

// Checkout places an order for what is in the caller's cart, and empties the cart. Asked again with the same key it
// returns the order that there is.
func (c *Core) Checkout(ctx context.Context, caller wire.Identity, input CheckoutInput) (*Order, error) {
	if caller.Anonymous() {
		return nil, fault.New(fault.Unauthenticated, "sign in to order")
	}
	if err := input.check(); err != nil {
		return nil, err
	}
	now := c.now()
	address := PostalAddress(*input.ShipTo)
	order := &Order{
		ID: newID("o"), BuyerID: caller.Subject, ShipTo: &address, Paid: PaymentPending,
		Method: strings.TrimSpace(input.PaymentMethod), PlacedAt: now,
		Key: input.IdempotencyKey, Fingerprint: input.fingerprint(),
	}
	order.enter(Placed, now)
	saga := c.timing.begin(order, now)
	placed, err := c.store.Place(ctx, order, saga, func(cart *Cart) error { return order.fill(cart, input.ExpectedTotal) })
	if err != nil {
		return nil, err
	}
	if placed.Fingerprint != order.Fingerprint {
		return nil, fault.At(fault.Conflict, "input.idempotencyKey", "another order was placed with this key; take a new one")
	}
	c.Changed(placed)
	return placed, nil
}

// fill makes the order of what is in the cart.
func (o *Order) fill(cart *Cart, expected *int64) error {
	if cart == nil || len(cart.Lines) == 0 {
		return fault.New(fault.BadUserInput, "the cart is empty; put something in with addToCart")
	}
	total := cart.Total()
	if total == nil {
		return fault.New(fault.BadUserInput, "the cart has prices in several currencies; order them one after the other")
	}
	o.Lines, o.Total = nil, *total
	for _, line := range cart.Lines {
		o.Lines = append(o.Lines, &OrderLine{
			Upc: line.Article.Upc, Name: line.Article.Name, Quantity: line.Quantity, UnitPrice: line.Article.Price,
		})
	}
	if expected != nil && *expected != o.Total.Minor {
		return fault.At(fault.Conflict, "input.expectedTotal", "the total is %d now, not %d; look at the cart again",
			o.Total.Minor, *expected)
	}
	return nil
}

// Timing says how long the steps of a checkout may take.
type Timing struct {
	// Reserve is how long stock may take to set pieces aside, and Whole how long until everything is certain: afterwards
	// what was done is undone.
	Reserve, Whole time.Duration
	// Call bounds one request to the payment provider. The claim on a saga lasts twice as long.
	Call time.Duration
	// First and Most bound the pause before something is tried again; it doubles.
	First, Most time.Duration
	// Look is how often the process manager looks for what is due, when nothing tells it.
	Look time.Duration
}

// DefaultTiming is that of a real shop.
func DefaultTiming() Timing {
	return Timing{
		Reserve: time.Minute, Whole: 10 * time.Minute, Call: 10 * time.Second,
		First: time.Second, Most: time.Minute, Look: time.Second,
	}
}

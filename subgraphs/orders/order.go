// Package orders owns what people buy: carts, orders and their way from placing to delivery, and what was paid.
package orders

import (
	"slices"
	"time"
)

// Order is what somebody has bought, or tried to.
type Order struct {
	ID, BuyerID string
	State       OrderState
	// Why is why it did not come to a delivery; empty otherwise.
	Why    string
	Lines  []*OrderLine
	Total  Money
	ShipTo *PostalAddress
	// Paid is how the payment stands, and Method the provider's name for the means of payment.
	Paid    PaymentState
	Method  string
	History []*OrderStateChange
	// PlacedAt and UpdatedAt are when it was placed and changed last.
	PlacedAt, UpdatedAt time.Time
	// Key is the buyer's idempotency key, and Fingerprint tells what was asked for with it.
	Key, Fingerprint string
}

// IsEntity says that the graph can refer to an order by key.
func (*Order) IsEntity() {}

// Reason is why it did not come to a delivery; nil otherwise.
func (o *Order) Reason() *string { return orNil(o.Why) }

// orNil is a text, or nil when it is empty.
func orNil(text string) *string {
	if text == "" {
		return nil
	}
	return &text
}

// OrderLine is pieces of one product in an order, as they were when it was placed.
type OrderLine struct {
	Upc, Name string
	Quantity  int
	UnitPrice Money
}

// Total is what all pieces cost.
func (l *OrderLine) Total() *Money { return l.UnitPrice.times(l.Quantity) }

// OrderStateChange is a state that an order came to.
type OrderStateChange struct {
	State OrderState
	At    time.Time
}

// OrderState is where an order stands.
type OrderState string

// The states there are. The last four are final, as is Delivered.
const (
	Placed     OrderState = "PLACED"
	Reserved   OrderState = "RESERVED"
	Authorised OrderState = "AUTHORISED"
	Confirmed  OrderState = "CONFIRMED"
	Shipped    OrderState = "SHIPPED"
	Delivered  OrderState = "DELIVERED"
	Rejected   OrderState = "REJECTED"
	Cancelled  OrderState = "CANCELLED"
	Expired    OrderState = "EXPIRED"
)

// follows has the states that may come after each.
var follows = map[OrderState][]OrderState{
	Placed:     {Reserved, Rejected, Cancelled, Expired},
	Reserved:   {Authorised, Rejected, Cancelled, Expired},
	Authorised: {Confirmed, Rejected, Cancelled, Expired},
	Confirmed:  {Shipped, Cancelled},
	Shipped:    {Delivered},
}

// MayBecome reports whether the order can come to the state next.
func (s OrderState) MayBecome(next OrderState) bool { return slices.Contains(follows[s], next) }

// Final reports whether no other state can follow.
func (s OrderState) Final() bool { return len(follows[s]) == 0 }

// enter brings the order to the state, which must be one that may follow.
func (o *Order) enter(state OrderState, now time.Time) {
	o.State, o.UpdatedAt = state, now
	o.History = append(o.History, &OrderStateChange{State: state, At: now})
}

// PaymentState is how a payment stands.
type PaymentState string

// The states of a payment.
const (
	PaymentPending    PaymentState = "PENDING"
	PaymentAuthorised PaymentState = "AUTHORISED"
	PaymentCaptured   PaymentState = "CAPTURED"
	PaymentDeclined   PaymentState = "DECLINED"
	PaymentVoided     PaymentState = "VOIDED"
)

// Payment is how the payment of an order stands.
type Payment struct {
	State  PaymentState
	Amount *Money
}

// Payment is how the payment stands.
func (o *Order) Payment() *Payment { return &Payment{State: o.Paid, Amount: &o.Total} }

// PostalAddress is where something is sent to.
type PostalAddress struct {
	Name       string `json:"name"`
	Street     string `json:"street"`
	PostalCode string `json:"postalCode"`
	City       string `json:"city"`
	Country    string `json:"country"`
}

// User is a person, of whom orders knows the id only.
type User struct{ ID string }

// IsEntity says that the graph can refer to a person by key.
func (*User) IsEntity() {}

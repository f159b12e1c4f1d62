package orders

import (
	"context"
	"crypto/rand"
	"slices"
	"strings"
	"time"

	"github.com/weft-graphql/weft/schema/wire"
	"github.com/weft-graphql/weft/subgraphs/kit/fault"
)

// Cart is what somebody thinks of buying. A guest's has no owner, and an id that nobody can guess.
type Cart struct {
	ID, Owner string
	Lines     []*CartLine
	UpdatedAt time.Time
}

// Quantity is how many pieces are in it.
func (c *Cart) Quantity() int {
	n := 0
	for _, line := range c.Lines {
		n += line.Quantity
	}
	return n
}

// Total is what everything costs; nil when the cart is empty, or has prices in several currencies.
func (c *Cart) Total() *Money {
	if len(c.Lines) == 0 {
		return nil
	}
	total := &Money{Currency: c.Lines[0].Article.Price.Currency}
	for _, line := range c.Lines {
		if line.Article.Price.Currency != total.Currency {
			return nil
		}
		total.Minor += line.Total().Minor
	}
	return total
}

// CartLine is pieces of one product in a cart.
type CartLine struct {
	Article  *Article
	Quantity int
}

// UnitPrice is what one piece costs today.
func (l *CartLine) UnitPrice() *Money { return &l.Article.Price }

// Total is what all pieces cost today.
func (l *CartLine) Total() *Money { return l.Article.Price.times(l.Quantity) }

// Article is what orders knows of a product: what the catalog told.
type Article struct {
	Upc, Name string
	Price     Money
}

const (
	// maxQuantity bounds the pieces of a product, and maxLines the products, in a cart.
	maxQuantity = 100
	maxLines    = 100
)

// AddToCartInput is pieces of a product for a cart.
type AddToCartInput struct {
	CartID   *string
	Upc      string
	Quantity int
}

// SetCartQuantityInput says how many pieces of a product are in a cart.
type SetCartQuantityInput struct {
	CartID   *string
	Upc      string
	Quantity int
}

// MergeCartInput names a guest's cart.
type MergeCartInput struct{ CartID string }

// Cart returns a guest's cart by its id, or the caller's own; nil when there is none, or it is somebody else's.
func (c *Core) Cart(ctx context.Context, caller wire.Identity, id *string) (*Cart, error) {
	if id == nil {
		if caller.Anonymous() {
			return nil, nil
		}
		return c.store.CartOf(ctx, caller.Subject)
	}
	cart, err := c.store.Cart(ctx, *id)
	if cart != nil && cart.Owner != "" && cart.Owner != caller.Subject {
		return nil, err
	}
	return cart, err
}

// AddToCart puts pieces of a product into a cart.
func (c *Core) AddToCart(ctx context.Context, caller wire.Identity, input AddToCartInput) (*Cart, error) {
	var check fault.Checker
	check.Between(input.Quantity, 1, maxQuantity, "input.quantity")
	return c.changeLine(ctx, caller, check, input.CartID, input.Upc, true, func(was int) (int, error) {
		if was+input.Quantity > maxQuantity {
			return 0, fault.At(fault.BadUserInput, "input.quantity",
				"there are %d pieces in the cart already; it can have %d at most", was, maxQuantity)
		}
		return was + input.Quantity, nil
	})
}

// SetCartQuantity says how many pieces of a product are in a cart.
func (c *Core) SetCartQuantity(ctx context.Context, caller wire.Identity, input SetCartQuantityInput) (*Cart, error) {
	var check fault.Checker
	check.Between(input.Quantity, 0, maxQuantity, "input.quantity")
	return c.changeLine(ctx, caller, check, input.CartID, input.Upc, input.CartID == nil && !caller.Anonymous(),
		func(int) (int, error) { return input.Quantity, nil })
}

// changeLine changes how many pieces of a product are in a cart, which is made when it is missing and create is set.
func (c *Core) changeLine(
	ctx context.Context, caller wire.Identity, check fault.Checker, id *string, upc string, create bool,
	to func(int) (int, error),
) (*Cart, error) {
	products, err := c.store.Articles(ctx, []string{upc})
	if err != nil {
		return nil, err
	}
	product := products[upc]
	check.Require(product != nil, "input.upc", "there is no product %q that can be bought", upc)
	if err := check.Err(); err != nil {
		return nil, err
	}
	return c.changeCart(ctx, caller, id, create, func(cart *Cart) error {
		at := slices.IndexFunc(cart.Lines, func(l *CartLine) bool { return l.Article.Upc == upc })
		was := 0
		if at >= 0 {
			was = cart.Lines[at].Quantity
		}
		now, err := to(was)
		switch {
		case err != nil:
			return err
		case at >= 0 && now == 0:
			cart.Lines = slices.Delete(cart.Lines, at, at+1)
		case at >= 0:
			cart.Lines[at].Quantity = now
		case now > 0 && len(cart.Lines) == maxLines:
			return fault.At(fault.BadUserInput, "input.upc", "a cart can have %d different products at most", maxLines)
		case now > 0:
			cart.Lines = append(cart.Lines, &CartLine{Article: product, Quantity: now})
		}
		return nil
	})
}

// changeCart changes a guest's cart, or the caller's own.
func (c *Core) changeCart(
	ctx context.Context, caller wire.Identity, id *string, create bool, change func(*Cart) error,
) (*Cart, error) {
	var cart *Cart
	var err error
	switch {
	case id != nil:
		cart, err = c.Cart(ctx, caller, id)
		if err == nil && cart == nil {
			return nil, fault.At(fault.NotFound, "input.cartId", "there is no such cart")
		}
	case !create:
		return nil, fault.At(fault.BadUserInput, "input.cartId", "name the cart, or sign in to use your own")
	case caller.Anonymous():
		cart, err = c.store.NewCart(ctx, newID("c"), "")
	default:
		cart, err = c.store.NewCart(ctx, newID("c"), caller.Subject)
	}
	if err != nil {
		return nil, err
	}
	return c.store.ChangeCart(ctx, cart.ID, change)
}

// MergeCart moves what a guest has put into a cart to the caller's own. What would be too much stays out.
func (c *Core) MergeCart(ctx context.Context, caller wire.Identity, input MergeCartInput) (*Cart, error) {
	if caller.Anonymous() {
		return nil, fault.New(fault.Unauthenticated, "sign in to have a cart of your own")
	}
	guest, err := c.store.Cart(ctx, input.CartID)
	if err != nil {
		return nil, err
	}
	if guest == nil || guest.Owner != "" {
		return nil, fault.At(fault.NotFound, "input.cartId", "there is no such cart of a guest")
	}
	own, err := c.store.NewCart(ctx, newID("c"), caller.Subject)
	if err != nil {
		return nil, err
	}
	return c.store.MergeCarts(ctx, guest.ID, own.ID, merge)
}

// merge adds the pieces of one cart to those of the other.
func merge(from, to *Cart) {
	for _, line := range from.Lines {
		at := slices.IndexFunc(to.Lines, func(l *CartLine) bool { return l.Article.Upc == line.Article.Upc })
		if at >= 0 {
			to.Lines[at].Quantity = min(maxQuantity, to.Lines[at].Quantity+line.Quantity)
		} else if len(to.Lines) < maxLines {
			to.Lines = append(to.Lines, line)
		}
	}
}

// newID makes an id that nobody can guess: a letter that says of what, and 130 random bits.
func newID(kind string) string { return kind + strings.ToLower(rand.Text()) }

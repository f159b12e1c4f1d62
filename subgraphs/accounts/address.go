package accounts

import (
	"context"
	"crypto/rand"
	"regexp"
	"slices"
	"strings"

	"github.com/weft-graphql/weft/schema/wire"
	"github.com/weft-graphql/weft/subgraphs/kit/fault"
)

// Address is an address in a person's address book.
type Address struct{ ID, Name, Street, PostalCode, City, Country string }

// SaveAddressInput is an address for the address book.
type SaveAddressInput struct {
	ID                                      *string
	Name, Street, PostalCode, City, Country string
}

// RemoveAddressInput names an address.
type RemoveAddressInput struct{ ID string }

// AddressStore keeps address books.
type AddressStore interface {
	// Addresses returns the address books of people, each in the order the addresses came.
	Addresses(ctx context.Context, userIDs []string) (map[string][]*Address, error)
	// ChangeAddresses lets change alter a person's address book and writes it. Two changes at once come one after the
	// other.
	ChangeAddresses(ctx context.Context, userID string, change func([]*Address) ([]*Address, error)) error
}

// maxAddresses bounds an address book.
const maxAddresses = 50

var countryPattern = regexp.MustCompile(`^[A-Z]{2}$`)

// AddressBook is what can be done with addresses.
type AddressBook struct {
	users Store
	store AddressStore
}

// NewAddressBook makes it on its stores.
func NewAddressBook(users Store, store AddressStore) *AddressBook { return &AddressBook{users, store} }

// Save adds an address to the caller's address book, or changes one.
func (b *AddressBook) Save(ctx context.Context, caller wire.Identity, input SaveAddressInput) (*User, error) {
	if caller.Anonymous() {
		return nil, fault.New(fault.Unauthenticated, "sign in to have an address book")
	}
	var check fault.Checker
	check.Length(input.Name, 1, 80, "input.name")
	check.Length(input.Street, 1, 120, "input.street")
	check.Length(input.PostalCode, 1, 16, "input.postalCode")
	check.Length(input.City, 1, 80, "input.city")
	check.Require(countryPattern.MatchString(input.Country), "input.country",
		"country must be two capital letters, like DE")
	if err := check.Err(); err != nil {
		return nil, err
	}
	address := &Address{
		ID: "a" + strings.ToLower(rand.Text()), Name: strings.TrimSpace(input.Name), Street: strings.TrimSpace(input.Street),
		PostalCode: strings.TrimSpace(input.PostalCode), City: strings.TrimSpace(input.City), Country: input.Country,
	}
	return b.change(ctx, caller, func(book []*Address) ([]*Address, error) {
		if input.ID == nil {
			if len(book) == maxAddresses {
				return nil, fault.New(fault.Conflict, "an address book has %d addresses at most; remove one first", maxAddresses)
			}
			return append(book, address), nil
		}
		at := slices.IndexFunc(book, func(a *Address) bool { return a.ID == *input.ID })
		if at < 0 {
			return nil, fault.At(fault.NotFound, "input.id", "there is no address %q in your address book", *input.ID)
		}
		address.ID = *input.ID
		book[at] = address
		return book, nil
	})
}

// Remove removes an address from the caller's address book.
func (b *AddressBook) Remove(ctx context.Context, caller wire.Identity, input RemoveAddressInput) (*User, error) {
	if caller.Anonymous() {
		return nil, fault.New(fault.Unauthenticated, "sign in to have an address book")
	}
	return b.change(ctx, caller, func(book []*Address) ([]*Address, error) {
		at := slices.IndexFunc(book, func(a *Address) bool { return a.ID == input.ID })
		if at < 0 {
			return nil, fault.At(fault.NotFound, "input.id", "there is no address %q in your address book", input.ID)
		}
		return slices.Delete(book, at, at+1), nil
	})
}

func (b *AddressBook) change(
	ctx context.Context, caller wire.Identity, change func([]*Address) ([]*Address, error),
) (*User, error) {
	found, err := b.users.UsersByID(ctx, []string{caller.Subject})
	if err != nil {
		return nil, err
	}
	user := found[caller.Subject]
	if user == nil {
		return nil, fault.New(fault.NotFound, "there is no person %q", caller.Subject)
	}
	return user, b.store.ChangeAddresses(ctx, caller.Subject, change)
}

// Of returns the address book of the person, if that is the caller.
func (b *AddressBook) Of(ctx context.Context, caller wire.Identity, user *User) ([]*Address, error) {
	if caller.Anonymous() || caller.Subject != user.ID {
		return nil, nil
	}
	found, err := b.store.Addresses(ctx, []string{user.ID})
	if err != nil {
		return nil, err
	}
	if found[user.ID] == nil {
		return []*Address{}, nil
	}
	return found[user.ID], nil
}

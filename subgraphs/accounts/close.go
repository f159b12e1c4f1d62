package accounts

import (
	"context"
	"time"

	"github.com/weft-graphql/weft/schema/wire"
	"github.com/weft-graphql/weft/subgraphs/kit/fault"
)

// CloseAccountInput is the password of an account to be closed.
type CloseAccountInput struct{ Password string }

// Closer closes accounts.
type Closer interface {
	// CloseAccount removes everything that says who a person is, together with the login, the address book and all
	// sessions, and writes the event about it. It tells how many sessions have ended.
	CloseAccount(
		ctx context.Context,
		userID string,
		at time.Time,
		event func(*User) wire.EntityChanged,
	) (ended int, err error)
}

// CloseAccount closes the caller's account. What others know the person's id of stays: orders must be kept, and reviews
// are worth reading.
func (l *Logins) CloseAccount(
	ctx context.Context, caller wire.Identity, input CloseAccountInput,
) (ended int, err error) {
	if caller.Anonymous() {
		return 0, fault.New(fault.Unauthenticated, "sign in to close your account")
	}
	login, err := l.store.LoginOf(ctx, caller.Subject)
	if err != nil {
		return 0, err
	}
	if err := l.prove(ctx, login, input.Password); err != nil {
		return 0, err
	}
	return l.store.CloseAccount(ctx, caller.Subject, time.Now().UTC().Truncate(time.Microsecond), Changed)
}

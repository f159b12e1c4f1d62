package accounts

import (
	"context"
	"crypto/rand"
	"fmt"
	"strings"
	"time"

	"github.com/weft-graphql/weft/schema/wire"
	"github.com/weft-graphql/weft/subgraphs/kit/fault"
	"github.com/weft-graphql/weft/subgraphs/kit/page"
)

// Mail is something that is written to a person.
type Mail struct {
	// ID is that of a mail that is kept; empty before.
	ID                string
	To, Subject, Body string
	At                time.Time
}

// Mailer brings mails to people. Send returns nil once that is certain enough; who asked may ask again otherwise.
type Mailer interface {
	Send(ctx context.Context, mail Mail) error
}

// Purpose is what a token that was sent is good for.
type Purpose string

// The purposes there are.
const (
	ToVerify Purpose = "verify"
	ToReset  Purpose = "reset"
)

// MailToken is a token that was sent to a person, by its hash.
type MailToken struct {
	Hash, UserID string
	Purpose      Purpose
	MadeAt       time.Time
	Until        time.Time
}

// TokenStore keeps tokens that were sent, and mails that are not.
type TokenStore interface {
	// AddMailToken writes a token, and removes those that have ended. It returns false, and writes nothing, when the
	// person has had limit for the same purpose since.
	AddMailToken(ctx context.Context, token MailToken, since time.Time, limit int) (bool, error)
	// Verify takes a token back, and notes that the address is the person's. It returns the person's id; empty when
	// there is no such token.
	Verify(ctx context.Context, hash string, now time.Time) (userID string, err error)
	// TokenOwner is whose token that is; empty when there is no such token.
	TokenOwner(ctx context.Context, hash string, purpose Purpose, now time.Time) (userID string, err error)
	// ResetPassword takes a token back, changes the password of its person, forgets failures, notes that the address is
	// the person's, and ends all sessions. ok is false when there is no such token.
	ResetPassword(ctx context.Context, hash, password string, now time.Time) (ended int, ok bool, err error)
	// KeptMails returns the mails of a page, and the next one, newest first. CountMails counts all of them.
	KeptMails(ctx context.Context, ask page.Ask[MailPosition]) ([]*Mail, error)
	CountMails(ctx context.Context) (int, error)
}

// The inputs of proving something by mail.
type (
	// VerifyEmailInput is a token that was sent.
	VerifyEmailInput struct{ Token string }
	// RequestPasswordResetInput is somebody who has forgotten a password.
	RequestPasswordResetInput struct{ Email string }
	// ResetPasswordInput is a new password, and a token that was sent.
	ResetPasswordInput struct{ Token, Password string }
)

const (
	// verifyFor and resetFor are how long tokens are good.
	verifyFor = 24 * time.Hour
	resetFor  = 30 * time.Minute
	// mailsAnHour bounds the mails of each kind that a person gets.
	mailsAnHour = 5
)

// send makes a token and sends it. It returns false when the person has had enough mails.
func (l *Logins) send(
	ctx context.Context, login *Login, purpose Purpose, lasts time.Duration, subject, text string,
) (bool, error) {
	now, token := time.Now().UTC(), rand.Text()
	added, err := l.store.AddMailToken(ctx, MailToken{
		Hash: hashToken(token), UserID: login.UserID, Purpose: purpose, MadeAt: now, Until: now.Add(lasts),
	}, now.Add(-time.Hour), mailsAnHour)
	if err != nil || !added {
		return false, err
	}
	return true, l.mailer.Send(ctx, Mail{To: login.Email, Subject: subject, Body: fmt.Sprintf(text, token), At: now})
}

func (l *Logins) sendVerification(ctx context.Context, login *Login) error {
	added, err := l.send(ctx, login, ToVerify, verifyFor, "Is this your address?",
		"Somebody has opened an account with this address. If it was you, show it with this token within a day:\n\n%s\n\n"+
			"If not, do nothing.\n")
	if err == nil && !added {
		err = fault.New(fault.Conflict, "there were %d mails within an hour; wait a while", mailsAnHour)
	}
	return err
}

// RequestEmailVerification writes to the caller's address once more.
func (l *Logins) RequestEmailVerification(ctx context.Context, caller wire.Identity) error {
	login, err := l.own(ctx, caller, "verify your address")
	if err != nil {
		return err
	}
	if login.Verified {
		return fault.New(fault.Conflict, "the address is known to be yours")
	}
	return l.sendVerification(ctx, login)
}

// own is the caller's login.
func (l *Logins) own(ctx context.Context, caller wire.Identity, what string) (*Login, error) {
	if caller.Anonymous() {
		return nil, fault.New(fault.Unauthenticated, "sign in to %s", what)
	}
	login, err := l.store.LoginOf(ctx, caller.Subject)
	if err == nil && login == nil {
		err = fault.New(fault.NotFound, "person %q does not sign in here", caller.Subject)
	}
	return login, err
}

// errToken does not say what is wrong with a token.
var errToken = fault.At(
	fault.BadUserInput,
	"input.token",
	"the token is not valid, or not any more; ask for another one",
)

// VerifyEmail proves that an address is somebody's, whoever is signed in: the token was read there.
func (l *Logins) VerifyEmail(ctx context.Context, input VerifyEmailInput) (*User, error) {
	userID, err := l.store.Verify(ctx, hashToken(input.Token), time.Now())
	if err != nil {
		return nil, err
	}
	if userID == "" {
		return nil, errToken
	}
	found, err := l.users.UsersByID(ctx, []string{userID})
	return found[userID], err
}

// RequestPasswordReset sends a token, if there is an account with the address. It does not tell whether there is one,
// nor that it has had enough mails.
func (l *Logins) RequestPasswordReset(ctx context.Context, input RequestPasswordResetInput) error {
	login, err := l.store.LoginByEmail(ctx, strings.ToLower(strings.TrimSpace(input.Email)))
	if err != nil || login == nil {
		return err
	}
	_, err = l.send(
		ctx,
		login,
		ToReset,
		resetFor,
		"Another password",
		"Somebody wants to change the password of the account with this address. If it was you, do so with this token within "+
			"half an hour:\n\n%s\n\nIf not, do nothing.\n",
	)
	return err
}

// ResetPassword changes a password by a token that was sent, and ends all sessions.
func (l *Logins) ResetPassword(ctx context.Context, input ResetPasswordInput) (ended int, err error) {
	hash, now := hashToken(input.Token), time.Now()
	owner, err := l.store.TokenOwner(ctx, hash, ToReset, now)
	if err != nil {
		return 0, err
	}
	if owner == "" {
		return 0, errToken
	}
	login, err := l.store.LoginOf(ctx, owner)
	if err != nil {
		return 0, err
	}
	if login == nil { // the account was closed
		return 0, errToken
	}
	var check fault.Checker
	local, _, _ := strings.Cut(login.Email, "@")
	checkPassword(&check, input.Password, "input.password", local)
	if err := check.Err(); err != nil {
		return 0, err
	}
	password, err := hashPassword(ctx, input.Password)
	if err != nil {
		return 0, err
	}
	ended, ok, err := l.store.ResetPassword(ctx, hash, password, now)
	if err == nil && !ok {
		err = errToken
	}
	return ended, err
}

// EmailVerified tells whether the address is known to be the person's; nil when the caller must not know.
func (l *Logins) EmailVerified(ctx context.Context, caller wire.Identity, user *User) (*bool, error) {
	if caller.Anonymous() || caller.Subject != user.ID && !caller.HasRole(operatorRole) {
		return nil, nil
	}
	login, err := l.store.LoginOf(ctx, user.ID)
	if err != nil || login == nil {
		return nil, err
	}
	return &login.Verified, nil
}

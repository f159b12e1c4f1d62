package accounts

import (
	"context"
	"crypto/rand"
	"slices"
	"strings"
	"time"

	"github.com/weft-graphql/weft/subgraphs/kit/fault"
)

// Grant is what a person has let a client have.
type Grant struct {
	ClientID string
	Scopes   []string
	// At is when the person proved who they are.
	At time.Time
}

// Code is an authorization code, by its hash.
type Code struct {
	Hash, UserID string
	// RedirectURI is where it was sent, and Challenge what only the client that asked for it can answer (RFC 7636).
	RedirectURI, Challenge string
	Nonce                  string
	Grant                  Grant
	Until                  time.Time
}

// GrantStore keeps what clients were granted.
type GrantStore interface {
	// SaveCode writes a code, and removes those whose sessions have ended by themselves.
	SaveCode(ctx context.Context, code Code, now time.Time) error
	// RedeemCode takes a code that is valid, and writes the session that begin makes of it, together. Whatever begin says,
	// the code is used up; begin may be called again. When the code was used before, the session that came of it ends.
	// Then, and when there is no such code, the answer is nil without an error.
	RedeemCode(
		ctx context.Context, hash string, now time.Time, begin func(*Code) (*Refresh, error),
	) (*Code, error)
	// SessionByID returns nil when there is none any more.
	SessionByID(ctx context.Context, id string, now time.Time) (*Refresh, error)
	// EndSessionByID ends a session.
	EndSessionByID(ctx context.Context, id string) error
}

const (
	// codeFor is how long a code is valid: clients redeem it at once.
	codeFor = time.Minute
	// rotationLeeway is how long a refresh token in a cookie is good after the next one was made. A page that is left
	// while its answer is on the way does not learn the new one.
	rotationLeeway = 10 * time.Second
)

// Granted is what a client gets for a code or a refresh token.
type Granted struct {
	Session                   string
	AccessToken, RefreshToken string
	// ExpiresAt is when the access token ends.
	ExpiresAt time.Time
	User      *User
	Login     *Login
	Grant     Grant
	// Nonce is that of the request; empty after a refresh.
	Nonce string
}

// Authenticate returns the id of the person whose password this is.
func (l *Logins) Authenticate(ctx context.Context, input SignInInput) (userID string, err error) {
	login, err := l.check(ctx, input)
	if err != nil {
		return "", err
	}
	return login.UserID, nil
}

// OpenAccount opens an account, and returns the person's id.
func (l *Logins) OpenAccount(ctx context.Context, input SignUpInput) (userID string, err error) {
	user, _, err := l.open(ctx, input)
	if err != nil {
		return "", err
	}
	return user.ID, nil
}

// IssueCode makes a code for what a person grants; Hash and Until of the code are not read.
func (l *Logins) IssueCode(ctx context.Context, code Code) (secret string, err error) {
	now := time.Now().UTC()
	secret = rand.Text()
	code.Hash, code.Until = hashToken(secret), now.Add(codeFor)
	return secret, l.store.SaveCode(ctx, code, now)
}

// ErrNotGranted is what is said of every code and refresh token that is of no use.
var ErrNotGranted = fault.New(fault.Unauthenticated, "the code or refresh token is not valid (any more); sign in again")

// Redeem gives a client what a code is good for. fits says why a code is not for whoever asks.
func (l *Logins) Redeem(ctx context.Context, secret string, fits func(*Code) error) (*Granted, error) {
	now, id, refresh := time.Now().UTC(), rand.Text(), rand.Text()
	var refused error
	code, err := l.store.RedeemCode(ctx, hashToken(secret), now, func(code *Code) (*Refresh, error) {
		if refused = fits(code); refused != nil {
			return nil, refused
		}
		return &Refresh{
			Session: id, UserID: code.UserID, Hash: hashToken(refresh), Until: now.Add(sessionFor), Grant: code.Grant,
		}, nil
	})
	switch {
	case err != nil:
		return nil, err
	case code == nil:
		return nil, ErrNotGranted
	case refused != nil:
		return nil, refused
	}
	granted, err := l.granted(ctx, code.UserID, id, refresh, code.Grant, now)
	if err == nil {
		granted.Nonce = code.Nonce
	}
	return granted, err
}

// Renew gives a client other tokens for a refresh token, with a leeway when the token was in a cookie.
func (l *Logins) Renew(ctx context.Context, token, clientID string, cookie bool) (*Granted, error) {
	id, old, ok := strings.Cut(token, ".")
	if !ok || clientID == "" {
		return nil, ErrNotGranted
	}
	now, secret := time.Now().UTC(), rand.Text()
	rotation := Rotation{
		Session: id, Old: hashToken(old), New: hashToken(secret), ClientID: clientID, Now: now, Until: now.Add(sessionFor),
	}
	if cookie {
		rotation.Leeway = rotationLeeway
	}
	session, err := l.store.Rotate(ctx, rotation)
	if err != nil {
		return nil, err
	}
	if session == nil {
		return nil, ErrNotGranted
	}
	return l.granted(ctx, session.UserID, id, secret, session.Grant, now)
}

// granted makes the tokens of a session of a client.
func (l *Logins) granted(
	ctx context.Context, userID, id, secret string, grant Grant, now time.Time,
) (*Granted, error) {
	user, login, err := l.person(ctx, userID)
	if err != nil {
		return nil, err
	}
	if user == nil {
		return nil, ErrNotGranted
	}
	token, until, err := l.issuer.Sign(ctx, AccessClaims{
		Subject: userID, Session: id, Roles: claims(login.Roles),
		ClientID: grant.ClientID, Scope: strings.Join(grant.Scopes, " "),
	}, now)
	if err != nil {
		return nil, err
	}
	return &Granted{
		Session: id, AccessToken: token, RefreshToken: id + "." + secret, ExpiresAt: until,
		User: user, Login: login, Grant: grant,
	}, nil
}

// PersonOf returns whose session it is, with what a client was granted of it; nil when the session has ended.
func (l *Logins) PersonOf(ctx context.Context, session, userID string) (*User, *Login, error) {
	found, err := l.store.SessionByID(ctx, session, time.Now().UTC())
	if err != nil || found == nil || found.UserID != userID {
		return nil, nil, err
	}
	return l.person(ctx, userID)
}

// EndGrant ends a session of a client, and reports whether it was one of that person and client.
func (l *Logins) EndGrant(ctx context.Context, session, userID, clientID string) (bool, error) {
	found, err := l.store.SessionByID(ctx, session, time.Now().UTC())
	if err != nil || found == nil || found.UserID != userID || found.Grant.ClientID != clientID {
		return false, err
	}
	return true, l.store.EndSessionByID(ctx, session)
}

// Holds says whether a scope was granted.
func (g *Grant) Holds(scope string) bool { return slices.Contains(g.Scopes, scope) }

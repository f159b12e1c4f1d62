package accounts

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"fmt"
	"log/slog"
	mathrand "math/rand/v2"
	"net/mail"
	"slices"
	"strings"
	"time"

	"github.com/weft-graphql/weft/schema/wire"
	"github.com/weft-graphql/weft/subgraphs/kit/fault"
)

// Role is what a person may do.
type Role string

// The roles there are.
const (
	Customer Role = "CUSTOMER"
	Operator Role = "OPERATOR"
)

// operatorRole is the role of operators as tokens and services have it.
const operatorRole = "operator"

// claims are the roles as they stand in tokens. Operators are merchants, too, which is what services ask for that
// change what is sold.
func claims(roles []Role) []string {
	list := []string{"customer"}
	if slices.Contains(roles, Operator) {
		list = append(list, operatorRole, "merchant")
	}
	return list
}

// Login is what a person proves with who they are.
type Login struct {
	UserID, Email string
	// Password is its stored form.
	Password string
	Roles    []Role
	// Verified says that the address is the person's.
	Verified bool
	// Failures counts wrong passwords in a row, and BlockedUntil is until when no other is looked at.
	Failures     int
	BlockedUntil time.Time
}

// Refresh is the one refresh token of a session that is valid, by its hash.
type Refresh struct {
	// Session is the session's id, which the token begins with.
	Session, UserID, Hash string
	Until                 time.Time
	// Grant says which client the session is for; empty when a mutation began it.
	Grant Grant
}

// Rotation puts one token of a session in the place of another. Both are hashes.
type Rotation struct {
	Session, Old, New string
	// ClientID is the client that asks; empty for a mutation. The session must be for it.
	ClientID   string
	Now, Until time.Time
	// Leeway is how long the token before the valid one is still good, for clients whose answers may get lost.
	Leeway time.Duration
}

// LoginStore keeps logins and sessions.
type LoginStore interface {
	KeyStore
	Closer
	TokenStore
	GrantStore
	// CreateUser writes a person, the login and the event together. An e-mail address or username that somebody has is a
	// Conflict fault.
	CreateUser(ctx context.Context, user *User, login *Login, event wire.EntityChanged) error
	// LoginByEmail and LoginOf return nil when there is none.
	LoginByEmail(ctx context.Context, email string) (*Login, error)
	LoginOf(ctx context.Context, userID string) (*Login, error)
	// CountFailure notes a wrong password, and until when no other is looked at; ForgetFailures that the right one came.
	CountFailure(ctx context.Context, userID string, until time.Time) error
	ForgetFailures(ctx context.Context, userID string) error
	// SetPassword changes the stored form, and ends all sessions. It tells how many.
	SetPassword(ctx context.Context, userID, password string) (ended int, err error)
	// SetRoles returns false when there is no such login.
	SetRoles(ctx context.Context, userID string, roles []Role) (bool, error)

	// BeginSession writes a session, and removes those that have ended by themselves.
	BeginSession(ctx context.Context, refresh Refresh, now time.Time) error
	// Rotate returns the session as it is then. When it has another token, or is for another client, it ends, and the
	// answer is nil.
	Rotate(ctx context.Context, rotation Rotation) (*Refresh, error)
	// EndSession ends a session whose token has the hash, or all sessions of its person.
	EndSession(ctx context.Context, session, hash string, everywhere bool) (ended int, err error)
}

// Session is what a signed-in person proves who they are with.
type Session struct {
	AccessToken, RefreshToken string
	ExpiresAt                 time.Time
	User                      *User
}

// The inputs of signing up, in and out.
type (
	// SignUpInput is somebody who wants an account.
	SignUpInput struct {
		Name, Email string
		Username    *string
		Password    string
	}
	// SignInInput is somebody who has one.
	SignInInput struct{ Email, Password string }
	// RefreshSessionInput is a session to go on with.
	RefreshSessionInput struct{ RefreshToken string }
	// SignOutInput is a session to end.
	SignOutInput struct {
		RefreshToken string
		Everywhere   bool
	}
	// ChangePasswordInput is another password.
	ChangePasswordInput struct{ Old, New string }
	// BecomeOperatorInput is the secret of the first operator.
	BecomeOperatorInput struct{ Secret string }
	// SetRolesInput is what a person may do.
	SetRolesInput struct {
		UserID string
		Roles  []Role
	}
)

const (
	// sessionFor is how long a session lasts that is not refreshed.
	sessionFor = 30 * 24 * time.Hour
	// freeFailures are wrong passwords in a row that cost nothing. Each further one blocks the login for twice as long, up
	// to longestBlock.
	freeFailures = 5
	firstBlock   = 10 * time.Second
	longestBlock = 15 * time.Minute
)

// Logins is how people sign in.
type Logins struct {
	users  Store
	store  LoginStore
	issuer *Issuer
	mailer Mailer
	// secret makes its first operator of whoever knows it; nobody when it is empty.
	secret string
}

// NewLogins makes it of its parts.
func NewLogins(users Store, store LoginStore, issuer *Issuer, mailer Mailer, operatorSecret string) *Logins {
	return &Logins{users, store, issuer, mailer, operatorSecret}
}

// SignUp opens an account and signs the person in.
func (l *Logins) SignUp(ctx context.Context, input SignUpInput) (*Session, error) {
	user, login, err := l.open(ctx, input)
	if err != nil {
		return nil, err
	}
	return l.begin(ctx, user, login)
}

// open opens an account.
func (l *Logins) open(ctx context.Context, input SignUpInput) (*User, *Login, error) {
	var check fault.Checker
	check.Length(input.Name, 1, 80, "input.name")
	email := checkEmail(&check, input.Email)
	username := usernameOf(input.Name)
	if input.Username != nil {
		username = *input.Username
		check.Require(usernamePattern.MatchString(username), "input.username",
			"username must be 3 to 30 lower-case letters, digits, dots and hyphens, and begin and end with a letter or digit")
	}
	local, _, _ := strings.Cut(email, "@")
	checkPassword(&check, input.Password, "input.password", append(strings.Fields(input.Name), local, username)...)
	if err := check.Err(); err != nil {
		return nil, nil, err
	}
	password, err := hashPassword(ctx, input.Password)
	if err != nil {
		return nil, nil, err
	}
	user := &User{
		ID: "u" + strings.ToLower(rand.Text()), Name: strings.TrimSpace(input.Name), Username: username, Mail: email,
		Tier: "BRONZE", JoinedAt: time.Now().UTC().Truncate(time.Microsecond), Version: 1,
	}
	login := &Login{UserID: user.ID, Email: email, Password: password, Roles: []Role{Customer}}
	event := Changed(user)
	event.Change = wire.Created
	if err := l.store.CreateUser(ctx, user, login, event); err != nil {
		return nil, nil, err
	}
	if err := l.sendVerification(ctx, login); err != nil { // which can be asked for again
		slog.WarnContext(ctx, "a verification mail was not sent", "error", err)
	}
	return user, login, nil
}

// checkEmail notes what is wrong with an e-mail address, and returns it as it is kept.
func checkEmail(check *fault.Checker, text string) string {
	email := strings.ToLower(strings.TrimSpace(text))
	parsed, err := mail.ParseAddress(email)
	_, domain, _ := strings.Cut(email, "@")
	fine := err == nil && parsed.Address == email && len(email) <= 254 && strings.Contains(domain, ".")
	check.Require(fine, "input.email", "email must be an e-mail address, like ada@example.com")
	return email
}

// usernameOf makes a username of a name, and of chance.
func usernameOf(name string) string {
	var b strings.Builder
	for _, r := range strings.ToLower(name) {
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' {
			b.WriteRune(r)
		} else if b.Len() > 0 && !strings.HasSuffix(b.String(), ".") {
			b.WriteByte('.')
		}
		if b.Len() == 20 {
			break
		}
	}
	base := strings.Trim(b.String(), ".")
	if base == "" {
		base = "person"
	}
	return fmt.Sprintf("%s-%06d", base, mathrand.IntN(1_000_000))
}

// errWrong does not say which of the two is wrong.
var errWrong = fault.New(fault.BadUserInput, "the e-mail address or the password is wrong")

// SignIn signs a person in.
func (l *Logins) SignIn(ctx context.Context, input SignInInput) (*Session, error) {
	login, err := l.check(ctx, input)
	if err != nil {
		return nil, err
	}
	found, err := l.users.UsersByID(ctx, []string{login.UserID})
	if err != nil {
		return nil, err
	}
	return l.begin(ctx, found[login.UserID], login)
}

// check finds the login of a person who proves with a password to be that person.
func (l *Logins) check(ctx context.Context, input SignInInput) (*Login, error) {
	login, err := l.store.LoginByEmail(ctx, strings.ToLower(strings.TrimSpace(input.Email)))
	if err != nil {
		return nil, err
	}
	return login, l.prove(ctx, login, input.Password)
}

// prove checks the password of a login, which is nil when there is none. That takes the same time.
func (l *Logins) prove(ctx context.Context, login *Login, password string) error {
	now := time.Now()
	if login != nil && now.Before(login.BlockedUntil) {
		return fault.New(fault.BadUserInput, "there were too many wrong passwords; try again in %s",
			login.BlockedUntil.Sub(now).Round(time.Second))
	}
	stored := nobody
	if login != nil {
		stored = login.Password
	}
	same, err := samePassword(ctx, stored, password)
	switch {
	case err != nil:
		return err
	case login == nil:
		return errWrong
	case !same:
		block := time.Duration(0)
		if over := login.Failures + 1 - freeFailures; over > 0 {
			block = min(longestBlock, firstBlock<<min(over-1, 10))
		}
		if err := l.store.CountFailure(ctx, login.UserID, now.Add(block)); err != nil {
			return err
		}
		return errWrong
	case login.Failures > 0:
		return l.store.ForgetFailures(ctx, login.UserID)
	}
	return nil
}

// begin begins a session.
func (l *Logins) begin(ctx context.Context, user *User, login *Login) (*Session, error) {
	now := time.Now().UTC()
	id, secret := rand.Text(), rand.Text()
	err := l.store.BeginSession(ctx, Refresh{
		Session: id, UserID: user.ID, Hash: hashToken(secret), Until: now.Add(sessionFor),
	}, now)
	if err != nil {
		return nil, err
	}
	return l.session(ctx, user, login, id, secret, now)
}

func (l *Logins) session(
	ctx context.Context, user *User, login *Login, id, secret string, now time.Time,
) (*Session, error) {
	token, until, err := l.issuer.Sign(ctx, AccessClaims{Subject: user.ID, Session: id, Roles: claims(login.Roles)}, now)
	if err != nil {
		return nil, err
	}
	return &Session{AccessToken: token, ExpiresAt: until, RefreshToken: id + "." + secret, User: user}, nil
}

// hashToken is what is stored of a token, which is random enough for a plain hash.
func hashToken(secret string) string {
	sum := sha256.Sum256([]byte(secret))
	return hex.EncodeToString(sum[:])
}

// errEnded is what is said of every refresh token that is of no use.
var errEnded = fault.At(fault.BadUserInput, "input.refreshToken", "the session has ended; sign in again")

// Refresh makes a new pair of tokens. A token that was used before ends the session.
func (l *Logins) Refresh(ctx context.Context, input RefreshSessionInput) (*Session, error) {
	id, old, ok := strings.Cut(input.RefreshToken, ".")
	if !ok {
		return nil, errEnded
	}
	now, secret := time.Now().UTC(), rand.Text()
	session, err := l.store.Rotate(ctx, Rotation{
		Session: id, Old: hashToken(old), New: hashToken(secret), Now: now, Until: now.Add(sessionFor),
	})
	if err != nil {
		return nil, err
	}
	if session == nil {
		return nil, errEnded
	}
	user, login, err := l.person(ctx, session.UserID)
	if err != nil {
		return nil, err
	}
	if user == nil {
		return nil, errEnded
	}
	return l.session(ctx, user, login, id, secret, now)
}

// person is somebody with an account and a login; nil when there is none any more.
func (l *Logins) person(ctx context.Context, userID string) (*User, *Login, error) {
	login, err := l.store.LoginOf(ctx, userID)
	if err != nil || login == nil {
		return nil, nil, err
	}
	found, err := l.users.UsersByID(ctx, []string{userID})
	return found[userID], login, err
}

// SignOut ends a session, or all of its person.
func (l *Logins) SignOut(ctx context.Context, input SignOutInput) (ended int, err error) {
	id, secret, ok := strings.Cut(input.RefreshToken, ".")
	if !ok {
		return 0, errEnded
	}
	ended, err = l.store.EndSession(ctx, id, hashToken(secret), input.Everywhere)
	if err == nil && ended == 0 {
		err = errEnded
	}
	return ended, err
}

// ChangePassword changes the caller's password, and ends all sessions.
func (l *Logins) ChangePassword(
	ctx context.Context, caller wire.Identity, input ChangePasswordInput,
) (ended int, err error) {
	if caller.Anonymous() {
		return 0, fault.New(fault.Unauthenticated, "sign in to change your password")
	}
	login, err := l.store.LoginOf(ctx, caller.Subject)
	if err != nil {
		return 0, err
	}
	if err := l.prove(ctx, login, input.Old); err != nil {
		return 0, err
	}
	var check fault.Checker
	local, _, _ := strings.Cut(login.Email, "@")
	checkPassword(&check, input.New, "input.new", local)
	if err := check.Err(); err != nil {
		return 0, err
	}
	password, err := hashPassword(ctx, input.New)
	if err != nil {
		return 0, err
	}
	return l.store.SetPassword(ctx, caller.Subject, password)
}

// BecomeOperator makes an operator of the caller, who knows the secret.
func (l *Logins) BecomeOperator(ctx context.Context, caller wire.Identity, input BecomeOperatorInput) (*User, error) {
	if caller.Anonymous() {
		return nil, fault.New(fault.Unauthenticated, "sign in to become an operator")
	}
	given, want := sha256.Sum256([]byte(input.Secret)), sha256.Sum256([]byte(l.secret))
	if subtle.ConstantTimeCompare(given[:], want[:]) != 1 || l.secret == "" {
		return nil, fault.New(fault.Forbidden, "this is not the secret that the service was started with")
	}
	return l.setRoles(ctx, caller.Subject, []Role{Customer, Operator}, "input.secret")
}

// SetRoles says what a person may do.
func (l *Logins) SetRoles(ctx context.Context, caller wire.Identity, input SetRolesInput) (*User, error) {
	switch {
	case caller.Anonymous():
		return nil, fault.New(fault.Unauthenticated, "sign in to say what people may do")
	case !caller.HasRole(operatorRole):
		return nil, fault.New(fault.Forbidden, "only operators may say what people may do")
	}
	roles := slices.Clone(input.Roles)
	slices.Sort(roles)
	return l.setRoles(ctx, input.UserID, slices.Compact(roles), "input.userId")
}

func (l *Logins) setRoles(ctx context.Context, userID string, roles []Role, field string) (*User, error) {
	ok, err := l.store.SetRoles(ctx, userID, roles)
	if err != nil {
		return nil, err
	}
	if !ok {
		return nil, fault.At(fault.NotFound, field, "person %q does not sign in here", userID)
	}
	found, err := l.users.UsersByID(ctx, []string{userID})
	return found[userID], err
}

// RolesOf returns what a person may do; nil when the caller must not know.
func (l *Logins) RolesOf(ctx context.Context, caller wire.Identity, user *User) ([]Role, error) {
	if caller.Anonymous() || caller.Subject != user.ID && !caller.HasRole(operatorRole) {
		return nil, nil
	}
	login, err := l.store.LoginOf(ctx, user.ID)
	if err != nil || login == nil {
		return nil, err
	}
	return login.Roles, nil
}

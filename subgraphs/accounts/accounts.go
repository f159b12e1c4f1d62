// Package accounts owns people: who they are, how they are addressed and how long they have been with the shop.
package accounts

import (
	"context"
	"regexp"
	"strings"
	"time"

	"github.com/weft-graphql/weft/schema/wire"
	"github.com/weft-graphql/weft/subgraphs/kit/dataloader"
	"github.com/weft-graphql/weft/subgraphs/kit/fault"
	"github.com/weft-graphql/weft/subgraphs/kit/page"
)

// User is a person with an account.
type User struct {
	ID       string
	Name     string
	Username string
	// Mail is the e-mail address. Core.Email decides who may see it.
	Mail     string
	Bio      string
	Location *Location
	Tier     Tier
	JoinedAt time.Time
	// Version counts the changes of the profile.
	Version int
}

// IsEntity says that the graph can refer to a person by key.
func (*User) IsEntity() {}

// Handle is the username as it is often written.
func (u *User) Handle() string { return "@" + u.Username }

// Location is where a person lives.
type Location struct {
	City    string
	Country string
}

// Tier is a step of the loyalty programme.
type Tier string

// UpdateProfileInput holds new values for a person's profile; nil leaves a value as it is.
type UpdateProfileInput struct {
	Name     *string
	Username *string
	Bio      *string
	// ExpectedVersion is the one that was seen.
	ExpectedVersion *int
}

// Store keeps people.
type Store interface {
	// UsersByID returns those that exist.
	UsersByID(ctx context.Context, ids []string) (map[string]*User, error)
	// UserByUsername returns nil when nobody has the (lower-case) username.
	UserByUsername(ctx context.Context, username string) (*User, error)
	// Users returns the people of a page and, if there is one, the next in the direction it is counted in, in order of
	// joining, then id.
	Users(ctx context.Context, ask page.Ask[Position]) ([]*User, error)
	// CountUsers counts everybody.
	CountUsers(ctx context.Context) (int, error)
	// UpdateUser lets change alter the person's profile, and writes it and the event about it together. Two changes at
	// once come one after the other. It returns nil when there is no such person; a username that somebody else has is
	// a Conflict fault.
	UpdateUser(
		ctx context.Context, id string, change func(*User) error, event func(*User) wire.EntityChanged,
	) (*User, error)
}

// Position is a place in the list of all people.
type Position struct {
	Joined time.Time
	ID     string
}

// Core is what can be done with people.
type Core struct{ store Store }

// New makes a core on the store.
func New(store Store) *Core { return &Core{store} }

// UsersByID returns a person or nil for every id, in the order of the ids.
func (c *Core) UsersByID(ctx context.Context, ids []string) ([]*User, error) {
	found, err := c.store.UsersByID(ctx, ids)
	return dataloader.InOrder(ids, found), err
}

// loadUser is the name of the loader.
type loadUser struct{}

// User returns the person, or nil when there is none.
func (c *Core) User(ctx context.Context, id string) (*User, error) {
	return dataloader.Load(ctx, loadUser{}, id, c.store.UsersByID)
}

// UserByUsername returns the person, or nil when there is none.
func (c *Core) UserByUsername(ctx context.Context, username string) (*User, error) {
	return c.store.UserByUsername(ctx, strings.ToLower(strings.TrimPrefix(username, "@")))
}

// Email returns the person's address if the caller is that person, else nil.
func (c *Core) Email(caller wire.Identity, user *User) *string {
	if caller.Anonymous() || caller.Subject != user.ID {
		return nil
	}
	return &user.Mail
}

// UpdateProfile changes the caller's own profile.
func (c *Core) UpdateProfile(ctx context.Context, caller wire.Identity, input UpdateProfileInput) (*User, error) {
	if caller.Anonymous() {
		return nil, fault.New(fault.Unauthenticated, "sign in to change your profile")
	}
	if err := input.check(); err != nil {
		return nil, err
	}
	user, err := c.store.UpdateUser(ctx, caller.Subject, input.apply, Changed)
	if err == nil && user == nil {
		err = fault.New(fault.NotFound, "there is no person %q", caller.Subject)
	}
	return user, err
}

// Changed is the event that a person's profile changed. It carries the public name for services that keep a copy.
func Changed(user *User) wire.EntityChanged {
	return wire.EntityChanged{
		Type: "User", Key: map[string]any{"id": user.ID}, Subgraph: "accounts", Change: wire.Updated,
		Data: map[string]any{"username": user.Username},
	}
}

var usernamePattern = regexp.MustCompile(`^[a-z0-9][a-z0-9.-]{1,28}[a-z0-9]$`)

func (p UpdateProfileInput) check() error {
	var c fault.Checker
	c.Require(p.Name != nil || p.Username != nil || p.Bio != nil, "input", "give at least one new value")
	if p.Name != nil {
		c.Length(*p.Name, 1, 80, "input.name")
	}
	if p.Username != nil {
		c.Require(usernamePattern.MatchString(*p.Username), "input.username",
			"username must be 3 to 30 lower-case letters, digits, dots and hyphens, and begin and end with a letter or digit")
	}
	if p.Bio != nil {
		c.Length(*p.Bio, 0, 500, "input.bio")
	}
	return c.Err()
}

func (p UpdateProfileInput) apply(user *User) error {
	if err := fault.Outdated("profile", p.ExpectedVersion, user.Version); err != nil {
		return err
	}
	if p.Name != nil {
		user.Name = strings.TrimSpace(*p.Name)
	}
	if p.Username != nil {
		user.Username = *p.Username
	}
	if p.Bio != nil {
		user.Bio = strings.TrimSpace(*p.Bio)
	}
	return nil
}

// UsualPage is how many people a page has when nothing is said, maxPage how many it has at most.
const UsualPage, maxPage = 20, 100

// UserConnection is one page of people.
type UserConnection struct {
	Nodes    []*User
	Edges    []*UserEdge
	PageInfo page.Info
	total    func(context.Context) (int, error)
}

// UserEdge is a person at a place in a list.
type UserEdge struct {
	Cursor string
	Node   *User
}

// TotalCount counts everybody, when asked for.
func (l *UserConnection) TotalCount(ctx context.Context) (int, error) { return l.total(ctx) }

// Users returns a page of people in the order they joined.
func (c *Core) Users(ctx context.Context, args page.Args) (*UserConnection, error) {
	ask, err := page.Read(args, UsualPage, maxPage, 2, positionOf)
	if err != nil {
		return nil, err
	}
	found, err := c.store.Users(ctx, ask)
	if err != nil {
		return nil, err
	}
	users, more := page.Cut(ask, found)
	cursors := make([]string, len(users))
	edges := make([]*UserEdge, len(users))
	for i, user := range users {
		cursors[i] = page.Cursor(user.JoinedAt.Format(time.RFC3339Nano), user.ID)
		edges[i] = &UserEdge{Cursor: cursors[i], Node: user}
	}
	return &UserConnection{
		Nodes: users, Edges: edges, PageInfo: ask.Info(cursors, more), total: c.store.CountUsers,
	}, nil
}

func positionOf(parts []string, argument string) (*Position, error) {
	joined, err := time.Parse(time.RFC3339Nano, parts[0])
	if err != nil {
		return nil, fault.At(fault.BadUserInput, argument, "%s is not a cursor of this list", argument)
	}
	return &Position{Joined: joined, ID: parts[1]}, nil
}

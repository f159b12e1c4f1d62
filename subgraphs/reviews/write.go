package reviews

import (
	"context"
	"crypto/rand"
	"strings"
	"time"

	"github.com/weft-graphql/weft/schema/wire"
	"github.com/weft-graphql/weft/subgraphs/kit/fault"
)

// AddReviewInput is a review to write.
type AddReviewInput struct {
	Upc         string
	Rating      int
	Title, Body string
}

// AddReview writes a review in the name of the caller.
func (c *Core) AddReview(ctx context.Context, caller wire.Identity, input AddReviewInput) (*Review, error) {
	if caller.Anonymous() {
		return nil, fault.New(fault.Unauthenticated, "sign in to write a review")
	}
	if err := c.checkNew(ctx, input); err != nil {
		return nil, err
	}
	names, err := c.store.Usernames(ctx, []string{caller.Subject})
	if err != nil {
		return nil, err
	}
	username, ok := names[caller.Subject]
	if !ok {
		return nil, fault.New(fault.NotFound, "there is no person %q", caller.Subject)
	}
	review := &Review{
		ID: "r" + strings.ToLower(rand.Text()), Rating: input.Rating,
		Title: strings.TrimSpace(input.Title), Body: strings.TrimSpace(input.Body),
		CreatedAt: time.Now().UTC(), AuthorID: caller.Subject, Username: username, Upc: input.Upc,
	}
	err = c.store.AddReview(ctx, review,
		changed("Review", "id", review.ID, wire.Created),
		changed("Product", "upc", review.Upc, wire.Updated),
		changed("User", "id", review.AuthorID, wire.Updated),
	)
	if err != nil {
		return nil, err
	}
	return review, nil
}

func (c *Core) checkNew(ctx context.Context, input AddReviewInput) error {
	var check fault.Checker
	check.Between(input.Rating, 1, 5, "input.rating")
	check.Length(input.Title, 1, 120, "input.title")
	check.Length(input.Body, 1, 4000, "input.body")
	known, err := c.store.Scores(ctx, []string{input.Upc})
	if err != nil {
		return err
	}
	_, ok := known[input.Upc]
	check.Require(ok, "input.upc", "there is no product %q", input.Upc)
	return check.Err()
}

// changed is the news that what reviews knows about an entity changed.
func changed(typeName, keyField, key string, change wire.Change) wire.EntityChanged {
	return wire.EntityChanged{Type: typeName, Key: map[string]any{keyField: key}, Subgraph: "reviews", Change: change}
}

// Take takes over what reviews keeps a copy of: which products there are, and the public names of people. Other news
// does not concern reviews. An entity that exists may be told of by any event, since whoever catches up hears the last one
// only.
func (c *Core) Take(ctx context.Context, event wire.EntityChanged) error {
	switch {
	case event.Change == wire.Deleted:
	case event.Subgraph == "catalog" && event.Type == "Product":
		if upc, ok := event.Key["upc"].(string); ok {
			return c.store.AddProduct(ctx, event, upc, changed("Product", "upc", upc, wire.Created))
		}
	case event.Subgraph == "accounts" && event.Type == "User":
		id, ok := event.Key["id"].(string)
		username, named := event.Data["username"].(string)
		if ok && named {
			return c.store.PutUser(ctx, event, id, username, changed("User", "id", id, wire.Updated))
		}
	}
	return nil
}

package reviews

import (
	"context"
	"crypto/rand"
	"strings"
	"time"

	"github.com/weft-graphql/weft/schema/wire"
	"github.com/weft-graphql/weft/subgraphs/kit/fault"
)

// Operator is the role that may hide reviews.
const Operator = "operator"

// AddReviewInput is a review to write.
type AddReviewInput struct {
	Upc         string
	Rating      int
	Title, Body string
	Pictures    []*ReviewPictureInput
}

// EditReviewInput holds new values for a review; nil leaves a value as it is.
type EditReviewInput struct {
	ID              string
	Rating          *int
	Title, Body     *string
	ExpectedVersion *int
}

// DeleteReviewInput names a review to be removed.
type DeleteReviewInput struct {
	ID              string
	ExpectedVersion *int
}

// ModerateReviewInput says whether a review is hidden, and why.
type ModerateReviewInput struct {
	ID              string
	Hidden          bool
	Reason          string
	ExpectedVersion *int
}

// AddReview writes a review in the name of the caller.
func (c *Core) AddReview(ctx context.Context, caller wire.Identity, input AddReviewInput) (*Review, error) {
	if caller.Anonymous() {
		return nil, fault.New(fault.Unauthenticated, "sign in to write a review")
	}
	if err := c.checkNew(ctx, input); err != nil {
		return nil, err
	}
	pictures, err := readPictures(ctx, input.Pictures)
	if err != nil {
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
		ID: "r" + strings.ToLower(rand.Text()), Rating: input.Rating, Version: 1,
		Title: strings.TrimSpace(input.Title), Body: strings.TrimSpace(input.Body),
		CreatedAt: now(), AuthorID: caller.Subject, Username: username, Upc: input.Upc, New: pictures,
	}
	if err := c.store.AddReview(ctx, review, News(review, wire.Created)...); err != nil {
		return nil, err
	}
	return review, nil
}

// now is the time as databases keep it.
func now() time.Time { return time.Now().UTC().Truncate(time.Microsecond) }

func (c *Core) checkNew(ctx context.Context, input AddReviewInput) error {
	var check fault.Checker
	checkRating(&check, input.Rating)
	check.Length(input.Title, 1, maxTitle, "input.title")
	check.Length(input.Body, 1, maxBody, "input.body")
	known, err := c.store.Scores(ctx, []string{input.Upc})
	if err != nil {
		return err
	}
	_, ok := known[input.Upc]
	check.Require(ok, "input.upc", "there is no product %q", input.Upc)
	return check.Err()
}

// maxTitle, maxBody and maxReason bound texts, in characters.
const maxTitle, maxBody, maxReason = 120, 4000, 300

func checkRating(check *fault.Checker, rating int) { check.Between(rating, 1, 5, "input.rating") }

// EditReview changes the caller's own review.
func (c *Core) EditReview(ctx context.Context, caller wire.Identity, input EditReviewInput) (*Review, error) {
	if caller.Anonymous() {
		return nil, fault.New(fault.Unauthenticated, "sign in to change your review")
	}
	var check fault.Checker
	check.Require(input.Rating != nil || input.Title != nil || input.Body != nil, "input", "give at least one new value")
	if input.Rating != nil {
		checkRating(&check, *input.Rating)
	}
	if input.Title != nil {
		check.Length(*input.Title, 1, maxTitle, "input.title")
	}
	if input.Body != nil {
		check.Length(*input.Body, 1, maxBody, "input.body")
	}
	if err := check.Err(); err != nil {
		return nil, err
	}
	return found(input.ID)(c.store.ChangeReview(ctx, input.ID, func(review *Review) error {
		if review.AuthorID != caller.Subject {
			return fault.New(fault.Forbidden, "only its author may change a review")
		}
		if err := fault.Outdated("review", input.ExpectedVersion, review.Version); err != nil {
			return err
		}
		if input.Rating != nil {
			review.Rating = *input.Rating
		}
		if input.Title != nil {
			review.Title = strings.TrimSpace(*input.Title)
		}
		if input.Body != nil {
			review.Body = strings.TrimSpace(*input.Body)
		}
		at := now()
		review.EditedAt = &at
		return nil
	}))
}

// ModerateReview hides a review from everybody but its author and operators, or shows it again.
func (c *Core) ModerateReview(ctx context.Context, caller wire.Identity, input ModerateReviewInput) (*Review, error) {
	if err := operatorsOnly(caller, "hide reviews"); err != nil {
		return nil, err
	}
	var check fault.Checker
	least := 0
	if input.Hidden {
		least = 1
	}
	check.Length(input.Reason, least, maxReason, "input.reason")
	if err := check.Err(); err != nil {
		return nil, err
	}
	return found(input.ID)(c.store.ChangeReview(ctx, input.ID, func(review *Review) error {
		if err := fault.Outdated("review", input.ExpectedVersion, review.Version); err != nil {
			return err
		}
		review.Hidden, review.Because = input.Hidden, ""
		if input.Hidden {
			review.Because = strings.TrimSpace(input.Reason)
		}
		return nil
	}))
}

// DeleteReview removes a review: the caller's own, or any if the caller is an operator.
func (c *Core) DeleteReview(ctx context.Context, caller wire.Identity, input DeleteReviewInput) (*Review, error) {
	if caller.Anonymous() {
		return nil, fault.New(fault.Unauthenticated, "sign in to remove your review")
	}
	return found(input.ID)(c.store.DeleteReview(ctx, input.ID, func(review *Review) error {
		if review.AuthorID != caller.Subject && !caller.HasRole(Operator) {
			return fault.New(fault.Forbidden, "only its author and operators may remove a review")
		}
		return fault.Outdated("review", input.ExpectedVersion, review.Version)
	}))
}

// found makes a fault of a review that is not there.
func found(id string) func(*Review, error) (*Review, error) {
	return func(review *Review, err error) (*Review, error) {
		if err == nil && review == nil {
			err = fault.At(fault.NotFound, "input.id", "there is no review %q", id)
		}
		return review, err
	}
}

// HiddenPage says that the caller may see what was hidden.
func HiddenPage(caller wire.Identity) error { return operatorsOnly(caller, "see hidden reviews") }

func operatorsOnly(caller wire.Identity, what string) error {
	switch {
	case caller.Anonymous():
		return fault.New(fault.Unauthenticated, "sign in to %s", what)
	case !caller.HasRole(Operator):
		return fault.New(fault.Forbidden, "only operators may %s", what)
	}
	return nil
}

// News are the events of a review that was written, changed or removed: its product and its author have other lists
// then.
func News(review *Review, change wire.Change) []wire.EntityChanged {
	return []wire.EntityChanged{
		changed("Review", "id", review.ID, change),
		changed("Product", "upc", review.Upc, wire.Updated),
		changed("User", "id", review.AuthorID, wire.Updated),
	}
}

// changed is the news that what reviews knows about an entity changed.
func changed(typeName, keyField, key string, change wire.Change) wire.EntityChanged {
	return wire.EntityChanged{Type: typeName, Key: map[string]any{keyField: key}, Subgraph: "reviews", Change: change}
}

package reviews

import (
	"context"

	"github.com/weft-graphql/weft/schema/wire"
	"github.com/weft-graphql/weft/subgraphs/kit/dataloader"
	"github.com/weft-graphql/weft/subgraphs/kit/fault"
	"github.com/weft-graphql/weft/subgraphs/kit/page"
)

// Store keeps reviews, and of people and products as much as reviews need to know.
type Store interface {
	// ReviewsByID returns those that exist, in any order.
	ReviewsByID(ctx context.Context, ids []string) ([]*Review, error)
	// Recent returns the newest reviews, newest first.
	Recent(ctx context.Context, first int) ([]*Review, error)
	// ByProduct and ByAuthor return the newest reviews of each, newest first, at most first entries of each.
	ByProduct(ctx context.Context, upcs []string, first, minRating int) (map[string][]*Review, error)
	ByAuthor(ctx context.Context, ids []string, first int) (map[string][]*Review, error)
	// Scores returns what the ratings of each known product come to.
	Scores(ctx context.Context, upcs []string) (map[string]Score, error)
	// Usernames returns the public name of each known person.
	Usernames(ctx context.Context, ids []string) (map[string]string, error)
	// CountByAuthor counts the reviews of each person.
	CountByAuthor(ctx context.Context, ids []string) (map[string]int, error)
	// PageByProduct and PageByAuthor return, of each, the reviews of a page and, if there is one, the next in the
	// direction it is counted in; Page those of all.
	PageByProduct(ctx context.Context, upcs []string, query ReviewQuery) (map[string][]*Review, error)
	PageByAuthor(ctx context.Context, ids []string, query ReviewQuery) (map[string][]*Review, error)
	Page(ctx context.Context, query ReviewQuery) ([]*Review, error)
	// CountReviews counts those of all pages, of one product or (when upc is empty) of all, up to 10,000.
	CountReviews(ctx context.Context, upc string, query ReviewQuery) (int, error)
	// ReviewsBy returns what a person said about each product, hidden or not.
	ReviewsBy(ctx context.Context, author string, upcs []string) (map[string]*Review, error)
	// AddReview writes the review, says whether it is verified, brings the product's score up to date and writes the
	// events, all together. A second review of one product by one person is a Conflict fault.
	AddReview(ctx context.Context, review *Review, events ...wire.EntityChanged) error
	// ChangeReview lets change alter the review, and writes it and the events about it together. Two changes at once come
	// one after the other. It returns nil when there is no such review.
	ChangeReview(ctx context.Context, id string, change func(*Review) error) (*Review, error)
	// DeleteReview removes the review if allowed returns nil, and writes the events about it together. It returns nil when
	// there is no such review.
	DeleteReview(ctx context.Context, id string, allowed func(*Review) error) (*Review, error)
	// Pictures returns those of reviews, without their files. PictureFile returns the file with a hash; nil when no review
	// that is seen has it.
	Pictures(ctx context.Context, ids []string) (map[string][]*ReviewPicture, error)
	PictureFile(ctx context.Context, hash string) ([]byte, error)
	// RemovePicture removes a picture of a review if allowed returns nil, and writes the events about it together. It
	// returns nil when there is no such review.
	RemovePicture(ctx context.Context, id, hash string, allowed func(*Review) error) (*Review, error)
	// Deliver takes over that products have reached their buyer, whose reviews of them are verified then.
	Deliver(ctx context.Context, from wire.EntityChanged, buyer string, upcs []string) error
	// AddProduct and PutUser take over what events of other services tell, and write the events about it.
	AddProduct(ctx context.Context, from wire.EntityChanged, upc string, event wire.EntityChanged) error
	PutUser(ctx context.Context, from wire.EntityChanged, id, username string, event wire.EntityChanged) error
}

// Core is what can be done with reviews.
type Core struct{ store Store }

// New makes a core on the store.
func New(store Store) *Core { return &Core{store} }

// maxPage is the longest list that can be asked for.
const maxPage = 100

// ReviewsByID returns a review or nil for every id, in order.
func (c *Core) ReviewsByID(ctx context.Context, ids []string) ([]*Review, error) {
	reviews, err := c.store.ReviewsByID(ctx, ids)
	if err != nil {
		return nil, err
	}
	return dataloader.InOrder(ids, dataloader.ByKey(reviews, reviewID)), nil
}

// Review returns the review, or nil when there is none.
func (c *Core) Review(ctx context.Context, id string) (*Review, error) {
	return dataloader.Load(ctx, loadReview{}, id, func(ctx context.Context, ids []string) (map[string]*Review, error) {
		reviews, err := c.store.ReviewsByID(ctx, ids)
		return dataloader.ByKey(reviews, reviewID), err
	})
}

func reviewID(r *Review) string { return r.ID }

// Recent returns the newest reviews.
func (c *Core) Recent(ctx context.Context, first int) ([]*Review, error) {
	if err := page.CheckFirst(first, maxPage); err != nil || first == 0 {
		return []*Review{}, err
	}
	return c.store.Recent(ctx, first)
}

// ProductsByUPC returns a product or nil for every product code, in order.
func (c *Core) ProductsByUPC(ctx context.Context, upcs []string) ([]*Product, error) {
	scores, err := c.scores(ctx, upcs)
	if err != nil {
		return nil, err
	}
	products := make([]*Product, len(upcs))
	for i, upc := range upcs {
		if score := scores[upc]; score != nil {
			dataloader.Prime(ctx, loadScore{}, upc, score, c.scores)
			products[i] = &Product{upc}
		}
	}
	return products, nil
}

// UsersByID returns a person or nil for every id, in order.
func (c *Core) UsersByID(ctx context.Context, ids []string) ([]*User, error) {
	names, err := c.store.Usernames(ctx, ids)
	if err != nil {
		return nil, err
	}
	users := make([]*User, len(ids))
	for i, id := range ids {
		if name, ok := names[id]; ok {
			users[i] = &User{ID: id, Username: name}
		}
	}
	return users, nil
}

// The names of the loaders.
type (
	loadReview    struct{}
	loadReviewsOf struct{ first, minRating int }
	loadReviewsBy struct{ first int }
	loadScore     struct{}
	loadCount     struct{}
	loadOwn       struct{ author string }
)

// ReviewsOf returns what people say about the product, newest first.
func (c *Core) ReviewsOf(ctx context.Context, product *Product, first, minRating int) ([]*Review, error) {
	var check fault.Checker
	check.Between(first, 0, maxPage, "first")
	check.Between(minRating, 1, 5, "minRating")
	if err := check.Err(); err != nil {
		return nil, err
	}
	return dataloader.Load(ctx, loadReviewsOf{first, minRating}, product.Upc,
		func(ctx context.Context, upcs []string) (map[string][]*Review, error) {
			return c.store.ByProduct(ctx, upcs, first, minRating)
		})
}

// ReviewsBy returns what the person wrote, newest first.
func (c *Core) ReviewsBy(ctx context.Context, user *User, first int) ([]*Review, error) {
	if err := page.CheckFirst(first, maxPage); err != nil {
		return nil, err
	}
	return dataloader.Load(ctx, loadReviewsBy{first}, user.ID,
		func(ctx context.Context, ids []string) (map[string][]*Review, error) {
			return c.store.ByAuthor(ctx, ids, first)
		})
}

// CountBy counts what the person wrote.
func (c *Core) CountBy(ctx context.Context, user *User) (int, error) {
	return dataloader.Load(ctx, loadCount{}, user.ID, c.store.CountByAuthor)
}

// ScoreOf returns what the ratings of the product come to.
func (c *Core) ScoreOf(ctx context.Context, product *Product) (Score, error) {
	score, err := dataloader.Load(ctx, loadScore{}, product.Upc, c.scores)
	if err != nil || score == nil {
		return Score{}, err
	}
	return *score, nil
}

// scores leaves out products that are not known.
func (c *Core) scores(ctx context.Context, upcs []string) (map[string]*Score, error) {
	scores, err := c.store.Scores(ctx, upcs)
	found := make(map[string]*Score, len(scores))
	for upc, score := range scores {
		found[upc] = &score
	}
	return found, err
}

// OwnReview returns what the caller says about the product, hidden or not; nil when that is nothing.
func (c *Core) OwnReview(ctx context.Context, caller wire.Identity, product *Product) (*Review, error) {
	if caller.Anonymous() {
		return nil, nil
	}
	return dataloader.Load(ctx, loadOwn{caller.Subject}, product.Upc,
		func(ctx context.Context, upcs []string) (map[string]*Review, error) {
			return c.store.ReviewsBy(ctx, caller.Subject, upcs)
		})
}

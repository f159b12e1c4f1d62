package reviews

import (
	"context"
	"strconv"
	"time"

	"github.com/weft-graphql/weft/subgraphs/kit/dataloader"
	"github.com/weft-graphql/weft/subgraphs/kit/fault"
	"github.com/weft-graphql/weft/subgraphs/kit/page"
)

// ReviewSort is an order of a list of reviews.
type ReviewSort string

// The orders there are. Reviews of one rating come newest first.
const (
	Newest  ReviewSort = "NEWEST"
	Highest ReviewSort = "HIGHEST"
	Lowest  ReviewSort = "LOWEST"
)

// ReviewFilter says what reviews must be like to be listed; nil fields do not matter.
type ReviewFilter struct {
	Rating   *int
	Verified *bool
}

// ReviewQuery describes a part of a list of reviews.
type ReviewQuery struct {
	Sort ReviewSort
	// Rating is 0 when it does not matter.
	Rating int
	// Verified is nil when it does not matter.
	Verified *bool
	// Hidden lists what was hidden, in the place of what is seen.
	Hidden bool
	// Page is the page, of which one review more is looked for.
	Page page.Ask[Position]
}

// Position is a place in a list of reviews.
type Position struct {
	Rating  int
	Created time.Time
	ID      string
}

// UsualPage is how many reviews a page has when nothing is said.
const UsualPage = 10

// ReviewConnection is one page of reviews.
type ReviewConnection struct {
	Nodes    []*Review
	Edges    []*ReviewEdge
	PageInfo page.Info
	total    func(context.Context) (int, error)
}

// ReviewEdge is a review at a place in a list.
type ReviewEdge struct {
	Cursor string
	Node   *Review
}

// TotalCount counts the reviews of all pages, when asked for.
func (l *ReviewConnection) TotalCount(ctx context.Context) (int, error) { return l.total(ctx) }

// list is what a list of reviews was asked for, in a form that can be compared: lists of several products or people
// that are asked for alike are read together.
type list struct {
	of, after, before string
	first, last       int // -1 when it was not given
	sort              ReviewSort
	rating, verified  int
	hidden            bool
}

func newList(of string, args page.Args, sort ReviewSort, query ReviewQuery) list {
	l := list{of: of, first: -1, last: -1, sort: sort, rating: query.Rating, hidden: query.Hidden}
	for from, to := range map[*int]*int{args.First: &l.first, args.Last: &l.last} {
		if from != nil {
			*to = *from
		}
	}
	for from, to := range map[*string]*string{args.After: &l.after, args.Before: &l.before} {
		if from != nil {
			*to = *from
		}
	}
	switch {
	case query.Verified == nil:
	case *query.Verified:
		l.verified = 1
	default:
		l.verified = -1
	}
	return l
}

// PageOf returns a page of what people say about the product.
func (c *Core) PageOf(
	ctx context.Context, product *Product, args page.Args, filter *ReviewFilter, sort ReviewSort,
) (*ReviewConnection, error) {
	query, err := newQuery(args, filter, sort)
	if err != nil {
		return nil, err
	}
	found, err := dataloader.Load(ctx, newList("product", args, sort, query), product.Upc,
		func(ctx context.Context, upcs []string) (map[string][]*Review, error) {
			return c.store.PageByProduct(ctx, upcs, query)
		})
	if err != nil {
		return nil, err
	}
	return connection(query, found, func(ctx context.Context) (int, error) {
		switch score, err := c.ScoreOf(ctx, product); {
		case query.Verified != nil:
			return c.store.CountReviews(ctx, product.Upc, query)
		case query.Rating > 0:
			return score.Stars[query.Rating-1], err
		default:
			return score.Count, err
		}
	}), nil
}

// PageBy returns a page of what the person wrote.
func (c *Core) PageBy(ctx context.Context, user *User, args page.Args) (*ReviewConnection, error) {
	query, err := newQuery(args, nil, Newest)
	if err != nil {
		return nil, err
	}
	found, err := dataloader.Load(ctx, newList("author", args, Newest, query), user.ID,
		func(ctx context.Context, ids []string) (map[string][]*Review, error) {
			return c.store.PageByAuthor(ctx, ids, query)
		})
	if err != nil {
		return nil, err
	}
	return connection(query, found, func(ctx context.Context) (int, error) { return c.CountBy(ctx, user) }), nil
}

// Page returns a page of all reviews, newest first, or of those that were hidden.
func (c *Core) Page(ctx context.Context, args page.Args, hidden bool) (*ReviewConnection, error) {
	query, err := newQuery(args, nil, Newest)
	if err != nil {
		return nil, err
	}
	query.Hidden = hidden
	found, err := c.store.Page(ctx, query)
	if err != nil {
		return nil, err
	}
	return connection(query, found, func(ctx context.Context) (int, error) {
		return c.store.CountReviews(ctx, "", query)
	}), nil
}

func newQuery(args page.Args, filter *ReviewFilter, sort ReviewSort) (ReviewQuery, error) {
	query := ReviewQuery{Sort: sort}
	if filter != nil {
		query.Verified = filter.Verified
		if filter.Rating != nil {
			query.Rating = *filter.Rating
			var check fault.Checker
			check.Between(query.Rating, 1, 5, "filter.rating")
			if err := check.Err(); err != nil {
				return query, err
			}
		}
	}
	var err error
	query.Page, err = page.Read(args, UsualPage, maxPage, 4, func(parts []string, argument string) (*Position, error) {
		return positionOf(sort, parts, argument)
	})
	return query, err
}

// connection is the page of what was found.
func connection(query ReviewQuery, found []*Review, total func(context.Context) (int, error)) *ReviewConnection {
	nodes, more := page.Cut(query.Page, found)
	cursors := make([]string, len(nodes))
	edges := make([]*ReviewEdge, len(nodes))
	for i, review := range nodes {
		cursors[i] = page.Cursor(string(query.Sort), strconv.Itoa(review.Rating), review.CreatedAt.Format(time.RFC3339Nano),
			review.ID)
		edges[i] = &ReviewEdge{Cursor: cursors[i], Node: review}
	}
	return &ReviewConnection{Nodes: nodes, Edges: edges, PageInfo: query.Page.Info(cursors, more), total: total}
}

func positionOf(sort ReviewSort, parts []string, argument string) (*Position, error) {
	rating, err := strconv.Atoi(parts[1])
	created, unread := time.Parse(time.RFC3339Nano, parts[2])
	if err != nil || unread != nil || parts[0] != string(sort) {
		return nil, fault.At(fault.BadUserInput, argument, "%s is a cursor of a list with another order", argument)
	}
	return &Position{Rating: rating, Created: created, ID: parts[3]}, nil
}

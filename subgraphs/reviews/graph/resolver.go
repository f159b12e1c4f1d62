// Package graph answers the reviews subgraph's GraphQL. Its resolvers only translate: what may be done, and how, is
// decided in package reviews.
package graph

import (
	"github.com/99designs/gqlgen/graphql"

	"github.com/weft-graphql/weft/subgraphs/kit/fault"
	"github.com/weft-graphql/weft/subgraphs/kit/page"
	"github.com/weft-graphql/weft/subgraphs/reviews"
	"github.com/weft-graphql/weft/subgraphs/reviews/graph/model"
)

// Resolver is the root of all resolvers.
type Resolver struct{ core *reviews.Core }

// New makes the executable schema.
func New(core *reviews.Core) graphql.ExecutableSchema {
	config := Config{Resolvers: &Resolver{core}}
	list := func(child, first int) int { return 1 + first*child }
	config.Complexity.Query.RecentReviews = list
	config.Complexity.User.Reviews = list
	config.Complexity.Product.Reviews = func(child, first, _ int) int { return 1 + first*child }
	config.Complexity.Product.ReviewsConnection = func(
		child int, first *int, _ *string, last *int, _ *string, _ *reviews.ReviewFilter, _ reviews.ReviewSort,
	) int {
		return 1 + page.Size(first, last, reviews.UsualPage)*child
	}
	config.Complexity.User.ReviewsConnection = func(child int, first *int, _ *string, last *int, _ *string) int {
		return 1 + page.Size(first, last, reviews.UsualPage)*child
	}
	config.Complexity.Query.Reviews = func(child int, first *int, _ *string, last *int, _ *string, _ bool) int {
		return 1 + page.Size(first, last, reviews.UsualPage)*child
	}
	config.Complexity.Review.Pictures = func(child int) int { return 1 + reviews.MaxPictures*child }
	config.Complexity.Product.RatingHistogram = func(child int) int { return 1 + 5*child }
	config.Complexity.Query.__resolve_entities = func(child int, reps []map[string]any) int { return 1 + len(reps)*child }
	return NewExecutableSchema(config)
}

// reviewPayload is the answer of a mutation of a review.
func reviewPayload(review *reviews.Review, err error) (*model.ReviewPayload, error) {
	list, err := fault.ForUser(err)
	if err != nil {
		return nil, err
	}
	if len(list) > 0 {
		review = nil
	}
	return &model.ReviewPayload{Review: review, UserErrors: list}, nil
}

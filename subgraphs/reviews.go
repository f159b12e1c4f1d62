package subgraphs

import (
	"net/http"
	"time"

	"github.com/uptrace/bun"

	"github.com/weft-graphql/weft/subgraphs/kit"
	"github.com/weft-graphql/weft/subgraphs/kit/events"
	"github.com/weft-graphql/weft/subgraphs/reviews"
	"github.com/weft-graphql/weft/subgraphs/reviews/graph"
	"github.com/weft-graphql/weft/subgraphs/reviews/store"
)

// reviewsRecipe: a new review should show soon.
var reviewsRecipe = recipe{
	blueprint: kit.Blueprint{Name: "reviews", Migrations: store.Migrations(), Seed: store.Seed, Grow: store.Grow},
	maxAge:    30 * time.Second,
	configured: func(config kit.Config, db *bun.DB, outbox *events.Outbox) (parts, error) {
		core := reviews.New(store.New(db, outbox))
		return parts{
			schema: graph.New(core), take: core.Take, sources: []events.Source{
				{Subgraph: "catalog", Types: []string{"Product"}}, {Subgraph: "accounts", Types: []string{"User"}},
				{Subgraph: "orders", Types: []string{"Order"}},
			},
			uploads: kit.Uploads{Files: reviews.MaxPictures, Bytes: reviews.MaxPictureBytes},
			routes:  map[string]http.Handler{"GET " + reviews.PicturesPath + "{file}": core.ServePicture(config.Logger)},
		}, nil
	},
}

package store

import (
	"context"

	"github.com/uptrace/bun"

	"github.com/weft-graphql/weft/schema/wire"
	"github.com/weft-graphql/weft/subgraphs/accounts"
	"github.com/weft-graphql/weft/subgraphs/kit"
	"github.com/weft-graphql/weft/subgraphs/kit/events"
	"github.com/weft-graphql/weft/subgraphs/seed"
)

// Grow makes the sample shop that many times as large.
func Grow(ctx context.Context, tx bun.Tx, size int) error {
	var news []wire.EntityChanged
	err := kit.InsertEach(ctx, tx, seed.MorePeople(size), func(p seed.Person) userRow {
		row := userRow{
			ID: p.ID, Name: p.Name, Username: p.Username, Email: p.Email, Bio: p.Bio,
			City: p.City, Country: p.Country, Tier: p.Tier, JoinedAt: p.Joined, Version: 1,
		}
		event := accounts.Changed(row.user())
		event.Change = wire.Created
		news = append(news, event)
		return row
	})
	if err != nil {
		return err
	}
	return events.Preset(ctx, tx, news)
}

// Package store keeps the carts and orders of package orders in an SQL database.
package store

import (
	"embed"
	"io/fs"

	"github.com/uptrace/bun"

	"github.com/weft-graphql/weft/subgraphs/kit/events"
	"github.com/weft-graphql/weft/subgraphs/orders"
)

//go:embed migrations/*.sql
var migrations embed.FS

// Migrations are the files that make the tables.
func Migrations() fs.FS { return migrations }

// Store keeps carts, orders and sagas in a database.
type Store struct {
	db     *bun.DB
	outbox *events.Outbox
}

var _ orders.Store = (*Store)(nil)

// New makes a store on a prepared database.
func New(db *bun.DB, outbox *events.Outbox) *Store { return &Store{db, outbox} }

package kit

import (
	"context"
	"sync"

	"github.com/uptrace/bun"
	"github.com/uptrace/bun/dialect/sqlitedialect"
)

// turns let those who write to an SQLite file do so one after the other, in the order they came. SQLite has one writer
// at a time, too, but those who wait for it look again and again whether it is their turn: under load some never find
// out.
type turns chan struct{}

// files has the turns of every file that was opened, for all pools of connections to it.
var files sync.Map

func turnsOf(path string) turns {
	made, _ := files.LoadOrStore(path, make(turns, 1))
	return made.(turns)
}

// sqliteFile is the dialect of an SQLite file, with the turns of its writers.
type sqliteFile struct {
	*sqlitedialect.Dialect
	turns turns
}

// inTurn runs a transaction when it is its turn.
func inTurn(ctx context.Context, db *bun.DB, f func(context.Context, bun.Tx) error) error {
	file, ok := db.Dialect().(sqliteFile)
	if !ok {
		return db.RunInTx(ctx, nil, f)
	}
	select {
	case file.turns <- struct{}{}:
	case <-ctx.Done():
		return ctx.Err()
	}
	defer func() { <-file.turns }()
	return db.RunInTx(ctx, nil, f)
}

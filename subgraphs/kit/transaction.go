package kit

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/uptrace/bun"
	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"github.com/weft-graphql/weft/schema/bus"
	"github.com/weft-graphql/weft/subgraphs/kit/events"
)

const (
	// transactionAttempts is how often a transaction is tried that the database refused for the sake of another one.
	transactionAttempts = 5
	// transactionPause is the most that is waited before the second attempt; it doubles before each further one.
	transactionPause = 20 * time.Millisecond
)

// Codes of PostgreSQL (https://www.postgresql.org/docs/current/errcodes-appendix.html).
const (
	uniqueViolation      = "23505"
	serializationFailure = "40001"
	deadlockDetected     = "40P01"
	lockNotAvailable     = "55P03"
	queryCanceled        = "57014"
)

// Transactions runs functions in transactions of the database. One that the database gave up for the sake of another
// (a deadlock, a serialization failure) is run again, from the beginning: it must have no effects but those of its
// transaction. An error that says that the database is away, or too slow at the moment, is marked as
// bus.ErrUnavailable.
func Transactions(db *bun.DB) events.Transactions {
	return func(ctx context.Context, f func(context.Context, bun.Tx) error) error {
		for attempt := 1; ; attempt++ {
			err := inTurn(ctx, db, f)
			if attempt < transactionAttempts && refused(err) {
				pause := time.NewTimer(rand.N(transactionPause << (attempt - 1)))
				select {
				case <-pause.C:
					continue
				case <-ctx.Done():
					pause.Stop()
				}
			}
			if Unavailable(err) {
				return fmt.Errorf("%w (%w)", err, bus.ErrUnavailable)
			}
			return err
		}
	}
}

// refused reports whether the same transaction may well succeed when it is run again.
func refused(err error) bool {
	var postgres *pgconn.PgError
	return errors.As(err, &postgres) && (postgres.Code == serializationFailure || postgres.Code == deadlockDetected)
}

// Unavailable reports whether err says nothing about what was asked of the database: it is away, or a lock was not to
// be had in time.
func Unavailable(err error) bool {
	if err == nil {
		return false
	}
	var connect *pgconn.ConnectError
	if errors.As(err, &connect) || errors.Is(err, sql.ErrConnDone) || pgconn.SafeToRetry(err) || pgconn.Timeout(err) {
		return true
	}
	var postgres *pgconn.PgError
	if errors.As(err, &postgres) {
		switch postgres.Code {
		case serializationFailure, deadlockDetected, lockNotAvailable, queryCanceled:
			return true
		}
		class := postgres.Code[:min(2, len(postgres.Code))] // connection, insufficient resources, shutdown
		return class == "08" || class == "53" || class == "57"
	}
	var lite *sqlite.Error
	return errors.As(err, &lite) && (lite.Code()&0xff == sqlite3.SQLITE_BUSY || lite.Code()&0xff == sqlite3.SQLITE_LOCKED)
}

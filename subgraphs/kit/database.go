package kit

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"path/filepath"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/uptrace/bun"
	"github.com/uptrace/bun/dialect/pgdialect"
	"github.com/uptrace/bun/dialect/sqlitedialect"
	"modernc.org/sqlite" // the driver "sqlite", too
	sqlite3 "modernc.org/sqlite/lib"
)

// OpenDatabase opens the database of the named service: the SQLite file `<name>.db` in the data directory, or the
// PostgreSQL schema called name when there is a database address. The queries of a service are the same for both.
func OpenDatabase(ctx context.Context, name string, config Config) (*bun.DB, error) {
	var (
		db  *bun.DB
		err error
	)
	if config.DatabaseURL == "" {
		db, err = openSQLite(name, config.DataDir)
	} else {
		db, err = openPostgres(ctx, name, config.DatabaseURL)
	}
	if err != nil {
		return nil, err
	}
	for _, hook := range config.QueryHooks {
		db = db.WithQueryHook(hook)
	}
	return db, nil
}

// openSQLite opens a file in write-ahead mode: readers go on while one transaction writes, and a commit does not wait
// for the disk. A crash of the machine may lose the last commits but never breaks the file.
func openSQLite(name, dir string) (*bun.DB, error) {
	if dir == "" {
		return nil, fmt.Errorf("no data directory: set DataDir, or DatabaseURL for PostgreSQL")
	}
	if err := CheckDataDir(dir); err != nil {
		return nil, err
	}
	path := filepath.Join(dir, name+".db")
	if err := checkWritable(path); err != nil {
		return nil, err
	}
	query := url.Values{
		"_pragma": {"busy_timeout(5000)", "journal_mode(WAL)", "synchronous(NORMAL)", "foreign_keys(1)"},
		"_txlock": {"immediate"},
	}
	// Escaped, because a directory may have characters in its name that mean something in an address, such as # and %.
	escaped := (&url.URL{Path: filepath.ToSlash(path)}).EscapedPath()
	db, err := sql.Open("sqlite", (&url.URL{Scheme: "file", Opaque: escaped, RawQuery: query.Encode()}).String())
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", path, err)
	}
	db.SetMaxOpenConns(8)
	db.SetMaxIdleConns(8)
	return bun.NewDB(db, sqlitedialect.New()), nil
}

// openPostgres connects to a schema of the service's own, and makes it when it is missing. Queries are sent as
// complete text (bun fills in the arguments), so that nothing is prepared on the server. A pooler in between must keep a
// session on one connection: the search path and the lock of withLock belong to the session.
func openPostgres(ctx context.Context, name, address string) (*bun.DB, error) {
	if !strings.HasPrefix(address, "postgres://") && !strings.HasPrefix(address, "postgresql://") {
		return nil, fmt.Errorf("database address must begin with postgres://")
	}
	config, err := pgx.ParseConfig(address)
	if err != nil {
		return nil, fmt.Errorf("read the database address: %w", err)
	}
	config.RuntimeParams["search_path"] = name
	config.RuntimeParams["timezone"] = "UTC"
	config.DefaultQueryExecMode = pgx.QueryExecModeSimpleProtocol
	pool := stdlib.OpenDB(*config)
	pool.SetMaxOpenConns(16)
	pool.SetMaxIdleConns(8)
	pool.SetConnMaxIdleTime(5 * time.Minute)
	db := bun.NewDB(pool, pgdialect.New())
	if err := withLock(ctx, db, name, func() error {
		_, err := db.ExecContext(ctx, "CREATE SCHEMA IF NOT EXISTS ?", bun.Ident(name))
		return err
	}); err != nil {
		_ = db.Close()
		return nil, fmt.Errorf("prepare PostgreSQL schema %s: %w", name, err)
	}
	return db, nil
}

// withLock runs f while no other process that shares a PostgreSQL database runs one under the same name. An SQLite
// file belongs to one process, so f just runs.
func withLock(ctx context.Context, db *bun.DB, name string, f func() error) error {
	if _, ok := db.Dialect().(*pgdialect.Dialect); !ok {
		return f()
	}
	conn, err := db.Conn(ctx)
	if err != nil {
		return err
	}
	defer conn.Close()
	if _, err := conn.ExecContext(ctx, "SELECT pg_advisory_lock(hashtext(?))", "weft."+name); err != nil {
		return err
	}
	// The lock must be given back even when ctx has ended, or the pooled connection would keep it.
	defer conn.ExecContext(context.WithoutCancel(ctx), "SELECT pg_advisory_unlock(hashtext(?))", "weft."+name)
	return f()
}

// Duplicate reports whether err says that a unique index has such a value already. It is how two requests at once are
// kept from both taking a name: asking first whether it is free would let both pass.
func Duplicate(err error) bool {
	var postgres *pgconn.PgError
	if errors.As(err, &postgres) {
		return postgres.Code == uniqueViolation
	}
	var lite *sqlite.Error
	return errors.As(err, &lite) &&
		(lite.Code() == sqlite3.SQLITE_CONSTRAINT_UNIQUE || lite.Code() == sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY)
}

// uniqueViolation is PostgreSQL's code for it (https://www.postgresql.org/docs/current/errcodes-appendix.html).
const uniqueViolation = "23505"

// Lock makes other transactions that Lock the same row wait until this one ends. It does so by writing the row as it
// is, which PostgreSQL takes as a lock on it; in SQLite the transaction has the only write lock anyway.
func Lock(ctx context.Context, tx bun.Tx, table, keyColumn, key string) error {
	column := bun.Ident(keyColumn)
	_, err := tx.ExecContext(ctx, "UPDATE ? SET ? = ? WHERE ? = ?", bun.Ident(table), column, column, column, key)
	return err
}

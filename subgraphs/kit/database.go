package kit

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/uptrace/bun"
	"github.com/uptrace/bun/dialect/pgdialect"
	"github.com/uptrace/bun/dialect/sqlitedialect"
	"modernc.org/sqlite" // the driver "sqlite", too
	sqlite3 "modernc.org/sqlite/lib"

	"github.com/weft-graphql/weft/subgraphs/kit/events"
)

// pool says how a pool of connections to PostgreSQL is bounded.
type pool struct {
	connections int
	// oneProcess keeps PostgreSQL from taking further processes for a statement, which takes longer to begin than such
	// statements take, and takes them from other requests.
	oneProcess bool
	// statement, lock and idle are the most that a statement may take, wait for a lock, and leave a transaction without
	// another one. 0 is no bound.
	statement, lock, idle time.Duration
}

// The pools of a service: one slow table, or one burst of requests, does not take from the others what they need.
var (
	requestPool = pool{
		connections: 16, oneProcess: true, statement: 5 * time.Second, lock: 2 * time.Second, idle: 10 * time.Second,
	}
	eventPool = pool{connections: 4, statement: 10 * time.Second, lock: 5 * time.Second, idle: 10 * time.Second}
	checkPool = pool{connections: 1, statement: time.Second, lock: time.Second, idle: time.Second}
	setupPool = pool{connections: 4}
)

// OpenDatabase opens the database of the named service for its requests: the SQLite file `<name>.db` in the data
// directory, or the PostgreSQL schema called name when there is a database address. The queries of a service are the
// same for both.
func OpenDatabase(name string, config Config) (*bun.DB, error) {
	db, err := openDatabase(name, config, requestPool)
	if err != nil {
		return nil, err
	}
	for _, hook := range config.QueryHooks {
		db = db.WithQueryHook(hook)
	}
	if config.Telemetry != nil {
		db = db.WithQueryHook(config.Telemetry.Statements())
		config.Telemetry.Observe(collectors.NewDBStatsCollector(db.DB, name))
	}
	return db, nil
}

// OpenForSetup opens it for migrations, sample data and tools, whose statements may take as long as they need. It
// makes the PostgreSQL schema when that is missing.
func OpenForSetup(ctx context.Context, name string, config Config) (*bun.DB, error) {
	db, err := openDatabase(name, config, setupPool)
	if err != nil || config.DatabaseURL == "" {
		return db, err
	}
	if err := withLock(ctx, db, name, func() error {
		// A service whose schema is there need not be allowed to make one, for which PostgreSQL asks first.
		there, err := db.NewSelect().Table("pg_namespace").Where("nspname = ?", name).Exists(ctx)
		if err != nil || there {
			return err
		}
		_, err = db.ExecContext(ctx, "CREATE SCHEMA IF NOT EXISTS ?", bun.Ident(name))
		return err
	}); err != nil {
		_ = db.Close()
		return nil, fmt.Errorf("prepare PostgreSQL schema %s: %w", name, err)
	}
	return db, nil
}

// OpenForEvents opens it for the relay and the follower of events.
func OpenForEvents(name string, config Config) (*bun.DB, error) {
	return openDatabase(name, config, eventPool)
}

// OpenForChecks opens it for questions whether it is there, which do not wait for anything that requests do.
func OpenForChecks(name string, config Config) (*bun.DB, error) {
	return openDatabase(name, config, checkPool)
}

func openDatabase(name string, config Config, bounds pool) (*bun.DB, error) {
	if config.DatabaseURL == "" {
		return openSQLite(name, config.DataDir)
	}
	return openPostgres(name, config.DatabaseURL, bounds)
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
	return bun.NewDB(db, sqliteFile{sqlitedialect.New(), turnsOf(path)}), nil
}

// connectTimeout bounds how long a connection may take to make.
const connectTimeout = 5 * time.Second

// openPostgres connects to a schema of the service's own. Queries are sent as complete text (bun fills in the
// arguments), so that nothing is prepared on the server. A pooler in between must keep a session on one connection:
// the search path and the lock of withLock belong to the session.
func openPostgres(name, address string, bounds pool) (*bun.DB, error) {
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
	for name, bound := range map[string]time.Duration{
		"statement_timeout": bounds.statement, "lock_timeout": bounds.lock, "idle_in_transaction_session_timeout": bounds.idle,
	} {
		config.RuntimeParams[name] = strconv.FormatInt(bound.Milliseconds(), 10)
	}
	if bounds.oneProcess {
		config.RuntimeParams["max_parallel_workers_per_gather"] = "0"
	}
	config.ConnectTimeout = min(config.ConnectTimeout, connectTimeout)
	if config.ConnectTimeout == 0 {
		config.ConnectTimeout = connectTimeout
	}
	pool := stdlib.OpenDB(*config)
	pool.SetMaxOpenConns(bounds.connections)
	pool.SetMaxIdleConns(max(1, bounds.connections/2))
	pool.SetConnMaxIdleTime(5 * time.Minute)
	return bun.NewDB(pool, pgdialect.New()), nil
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
	// Waiting for another process, which may take long, is no slow statement.
	if _, err := conn.ExecContext(ctx, "SET statement_timeout = 0; SET lock_timeout = 0"); err != nil {
		return err
	}
	defer conn.ExecContext(context.WithoutCancel(ctx), "RESET statement_timeout; RESET lock_timeout")
	if _, err := conn.ExecContext(ctx, "SELECT pg_advisory_lock(hashtext(?))", "weft."+name); err != nil {
		return err
	}
	// The lock must be given back even when ctx has ended, or the pooled connection would keep it.
	defer conn.ExecContext(context.WithoutCancel(ctx), "SELECT pg_advisory_unlock(hashtext(?))", "weft."+name)
	return f()
}

// LockOf is the lock by which the processes of a service take turns. Work under it keeps one connection of the pool
// busy.
func LockOf(db *bun.DB, service string) events.Lock {
	return func(ctx context.Context, name string, f func() error) error {
		return withLock(ctx, db, service+"."+name, f)
	}
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

// Lock makes other transactions that Lock the same row wait until this one ends. It does so by writing the row as it
// is, which PostgreSQL takes as a lock on it; in SQLite the transaction has the only write lock anyway.
func Lock(ctx context.Context, tx bun.Tx, table, keyColumn, key string) error {
	column := bun.Ident(keyColumn)
	_, err := tx.ExecContext(ctx, "UPDATE ? SET ? = ? WHERE ? = ?", bun.Ident(table), column, column, column, key)
	return err
}

package insights_test

import (
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"os"
	"testing"

	"github.com/weft-graphql/weft/schema/wire"
	"github.com/weft-graphql/weft/subgraphs/insights"
	"github.com/weft-graphql/weft/subgraphs/insights/graph"
	"github.com/weft-graphql/weft/subgraphs/insights/store"
	"github.com/weft-graphql/weft/subgraphs/kit"
	"github.com/weft-graphql/weft/subgraphs/kit/events"
	"github.com/weft-graphql/weft/subgraphs/kit/kittest"
	"github.com/weft-graphql/weft/subgraphs/kit/pgtest"
)

// postgres is the server that the tests of this package share.
var postgres *pgtest.Server

func TestMain(m *testing.M) {
	code, err := run(m)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		code = 1
	}
	os.Exit(code)
}

func run(m *testing.M) (code int, err error) {
	if postgres, err = pgtest.Start(); err != nil {
		return 1, err
	}
	code = m.Run()
	return code, postgres.Stop()
}

var (
	// operator may see what is unusual, and buyer may not.
	operator = &wire.Identity{Subject: "u3", Roles: []string{"operator"}}
	buyer    = &wire.Identity{Subject: "u1"}
	// quiet logs nothing.
	quiet = slog.New(slog.NewTextHandler(io.Discard, nil))
)

// shop is insights in parts, on a database of its own.
type shop struct {
	core    *insights.Core
	store   *store.Store
	handler http.Handler
	sql     *kittest.Counter
}

// onBoth runs the test on SQLite and on PostgreSQL.
func onBoth(t *testing.T, empty bool, test func(t *testing.T, s *shop)) {
	t.Parallel()
	t.Run("sqlite", func(t *testing.T) {
		t.Parallel()
		test(t, open(t, kit.Config{DataDir: t.TempDir(), Empty: empty}))
	})
	t.Run("postgres", func(t *testing.T) {
		t.Parallel()
		address, err := postgres.NewDatabase()
		if err != nil {
			t.Fatal(err)
		}
		test(t, open(t, kit.Config{DatabaseURL: address, Empty: empty}))
	})
}

func open(t *testing.T, config kit.Config) *shop {
	t.Helper()
	s := &shop{sql: &kittest.Counter{}}
	config.Logger, config.QueryHooks = quiet, append(config.QueryHooks, s.sql)
	setup, err := kit.OpenForSetup(t.Context(), "insights", config)
	if err != nil {
		t.Fatal(err)
	}
	plan := kit.Blueprint{Name: "insights", Migrations: store.Migrations(), Seed: store.Seed}
	if err := kit.Prepare(t.Context(), setup, plan, config.Empty); err != nil {
		t.Fatal(err)
	}
	if err := setup.Close(); err != nil {
		t.Fatal(err)
	}
	db, err := kit.OpenDatabase("insights", config)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	s.store = store.New(db, events.NewOutbox(kit.Transactions(db), db, kit.Transactions(db)))
	s.core = insights.New(s.store)
	s.handler = kit.NewServer(kit.Assembly{Name: "insights", Schema: graph.New(s.core)}, config).Handler()
	s.sql.Take()
	return s
}

// take takes an event in.
func (s *shop) take(t *testing.T, event wire.EntityChanged) {
	t.Helper()
	if err := s.core.Take(t.Context(), event); err != nil {
		t.Fatal(err)
	}
}

const entities = `query($r: [_Any!]!) { _entities(representations: $r) `

// of are representations of products.
func of(upcs ...string) map[string]any {
	list := make([]map[string]any, len(upcs))
	for i, upc := range upcs {
		list[i] = map[string]any{"__typename": "Product", "upc": upc}
	}
	return map[string]any{"r": list}
}

func sqlite(t *testing.T) kit.Config {
	t.Helper()
	return kit.Config{DataDir: t.TempDir(), Empty: true}
}

package subgraphs_test

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/weft-graphql/weft/schema/wire"
	"github.com/weft-graphql/weft/subgraphs"
	"github.com/weft-graphql/weft/subgraphs/kit"
	"github.com/weft-graphql/weft/subgraphs/kit/kittest"
	"github.com/weft-graphql/weft/subgraphs/kit/pgtest"
)

// postgres is the server that the tests of this package share.
var postgres *pgtest.Server

func TestMain(m *testing.M) {
	if settings := os.Getenv(sagaShopEnv); settings != "" {
		fmt.Fprintln(os.Stderr, runSagaShop(settings))
		os.Exit(1)
	}
	code, err := run(m)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		code = 1
	}
	os.Exit(code)
}

// atOnce is how many tests run at the same time, unless the command line says: they wait more than they compute.
const atOnce = "4"

func run(m *testing.M) (code int, err error) {
	flag.Parse()
	said := false
	flag.Visit(func(f *flag.Flag) { said = said || f.Name == "test.parallel" })
	if !said {
		if err := flag.Set("test.parallel", atOnce); err != nil {
			return 1, err
		}
	}
	if postgres, err = pgtest.Start(); err != nil {
		return 1, err
	}
	defer func() { err = errors.Join(err, samples.remove(), postgres.Stop()) }()
	return m.Run(), nil
}

// Callers of the tests.
var (
	ada      = &wire.Identity{Subject: "u1"}
	merchant = &wire.Identity{Subject: "u2", Roles: []string{"merchant"}}
)

// onBoth runs the test on SQLite and on PostgreSQL, each with a new, filled database, beside other tests.
func onBoth(t *testing.T, name string, test func(t *testing.T, s subgraphs.Service, sql *kittest.Counter)) {
	t.Parallel()
	onBothWith(t, name, kit.Config{}, test)
}

func onBothWith(
	t *testing.T, name string, config kit.Config, test func(t *testing.T, s subgraphs.Service, sql *kittest.Counter),
) {
	t.Run("sqlite", func(t *testing.T) {
		config.DataDir, config.DatabaseURL = t.TempDir(), ""
		s, counter := open(t, name, config)
		test(t, s, counter)
	})
	t.Run("postgres", func(t *testing.T) {
		config.DataDir, config.DatabaseURL = "", newDatabase(t)
		if !config.Empty {
			config.DatabaseURL = sampleDatabase(t, name)
		}
		s, counter := open(t, name, config)
		test(t, s, counter)
	})
}

// onBothGrown is onBoth with a shop of that size.
func onBothGrown(
	t *testing.T, name string, size int, test func(t *testing.T, s subgraphs.Service, sql *kittest.Counter),
) {
	t.Parallel()
	for kind, config := range map[string]func(t *testing.T) kit.Config{
		"sqlite":   func(t *testing.T) kit.Config { return kit.Config{DataDir: t.TempDir()} },
		"postgres": func(t *testing.T) kit.Config { return kit.Config{DatabaseURL: sampleDatabase(t, name)} },
	} {
		t.Run(kind, func(t *testing.T) {
			config := config(t)
			if config.DataDir != "" {
				copySample(t, name, config.DataDir)
			}
			if err := subgraphs.Seed(context.Background(), name, size, config); err != nil {
				t.Fatal(err)
			}
			s, counter := open(t, name, config)
			test(t, s, counter)
		})
	}
}

func newDatabase(t *testing.T) string {
	t.Helper()
	address, err := postgres.NewDatabase()
	if err != nil {
		t.Fatal(err)
	}
	return address
}

func open(t *testing.T, name string, config kit.Config) (subgraphs.Service, *kittest.Counter) {
	t.Helper()
	if !config.Empty && config.DatabaseURL == "" {
		copySample(t, name, config.DataDir)
	}
	counter := &kittest.Counter{}
	config.QueryHooks = append(config.QueryHooks, counter)
	config.Logger = slog.New(slog.NewTextHandler(io.Discard, nil))
	s, err := subgraphs.Open(context.Background(), name, config)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	counter.Take()
	return s, counter
}

// sqliteConfig is for tests in which the database does not matter.
func sqliteConfig(t *testing.T) kit.Config {
	t.Helper()
	return kit.Config{DataDir: t.TempDir()}
}

// sorted puts the parts of a list in order: field errors come in any.
func sorted(list string) string {
	parts := strings.Split(list, ", ")
	slices.Sort(parts)
	return strings.Join(parts, ", ")
}

package subgraphs_test

import (
	"context"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/uptrace/bun"

	"github.com/weft-graphql/weft/schema/wire"
	"github.com/weft-graphql/weft/subgraphs"
	"github.com/weft-graphql/weft/subgraphs/kit"
	"github.com/weft-graphql/weft/subgraphs/kit/kittest"
)

// TestOneNameForOnePerson lets many people ask for one username at the same time: one gets it, the others hear that it
// is taken, which is no fault of the service.
func TestOneNameForOnePerson(t *testing.T) {
	onBoth(t, "accounts", func(t *testing.T, s subgraphs.Service, _ *kittest.Counter) {
		const people = 8
		for _, name := range []string{"first", "second", "third", "fourth", "fifth"} {
			answers := make([]string, people)
			var all sync.WaitGroup
			for i := range people {
				all.Go(func() {
					caller := &wire.Identity{Subject: "u" + string(rune('1'+i))}
					answers[i] = kittest.Ask(t, s.Handler(), caller,
						`mutation($n: String!) { updateProfile(input: {username: $n}) { username } }`, map[string]any{"n": name}).Fields()
				})
			}
			all.Wait()
			got := map[string]int{}
			for _, answer := range answers {
				got[answer]++
			}
			if got[""] != 1 || got["CONFLICT input.username"] != people-1 {
				t.Errorf("%d people asked for %q: %v", people, name, got)
			}
		}
	})
}

// panicking is a query hook that panics, as a bug in a resolver would.
type panicking struct{ on bool }

func (p *panicking) BeforeQuery(ctx context.Context, _ *bun.QueryEvent) context.Context {
	if p.on {
		panic("the secret of the service")
	}
	return ctx
}

func (p *panicking) AfterQuery(context.Context, *bun.QueryEvent) {}

func TestPanicsTellNothing(t *testing.T) {
	hook := &panicking{}
	config := sqliteConfig(t)
	config.QueryHooks = []bun.QueryHook{hook}
	config.Logger = slog.New(slog.NewTextHandler(io.Discard, nil))
	s, err := subgraphs.Open(context.Background(), "reviews", config)
	if err != nil {
		t.Fatal(err)
	}
	hook.on = true
	for _, query := range []string{
		`{ recentReviews { id } }`,
		`{ _entities(representations: [{__typename: "Product", upc: "p1"}]) { __typename } }`,
	} {
		answer := kittest.Ask(t, s.Handler(), nil, query, nil)
		if answer.Fields() != "INTERNAL_SERVER_ERROR" || strings.Contains(answer.Errors[0].Message, "secret") {
			t.Errorf("%s: %+v", query, answer.Errors)
		}
	}
	hook.on = false
	if err := s.Close(); err != nil {
		t.Error(err)
	}
}

// TestDirectoryNames keeps a database in a directory whose name has characters that mean something in an address.
func TestDirectoryNames(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "C# ?x=1&y %41")
	open(t, "catalog", kit.Config{DataDir: dir})
	if _, err := os.Stat(filepath.Join(dir, "catalog.db")); err != nil {
		t.Error(err)
	}
}

// TestTextsWithoutZero sends the one character that databases cannot hold, in a variable, a literal and a key.
func TestTextsWithoutZero(t *testing.T) {
	onBoth(t, "catalog", func(t *testing.T, s subgraphs.Service, _ *kittest.Counter) {
		for _, c := range []struct {
			query     string
			variables map[string]any
			want      string
		}{
			{`query($u: ID!) { product(upc: $u) { name } }`, map[string]any{"u": "p1\x00"}, "BAD_USER_INPUT"},
			{`{ search(query: "\u0000") { totalCount } }`, nil, "BAD_USER_INPUT"},
			{`mutation($n: String) { updateProduct(input: {upc: "p1", name: $n}) { upc } }`, map[string]any{"n": "a\x00b"}, "BAD_USER_INPUT"},
			{entities + `{ __typename } }`, representations(1, "Product", map[string]any{"upc": "p%d\x00"}), "BAD_USER_INPUT"},
		} {
			if got := kittest.Ask(t, s.Handler(), merchant, c.query, c.variables).Fields(); got != c.want {
				t.Errorf("%s: %q, want %q", c.query, got, c.want)
			}
		}
	})
}

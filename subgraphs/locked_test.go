package subgraphs_test

import (
	"context"
	"database/sql"
	"sync"
	"testing"

	"github.com/uptrace/bun"

	"github.com/weft-graphql/weft/subgraphs/kit"
	"github.com/weft-graphql/weft/subgraphs/kit/kittest"
)

// TestLockedTableDoesNotTakeTheServiceWithIt locks a table for as long as the test wants, and has more requests for
// it than there are connections: each ends with an error, and meanwhile the service stays ready.
func TestLockedTableDoesNotTakeTheServiceWithIt(t *testing.T) {
	address := sampleDatabase(t, "catalog")
	s, _ := open(t, "catalog", kit.Config{DatabaseURL: address})
	db, err := sql.Open("pgx", address)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	tx, err := db.Begin()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := tx.Exec("LOCK TABLE catalog.products IN ACCESS EXCLUSIVE MODE"); err != nil {
		t.Fatal(err)
	}
	var all sync.WaitGroup
	var waiting sync.WaitGroup
	const requests = 40
	waiting.Add(requests)
	for range requests {
		all.Go(func() {
			waiting.Done()
			answer := kittest.Ask(t, s.Handler(), nil, `{ topProducts(first: 1) { name } }`, nil)
			if answer.Fields() != "INTERNAL_SERVER_ERROR" {
				t.Errorf("a locked table is answered with %q %s", answer.Fields(), answer.Data)
			}
		})
	}
	waiting.Wait()
	if err := s.Ready(context.Background()); err != nil {
		t.Errorf("while a table is locked: %v", err)
	}
	all.Wait() // ends although the table stays locked
	if err := tx.Rollback(); err != nil {
		t.Fatal(err)
	}
	kittest.MustAsk(t, s.Handler(), nil, `{ topProducts(first: 1) { name } }`, nil, nil)
}

// TestDeadlocksAreRunAgain has two transactions lock the same two rows in opposite orders: PostgreSQL gives one of
// them up, and it is run again.
func TestDeadlocksAreRunAgain(t *testing.T) {
	address := sampleDatabase(t, "catalog")
	open(t, "catalog", kit.Config{DatabaseURL: address})
	db, err := kit.OpenDatabase("catalog", kit.Config{DatabaseURL: address})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	var met, all sync.WaitGroup
	met.Add(2)
	for _, order := range [][2]string{{"p1", "p2"}, {"p2", "p1"}} {
		var once sync.Once
		all.Go(func() {
			err := kit.Transactions(db)(context.Background(), func(ctx context.Context, tx bun.Tx) error {
				if err := kit.Lock(ctx, tx, "products", "upc", order[0]); err != nil {
					return err
				}
				once.Do(func() { met.Done(); met.Wait() })
				return kit.Lock(ctx, tx, "products", "upc", order[1])
			})
			if err != nil {
				t.Errorf("locking %v: %v", order, err)
			}
		})
	}
	all.Wait()
}

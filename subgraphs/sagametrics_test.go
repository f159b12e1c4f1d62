package subgraphs_test

import (
	"strings"
	"testing"
	"time"

	"github.com/weft-graphql/weft/subgraphs/kit"
	"github.com/weft-graphql/weft/subgraphs/kit/events"
	"github.com/weft-graphql/weft/subgraphs/orders/store"
)

// TestCheckoutsAreCounted has one that waits for stock, which never answers: there is no bus.
func TestCheckoutsAreCounted(t *testing.T) {
	for name, config := range map[string]kit.Config{"sqlite": sqliteConfig(t), "postgresql": {DatabaseURL: newDatabase(t)}} {
		t.Run(name, func(t *testing.T) {
			orders := observe(t, "orders", config)
			buy(t, orders.service, ada, "p1", "key-00000001", "card", "1")
			text := get(orders.service.Handler(), "/metrics").Body.String()
			for _, want := range []string{
				`weft_service_sagas_open{subgraph="orders"} 1`, `weft_service_sagas_late{subgraph="orders"} 0`,
				`weft_service_saga_wait_seconds{subgraph="orders"} `,
			} {
				if !strings.Contains(text, want) {
					t.Errorf("the metrics lack %s", want)
				}
			}
			db, err := kit.OpenDatabase("orders", config)
			if err != nil {
				t.Fatal(err)
			}
			defer db.Close()
			for now, late := range map[time.Time]int{time.Now(): 0, time.Now().Add(time.Hour): 1} {
				got, err := store.New(db, events.NewOutbox(kit.Transactions(db), db, kit.Transactions(db))).SagaReport(t.Context(), now)
				if err != nil || got.Open != 1 || got.Late != late || got.Due.IsZero() {
					t.Errorf("at %s the report is %+v (%v)", now, got, err)
				}
				if waits := got.Waits(got.Due.Add(time.Minute)); waits != time.Minute {
					t.Errorf("a minute after it was due it has waited for %s", waits)
				}
			}
		})
	}
}

// TestTheOldestEventHasAnAge reads it in an outbox that nobody empties.
func TestTheOldestEventHasAnAge(t *testing.T) {
	config := sqliteConfig(t)
	config.RequestsOnly = true
	orders := observe(t, "orders", config)
	if text := get(orders.service.Handler(), "/metrics").Body.String(); !strings.Contains(text, `weft_service_outbox_age_seconds{subgraph="orders"} 0`+"\n") {
		t.Errorf("an empty outbox has an age:\n%s", text)
	}
	buy(t, orders.service, ada, "p1", "key-00000001", "card", "1")
	text := get(orders.service.Handler(), "/metrics").Body.String()
	if strings.Contains(text, `weft_service_outbox_age_seconds{subgraph="orders"} 0`+"\n") || !strings.Contains(text, `weft_service_outbox_age_seconds{subgraph="orders"} `) {
		t.Errorf("an event that waits has no age:\n%s", text)
	}
}

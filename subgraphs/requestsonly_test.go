package subgraphs_test

import (
	"log/slog"
	"strings"
	"testing"

	"github.com/weft-graphql/weft/subgraphs"
	"github.com/weft-graphql/weft/subgraphs/kit/kittest"
)

// TestRequestsOnlyLeavesTheRestToOthers changes something in a service that does nothing in the background: the event
// is kept for a process that publishes.
func TestRequestsOnlyLeavesTheRestToOthers(t *testing.T) {
	config := sqliteConfig(t)
	config.Logger = slog.New(slog.DiscardHandler)
	with := func(requestsOnly bool, use func(subgraphs.Service)) {
		t.Helper()
		config.RequestsOnly = requestsOnly
		s, err := subgraphs.Open(t.Context(), "inventory", config)
		if err != nil {
			t.Fatal(err)
		}
		use(s)
		if err := s.Close(); err != nil { // which publishes what is left
			t.Fatal(err)
		}
	}
	waiting := func(want string) {
		t.Helper()
		with(true, func(s subgraphs.Service) {
			if got := get(s.Handler(), "/status").Body.String(); !strings.Contains(got, `"outbox": `+want) {
				t.Errorf("%s events should wait; the status is %s", want, got)
			}
		})
	}
	with(true, func(s subgraphs.Service) {
		const change = `mutation { setStock(input: {upc: "p2", warehouseId: "ber1", quantity: 1}) { quantity } }`
		kittest.MustAsk(t, s.Handler(), merchant, change, nil, nil)
	})
	waiting("2")
	with(false, func(subgraphs.Service) {})
	waiting("0")
}

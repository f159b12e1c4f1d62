package insights

import (
	"sync"

	"github.com/weft-graphql/weft/schema/wire"
	"github.com/weft-graphql/weft/subgraphs/insights/anomaly"
	"github.com/weft-graphql/weft/subgraphs/insights/scrape"
)

// flow counts what happens in the shop within a step.
type flow struct {
	mu     sync.Mutex
	counts map[string]float64
	// states are the last known states of orders, since several events tell the same one.
	states map[string]string
}

// mostOrders bounds of how many orders the state is remembered.
const mostOrders = 10_000

// flowSignals are the signals of the shop's flow.
var flowSignals = map[string]anomaly.Sides{
	"orders placed": anomaly.Both, "orders confirmed": anomaly.Both, "orders delivered": anomaly.Both,
	"orders failed": anomaly.Above, "stock changes": anomaly.Both, "reservations refused": anomaly.Above,
}

// signalOf is the signal of an order that has come to a state.
var signalOf = map[string]string{
	"PLACED": "orders placed", "CONFIRMED": "orders confirmed", "DELIVERED": "orders delivered",
	"REJECTED": "orders failed", "CANCELLED": "orders failed", "EXPIRED": "orders failed",
}

// hear counts an event.
func (f *flow) hear(event wire.EntityChanged) {
	state, _ := event.Data["state"].(string)
	name := ""
	f.mu.Lock()
	defer f.mu.Unlock()
	switch event.Subgraph + " " + event.Type {
	case "orders Order":
		id, _ := event.Key["id"].(string)
		if f.states[id] == state {
			return
		}
		if f.states == nil || len(f.states) >= mostOrders {
			f.states = map[string]string{}
		}
		f.states[id] = state
		name = signalOf[state]
	case "inventory Reservation":
		if state == "REFUSED" {
			name = "reservations refused"
		}
	case "inventory Product":
		name = "stock changes"
	}
	if name != "" && f.counts != nil {
		f.counts[name]++
	}
}

// begin starts to count.
func (f *flow) begin() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.counts = map[string]float64{}
}

// take returns what was counted since it was called last.
func (f *flow) take() []scrape.Reading {
	f.mu.Lock()
	defer f.mu.Unlock()
	readings := make([]scrape.Reading, 0, len(flowSignals))
	for name, sides := range flowSignals {
		readings = append(readings, scrape.Reading{
			Signal: name, Value: f.counts[name],
			Settings: anomaly.Settings{Kind: anomaly.Count, Sides: sides, Name: name},
		})
	}
	clear(f.counts)
	return readings
}

// Heard counts what an event tells of the shop's flow.
func (m *Monitor) Heard(event wire.EntityChanged) {
	m.core.Heard(event)
	if m.settings.Flow {
		m.flow.hear(event)
	}
}

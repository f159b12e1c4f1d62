package router_test

import (
	"testing"

	"github.com/coder/websocket"
)

// TestClientsOfWebSocketsComeBack has a client say the id of the last event it had, as each of the protocols has it: it
// gets what it missed, once and in order.
func TestClientsOfWebSocketsComeBack(t *testing.T) {
	for subprotocol, words := range map[string][2]string{
		"graphql-transport-ws": {"subscribe", "next"}, "graphql-ws": {"start", "data"},
	} {
		t.Run(subprotocol, func(t *testing.T) {
			e := newEventFed(t)
			const query = `subscription { anyStockChanged { upc } }`
			ask := func(c *websocket.Conn, lastEventID string) {
				m := subscribe(words[0], "1", query)
				if lastEventID != "" {
					m["payload"].(map[string]any)["extensions"] = map[string]any{"lastEventId": lastEventID}
				}
				e.write(c, m)
			}
			// had reads an event, and returns its id.
			had := func(c *websocket.Conn, upc string) string {
				t.Helper()
				m := e.read(c)
				for m["type"] == "ka" { // the older protocol says so that it is there
					m = e.read(c)
				}
				payload, _ := m["payload"].(map[string]any)
				data, _ := payload["data"].(map[string]any)
				changed, _ := data["anyStockChanged"].(map[string]any)
				extensions, _ := payload["extensions"].(map[string]any)
				id, _ := extensions["eventId"].(string)
				if m["type"] != words[1] || changed["upc"] != upc || id == "" {
					t.Fatalf("in the place of product %s came %v", upc, m)
				}
				return id
			}
			c := e.dialSocket(subprotocol, nil, nil)
			ask(c, "")
			e.opened(1)
			e.changed("a")
			last := had(c, "a")
			_ = c.CloseNow()
			e.opened(0)
			for _, upc := range []string{"b", "c", "d"} {
				e.changed(upc)
			}
			again := e.dialSocket(subprotocol, nil, nil)
			ask(again, last)
			for _, upc := range []string{"b", "c", "d"} {
				id := had(again, upc)
				if id == last {
					t.Errorf("product %s has the id of the one before, %s", upc, id)
				}
				last = id
			}
			e.changed("e")
			had(again, "e")
			_ = again.CloseNow()
			e.opened(0)
		})
	}
}

package router_test

import (
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"testing"

	"github.com/coder/websocket"

	"github.com/weft-graphql/weft/router/config"
)

// metricsOf reads the metrics of a router.
func (s *subscriptions) metricsOf() string {
	rec := httptest.NewRecorder()
	s.router.Admin().ServeHTTP(rec, httptest.NewRequest(http.MethodGet, "/metrics", nil))
	return rec.Body.String()
}

// awaitMetrics waits until the metrics have lines.
func (s *subscriptions) awaitMetrics(lines ...string) {
	s.Helper()
	for {
		text, missing := s.metricsOf(), ""
		for _, line := range lines {
			if !strings.Contains(text, "\n"+line+"\n") {
				missing = line
			}
		}
		if missing == "" {
			return
		}
		if s.ctx.Err() != nil {
			s.Fatalf("there is no %s in\n%s", missing, text)
		}
		runtime.Gosched()
	}
}

// TestSubscriptionsAreCounted reads each count with subscriptions that run, that are cut off, and that are opened
// again.
func TestSubscriptionsAreCounted(t *testing.T) {
	s := newSubscriptions(t, "websocket", func(c *config.Config) {
		c.Admin.Listen = "localhost:0"
		c.Subscription.QueueEvents = 2
	})
	s.awaitMetrics(`weft_subscriptions_open 0`, `weft_websockets_open 0`, `weft_subscription_events_total 0`)
	a, b := s.stream(tickQuery, nil), s.stream(tickQuery, nil)
	socket := s.dialSocket("graphql-transport-ws", nil, nil)
	s.write(socket, subscribe("subscribe", "1", `subscription { tick { n } }`))
	s.await(2)
	s.awaitMetrics(`weft_subscriptions_open 3`, `weft_subscription_operations_open 2`, `weft_subscription_sources_open 2`, `weft_websockets_open 1`)
	s.events.Tick(1)
	a.want(tickAnswer(1))
	b.want(tickAnswer(1))
	s.read(socket)
	s.awaitMetrics(`weft_subscription_events_total 2`, `weft_subscription_deliveries_total 3`, `weft_subscriptions_cut_off_total 0`,
		`weft_subscription_reconnects_total 0`)
	s.events.Break()
	s.awaitMetrics(`weft_subscription_reconnects_total 2`)
	_ = socket.Close(websocket.StatusNormalClosure, "")
	s.awaitMetrics(`weft_subscriptions_open 2`, `weft_websockets_open 0`, `weft_subscription_sources_open 1`)
}

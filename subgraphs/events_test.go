package subgraphs_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/weft-graphql/weft/schema/bus"
	"github.com/weft-graphql/weft/schema/bus/embedded"
	"github.com/weft-graphql/weft/schema/bus/natstest"
	"github.com/weft-graphql/weft/schema/wire"
	"github.com/weft-graphql/weft/subgraphs"
	"github.com/weft-graphql/weft/subgraphs/kit"
	"github.com/weft-graphql/weft/subgraphs/kit/kittest"
)

// shop is all services on one bus, and a router that watches.
type shop struct {
	services map[string]subgraphs.Service

	mu   sync.Mutex
	news []string
}

// onBothBuses runs the test on an embedded bus with SQLite, and on a nats-server process with PostgreSQL.
func onBothBuses(t *testing.T, test func(t *testing.T, s *shop)) {
	t.Parallel()
	logger := slog.New(slog.NewTextHandler(io.Discard, nil))
	t.Run("embedded", func(t *testing.T) {
		server, err := embedded.Start(t.TempDir())
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(server.Stop)
		test(t, newShop(t, kit.Config{DataDir: t.TempDir()}, func() (*bus.Bus, error) {
			return server.Connect(context.Background(), bus.Config{Logger: logger})
		}))
	})
	t.Run("nats-server", func(t *testing.T) {
		server := natstest.Start(t)
		test(t, newShop(t, kit.Config{}, func() (*bus.Bus, error) {
			return bus.Connect(context.Background(), bus.Config{URL: server.URL(), Logger: logger})
		}))
	})
}

// newShop opens all services, in the directory that the configuration has or else on PostgreSQL.
func newShop(t *testing.T, config kit.Config, connect func() (*bus.Bus, error)) *shop {
	t.Helper()
	s := &shop{services: map[string]subgraphs.Service{}}
	connection := func() *bus.Bus {
		b, err := connect()
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(b.Close)
		return b
	}
	stop, err := connection().Watch(context.Background(), s.hear, func() { t.Error("the watcher missed something") })
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(stop)
	for _, name := range subgraphs.Names() {
		config.Events = connection()
		if config.DataDir == "" {
			config.DatabaseURL = sampleDatabase(t, name)
		}
		s.services[name], _ = open(t, name, config)
	}
	return s
}

func (s *shop) hear(_ string, e wire.EntityChanged) {
	key, err := json.Marshal(e.Key)
	if err != nil {
		key = []byte(err.Error())
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.news = append(s.news, fmt.Sprintf("%s %s %s %s", e.Subgraph, e.Change, e.Type, key))
}

func (s *shop) heard(news string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return strings.Contains(strings.Join(s.news, "\n"), news)
}

// awaitNews waits until the router heard all of it.
func (s *shop) awaitNews(t *testing.T, news ...string) {
	t.Helper()
	for _, one := range news {
		eventually(t, "the news "+one, func() bool { return s.heard(one) })
	}
}

func eventually(t *testing.T, what string, holds func() bool) {
	t.Helper()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	deadline := time.After(30 * time.Second)
	for !holds() {
		select {
		case <-tick.C:
		case <-deadline:
			t.Fatalf("%s does not come", what)
		}
	}
}

func TestEveryWriteIsNews(t *testing.T) {
	onBothBuses(t, func(t *testing.T, s *shop) {
		ask := func(service string, caller *wire.Identity, mutation string) {
			kittest.MustAsk(t, s.services[service].Handler(), caller, mutation, nil, nil)
		}
		ask("accounts", ada, `mutation { updateProfile(input: {bio: "new"}) { id } }`)
		ask("catalog", merchant, `mutation { updateProduct(input: {upc: "p1", price: 100}) { upc } }`)
		ask("inventory", merchant, `mutation { setStock(input: {upc: "p2", warehouseId: "ber1", quantity: 1}) { quantity } }`)
		upc := notReviewedBy(t, s.services["reviews"], "u1")
		ask("reviews", ada, `mutation { addReview(input: {upc: "`+upc+`", rating: 5, title: "t", body: "b"}) { id } }`)
		s.awaitNews(t,
			`accounts updated User {"id":"u1"}`,
			`catalog updated Product {"upc":"p1"}`,
			`inventory updated Product {"upc":"p2"}`,
			`inventory updated Warehouse {"id":"ber1"}`,
			`reviews created Review {"id":"r`,
			`reviews updated Product {"upc":"`+upc+`"}`,
			`reviews updated User {"id":"u1"}`,
		)
		kittest.Ask(t, s.services["catalog"].Handler(), merchant, `mutation { updateProduct(input: {upc: "p3", price: -1}) { upc } }`, nil)
		ask("catalog", merchant, `mutation { updateProduct(input: {upc: "p4", price: 100}) { upc } }`)
		s.awaitNews(t, `catalog updated Product {"upc":"p4"}`)
		if s.heard(`{"upc":"p3"}`) {
			t.Error("a refused change is news")
		}
	})
}

func TestNewProductReachesAllServices(t *testing.T) {
	onBothBuses(t, func(t *testing.T, s *shop) {
		var made struct{ CreateProduct struct{ Upc string } }
		kittest.MustAsk(t, s.services["catalog"].Handler(), merchant, `mutation { createProduct(input: {sku: "NEW-1", name: "New", price: 1,
			weight: 1, categoryId: "beds", brandId: "kontor"}) { upc } }`, nil, &made)
		upc := made.CreateProduct.Upc
		s.awaitNews(t, `catalog created Product {"upc":"`+upc+`"}`, `inventory created Product {"upc":"`+upc+`"}`,
			`reviews created Product {"upc":"`+upc+`"}`, `catalog updated Category {"id":"beds"}`)
		kittest.MustAsk(t, s.services["inventory"].Handler(), merchant,
			`mutation { setStock(input: {upc: "`+upc+`", warehouseId: "ber1", quantity: 7}) { quantity } }`, nil, nil)
		kittest.MustAsk(t, s.services["reviews"].Handler(), ada,
			`mutation { addReview(input: {upc: "`+upc+`", rating: 5, title: "t", body: "b"}) { id } }`, nil, nil)
	})
}

func TestNewUsernameReachesReviews(t *testing.T) {
	onBothBuses(t, func(t *testing.T, s *shop) {
		for _, name := range []string{"ada.one", "ada.two", "ada.three"} {
			kittest.MustAsk(t, s.services["accounts"].Handler(), ada,
				`mutation { updateProfile(input: {username: "`+name+`"}) { id } }`, nil, nil)
		}
		eventually(t, "the new username in reviews", func() bool {
			var got struct {
				Entities []struct {
					Reviews []struct{ Author struct{ Username string } }
				} `json:"_entities"`
			}
			kittest.MustAsk(t, s.services["reviews"].Handler(), nil, entities+`{ ... on User { reviews(first: 1) { author { username } } } } }`,
				map[string]any{"r": []map[string]any{{"__typename": "User", "id": "u1"}}}, &got)
			return got.Entities[0].Reviews[0].Author.Username == "ada.three"
		})
		s.awaitNews(t, `reviews updated User {"id":"u1"}`)
	})
}

func TestEventsInHealth(t *testing.T) {
	server := natstest.Start(t)
	logger := slog.New(slog.NewTextHandler(io.Discard, nil))
	b, err := bus.Connect(context.Background(), bus.Config{URL: server.URL(), Logger: logger})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(b.Close)
	s, _ := open(t, "catalog", kit.Config{DataDir: t.TempDir(), Events: b})
	if body := get(s.Handler(), "/status").Body.String(); !strings.Contains(body, `"events"`) || strings.Contains(body, "degraded") {
		t.Errorf("status is %s", body)
	}
	server.Kill()
	eventually(t, "a degraded status", func() bool { return strings.Contains(get(s.Handler(), "/status").Body.String(), "degraded") })
	if err := s.Ready(context.Background()); err != nil {
		t.Errorf("without events the service is not ready: %v", err)
	}
}

// TestNewsSurvivesTheBus writes while the bus is down: the news comes when it is back.
func TestNewsSurvivesTheBus(t *testing.T) {
	server := natstest.Start(t)
	s := newShop(t, kit.Config{DataDir: t.TempDir()}, func() (*bus.Bus, error) {
		return bus.Connect(context.Background(), bus.Config{URL: server.URL(), Logger: slog.New(slog.NewTextHandler(io.Discard, nil))})
	})
	server.Kill()
	kittest.MustAsk(t, s.services["catalog"].Handler(), merchant, `mutation { updateProduct(input: {upc: "p1", price: 100}) { upc } }`, nil, nil)
	server.Resume(t)
	s.awaitNews(t, `catalog updated Product {"upc":"p1"}`)
}

// TestMutationsSayWhatToForget: without any bus the answer of a mutation itself tells which entities changed.
func TestMutationsSayWhatToForget(t *testing.T) {
	s, _ := open(t, "reviews", kit.Config{DataDir: t.TempDir()})
	upc := notReviewedBy(t, s, "u1")
	in := map[string]any{"upc": upc, "rating": 4, "title": "Fine", "body": "It does what it should."}
	const add = `mutation($in: AddReviewInput!) { addReview(input: $in) { rating } }`
	answer := kittest.Ask(t, s.Handler(), ada, add, map[string]any{"in": in})
	var list []wire.Invalidation
	if err := json.Unmarshal(answer.Extensions[wire.InvalidationExtension], &list); err != nil {
		t.Fatal(err)
	}
	said := map[string]bool{}
	for _, i := range list {
		if i.Kind != wire.InvalidateEntity || i.Subgraph != "reviews" {
			t.Errorf("%+v", i)
		}
		said[fmt.Sprint(i.Type, i.Key)] = true
	}
	for _, want := range []string{"Product" + fmt.Sprint(map[string]any{"upc": upc}), "User" + fmt.Sprint(map[string]any{"id": "u1"})} {
		if !said[want] {
			t.Errorf("%s is not among %v", want, said)
		}
	}
	answer = kittest.Ask(t, s.Handler(), ada, add, map[string]any{"in": in})
	if len(answer.Errors) == 0 || answer.Extensions[wire.InvalidationExtension] != nil {
		t.Errorf("a refused mutation changed nothing, but said %v", answer.Extensions)
	}
}

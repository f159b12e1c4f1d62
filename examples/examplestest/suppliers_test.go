package examplestest

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	amqp "github.com/rabbitmq/amqp091-go"

	"github.com/weft-graphql/weft/schema/bus"
	"github.com/weft-graphql/weft/schema/bus/rabbittest"
)

// startSuppliers starts the Python service.
func startSuppliers(t testing.TB, address string, env ...string) *process {
	t.Helper()
	env = append(env, "WEFT_LISTEN="+address, "PYTHONDONTWRITEBYTECODE=1")
	src, err := filepath.Abs("../python/suppliers/src")
	if err != nil {
		t.Fatal(err)
	}
	return start(t, src, env, inVenv(t, "python"), "-m", "suppliers")
}

// TestSuppliersBesideTheRouter has the Python service do all that a service does: fields of other services' entities,
// a change by a known caller, a subscription, a trace, and events of a real RabbitMQ.
func TestSuppliersBesideTheRouter(t *testing.T) {
	t.Parallel()
	rabbit := rabbittest.Start(t)
	events, err := bus.Connect(t.Context(), bus.Config{URL: rabbit.URL(), Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(events.Close)
	address := freeAddress(t)
	s := startShop(t, []string{"catalog", "inventory"}, map[string]string{"suppliers": "http://" + address + "/graphql"},
		map[string]string{"suppliers": "../python/suppliers/schema.graphql"}, events)
	suppliers := startSuppliers(t, address, "WEFT_IDENTITY_KEYS="+s.keys, "WEFT_EVENTS_URL="+rabbit.URL(),
		"WEFT_TRACES_URL="+s.spans.url, "WEFT_DATA_DIR="+t.TempDir())
	suppliers.awaitReady(t, "http://"+address+"/readyz")

	queryOverThreeServices(t, s)
	refusedWithoutTheRouter(t, address)
	changes := subscribe(t, s, `subscription { supplierChanged(id: "lumen") { name leadDays products(first: 1) { upc name } } }`)
	first := next(t, changes)
	if !strings.Contains(first, `"leadDays":5,"products":[{"upc":"p1","name":"`) {
		t.Errorf("the supplier as it is: %s", first)
	}
	s.mustAsk(t, `mutation { saveSupplier(input: {id: "lumen", name: "Lumen", country: "DE", email: "a@b.example", leadDays: 6}) {
		userErrors { message } } }`, s.merchant(t)...)
	if second := next(t, changes); !strings.Contains(second, `"leadDays":6,"products":[{"upc":"p1"`) {
		t.Errorf("the supplier after a change: %s", second)
	}

	eventually(t, "events come in", func() error { return working(address) })
	const trace = "0af7651916cd43dd8448eb211c80319c"
	archive := append(s.merchant(t), "Traceparent", "00-"+trace+"-b7ad6b7169203331-01")
	s.mustAsk(t, `mutation Archive { setProductArchived(input: {upc: "p1", archived: true}) { userErrors { message } } }`, archive...)
	if third := next(t, changes); !strings.Contains(third, `"products":[{"upc":"p5"`) {
		t.Errorf("the supplier after an event: %s", third)
	}
	oneTrace(t, s, trace)

	poison(t, rabbit.URL(), events, address)
	if err := suppliers.stop(t); err != nil {
		t.Errorf("it ended with %v", err)
	}
}

// queryOverThreeServices asks for what catalog, inventory and suppliers know of the same products.
func queryOverThreeServices(t *testing.T, s *shop) {
	t.Helper()
	const query = `{ suppliers(first: 4) { name email products(first: 30) { upc name unitPrice { minor } totalStock leadDays
		supplier { leadDays } } } }`
	var got struct {
		Data struct {
			Suppliers []struct {
				Name, Email string
				Products    []struct {
					Upc, Name  string
					UnitPrice  struct{ Minor json.Number }
					TotalStock int
					LeadDays   *int
					Supplier   struct{ LeadDays int }
				}
			}
		}
	}
	text := s.mustAsk(t, query, s.merchant(t)...)
	if err := json.Unmarshal([]byte(text), &got); err != nil {
		t.Fatal(err)
	}
	there, out := 0, 0
	for _, supplier := range got.Data.Suppliers {
		if !strings.Contains(supplier.Email, "@") {
			t.Errorf("a merchant sees the address %q", supplier.Email)
		}
		for _, p := range supplier.Products {
			want := p.Supplier.LeadDays
			if p.TotalStock > 0 {
				want = 0
				there++
			} else {
				out++
			}
			if p.Name == "" || p.UnitPrice.Minor == "" || p.LeadDays == nil || *p.LeadDays != want {
				t.Errorf("%+v has %v lead days, want %d", p, p.LeadDays, want)
			}
		}
	}
	if there == 0 || out == 0 {
		t.Errorf("%d products are in stock and %d are not: %s", there, out, text)
	}
	if text := s.mustAsk(t, query); strings.Contains(text, "@") {
		t.Errorf("anybody sees addresses: %s", text)
	}
}

// refusedWithoutTheRouter comes past the router.
func refusedWithoutTheRouter(t *testing.T, address string) {
	t.Helper()
	resp, err := http.Post("http://"+address+"/graphql", "application/json", strings.NewReader(`{"query":"{ __typename }"}`))
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusUnauthorized {
		t.Errorf("somebody who is not the router is answered %s", resp.Status)
	}
}

// subscribe sends a subscription; the channel has the events' data.
func subscribe(t *testing.T, s *shop, query string) <-chan string {
	t.Helper()
	body, err := json.Marshal(map[string]string{"query": query})
	if err != nil {
		t.Fatal(err)
	}
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.url, strings.NewReader(string(body)))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Accept", "text/event-stream")
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = resp.Body.Close() })
	found := make(chan string, 10)
	go func() {
		defer close(found)
		for lines := bufio.NewScanner(resp.Body); lines.Scan(); {
			if text, ok := strings.CutPrefix(lines.Text(), "data: "); ok {
				found <- text
			}
		}
	}()
	return found
}

func next(t *testing.T, events <-chan string) string {
	t.Helper()
	select {
	case text, ok := <-events:
		if !ok {
			t.Fatal("the subscription ended")
		}
		return text
	case <-time.After(patience):
		t.Fatal("no event comes")
		return ""
	}
}

// working tells whether the service says that everything works.
func working(address string) error {
	resp, err := http.Get("http://" + address + "/status")
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		return err
	}
	var status struct {
		Status string
		Events struct{ CaughtUp int }
	}
	if err := json.Unmarshal(text, &status); err != nil {
		return err
	}
	if status.Status != "ok" || status.Events.CaughtUp == 0 {
		return errors.New(string(text))
	}
	return nil
}

// poison has a message that is no event become a dead letter, which operators find as those of the other services.
func poison(t *testing.T, url string, events *bus.Bus, address string) {
	t.Helper()
	connection, err := amqp.Dial(url)
	if err != nil {
		t.Fatal(err)
	}
	defer connection.Close()
	channel, err := connection.Channel()
	if err != nil {
		t.Fatal(err)
	}
	const subject = "weft.entity.catalog.Product"
	if err := channel.PublishWithContext(t.Context(), "weft.entities", subject, true, false,
		amqp.Publishing{Body: []byte("not JSON")}); err != nil {
		t.Fatal(err)
	}
	eventually(t, "a dead letter", func() error {
		letters, err := events.DeadLetters(t.Context(), "suppliers", 10)
		if err != nil || len(letters) != 1 {
			return fmt.Errorf("%v, %w", letters, err)
		}
		if l := letters[0]; string(l.Event) != "not JSON" || l.Subject != subject || l.Reason == "" || l.At.IsZero() {
			t.Fatalf("%+v", l)
		}
		return nil
	})
	if err := working(address); err == nil || !strings.Contains(err.Error(), `"status":"degraded"`) {
		t.Errorf("with a dead letter the service says %v", err)
	}
	names, err := events.Consumers(t.Context())
	if err != nil || !slices.Contains(names, "suppliers") {
		t.Errorf("the consumers are %v: %v", names, err)
	}
	if n, err := events.Redrive(t.Context(), "suppliers"); n != 1 || err != nil {
		t.Errorf("%d letters are redriven: %v", n, err)
	}
	eventually(t, "the letter again", func() error {
		n, err := events.DeadLetterCount(t.Context(), "suppliers")
		if err == nil && n != 1 {
			err = fmt.Errorf("%d letters", n)
		}
		return err
	})
}

// oneTrace follows a trace from the client through router, catalog and RabbitMQ into Python, and a query into it.
func oneTrace(t *testing.T, s *shop, trace string) {
	t.Helper()
	taken := s.spans.await(t, "weft-suppliers", "take catalog Product", trace)
	s.spans.await(t, "weft-router", "mutation Archive", trace)
	// The one in catalog in which the event came about.
	s.spans.awaitThe(t, func(one span) bool {
		return one.service == "weft-catalog" && one.trace == trace && one.id == taken.parent
	})
	const other = "1bf7651916cd43dd8448eb211c80319c"
	s.mustAsk(t, `query Who { supplier(id: "lumen") { name } }`, "Traceparent", "00-"+other+"-b7ad6b7169203331-01")
	asked := s.spans.await(t, "weft-suppliers", "query", other)
	statement := s.spans.await(t, "weft-suppliers", "SQL SELECT", other)
	call := s.spans.await(t, "weft-router", "POST suppliers", other)
	if asked.parent != call.id || statement.parent != asked.id {
		t.Errorf("the spans do not hang together: %s", fmt.Sprint(call, asked, statement))
	}
}

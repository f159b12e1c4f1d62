package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// TestTheShopIsBoughtThrough does with GraphQL alone, over the router, what an operator and a buyer do: something new
// is put on sale and into stock, it is found, put into a cart, ordered and paid, watched, shipped, delivered and
// reviewed.
func TestTheShopIsBoughtThrough(t *testing.T) {
	address := freeAddress(t)
	dev := start(t, nil, binary, "dev", "--listen", address, "--data-dir", filepath.Join(t.TempDir(), "data"))
	dev.awaitReady(t, "http://"+address+"/readyz")
	url := "http://" + address + "/graphql"

	made := field(t, mustAsk(t, url, `mutation { createProduct(input: {sku: "LAMP-X1", name: "Moonrise Lamp",
		description: "Light like the rising moon.", price: 4200, weight: 900, categoryId: "lamps", brandId: "kontor"}) {
		upc } }`),
		"createProduct")
	upc := made["upc"].(string)
	eventually(t, "inventory knows the product", func() error {
		a, err := ask(url, fmt.Sprintf(
			`mutation { setStock(input: {upc: %q, warehouseId: "ber1", quantity: 5}) { quantity } }`, upc))
		return notYet(a, err)
	})
	found := mustAsk(t, url, `{ search(query: "moonrise") { nodes {
		... on Product { upc availability { available } } } } }`)
	if !strings.Contains(found.Raw, upc) || !strings.Contains(found.Raw, `"available":5`) {
		t.Errorf("the search finds %s", found.Raw)
	}

	// Whoever is not signed in is u1 in weft dev.
	eventually(t, "orders knows the product", func() error {
		a, err := ask(url, fmt.Sprintf(`mutation { addToCart(input: {upc: %q, quantity: 2}) {
			cart { total { minor } } userErrors { message } } }`, upc))
		if err == nil && !strings.Contains(a.Raw, `"minor":8400`) {
			err = fmt.Errorf("%s", a.Raw)
		}
		return notYet(a, err)
	})
	placed := field(t, mustAsk(t, url, `mutation { checkout(input: {idempotencyKey: "bought-through", paymentMethod: "card",
		expectedTotal: 8400, shipTo: {name: "Ada", street: "Main Street 1", postalCode: "10115", city: "Berlin",
		country: "DE"}}) { order { id state } userErrors { message } } }`), "checkout", "order")
	id := placed["id"].(string)

	states := watchOrder(t, url, id)
	await := func(state string) {
		t.Helper()
		awaitState(t, states, state)
	}
	await("CONFIRMED")
	left := mustAsk(t, url, fmt.Sprintf(`{ product(upc: %q) { totalStock availability { reserved } } }`, upc))
	stock := left.Raw
	if !strings.Contains(stock, `"totalStock":3`) || !strings.Contains(stock, `"reserved":0`) {
		t.Errorf("after the sale there is %s", stock)
	}
	mustAsk(t, url, fmt.Sprintf(`mutation { shipOrder(input: {id: %q}) { userErrors { message } } }`, id))
	await("SHIPPED")
	mustAsk(t, url, fmt.Sprintf(`mutation { deliverOrder(input: {id: %q}) { userErrors { message } } }`, id))
	await("DELIVERED")
	if _, more := <-states; more {
		t.Error("the subscription goes on after the order has come to its end")
	}

	eventually(t, "reviews knows the product", func() error {
		a, err := ask(url, fmt.Sprintf(`mutation { writeReview(input: {upc: %q, rating: 5, title: "Bright",
			body: "As promised."}) { review { id verified } userErrors { message } } }`, upc))
		return notYet(a, err)
	})
	eventually(t, "what the person has bought and said", func() error {
		own, err := ask(url, `{ me { name orders(first: 1) { nodes { state total { minor currency }
			lines { quantity product { name reviews(first: 1) { rating verified } } } } } } }`)
		if err != nil {
			return err
		}
		wanted := []string{`"state":"DELIVERED"`, `"minor":8400`, `"Moonrise Lamp"`, `"rating":5`, `"verified":true`}
		for _, want := range wanted {
			if !strings.Contains(own.Raw, want) {
				return fmt.Errorf("%s is missing in %s", want, own.Raw)
			}
		}
		return nil
	})
	dev.stop(t)
}

// notYet is an error as long as the answer has errors.
func notYet(a *answer, err error) error {
	if err == nil && len(a.Errors) > 0 {
		return fmt.Errorf("%s", a.Raw)
	}
	return err
}

// field is an object in the data of an answer.
func field(t *testing.T, a *answer, path ...string) map[string]any {
	t.Helper()
	object := a.Data
	for _, name := range path {
		below, ok := object[name].(map[string]any)
		if !ok {
			t.Fatalf("there is no %s in %s", name, a.Raw)
		}
		object = below
	}
	return object
}

// watchOrder subscribes to the states of an order, over server-sent events. The channel is closed at the end.
func watchOrder(t *testing.T, url, id string) <-chan string {
	t.Helper()
	return watchStates(t, url, map[string]any{
		"query": fmt.Sprintf(`subscription { orderStatusChanged(id: %q) { state } }`, id),
	})
}

// watchStates sends a subscription to the states of an order, over server-sent events.
func watchStates(t *testing.T, url string, request map[string]any) <-chan string {
	t.Helper()
	body, err := json.Marshal(request)
	if err != nil {
		t.Fatal(err)
	}
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, url, strings.NewReader(string(body)))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Accept", "text/event-stream")
	response, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { response.Body.Close() })
	states := make(chan string, 20)
	go func() {
		defer close(states)
		for lines := bufio.NewScanner(response.Body); lines.Scan(); {
			var event struct {
				Data struct{ OrderStatusChanged struct{ State string } }
			}
			text, ok := strings.CutPrefix(lines.Text(), "data: ")
			if ok && json.Unmarshal([]byte(text), &event) == nil {
				states <- event.Data.OrderStatusChanged.State
			}
		}
	}()
	return states
}

// awaitState waits until an order that is watched has the state.
func awaitState(t *testing.T, states <-chan string, state string) {
	t.Helper()
	late := time.After(patience)
	for {
		select {
		case now, more := <-states:
			if now == state {
				return
			}
			if !more {
				t.Fatalf("the order does not become %s", state)
			}
		case <-late:
			t.Fatalf("waited in vain until the order is %s", state)
		}
	}
}

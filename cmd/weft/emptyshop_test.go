package main

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
)

// customer is somebody with an access token, or without one.
type customer struct {
	url, token string
}

// do runs an operation that must have no errors, nor userErrors, and returns its data as one text.
func (c customer) do(t *testing.T, operation string) string {
	t.Helper()
	answer, err := c.try(t, operation)
	if err != nil {
		t.Fatalf("%s: %v", operation, err)
	}
	return answer
}

// try is do for an operation that may fail yet, since services hear of each other's changes a moment later.
func (c customer) try(t *testing.T, operation string) (string, error) {
	t.Helper()
	_, text := askAs(t, c.url, c.token, operation)
	var answer struct {
		Data   map[string]json.RawMessage
		Errors []json.RawMessage
	}
	if err := json.Unmarshal([]byte(text), &answer); err != nil {
		return "", fmt.Errorf("%w in %s", err, text)
	}
	if len(answer.Errors) > 0 || strings.Contains(text, `"userErrors":[{`) {
		return "", fmt.Errorf("%s", text)
	}
	return text, nil
}

// soon runs an operation until it has no errors and its answer has the text.
func (c customer) soon(t *testing.T, operation, want string) (answer string) {
	t.Helper()
	eventually(t, operation+" answers "+want, func() (err error) {
		if answer, err = c.try(t, operation); err == nil && !strings.Contains(answer, want) {
			err = fmt.Errorf("it answers %s", answer)
		}
		return err
	})
	return answer
}

// told is the first value of a field in an answer.
func told(t *testing.T, answer, field string) string {
	t.Helper()
	_, rest, ok := strings.Cut(answer, `"`+field+`":"`)
	value, _, ended := strings.Cut(rest, `"`)
	if !ok || !ended {
		t.Fatalf("there is no %s in %s", field, answer)
	}
	return value
}

// signUp opens an account over the router.
func signUp(t *testing.T, url, name, email string) customer {
	t.Helper()
	session := customer{url: url}.do(t, fmt.Sprintf(`mutation { signUp(input: {name: %q, email: %q,
		password: "seven small boats"}) { session { accessToken } userErrors { field message } } }`, name, email))
	return customer{url, told(t, session, "accessToken")}
}

// TestAnEmptyShopIsFilledAndBoughtThrough begins with services that know nothing, each a process of its own, and does
// everything over the router with the tokens of people who have signed up.
func TestAnEmptyShopIsFilledAndBoughtThrough(t *testing.T) {
	s := startSystemWith(t, systemSettings{services: []string{"--empty"}, signIn: "open sesame"})

	first := signUp(t, s.url, "Olivia Marsh", "olivia@example.com")
	if _, err := first.try(t, `mutation { saveBrand(input: {id: "lumen", name: "Lumen", country: "FR"}) { brand { id } } }`); err == nil {
		t.Error("a customer adds a brand")
	}
	first.do(t, `mutation { becomeOperator(input: {secret: "open sesame"}) { userErrors { message } } }`)
	session := customer{url: s.url}.do(t, `mutation { signIn(input: {email: "olivia@example.com",
		password: "seven small boats"}) { session { accessToken user { roles } } userErrors { message } } }`)
	operator := customer{s.url, told(t, session, "accessToken")}

	// The operator fills the shop.
	operator.do(t, `mutation {
		saveCategory(input: {id: "lamps", name: "Lamps", description: "Light."}) { userErrors { field message } }
		saveBrand(input: {id: "lumen", name: "Lumen", country: "FR"}) { userErrors { field message } }
		saveWarehouse(input: {id: "par1", name: "Paris", city: "Paris", country: "FR"}) { userErrors { field message } } }`)
	add := func(sku, colour string, more string) string {
		return told(t, operator.do(t, fmt.Sprintf(`mutation { addProduct(input: {sku: %q, name: "Moonrise Lamp",
			description: "Light like the rising moon.", price: {minor: 4200, currency: EUR}, weight: 900, categoryId: "lamps",
			brandId: "lumen", attributes: [{name: "Colour", value: %q}]%s}) { product { upc } userErrors { field message } } }`,
			sku, colour, more)), "upc")
	}
	red := add("LAMP-RED", "Red", "")
	blue := add("LAMP-BLUE", "Blue", fmt.Sprintf(`, variantOf: %q`, red))
	for _, upc := range []string{red, blue} {
		operator.soon(t, fmt.Sprintf(`mutation { putStock(input: {upc: %q, warehouseId: "par1", quantity: 5}) {
			stock { quantity } userErrors { field message } } }`, upc), `"quantity":5`)
	}

	// A guest looks around, and begins a cart.
	guest := customer{url: s.url}
	found := guest.do(t, `{ products(filter: {query: "moonrise"}) { totalCount nodes { upc unitPrice { minor currency }
		variants { sku product { availability { available } } } } facets { attributes { name values { value count } } } } }`)
	for _, want := range []string{`"totalCount":2`, `{"minor":4200,"currency":"EUR"}`, `"sku":"LAMP-BLUE","product":{"availability":{"available":5}}`,
		`{"value":"Blue","count":1}`} {
		if !strings.Contains(found, want) {
			t.Errorf("%s is missing in %s", want, found)
		}
	}
	cart := told(t, guest.soon(t, fmt.Sprintf(`mutation { addToCart(input: {upc: %q, quantity: 2}) {
		cart { id total { minor } } userErrors { message } } }`, blue), `"minor":8400`), "id")

	// The guest signs up; the cart comes along.
	buyer := signUp(t, s.url, "Ben Okoye", "ben@example.com")
	buyer.do(t, fmt.Sprintf(`mutation { mergeCart(input: {cartId: %q}) { cart { quantity } userErrors { message } } }`, cart))
	buyer.do(t, `mutation { saveAddress(input: {name: "Ben Okoye", street: "Rue 1", postalCode: "75001", city: "Paris", country: "FR"}) {
		user { addresses { city } } userErrors { field message } } }`)
	id := told(t, buyer.do(t, `mutation { checkout(input: {idempotencyKey: "bought-through", paymentMethod: "card", expectedTotal: 8400,
		shipTo: {name: "Ben Okoye", street: "Rue 1", postalCode: "75001", city: "Paris", country: "FR"}}) {
		order { id state } userErrors { field message } } }`), "id")
	order := fmt.Sprintf(`{ node(id: %q) { ... on Order { state payment { state } total { minor } } } }`, id)
	buyer.soon(t, order, `"state":"CONFIRMED","payment":{"state":"CAPTURED"}`)

	// Nobody else sees or ships the order.
	stranger := signUp(t, s.url, "Cleo Winter", "cleo@example.com")
	if got, err := stranger.try(t, fmt.Sprintf(`{ order(id: %q) { state } }`, id)); err != nil || !strings.Contains(got, `"order":null`) {
		t.Errorf("a stranger sees the order: %s, %v", got, err)
	}
	ship := fmt.Sprintf(`mutation { shipOrder(input: {id: %q}) { order { state } userErrors { message } } }`, id)
	if _, err := buyer.try(t, ship); err == nil {
		t.Error("the buyer ships the order")
	}

	// The buyer says something before the lamp is there, and it counts as verified once it is.
	review := fmt.Sprintf(`mutation { writeReview(input: {upc: %q, rating: 5, title: "Bright", body: "As promised."}) {
		review { verified } userErrors { field message } } }`, blue)
	buyer.soon(t, review, `"verified":false`)
	operator.do(t, ship)
	operator.do(t, fmt.Sprintf(`mutation { deliverOrder(input: {id: %q}) { order { state } userErrors { message } } }`, id))
	said := fmt.Sprintf(`{ product(upc: %q) { sold totalStock averageRating reviewsConnection { totalCount nodes {
		verified author { name } } } } }`, blue)
	guest.soon(t, said, `"totalStock":3,"averageRating":5,"reviewsConnection":{"totalCount":1,"nodes":[{"verified":true,"author":{"name":"Ben Okoye"}}]}`)
	buyer.soon(t, `{ me { orders { totalCount nodes { state history { state } } } } }`, `"totalCount":1,"nodes":[{"state":"DELIVERED"`)
	s.router.stop(t)
}

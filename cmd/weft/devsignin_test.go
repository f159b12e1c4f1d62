package main

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
)

// askAs sends an operation with an access token.
func askAs(t *testing.T, url, token, query string) (status int, answer string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, url, strings.NewReader(fmt.Sprintf(`{"query":%q}`, query)))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Authorization", "Bearer "+token)
	response, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response.StatusCode, string(text)
}

// TestPeopleSignInToDev has a person sign up, and the router and all services know who that is by the token; whoever
// has none is the person of --as.
func TestPeopleSignInToDev(t *testing.T) {
	address := freeAddress(t)
	dev := start(t, nil, binary, "dev", "--listen", address, "--data-dir", filepath.Join(t.TempDir(), "data"))
	dev.awaitReady(t, "http://"+address+"/readyz")
	url := "http://" + address + "/graphql"
	session := field(t, mustAsk(t, url, `mutation { signUp(input: {name: "Grace Murray", email: "grace@example.com",
		password: "compilers are fun"}) { session { accessToken user { id } } userErrors { message } } }`), "signUp", "session")
	token := session["accessToken"].(string)

	if _, got := askAs(t, url, token, `{ me { name } }`); got != `{"data":{"me":{"name":"Grace Murray"}}}` {
		t.Errorf("with a token: %s", got)
	}
	if got := mustAsk(t, url, `{ me { id } }`).Raw; got != `{"data":{"me":{"id":"u1"}}}` {
		t.Errorf("without one: %s", got)
	}
	// What another service does for the caller is done for that person.
	upc := mustAsk(t, url, `{ products(first: 1) { nodes { upc } } }`).Raw
	upc = strings.Split(upc, `"`)[9]
	// It hears of new people by an event.
	eventually(t, "her review is hers", func() error {
		_, got := askAs(t, url, token, `mutation { addReview(input: {upc: "`+upc+`", rating: 4, title: "T", body: "Good enough."}) {
			author { name } } }`)
		if !strings.Contains(got, `"author":{"name":"Grace Murray"}`) {
			return errors.New(got)
		}
		return nil
	})
	// Nor may she do what --as may.
	_, got := askAs(t, url, token, `mutation { setStock(input: {upc: "`+upc+`", warehouseId: "ber1", quantity: 1}) { quantity } }`)
	if !strings.Contains(got, `"FORBIDDEN"`) {
		t.Errorf("a merchant's mutation: %s", got)
	}
	forged := token[:len(token)-6] + "AAAAAA"
	if status, got := askAs(t, url, forged, `{ me { name } }`); status != 401 || !strings.Contains(got, "INVALID_TOKEN") {
		t.Errorf("a forged token: %d %s", status, got)
	}
	dev.stop(t)
}

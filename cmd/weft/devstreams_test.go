package main

import (
	"bufio"
	"errors"
	"net/http"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// TestDevHasSubscriptions follows a product's stock in weft dev: from the service's database over the event bus to a
// client. What was remembered of the product before does not answer.
func TestDevHasSubscriptions(t *testing.T) {
	address := freeAddress(t)
	dev := start(t, nil, binary, "dev", "--listen", address, "--data-dir", filepath.Join(t.TempDir(), "data"))
	dev.awaitReady(t, "http://"+address+"/readyz")
	url := "http://" + address + "/graphql"
	upc := regexp.MustCompile(`"upc":"(\w+)"`).FindStringSubmatch(mustAsk(t, url, `{ products(first: 1) { nodes {
		upc name totalStock } } }`).Raw)[1]

	body := `{"query":"subscription { stockChanged(upc: \"` + upc + `\") { name stock { quantity warehouse { id } } } }"}`
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Accept", "text/event-stream")
	response, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	events := make(chan string, 10)
	go func() {
		defer close(events)
		for lines := bufio.NewScanner(response.Body); lines.Scan(); {
			if text, ok := strings.CutPrefix(lines.Text(), "data: "); ok {
				events <- text
			}
		}
	}()
	// There is no telling when the router listens, but for hearing something.
	quantity, got := 1000, ""
	eventually(t, "the change is heard of", func() error {
		quantity++
		mustAsk(t, url, `mutation { setStock(input: {upc: "`+upc+`", warehouseId: "ber1",
			quantity: `+strconv.Itoa(quantity)+`}) { quantity } }`)
		select {
		case got = <-events:
			return nil
		default:
			return errors.New("nothing was heard")
		}
	})
	if !strings.Contains(got, `"name":"`) || !strings.Contains(got, `"quantity":1`) || strings.Contains(got, `"errors"`) {
		t.Errorf("got %s", got)
	}
	_ = response.Body.Close()
	dev.stop(t)
}

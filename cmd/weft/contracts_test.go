package main

import (
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/weft-graphql/weft/subgraphs"
)

// TestContractsAreRecordedAndVerified records what a client needs of running services, and verifies each alone.
func TestContractsAreRecordedAndVerified(t *testing.T) {
	_, private, public := identityFiles(t)
	dir := t.TempDir()
	addresses := map[string]string{}
	for _, name := range []string{"catalog", "inventory"} {
		addresses[name] = freeAddress(t)
		service := start(t, []string{"WEFT_IDENTITY_KEYS=" + public}, binary, "subgraph", name, "--listen", addresses[name],
			"--data-dir", filepath.Join(dir, "data"))
		service.awaitReady(t, "http://"+addresses[name]+"/readyz")
	}
	graph := filepath.Join(dir, "supergraph.graphql")
	schemas := schemaDirectory(t, "")
	for _, name := range subgraphs.Names() {
		if addresses[name] != "" {
			continue
		}
		if err := os.Remove(filepath.Join(schemas, name+".graphql")); err != nil {
			t.Fatal(err)
		}
	}
	if status, _, complaints := weft(t, "compose", "--subgraphs", schemas, "--url", "catalog=http://catalog.invalid/graphql",
		"--url", "inventory=http://"+addresses["inventory"]+"/graphql", "-o", graph); status != 0 {
		t.Fatal(complaints)
	}
	documents := writeText(t, filepath.Join(dir, "page.graphql"),
		`query Page($upc: ID!) { product(upc: $upc) { name inStock shippingEstimate } }
		mutation Count($n: Int!) { putStock(input: {upc: "p1", warehouseId: "ber1", quantity: $n}) { stock { quantity product { name } } } }`)
	cases := writeText(t, filepath.Join(dir, "cases.json"), `{"Page": {"variables": {"upc": "p1"}},
		"Count": {"variables": {"n": 7}, "caller": {"sub": "u2", "roles": ["merchant"]}}}`)
	pacts := t.TempDir()
	record := []string{"contracts", "record", documents, "--client", "tests", "--client-version", "3", "--supergraph", graph,
		"--cases", cases, "--url", "catalog=http://" + addresses["catalog"] + "/graphql", "--output", pacts}
	if status, _, complaints := weft(t, record...); status != 1 || !strings.Contains(complaints, "nothing is written") {
		t.Errorf("without the key: status %d, %s", status, complaints)
	}
	status, out, complaints := weft(t, append(record, "--identity-key", private)...)
	if status != 0 || !strings.Contains(out, "tests-catalog.json: 2 requests") || !strings.Contains(out, "tests-inventory.json: 2 requests") {
		t.Fatalf("status %d: %s%s", status, out, complaints)
	}

	var mu sync.Mutex
	var states []string
	setup := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		text, _ := io.ReadAll(r.Body) // what is missing is seen below
		mu.Lock()
		defer mu.Unlock()
		states = append(states, string(text))
	}))
	defer setup.Close()
	verify := func(name string) []string {
		return []string{"contracts", "verify", pacts, "--provider", name, "--identity-key", private,
			"--url", "http://" + addresses[name] + "/graphql"}
	}
	for _, name := range []string{"catalog", "inventory"} {
		status, out, complaints := weft(t, append(verify(name), "--state-url", setup.URL)...)
		if want := "tests needs 2 requests of " + name + "; 0 are broken"; status != 0 || !strings.Contains(out, want) {
			t.Errorf("%s: status %d: %s%s", name, status, out, complaints)
		}
	}
	if told := strings.Join(states, "\n"); !strings.Contains(told, `{"action":"setup","params":{"roles":["merchant"],"sub":"u2"},`+
		`"state":"requests come from this caller"}`) || !strings.Contains(told, `"the sample data, untouched"`) {
		t.Errorf("the states are %s", told)
	}

	// A service that has no such field any more, as a client would notice it.
	file := filepath.Join(pacts, "tests-inventory.json")
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	writeText(t, file, strings.ReplaceAll(string(text), "inStock", "wasInStock"))
	status, out, _ = weft(t, verify("inventory")...)
	if status != 1 || !strings.Contains(out, "broken: tests 3: Page (Page)") || !strings.Contains(out, "wasInStock") {
		t.Errorf("status %d: %s", status, out)
	}
	if status, _, complaints := weft(t, verify("orders")[:5]...); status != 2 {
		t.Errorf("without an address: status %d: %s", status, complaints)
	}
	bad := append(verify("inventory"), "--provider", "orders")
	if status, _, complaints := weft(t, bad...); status != 1 || !strings.Contains(complaints, "there is no pact of orders in ") {
		t.Errorf("status %d: %s", status, complaints)
	}
}

package main

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// tourOperation finds the operations in a block of GraphQL: each begins a line with its kind and name.
var tourOperation = regexp.MustCompile(`(?m)^(query|mutation|subscription) (\w+)`)

// readTour returns the operations of the tour in docs/shop.md, in order.
func readTour(t *testing.T) (operations []string) {
	t.Helper()
	page, err := os.ReadFile(filepath.Join("..", "..", "docs", "shop.md"))
	if err != nil {
		t.Fatal(err)
	}
	_, tour, _ := strings.Cut(string(page), "\n## A tour")
	tour, _, _ = strings.Cut(tour, "\n## ")
	for i, block := range strings.Split(tour, "```") {
		if i%2 == 0 {
			continue
		}
		block = strings.TrimPrefix(block, "graphql\n")
		starts := append(tourOperation.FindAllStringIndex(block, -1), []int{len(block)})
		for n, at := range starts[:len(starts)-1] {
			operations = append(operations, block[at[0]:starts[n+1][0]])
		}
	}
	return operations
}

// TestTheTourCanBeTaken runs the operations of the tour as they stand, with the ids that the answers before told.
func TestTheTourCanBeTaken(t *testing.T) {
	address := freeAddress(t)
	dev := start(t, nil, binary, "dev", "--listen", address, "--data-dir", filepath.Join(t.TempDir(), "data"))
	dev.awaitReady(t, "http://"+address+"/readyz")
	url := "http://" + address + "/graphql"
	// What the answers must have.
	wants := map[string]string{
		"Add": `"upc":"p`, "Stock": `"quantity":5`, "AddVariant": `{"sku":"TOUR-BLUE","unitPrice":{"minor":4500,"currency":"EUR"}}`,
		"Find": `{"value":"Blue","count":1}`, "Fill": `"minor":8400`, "Order": `"state":"PLACED"`,
		"Look": `"state":"CONFIRMED","payment":{"state":"CAPTURED"}`, "Ship": `"SHIPPED"`, "Deliver": `"DELIVERED"`,
		"Review": `"version":1`, "Read": `"totalCount":1,"pageInfo":{"hasNextPage":false`,
	}
	ids := strings.NewReplacer()
	upc, id, done := "", "", 0
	for _, operation := range readTour(t) {
		name := tourOperation.FindStringSubmatch(operation)[2]
		operation = ids.Replace(operation)
		if name == "Watch" {
			awaitState(t, watchOrder(t, url, id), "CONFIRMED")
			done++
			continue
		}
		var got *answer
		eventually(t, name+" is answered", func() (err error) { // services hear of each other a moment later
			got, err = ask(url, operation)
			if err = notYet(got, err); err == nil && (!strings.Contains(got.Raw, wants[name]) || strings.Contains(got.Raw, `"userErrors":[{`)) {
				err = fmt.Errorf("it is %s", got.Raw)
			}
			return err
		})
		switch name {
		case "Add":
			upc = told(t, got.Raw, "upc")
		case "Order":
			id = told(t, got.Raw, "id")
		}
		ids = strings.NewReplacer(`"UPC"`, `"`+upc+`"`, `"ID"`, `"`+id+`"`)
		done++
	}
	if done != len(wants)+1 {
		t.Errorf("the tour has %d operations, want %d", done, len(wants)+1)
	}
	dev.stop(t)
}

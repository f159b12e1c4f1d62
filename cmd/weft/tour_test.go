package main

import (
	"fmt"
	"io"
	"net/http"
	"path/filepath"
	"strings"
	"testing"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/parser"
)

// tourWants is what the answers to the tour's operations must have.
var tourWants = map[string]string{
	"Add": `"upc":"p`, "Stock": `"quantity":5`, "AddVariant": `"unitPrice":{"minor":4500,"currency":"EUR"}`,
	"Find": `{"value":"Blue","count":1}`, "Fill": `"expectedTotal":8400`, "Order": `"state":"PLACED"`,
	"Watch": `"state":"CONFIRMED"`, "Look": `"state":"CONFIRMED","payment":{"state":"CAPTURED"}`,
	"Ship": `"SHIPPED"`, "Deliver": `"DELIVERED"`, "Review": `"version":1`,
	"Read": `"nodes":[{"title":"Bright","verified":true`,
}

// tourSteps are the operations of the tour, in order.
func tourSteps(t *testing.T) ast.OperationList {
	t.Helper()
	document, err := parser.ParseQuery(&ast.Source{Name: "tour.graphql", Input: shopTour})
	if err != nil {
		t.Fatal(err)
	}
	if len(document.Operations) != len(tourWants) {
		t.Errorf("the tour has %d operations, want %d", len(document.Operations), len(tourWants))
	}
	return document.Operations
}

// noteValues keeps what an answer tells: the first value for every name.
func noteValues(data any, values map[string]any) {
	switch data := data.(type) {
	case []any:
		for _, item := range data {
			noteValues(item, values)
		}
	case map[string]any:
		for name, value := range data {
			switch value.(type) {
			case string, float64:
				if _, known := values[name]; !known {
					values[name] = value
				}
			default:
				noteValues(value, values)
			}
		}
	}
}

// TestTheTourCanBeTaken sends the operations of the tour with what the answers before told as their variables.
func TestTheTourCanBeTaken(t *testing.T) {
	address := freeAddress(t)
	dev := start(t, nil, binary, "dev", "--listen", address, "--data-dir", filepath.Join(t.TempDir(), "data"))
	dev.awaitReady(t, "http://"+address+"/readyz")
	url := "http://" + address + "/graphql"
	values := map[string]any{}
	for i, step := range tourSteps(t) {
		variables := map[string]any{}
		for _, v := range step.VariableDefinitions {
			if values[v.Variable] == nil {
				values[v.Variable] = fmt.Sprintf("MADE-UP-%d", i)
			}
			variables[v.Variable] = values[v.Variable]
		}
		request := map[string]any{"query": shopTour, "operationName": step.Name, "variables": variables}
		if step.Operation == ast.Subscription {
			awaitState(t, watchStates(t, url, request), "CONFIRMED")
			continue
		}
		var got *answer
		eventually(t, step.Name+" is answered", func() (err error) { // services hear of each other a moment later
			got, err = askWith(url, request)
			if err = notYet(got, err); err != nil {
				return err
			}
			if !strings.Contains(got.Raw, tourWants[step.Name]) || strings.Contains(got.Raw, `"userErrors":[{`) {
				return fmt.Errorf("it is %s", got.Raw)
			}
			return nil
		})
		noteValues(got.Data, values)
	}
	dev.stop(t)
}

// TestAnEmptyShopHasNoTour: its first step would need a category.
func TestAnEmptyShopHasNoTour(t *testing.T) {
	address := freeAddress(t)
	dev := start(t, nil, binary, "dev", "--empty", "--listen", address, "--data-dir", filepath.Join(t.TempDir(), "data"))
	dev.awaitReady(t, "http://"+address+"/readyz")
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+address+"/", nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Accept", "text/html")
	response, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	page, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(page), ` data-tour=""`) {
		t.Errorf("the page has a tour:\n%.900s", page)
	}
	dev.stop(t)
}

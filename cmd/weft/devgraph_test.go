package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
)

// outsider is a federation subgraph outside the process, as a team would write one: it knows products by their code and
// answers one field of them with a constant.
type outsider struct{ field atomic.Value }

func (o *outsider) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	var request struct {
		Query     string
		Variables map[string][]any
	}
	if err := json.NewDecoder(r.Body).Decode(&request); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	field := o.field.Load().(string)
	w.Header().Set("Content-Type", "application/json")
	if strings.Contains(request.Query, "_service") {
		sdl := fmt.Sprintf(`extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@key"])
			type Query { outsider: String } type Product @key(fields: "upc") { upc: ID! %s: String }`, field)
		_ = json.NewEncoder(w).Encode(map[string]any{"data": map[string]any{"_service": map[string]string{"sdl": sdl}}})
		return
	}
	var entities []map[string]string
	for _, representations := range request.Variables {
		for range representations {
			entities = append(entities, map[string]string{"__typename": "Product", field: "from outside"})
		}
	}
	_ = json.NewEncoder(w).Encode(map[string]any{"data": map[string]any{"_entities": entities}})
}

// serve answers at the address until stop is called.
func (o *outsider) serve(t *testing.T, address string) (stop func()) {
	t.Helper()
	socket, err := net.Listen("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	server := &http.Server{Handler: o}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		if err := server.Serve(socket); !errors.Is(err, http.ErrServerClosed) {
			t.Error(err)
		}
	}()
	return func() {
		_ = server.Close()
		<-ended
	}
}

func TestDevFollowsSubgraphsOutside(t *testing.T) {
	o := &outsider{}
	o.field.Store("warranty")
	place := freeAddress(t)
	stop := o.serve(t, place)
	address := freeAddress(t)
	dev := start(t, nil, binary, "dev", "--listen", address, "--data-dir", filepath.Join(t.TempDir(), "data"),
		"--subgraph", "outsider=http://"+place+"/graphql")
	dev.awaitReady(t, "http://"+address+"/readyz")
	url := "http://" + address + "/graphql"
	answers := func(field string) error {
		a, err := ask(url, fmt.Sprintf(`{ topProducts(first: 1) { name %s } }`, field))
		if err != nil {
			return err
		}
		if len(a.Errors) > 0 || !strings.Contains(a.Raw, `"`+field+`":"from outside"`) {
			return errors.New(a.Raw)
		}
		return nil
	}
	if err := answers("warranty"); err != nil {
		t.Fatal(err)
	}

	stop()
	a := mustAsk(t, url, `{ product(upc: "p2") { name warranty } }`)
	product, _ := a.Data["product"].(map[string]any)
	if product == nil || product["name"] == nil || len(a.Errors) != 1 || a.Errors[0].Extensions["service"] != "outsider" {
		t.Errorf("without the subgraph: %s", a.Raw)
	}

	o.field.Store("guarantee")
	stop = o.serve(t, place)
	defer stop()
	eventually(t, "the new schema of the subgraph is in use", func() error { return answers("guarantee") })
	dev.stop(t)
}

func TestDevWaitsForSubgraphsThatAreNotThereYet(t *testing.T) {
	o := &outsider{}
	o.field.Store("warranty")
	place := freeAddress(t)
	address, alone := freeAddress(t), freeAddress(t)
	pair := "outsider=http://" + place + "/graphql"
	dev := start(t, nil, binary, "dev", "--listen", address, "--data-dir", filepath.Join(t.TempDir(), "data"), "--subgraph", pair)
	lonely := start(t, nil, binary, "dev", "--listen", alone, "--no-samples", "--subgraph", pair)
	says := func(p *process, what string) {
		t.Helper()
		eventually(t, p.name+" says "+what, func() error {
			if out := p.output.String(); !strings.Contains(out, what) {
				return errors.New(out)
			}
			return nil
		})
	}
	says(dev, "a subgraph is not there yet")
	says(lonely, "there is no graph yet: waiting for subgraphs subgraphs=outsider")
	// The samples answer meanwhile.
	dev.awaitReady(t, "http://"+address+"/readyz")
	checkDemo(t, mustAsk(t, "http://"+address+"/graphql", demoQuery))

	stop := o.serve(t, place)
	defer stop()
	says(dev, "the subgraph is there subgraph=outsider")
	eventually(t, "the subgraph is in the graph", func() error {
		a, err := ask("http://"+address+"/graphql", `{ product(upc: "p2") { name warranty } }`)
		if err == nil && (len(a.Errors) > 0 || !strings.Contains(a.Raw, `"warranty":"from outside"`)) {
			err = errors.New(a.Raw)
		}
		return err
	})
	lonely.awaitReady(t, "http://"+alone+"/readyz")
	dev.stop(t)
	lonely.stop(t)
}

func TestDevThatWaitsCanBeStopped(t *testing.T) {
	dev := start(t, nil, binary, "dev", "--listen", freeAddress(t), "--no-samples", "--subgraph", "a=http://"+freeAddress(t)+"/graphql")
	eventually(t, "it waits", func() error {
		if out := dev.output.String(); !strings.Contains(out, "waiting for subgraphs") {
			return errors.New(out)
		}
		return nil
	})
	dev.stop(t)
}

func TestDevPutsASubgraphInPlaceOfASample(t *testing.T) {
	o := &outsider{}
	o.field.Store("warranty")
	place := freeAddress(t)
	defer o.serve(t, place)()
	address := freeAddress(t)
	// No other service needs anything of reviews.
	dev := start(t, nil, binary, "dev", "--listen", address, "--data-dir", filepath.Join(t.TempDir(), "data"),
		"--subgraph", "reviews=http://"+place+"/graphql")
	dev.awaitReady(t, "http://"+address+"/readyz")
	a := mustAsk(t, "http://"+address+"/graphql", `{ product(upc: "p2") { name warranty } __type(name: "Review") { fields { name } } }`)
	// What the catalog refers to stays: reviews have ids.
	if len(a.Errors) > 0 || !strings.Contains(a.Raw, "from outside") || !strings.Contains(a.Raw, `{"fields":[{"name":"id"}]}`) {
		t.Errorf("with another subgraph called reviews: %s", a.Raw)
	}
	dev.stop(t)
}

func TestASecondDevKeepsItsHandsOff(t *testing.T) {
	address := freeAddress(t)
	data := filepath.Join(t.TempDir(), "data")
	dev := start(t, nil, binary, "dev", "--listen", address, "--data-dir", data)
	dev.awaitReady(t, "http://"+address+"/readyz")
	if status, _, complaints := weft(t, "dev", "--listen", address, "--data-dir", data); status != 1 ||
		!strings.Contains(complaints, "something listens at "+address) {
		t.Errorf("on the same address: status %d, %s", status, complaints)
	}
	if status, _, complaints := weft(t, "dev", "--listen", freeAddress(t), "--data-dir", data); status != 1 ||
		!strings.Contains(complaints, "in use by another process") {
		t.Errorf("on the same data: status %d, %s", status, complaints)
	}
	checkDemo(t, mustAsk(t, "http://"+address+"/graphql", demoQuery))
	dev.stop(t)
}

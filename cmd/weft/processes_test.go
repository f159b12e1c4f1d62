package main

import (
	"encoding/json"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/weft-graphql/weft/subgraphs"
)

// system is the shop as separate processes.
type system struct {
	redis    *process
	services map[string]*process
	router   *process
	url      string
}

// startSystem starts a Redis server, the four services and a router that composes their schemas.
func startSystem(t *testing.T) *system {
	t.Helper()
	s := &system{services: map[string]*process{}}
	redisAddress := startRedis(t, s)
	dir := t.TempDir()
	var graph strings.Builder
	addresses := map[string]string{}
	for _, name := range subgraphs.Names() {
		addresses[name] = freeAddress(t)
		s.services[name] = start(t, []string{"WEFT_IDENTITY_KEY=a key for this test"}, binary, "subgraph", name,
			"--listen", addresses[name], "--data-dir", filepath.Join(dir, "data"))
		sdl, err := subgraphs.SDL(name)
		if err != nil {
			t.Fatal(err)
		}
		file := filepath.Join(dir, name+".graphql")
		if err := os.WriteFile(file, []byte(sdl), 0o600); err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(&graph, "    - {name: %s, url: 'http://%s/graphql', schema: '%s'}\n", name, addresses[name], file)
	}
	for name, service := range s.services {
		service.awaitReady(t, "http://"+addresses[name]+"/readyz")
	}
	address := freeAddress(t)
	file := filepath.Join(dir, "weft.yaml")
	text := fmt.Sprintf(`listen: %s
supergraph:
  subgraphs:
%supstream: {identity_key: "${IDENTITY}"}
cache: {enabled: true, ttl: 1s, redis: {addresses: ["%s"]}}
plan: {expose: true}
`, address, graph.String(), redisAddress)
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	s.router = start(t, []string{"IDENTITY=a key for this test"}, binary, "router", "--config", file)
	s.router.awaitReady(t, "http://"+address+"/readyz")
	s.url = "http://" + address + "/graphql"
	return s
}

// startRedis starts a real redis-server and returns its address.
func startRedis(t *testing.T, s *system) string {
	t.Helper()
	server := need(t, []string{"redis-server"}, "install the package redis-server")
	address := freeAddress(t)
	_, port, err := net.SplitHostPort(address)
	if err != nil {
		t.Fatal(err)
	}
	s.redis = start(t, nil, server, "--port", port, "--bind", "127.0.0.1", "--save", "", "--appendonly", "no")
	eventually(t, "Redis answers", func() error {
		conn, err := net.Dial("tcp", address)
		if err != nil {
			return err
		}
		defer conn.Close()
		if _, err := conn.Write([]byte("PING\r\n")); err != nil {
			return err
		}
		reply := make([]byte, 7)
		if n, err := conn.Read(reply); err != nil || !strings.HasPrefix(string(reply[:n]), "+PONG") {
			return fmt.Errorf("%q, %v", reply[:n], err)
		}
		return nil
	})
	return address
}

func TestTheShopAsSeparateProcesses(t *testing.T) {
	s := startSystem(t)

	a := mustAsk(t, s.url, demoQuery)
	if len(a.Errors) > 0 {
		t.Fatalf("the demo query has errors: %s", a.Raw)
	}
	checkDemo(t, a)

	// Without the reviews service its fields are null, with an error that names it; everything else stands.
	s.services["reviews"].stop(t)
	query := `{ topProducts(first: 2) { name totalStock averageRating reviews(first: 1) { rating } } }`
	eventually(t, "an answer without reviews", func() error {
		a = mustAsk(t, s.url, query)
		if len(a.Errors) == 0 {
			return fmt.Errorf("no errors yet (the cache still has the reviews): %s", a.Raw)
		}
		return nil
	})
	for _, p := range a.Data["topProducts"].([]any) {
		product := p.(map[string]any)
		if product["name"] == nil || product["totalStock"] == nil {
			t.Errorf("what other services know is missing: %v", product)
		}
		if product["averageRating"] != nil || product["reviews"] != nil {
			t.Errorf("reviews without their service: %v", product)
		}
	}
	for _, e := range a.Errors {
		if e.Path == nil || e.Extensions["service"] != "reviews" || e.Extensions["code"] == nil {
			t.Errorf("error without path, service or code: %+v", e)
		}
	}
	s.router.stop(t)
	for name, service := range s.services {
		if name != "reviews" {
			service.stop(t)
		}
	}
}

// checkDemo checks that the demo query's answer has data from all four services.
func checkDemo(t *testing.T, a *answer) {
	t.Helper()
	products, _ := a.Data["topProducts"].([]any)
	if len(products) != 3 {
		t.Fatalf("%d top products, want 3: %s", len(products), a.Raw)
	}
	reviews := 0
	for _, p := range products {
		product := p.(map[string]any)
		for _, field := range []string{"name", "price", "totalStock", "shippingEstimate"} {
			if product[field] == nil {
				t.Errorf("%s is missing: %v", field, product)
			}
		}
		list, _ := product["reviews"].([]any)
		for _, r := range list {
			author, _ := r.(map[string]any)["author"].(map[string]any)
			if author["name"] == nil {
				t.Errorf("a review without its author's name: %v", r)
			}
			own, _ := author["reviews"].([]any)
			reviews += len(own)
		}
	}
	if reviews == 0 {
		t.Errorf("no author has reviews: %s", a.Raw)
	}
	search, _ := a.Data["search"].(map[string]any)
	nodes, _ := search["nodes"].([]any)
	if len(nodes) == 0 {
		t.Errorf("the search found nothing: %s", a.Raw)
	}
}

func TestTheRouterServesWhatWasComposedBefore(t *testing.T) {
	s := startSystem(t)
	dir := t.TempDir()
	var entries []map[string]string
	for _, name := range subgraphs.Names() {
		sdl, err := subgraphs.SDL(name)
		if err != nil {
			t.Fatal(err)
		}
		entries = append(entries, map[string]string{"name": name, "sdl": sdl, "url": "http://" + listenOf(s.services[name]) + "/graphql"})
	}
	list, err := json.Marshal(entries)
	if err != nil {
		t.Fatal(err)
	}
	input, output := filepath.Join(dir, "subgraphs.json"), filepath.Join(dir, "supergraph.graphql")
	if err := os.WriteFile(input, list, 0o600); err != nil {
		t.Fatal(err)
	}
	composing := start(t, nil, binary, "compose", "--subgraphs", input, "-o", output)
	<-composing.ended
	if composing.err != nil {
		t.Fatalf("weft compose: %v\n%s", composing.err, composing.output)
	}
	address := freeAddress(t)
	router := start(t, []string{"WEFT_UPSTREAM_IDENTITY_KEY=a key for this test"}, binary, "router",
		"--supergraph", output, "--listen", address)
	router.awaitReady(t, "http://"+address+"/healthz")
	checkDemo(t, mustAsk(t, "http://"+address+"/graphql", demoQuery))
	router.stop(t)
}

// listenOf is the address a service was started with.
func listenOf(p *process) string {
	for i, arg := range p.cmd.Args {
		if arg == "--listen" {
			return p.cmd.Args[i+1]
		}
	}
	return ""
}

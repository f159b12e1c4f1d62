package main

import (
	"crypto/ed25519"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/weft-graphql/weft/schema/bus/natstest"
	"github.com/weft-graphql/weft/schema/wire"
	"github.com/weft-graphql/weft/subgraphs"
)

// identityFiles writes a key for routers, and what services know of it.
func identityFiles(t *testing.T) (key *wire.IdentityKey, private, public string) {
	t.Helper()
	_, secret, err := ed25519.GenerateKey(nil)
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.MarshalPKCS8PrivateKey(secret)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	key = wire.NewIdentityKey(secret)
	private = writeText(t, filepath.Join(dir, "key.pem"), string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})))
	public = writeText(t, filepath.Join(dir, "keys.json"), string(wire.PublicKeys([]*wire.IdentityKey{key})))
	return key, private, public
}

// system is the shop as separate processes.
type system struct {
	nats     *natstest.Server
	redis    *process
	services map[string]*process
	// config is the routers' configuration file, which says nothing of where to listen.
	config string
	router *process
	url    string
	// admin is the admin listener of the router.
	admin string
	// key is what the routers sign with, and private the file that it is in.
	key     *wire.IdentityKey
	private string
}

// startSystem starts a Redis and a NATS server, the services and a router that composes their schemas.
func startSystem(t *testing.T) *system {
	t.Helper()
	return startSystemWith(t, systemSettings{})
}

// systemSettings say what is different from the usual system.
type systemSettings struct {
	// services are further arguments of the services.
	services []string
	// signIn has accounts sign people in, operators by this secret, and the router take its tokens.
	signIn string
	// cache are further settings of the router's cache, each with a comma behind.
	cache string
}

func startSystemWith(t *testing.T, settings systemSettings) *system {
	t.Helper()
	s := &system{services: map[string]*process{}, nats: natstest.Start(t)}
	redisAddress := startRedis(t, s)
	dir := t.TempDir()
	var public string
	s.key, s.private, public = identityFiles(t)
	var graph strings.Builder
	addresses := map[string]string{}
	for _, name := range subgraphs.Names() {
		addresses[name] = freeAddress(t)
		env := []string{
			"WEFT_IDENTITY_KEYS=" + public, "WEFT_NATS_URL=" + s.nats.URL(), "WEFT_ISSUER=http://" + addresses[name],
			"WEFT_OPERATOR_SECRET=" + settings.signIn,
		}
		s.services[name] = start(t, env, binary, append([]string{
			"subgraph", name, "--listen", addresses[name], "--data-dir", filepath.Join(dir, "data"),
		}, settings.services...)...)
		sdl, err := subgraphs.SDL(name)
		if err != nil {
			t.Fatal(err)
		}
		file := writeText(t, filepath.Join(dir, name+".graphql"), sdl)
		fmt.Fprintf(&graph, "    - {name: %s, url: 'http://%s/graphql', schema: '%s'}\n", name, addresses[name], file)
	}
	for name, service := range s.services {
		service.awaitReady(t, "http://"+addresses[name]+"/readyz")
	}
	signIn := ""
	if issuer := "http://" + addresses["accounts"]; settings.signIn != "" {
		signIn = fmt.Sprintf(`authentication: {jwt: {issuers: [{issuer: "%s", jwks_url: "%s/.well-known/jwks.json",
  audiences: [weft], algorithms: [EdDSA]}]}}`, issuer, issuer)
	}
	s.config = writeText(t, filepath.Join(dir, "weft.yaml"), fmt.Sprintf(`
supergraph:
  subgraphs:
%sidentity: {enabled: true, key_files: ["%s"], claims: [roles]}
cache: {enabled: true, %sredis: {addresses: ["%s"]}, events: {nats_url: "%s"}}
%s
`, graph.String(), s.private, settings.cache, redisAddress, s.nats.URL(), signIn))
	s.router, s.url = s.startRouter(t)
	return s
}

// startRouter starts a router of the system, or one more.
func (s *system) startRouter(t *testing.T) (router *process, url string) {
	t.Helper()
	address, admin := freeAddress(t), freeAddress(t)
	router = start(t, nil, binary, "router", "--config", s.config, "--listen", address, "--admin", admin)
	if s.admin == "" {
		s.admin = "http://" + admin
	}
	router.awaitReady(t, "http://"+address+"/readyz")
	return router, "http://" + address + "/graphql"
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
	a = mustAsk(t, s.url, `{ products(first: 2, sort: PRICE_DESC) { nodes { name totalStock averageRating reviews(first: 1) { rating } } } }`)
	if len(a.Errors) == 0 {
		t.Errorf("no errors without the service: %s", a.Raw)
	}
	page, _ := a.Data["products"].(map[string]any)
	nodes, _ := page["nodes"].([]any)
	if len(nodes) != 2 {
		t.Fatalf("%d products, want 2: %s", len(nodes), a.Raw)
	}
	for _, p := range nodes {
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
		for _, field := range []string{"name", "unitPrice", "totalStock", "shippingEstimate"} {
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
	router := start(t, []string{"WEFT_IDENTITY_ENABLED=true", "WEFT_IDENTITY_KEY_FILES=" + s.private}, binary, "router",
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

// price asks a router for the price of the product the write test changes.
func price(url string) (float64, error) {
	a, err := ask(url, `{ product(upc: "p7") { price } }`)
	if err != nil {
		return 0, err
	}
	product, _ := a.Data["product"].(map[string]any)
	n, ok := product["price"].(float64)
	if !ok {
		return 0, fmt.Errorf("no price: %s", a.Raw)
	}
	return n, nil
}

// changePrice writes past the routers, as a merchant.
func (s *system) changePrice(t *testing.T, to float64) {
	t.Helper()
	identity, err := s.key.Sign(wire.Identity{Subject: "u1", Roles: []string{"merchant"}}, "catalog", time.Now())
	if err != nil {
		t.Fatal(err)
	}
	body := fmt.Sprintf(`{"query":"mutation { updateProduct(input: {upc: \"p7\", price: %v}) { price } }"}`, to)
	req, err := http.NewRequest(http.MethodPost, "http://"+listenOf(s.services["catalog"])+"/graphql", strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set(wire.IdentityHeader, identity)
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode != http.StatusOK || strings.Contains(string(text), `"errors"`) {
		t.Fatalf("updateProduct: %s %v\n%s", resp.Status, err, text)
	}
}

// TestWritesReachEveryRouter: a write that no router saw shows in all of them although they could go on with what they
// remember for five minutes, longer than the test waits; also in one that was started when the event bus was away.
func TestWritesReachEveryRouter(t *testing.T) {
	s := startSystem(t)
	s.nats.Kill()
	late, lateURL := s.startRouter(t)
	s.nats.Resume(t)
	eventually(t, "the late router finds the event bus", func() error {
		if !strings.Contains(late.output.String(), "the event bus is there") {
			return errors.New("it does not say so")
		}
		return nil
	})
	urls := []string{s.url, lateURL}
	var before float64
	for _, url := range urls {
		var err error
		if before, err = price(url); err != nil {
			t.Fatal(err)
		}
	}
	s.changePrice(t, before+1)
	for _, url := range urls {
		eventually(t, "the new price shows", func() error {
			now, err := price(url)
			if err == nil && now != before+1 {
				err = fmt.Errorf("the price is %v, want %v", now, before+1)
			}
			return err
		})
	}
}

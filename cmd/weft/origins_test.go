package main

import (
	"net/http"
	"path/filepath"
	"strings"
	"testing"
)

// allowed tells whether a router lets pages of an origin read its answers, when they ask before and when they send.
func allowed(t *testing.T, url, origin string) (preflight, simple bool) {
	t.Helper()
	for _, method := range []string{http.MethodOptions, http.MethodPost} {
		req, err := http.NewRequest(method, url, strings.NewReader(`{"query": "{ __typename }"}`))
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Origin", origin)
		req.Header.Set("Content-Type", "application/json")
		if method == http.MethodOptions {
			req.Header.Set("Access-Control-Request-Method", http.MethodPost)
			req.Header.Set("Access-Control-Request-Headers", "authorization,content-type,x-trace")
		}
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		_ = resp.Body.Close()
		ok := resp.Header.Get("Access-Control-Allow-Origin") == origin
		if method == http.MethodPost {
			simple = ok
		} else {
			preflight = ok && strings.Contains(resp.Header.Get("Access-Control-Allow-Headers"), "x-trace")
		}
	}
	return preflight, simple
}

func TestFrontendsOfThisMachineMayQueryDev(t *testing.T) {
	address := freeAddress(t)
	dev := start(t, nil, binary, "dev", "--listen", address, "--data-dir", filepath.Join(t.TempDir(), "data"))
	dev.awaitReady(t, "http://"+address+"/readyz")
	for origin, want := range map[string]bool{
		"http://localhost:3000":         true,
		"http://127.0.0.1:5173":         true,
		"http://[::1]:8080":             true,
		"https://localhost:3000":        true,
		"http://localhost":              true,
		"https://shop.example":          false,
		"http://localhost.shop.example": false,
		"http://127.0.0.1.shop.example": false,
		"http://192.168.0.7:3000":       false,
		"null":                          false,
	} {
		if preflight, simple := allowed(t, "http://"+address+"/graphql", origin); preflight != want || simple != want {
			t.Errorf("%s: preflight %v, request %v; want %v", origin, preflight, simple, want)
		}
	}
	dev.stop(t)
}

func TestRouterIsClosedToOtherOrigins(t *testing.T) {
	dir := t.TempDir()
	list := writeText(t, filepath.Join(dir, "list.json"), `[{"name": "a", "url": "http://127.0.0.1:1", "sdl": "type Query { a: Int }"}]`)
	graph := filepath.Join(dir, "supergraph.graphql")
	if status, _, complaints := weft(t, "compose", "--subgraphs", list, "-o", graph); status != 0 {
		t.Fatal(complaints)
	}
	address := freeAddress(t)
	router := start(t, nil, binary, "router", "--supergraph", graph, "--listen", address)
	router.awaitReady(t, "http://"+address+"/healthz")
	for _, origin := range []string{"http://localhost:3000", "https://shop.example"} {
		if preflight, simple := allowed(t, "http://"+address+"/graphql", origin); preflight || simple {
			t.Errorf("%s: preflight %v, request %v", origin, preflight, simple)
		}
	}
	router.stop(t)
}

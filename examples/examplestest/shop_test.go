package examplestest

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/weft-graphql/weft/router"
	"github.com/weft-graphql/weft/router/compose"
	"github.com/weft-graphql/weft/router/config"
	"github.com/weft-graphql/weft/router/modules"
	"github.com/weft-graphql/weft/schema/bus"
	"github.com/weft-graphql/weft/subgraphs"
	"github.com/weft-graphql/weft/subgraphs/kit"
	"github.com/weft-graphql/weft/subgraphs/kit/telemetry"
)

// shop is a router over some services of this process, and subgraphs that are examples.
type shop struct {
	url string
	// keys is the file that the router writes its public key to.
	keys    string
	issuer  issuer
	spans   *spans
	service map[string]subgraphs.Service
}

// startShop serves the named services and, at their addresses, the examples, by name and file of their schema.
func startShop(t testing.TB, services []string, examples map[string]string, schemas map[string]string, events *bus.Bus) *shop {
	t.Helper()
	s := &shop{keys: filepath.Join(t.TempDir(), "keys.json"), issuer: newIssuer(t), spans: newCollector(t),
		service: map[string]subgraphs.Service{}}
	var list []compose.Subgraph
	for name, url := range examples {
		sdl, err := os.ReadFile(schemas[name])
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, compose.Subgraph{Name: name, URL: url, SDL: string(sdl), File: schemas[name]})
	}
	handlers := map[string]http.Handler{}
	for _, name := range services {
		sdl, err := subgraphs.SDL(name)
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, compose.Subgraph{Name: name, URL: "http://" + name + ".invalid/graphql", SDL: sdl})
		handlers[name] = s.open(t, name, events)
	}
	graph, problems := compose.Compose(list, compose.Options{})
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	file := filepath.Join(t.TempDir(), "weft.yaml")
	settings := fmt.Sprintf(`
supergraph: {path: in memory}
identity: {enabled: true, jwks_file: '%s', claims: [roles]}
authentication: {jwt: {issuers: [{issuer: "https://id.example", jwks_file: '%s', audiences: [weft], algorithms: [EdDSA]}]}}
tracing: {endpoint: '%s', sampling: {ratio: 0}}
`, s.keys, s.issuer.file, s.spans.url)
	if err := os.WriteFile(file, []byte(settings), 0o600); err != nil {
		t.Fatal(err)
	}
	c, err := config.Load(config.Source{File: file, Environ: []string{}, Sections: modules.Sections(modules.List())})
	if err != nil {
		t.Fatal(err)
	}
	quiet := slog.New(slog.DiscardHandler)
	r, err := router.New(c, router.Options{Supergraph: graph.SupergraphSDL, Handlers: handlers, Logger: quiet})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(r.Close)
	server := httptest.NewServer(r)
	t.Cleanup(server.Close)
	s.url = server.URL + "/graphql"
	return s
}

// open opens a service that answers nobody but the router.
func (s *shop) open(t testing.TB, name string, events *bus.Bus) http.Handler {
	t.Helper()
	quiet := slog.New(slog.DiscardHandler)
	keys, err := kit.FollowIdentityKeys(s.keys, quiet)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(keys.Close)
	told, err := telemetry.New(t.Context(), telemetry.Settings{Service: name, Traces: s.spans.url})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = told.Close() })
	service, err := subgraphs.Open(context.Background(), name, kit.Config{
		DataDir: t.TempDir(), Logger: quiet, Identity: kit.IdentityConfig{Keys: keys}, Events: events, Telemetry: told,
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = service.Close() }) // the test is over
	s.service[name] = service
	return service.Handler()
}

// ask sends an operation, with headers, and returns the answer.
func (s *shop) ask(query string, headers ...string) (string, error) {
	body, err := json.Marshal(map[string]string{"query": query})
	if err != nil {
		return "", err
	}
	req, err := http.NewRequest(http.MethodPost, s.url, bytes.NewReader(body))
	if err != nil {
		return "", err
	}
	req.Header.Set("Content-Type", "application/json")
	for i := 0; i < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return "", err
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	return string(text), err
}

// mustAsk is ask for what is answered without errors.
func (s *shop) mustAsk(t testing.TB, query string, headers ...string) string {
	t.Helper()
	text, err := s.ask(query, headers...)
	if err != nil || strings.Contains(text, `"errors"`) {
		t.Fatalf("%s: %s, %v", query, text, err)
	}
	return text
}

// merchant are the headers of one.
func (s *shop) merchant(t testing.TB) []string {
	return []string{"Authorization", "Bearer " + s.issuer.token(t, "u2", "merchant")}
}

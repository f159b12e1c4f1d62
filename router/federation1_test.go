package router_test

import (
	"bytes"
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"testing"

	"github.com/weft-graphql/weft/router"
	"github.com/weft-graphql/weft/router/config"
)

// TestFederation1Supergraph serves a supergraph of Federation 1 composition: entities with an owner, a requirement, a
// provision, a type without keys, and an interface of which no subgraph has all fields.
func TestFederation1Supergraph(t *testing.T) {
	sdl, err := os.ReadFile("supergraph/testdata/federation1.graphql")
	if err != nil {
		t.Fatal(err)
	}
	cfg := config.Default()
	cfg.Supergraph.Path = "in memory"
	r, err := router.New(&cfg, router.Options{
		Supergraph: string(sdl), Logger: slog.New(slog.DiscardHandler),
		Handlers: map[string]http.Handler{
			"catalog": &subgraph{answers: map[string]string{
				"priced": `{"data":{"priced":[{"__typename":"Product","upc":"1","price":7,"maker":{"home":{"city":"Ulm"}}}]}}`,
			}},
			"stock": &subgraph{answers: map[string]string{
				"_entities": `{"data":{"_entities":[{"delivery":70,"stock":[{"store":{"__typename":"Store","id":"s","name":"South"}}]}]}}`,
			}},
			"stores": &subgraph{answers: map[string]string{"_entities": `{"data":{"_entities":[{"grade":"FIRST"}]}}`}},
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(r.Close)
	query := "{ priced { price stock { store { name grade } } ... on Product { delivery maker { home { city } } } } }"
	body, err := json.Marshal(map[string]string{"query": query})
	if err != nil {
		t.Fatal(err)
	}
	w := httptest.NewRecorder()
	request := httptest.NewRequest(http.MethodPost, "/graphql", bytes.NewReader(body))
	request.Header.Set("Content-Type", "application/json")
	r.ServeHTTP(w, request)
	want := `{"data":{"priced":[{"price":7,"stock":[{"store":{"name":"South","grade":"FIRST"}}],` +
		`"delivery":70,"maker":{"home":{"city":"Ulm"}}}]}}`
	if got := w.Body.String(); got != want {
		t.Errorf("%s\nwant %s", got, want)
	}
}

package router_test

import (
	"bytes"
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/weft-graphql/weft/router"
	"github.com/weft-graphql/weft/router/compose"
	"github.com/weft-graphql/weft/router/config"
)

// TestErrorsOfDeferredFieldsWaitForTheirPart asks an interface object for a deferred field of one type, which fails
// before anybody knows the type. Whether somebody misses it is for the part to say that would have it.
func TestErrorsOfDeferredFieldsWaitForTheirPart(t *testing.T) {
	const link = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@key", "@interfaceObject"]) `
	result, errs := compose.Compose([]compose.Subgraph{
		{Name: "faces", URL: "http://faces.invalid", SDL: link + `
			type Query { face: Face }
			type Face @key(fields: "id") @interfaceObject { id: ID! more: Int }`},
		{Name: "types", URL: "http://types.invalid", SDL: link + `
			type Query { other: Int }
			interface Face @key(fields: "id") { id: ID! }
			type A implements Face @key(fields: "id") { id: ID! x: Int }
			type B implements Face @key(fields: "id") { id: ID! x: Int }`},
	}, compose.Options{})
	if len(errs) > 0 {
		t.Fatal(errs)
	}
	for typ, want := range map[string][]string{"A": nil, "B": {"no more at [face more]"}} {
		cfg := config.Default()
		r, err := router.New(&cfg, router.Options{
			Supergraph: result.SupergraphSDL, Logger: slog.New(slog.DiscardHandler),
			Handlers: map[string]http.Handler{
				"faces": &subgraph{answers: map[string]string{
					"face": `{"data":{"face":{"__typename":"Face","id":"1","more":null}},"errors":[{"message":"no more","path":["face","more"]}]}`,
				}},
				"types": &subgraph{answers: map[string]string{"_entities": `{"data":{"_entities":[{"__typename":"` + typ + `","x":7}]}}`}},
			},
		})
		if err != nil {
			t.Fatal(err)
		}
		body, _ := json.Marshal(map[string]string{"query": `{ face { ... @defer { __typename ... on B { more } ... on A { x } } } }`})
		req := httptest.NewRequest(http.MethodPost, "/graphql", bytes.NewReader(body))
		req.Header.Set("Content-Type", "application/json")
		req.Header.Set("Accept", "multipart/mixed")
		w := httptest.NewRecorder()
		r.ServeHTTP(w, req)
		r.Close()
		if got := toldInParts(t, w.Body.String()); strings.Join(got, "; ") != strings.Join(want, "; ") {
			t.Errorf("%s: errors %q, want %q\n%s", typ, got, want, w.Body)
		}
	}
}

// toldInParts finds the errors of an answer in parts, wherever they stand.
func toldInParts(t *testing.T, answer string) (found []string) {
	t.Helper()
	var search func(v any)
	search = func(v any) {
		switch v := v.(type) {
		case []any:
			for _, item := range v {
				search(item)
			}
		case map[string]any:
			if message, ok := v["message"].(string); ok {
				path, _ := json.Marshal(v["path"])
				found = append(found, message+" at "+strings.NewReplacer(`"`, "", ",", " ").Replace(string(path)))
			}
			for _, item := range v {
				search(item)
			}
		}
	}
	for line := range strings.Lines(answer) {
		if at := strings.IndexByte(line, '{'); at == 0 {
			var part any
			if err := json.Unmarshal([]byte(line), &part); err != nil {
				t.Fatalf("%v: %s", err, line)
			}
			search(part)
		}
	}
	return found
}

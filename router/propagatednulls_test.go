package router_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/weft-graphql/weft/router"
	"github.com/weft-graphql/weft/router/compose"
	"github.com/weft-graphql/weft/router/config"
)

// TestNothingIsComputedFromNullsOfOtherFields has a field fail that only the client asks for. Where it may not be null,
// the subgraph makes null of what a field of another subgraph requires: that is not its value, so nothing may be
// computed from it. What is null by itself, or because of a required field, is a value like any other.
func TestNothingIsComputedFromNullsOfOtherFields(t *testing.T) {
	const link = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.7",
	import: ["@key", "@shareable", "@external", "@requires"])
`
	composed, problems := compose.Compose([]compose.Subgraph{
		{Name: "sizes", URL: "http://sizes", SDL: link + `type Query { box: Box }
type Box @key(fields: "id") { id: ID! size: Size sides: [Size] }
type Size @shareable { width: Int! height: Int! label: String! }`},
		{Name: "prices", URL: "http://prices", SDL: link + `
type Box @key(fields: "id") {
  id: ID! size: Size @external sides: [Size] @external
  price: Int @requires(fields: "size { width }") glue: Int @requires(fields: "sides { width }")
}
type Size @shareable { width: Int! height: Int! label: String! }`},
	}, compose.Options{})
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	for _, c := range []struct {
		query, sizes string
		computed     bool
	}{
		{`{box{size{label} price}}`, `{"data":{"box":{"id":"1","size":null}},"errors":[{"message":"no label","path":["box","size","label"]}]}`, false},
		{`{box{size{label} price}}`, `{"data":{"box":{"id":"1","size":null}},"errors":[{"message":"no width","path":["box","size","width"]}]}`, true},
		{`{box{size{label} price}}`, `{"data":{"box":{"id":"1","size":null}},"errors":[{"message":"no size","path":["box","size"]}]}`, true},
		{`{box{size{label} price}}`, `{"data":{"box":{"id":"1","size":null}}}`, true},
		{`{box{sides{label} glue}}`, `{"data":{"box":{"id":"1","sides":[null]}},"errors":[{"message":"no label","path":["box","sides",0,"label"]}]}`, false},
		{`{box{sides{label} glue}}`, `{"data":{"box":{"id":"1","sides":[null]}},"errors":[{"message":"no side","path":["box","sides",0]}]}`, true},
		{`{box{sides{label} glue}}`, `{"data":{"box":{"id":"1","sides":null}},"errors":[{"message":"no sides","path":["box","sides"]}]}`, true},
		{`{box{sides{label} price size{height}}}`, `{"data":{"box":{"id":"1","size":{"width":1,"height":2},"sides":[null]}},` +
			`"errors":[{"message":"no label","path":["box","sides",0,"label"]}]}`, true},
	} {
		asked := 0
		cfg := config.Default()
		r, err := router.New(&cfg, router.Options{Supergraph: composed.SupergraphSDL, Handlers: map[string]http.Handler{
			"sizes": http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				_, _ = io.WriteString(w, c.sizes)
			}),
			"prices": http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				asked++
				_, _ = io.WriteString(w, `{"data":{"_entities":[{"price":7,"glue":7}]}}`)
			}),
		}})
		if err != nil {
			t.Fatal(err)
		}
		body, _ := json.Marshal(map[string]string{"query": c.query})
		req := httptest.NewRequest(http.MethodPost, "/graphql", strings.NewReader(string(body)))
		req.Header.Set("Content-Type", "application/json")
		rec := httptest.NewRecorder()
		r.ServeHTTP(rec, req)
		r.Close()
		var a struct {
			Data   struct{ Box map[string]any }
			Errors []struct {
				Message string
				Path    []any
			}
		}
		if err := json.Unmarshal(rec.Body.Bytes(), &a); err != nil {
			t.Fatal(err)
		}
		name := "price"
		if strings.Contains(c.query, "glue") {
			name = "glue"
		}
		told := false
		for _, e := range a.Errors {
			told = told || len(e.Path) == 2 && e.Path[1] == name
		}
		if c.computed != (asked == 1) || c.computed != (a.Data.Box[name] == 7.0) || c.computed == told {
			t.Errorf("%s\n%s: asked %d times, %s", c.query, c.sizes, asked, rec.Body)
		}
	}
}

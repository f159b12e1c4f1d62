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

// TestNullsInKeysAreSent has keys that are null as a whole or in part. Which entity that is, if any, only the subgraph
// knows: here it answers with what it was asked for.
func TestNullsInKeysAreSent(t *testing.T) {
	const link = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.7", import: ["@key", "@shareable"])
`
	composed, problems := compose.Compose([]compose.Subgraph{
		{Name: "roots", URL: "http://roots", SDL: link + `type Query { flat: [Flat] lists: [Lists] single: [Single] }
type Flat @key(fields: "id zone") { id: ID! zone: String }
type Lists @key(fields: "id parts { id }") { id: ID! parts: [Part] }
type Part @shareable { id: ID }
type Single @key(fields: "id") { id: ID }`},
		{Name: "echo", URL: "http://echo", SDL: link + `
type Flat @key(fields: "id zone") { id: ID! zone: String seen: String }
type Lists @key(fields: "id parts { id }") { id: ID! parts: [Part] seen: String }
type Part @shareable { id: ID }
type Single @key(fields: "id") { id: ID seen: String }`},
	}, compose.Options{})
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	for _, c := range []struct{ field, value string }{
		{"flat { id zone seen }", `{"id":"1","zone":null}`},
		{"lists { id parts { id } seen }", `{"id":"2","parts":null}`},
		{"lists { id parts { id } seen }", `{"id":"3","parts":[null,{"id":"a"}]}`},
		{"lists { id parts { id } seen }", `{"id":"4","parts":[{"id":null}]}`},
		{"lists { id parts { id } seen }", `{"id":"5","parts":[]}`},
		{"single { id seen }", `{"id":null}`},
	} {
		name, _, _ := strings.Cut(c.field, " ")
		for _, cached := range []bool{false, true} {
			cfg := config.Default()
			cfg.Cache.Enabled = cached
			r, err := router.New(&cfg, router.Options{Supergraph: composed.SupergraphSDL, Handlers: map[string]http.Handler{
				"roots": http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
					_, _ = io.WriteString(w, `{"data":{"`+name+`":[`+c.value+`]}}`)
				}),
				"echo": http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
					var request struct {
						Variables map[string][]json.RawMessage
					}
					if err := json.NewDecoder(r.Body).Decode(&request); err != nil {
						t.Error(err)
					}
					w.Header().Set("Cache-Control", "public, max-age=60")
					for _, representations := range request.Variables {
						seen, _ := json.Marshal(string(representations[0]))
						_, _ = io.WriteString(w, `{"data":{"_entities":[{"seen":`+string(seen)+`}]}}`)
					}
				}),
			}})
			if err != nil {
				t.Fatal(err)
			}
			representation := `{"__typename":"` + strings.ToUpper(name[:1]) + name[1:] + `",` + c.value[1:]
			seen, _ := json.Marshal(representation)
			want := `{"data":{"` + name + `":[` + strings.TrimSuffix(c.value, "}") + `,"seen":` + string(seen) + `}]}}`
			for range 2 {
				body, _ := json.Marshal(map[string]string{"query": "{" + c.field + "}"})
				req := httptest.NewRequest(http.MethodPost, "/graphql", strings.NewReader(string(body)))
				req.Header.Set("Content-Type", "application/json")
				rec := httptest.NewRecorder()
				r.ServeHTTP(rec, req)
				if got := rec.Body.String(); got != want {
					t.Errorf("%s, cached %v: %s, want %s", c.field, cached, got, want)
				}
			}
			r.Close()
		}
	}
}

package router_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/weft-graphql/weft/router"
	"github.com/weft-graphql/weft/router/compose"
	"github.com/weft-graphql/weft/router/config"
	"github.com/weft-graphql/weft/router/modules"
	"github.com/weft-graphql/weft/router/modules/cors"
	"github.com/weft-graphql/weft/router/modules/headers"
	"github.com/weft-graphql/weft/router/modules/queryplan"
)

// TestAnswersToGETNameWhatTheyDependOn asks two subgraphs, of which one is declared to vary by a header, with and
// without an entity cache.
func TestAnswersToGETNameWhatTheyDependOn(t *testing.T) {
	said := map[string]http.Header{}
	handler := func(name, answer string) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			for key, values := range said[name] {
				w.Header()[key] = values
			}
			_, _ = io.WriteString(w, answer)
		})
	}
	composed, problems := compose.Compose([]compose.Subgraph{
		{Name: "plain", URL: "http://plain", SDL: "type Query { a: Int }"},
		{Name: "varied", URL: "http://varied", SDL: "type Query { b: Int }"},
	}, compose.Options{})
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	const public = "public, max-age=60"
	for _, c := range []struct {
		name, query    string
		cached         bool
		plain, varied  http.Header
		header         http.Header
		control, names string
	}{
		{name: "without a cache", query: "{ a }", names: "Origin, Accept, Accept-Language, Authorization, Cookie"},
		{name: "cached", query: "{ a }", cached: true, plain: http.Header{"Cache-Control": {public}}, control: public, names: "Origin, Accept"},
		{name: "declared", query: "{ a b }", cached: true, plain: http.Header{"Cache-Control": {public}}, varied: http.Header{"Cache-Control": {public}},
			control: public, names: "Origin, Accept, Accept-Language"},
		{name: "declared, and said", query: "{ b }", cached: true, varied: http.Header{"Cache-Control": {public}, "Vary": {"accept-language, Accept-Encoding"}},
			control: public, names: "Origin, Accept, Accept-Language"},
		{name: "said, in two lines", query: "{ a }", cached: true, plain: http.Header{"Cache-Control": {public}, "Vary": {"X-Foo", "x-bar"}},
			control: public, names: "Origin, Accept, X-Bar, X-Foo"},
		{name: "said of what it gets, in two lines", query: "{ a }", cached: true, plain: http.Header{"Cache-Control": {public}, "Vary": {"X-Foo", "accept-language", "Authorization"}},
			control: public, names: "Origin, Accept, Accept-Language, Authorization, X-Foo"},
		{name: "without a word about callers with credentials", query: "{ a }", cached: true, plain: http.Header{"Cache-Control": {"max-age=60"}},
			control: public, names: "Origin, Accept, Authorization"},
		{name: "anything", query: "{ a }", cached: true, plain: http.Header{"Cache-Control": {public}, "Vary": {"*"}}, control: "no-store"},
		{name: "anything, in a second line", query: "{ a }", cached: true, plain: http.Header{"Cache-Control": {public}, "Vary": {"Accept", "*"}}, control: "no-store"},
		{name: "private", query: "{ a }", cached: true, plain: http.Header{"Cache-Control": {"private, max-age=60"}}, control: "private, max-age=60",
			names: "Origin, Accept, Accept-Language, Authorization, Cookie"},
		{name: "with its plan", query: "{ a }", cached: true, plain: http.Header{"Cache-Control": {public}}, header: http.Header{"Weft-Query-Plan": {"true"}}, control: "no-store"},
		{name: "with its plan, without a cache", query: "{ a }", header: http.Header{"Weft-Query-Plan": {"true"}}, control: "no-store"},
	} {
		cfg := config.Default()
		cfg.Cache.Enabled = c.cached
		cfg.Cache.Subgraphs = map[string]config.CacheSubgraph{"varied": {Vary: []string{"Accept-Language"}}}
		modules.In[*headers.Headers](&cfg, headers.Info).All.Forward = []string{"Accept-Language", "Authorization"}
		modules.In[*cors.CORS](&cfg, cors.Info).Origins = []string{"https://shop.example"}
		modules.In[*queryplan.QueryPlan](&cfg, queryplan.Info).Expose = true
		said["plain"], said["varied"] = c.plain, c.varied
		r, err := router.New(&cfg, router.Options{Supergraph: composed.SupergraphSDL, Handlers: map[string]http.Handler{
			"plain": handler("plain", `{"data":{"a":1}}`), "varied": handler("varied", `{"data":{"b":1}}`),
		}})
		if err != nil {
			t.Fatal(err)
		}
		// Again from the cache.
		for _, time := range []string{"first", "second"} {
			req := httptest.NewRequest(http.MethodGet, "/graphql?query="+strings.ReplaceAll(c.query, " ", "%20"), nil)
			for name, values := range c.header {
				req.Header[name] = values
			}
			rec := httptest.NewRecorder()
			r.ServeHTTP(rec, req)
			// A second may have passed since it was stored.
			if got := rec.Header().Get("Cache-Control"); strings.Replace(got, "=59", "=60", 1) != c.control {
				t.Errorf("%s, %s time: Cache-Control %q, want %q", c.name, time, got, c.control)
			}
			got := strings.Join(rec.Header()["Vary"], ", ")
			if got != c.names && c.names != "" || rec.Code != http.StatusOK {
				t.Errorf("%s, %s time: status %d, Vary %q, want %q", c.name, time, rec.Code, got, c.names)
			}
		}
		r.Close()
	}
}

package standalone

import (
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/weft-graphql/weft/router"
	"github.com/weft-graphql/weft/router/config"
	"github.com/weft-graphql/weft/router/modules"
	"github.com/weft-graphql/weft/router/modules/moduletest"
)

// several are the graphs of a process: the first has a field first, those beside it a path and a host.
type several struct {
	*testing.T
	dir    string
	graphs *graphs
	// asked counts what the subgraph was asked.
	asked *int
}

func newSeveral(t *testing.T) *several {
	s := &several{T: t, dir: t.TempDir(), asked: new(int)}
	subgraph := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		*s.asked++
		body, _ := io.ReadAll(r.Body)
		_, _ = io.WriteString(w, `{"data":{"`+strings.FieldsFunc(string(body), func(c rune) bool { return c == '{' || c == '}' })[1]+`":1}}`)
	}))
	t.Cleanup(subgraph.Close)
	for _, name := range []string{"first", "inventory", "reports"} {
		sdl := moduletest.Supergraph(t, map[string]string{"a": "type Query { " + name + ": Int }"})
		s.write(name+".graphql", strings.ReplaceAll(sdl, "http://a.invalid/graphql", subgraph.URL))
	}
	s.settings("inventory", "graphql: {path: /inventory/graphql}\nlimits: {aliases: 1}\ncache: {enabled: true, ttl: 1m}")
	s.settings("reports", "")
	s.settings("first", `
admin: {listen: "127.0.0.1:1", token: "0123456789abcdef"}
graphs:
  - {name: inventory, path: /inventory, config: `+filepath.Join(s.dir, "inventory.yaml")+`}
  - {name: reports, host: reports.example.com, config: `+filepath.Join(s.dir, "reports.yaml")+`}`)
	if err := s.open(); err != nil {
		t.Fatal(err)
	}
	return s
}

func (s *several) write(name, text string) {
	s.Helper()
	if err := os.WriteFile(filepath.Join(s.dir, name), []byte(text), 0o600); err != nil {
		s.Fatal(err)
	}
}

func (s *several) settings(name, more string) {
	s.Helper()
	s.write(name+".yaml", "supergraph: {path: "+filepath.Join(s.dir, name+".graphql")+"}\n"+more)
}

func (s *several) open() error {
	cfg, err := config.Load(ConfigSource(filepath.Join(s.dir, "first.yaml"), modules.List(), nil))
	if err != nil {
		return err
	}
	logger := slog.New(slog.DiscardHandler)
	main, err := router.New(cfg, router.Options{Logger: logger})
	if err != nil {
		return err
	}
	s.Cleanup(main.Close)
	if s.graphs, err = openGraphs(main, cfg, modules.List(), logger); err != nil {
		return err
	}
	s.Cleanup(s.graphs.close)
	return nil
}

func (s *several) ask(address, query string) string {
	req := httptest.NewRequest(http.MethodPost, "http://"+address, strings.NewReader(`{"query":"`+query+`"}`))
	req.Header.Set("Content-Type", "application/json")
	rec := httptest.NewRecorder()
	s.graphs.handler().ServeHTTP(rec, req)
	return rec.Body.String()
}

func (s *several) admin(path, token string) (int, string) {
	req := httptest.NewRequest(http.MethodGet, path, nil)
	req.Header.Set("Authorization", "Bearer "+token)
	rec := httptest.NewRecorder()
	s.graphs.admin().ServeHTTP(rec, req)
	return rec.Code, rec.Body.String()
}

// TestSeveralGraphs asks each for its own field, and for the others'.
func TestSeveralGraphs(t *testing.T) {
	s := newSeveral(t)
	at := map[string]string{
		"first": "a.example.com/graphql", "inventory": "a.example.com/inventory/graphql", "reports": "Reports.example.com:4000/graphql",
	}
	for name, address := range at {
		for field := range at {
			got := s.ask(address, "{"+field+"}")
			if fits := got == `{"data":{"`+field+`":1}}`; fits != (field == name) {
				t.Errorf("the field %s at the graph %s: %s", field, name, got)
			}
		}
	}
	if got := s.ask("a.example.com/inventoryx/graphql", "{inventory}"); strings.Contains(got, `"data":{"inventory"`) {
		t.Errorf("a path that only begins alike: %s", got)
	}
}

// TestGraphsDoNotMix has limits, caches and metrics of one graph tell nothing of another.
func TestGraphsDoNotMix(t *testing.T) {
	s := newSeveral(t)
	for range 3 {
		s.ask("a/graphql", "{first}")
		s.ask("a/inventory/graphql", "{inventory}")
	}
	if *s.asked != 3+1 {
		t.Errorf("the subgraph was asked %d times: one graph has a cache, and the other has not", *s.asked)
	}
	if got := s.ask("a/inventory/graphql", "{a:inventory b:inventory}"); !strings.Contains(got, "MAX_ALIASES_LIMIT") {
		t.Errorf("the limit of a graph: %s", got)
	}
	if got := s.ask("a/graphql", "{a:first b:first}"); strings.Contains(got, "MAX_ALIASES_LIMIT") {
		t.Errorf("another graph's limit: %s", got)
	}
	const token = "0123456789abcdef"
	_, first := s.admin("/metrics", token)
	_, inventory := s.admin("/graphs/inventory/metrics", token)
	_, reports := s.admin("/graphs/reports/metrics", token)
	const executed, refused = `weft_requests_total{kind="query",status="200"} `, `weft_refused_total{code="MAX_ALIASES_LIMIT"} 1`
	if !strings.Contains(first, executed+"4") || strings.Contains(first, refused) || strings.Contains(first, "weft_entity_cache") {
		t.Errorf("the first graph's metrics:\n%s", first)
	}
	if !strings.Contains(inventory, executed+"3") || !strings.Contains(inventory, refused) {
		t.Errorf("the metrics of inventory:\n%s", inventory)
	}
	if !strings.Contains(reports, executed+"0") || strings.Contains(reports, refused) {
		t.Errorf("the metrics of reports:\n%s", reports)
	}
	for _, path := range []string{"/supergraph", "/graphs/inventory/supergraph"} {
		if status, _ := s.admin(path, "wrong"); status != http.StatusUnauthorized {
			t.Errorf("%s without the token: %d", path, status)
		}
	}
	if _, sdl := s.admin("/graphs/inventory/supergraph", token); !strings.Contains(sdl, "inventory: Int") {
		t.Error("a graph's supergraph is another one's")
	}
}

// TestAGraphIsReloadedAlone changes the settings of one graph; then they have mistakes.
func TestAGraphIsReloadedAlone(t *testing.T) {
	s := newSeveral(t)
	inventory := s.graphs.others[0]
	const two = "{a:inventory b:inventory}"
	s.settings("inventory", "graphql: {path: /inventory/graphql}")
	inventory.reloads.reload("a test")
	if got := s.ask("a/inventory/graphql", two); strings.Contains(got, "MAX_ALIASES_LIMIT") {
		t.Errorf("the changed settings are not in use: %s", got)
	}
	for _, wrong := range []string{"graphql: {path: /graphql}", "graphs: [{name: x, path: /x, config: y}]", "limits: {aliases: nonsense}"} {
		s.settings("inventory", wrong)
		inventory.reloads.reload("a test")
		if got := s.ask("a/inventory/graphql", two); strings.Contains(got, "MAX_ALIASES_LIMIT") {
			t.Errorf("%s: the settings from before do not go on: %s", wrong, got)
		}
	}
	if got := s.ask("a/graphql", "{first}"); got != `{"data":{"first":1}}` {
		t.Errorf("another graph: %s", got)
	}
}

func TestGraphsThatCannotBeServed(t *testing.T) {
	s := newSeveral(t)
	redis := "cache: {enabled: true, redis: {addresses: ['127.0.0.1:1']}}\n"
	entry := func(text string) string { return "graphs: [{" + text + "}]" }
	reports := "config: " + filepath.Join(s.dir, "reports.yaml")
	for name, c := range map[string]struct{ first, reports, want string }{
		"no such file":       {entry("name: r, path: /r, config: /nowhere.yaml"), "", "the graph r: the configuration cannot be read"},
		"another path":       {entry("name: r, path: /r, " + reports), "", "graphql.path is /graphql; it must begin with /r"},
		"graphs in graphs":   {entry("name: r, host: r, " + reports), "graphs: [{name: x, host: x, config: y}]", "list all of them there"},
		"one cache":          {redis + entry("name: r, host: r, "+reports), redis, "has its cache in the same Redis as the first graph"},
		"neither":            {entry("name: r, " + reports), "", "graphs.0: has neither path nor host"},
		"a name":             {entry("name: 'a b', host: r, " + reports), "", "graphs.0.name: \"a b\" is not possible"},
		"a host with a port": {entry("name: r, host: 'r:80', " + reports), "", "graphs.0.host"},
		"no config":          {entry("name: r, host: r"), "", "graphs.0.config: is missing"},
	} {
		s.settings("first", c.first)
		s.settings("reports", c.reports)
		if err := s.open(); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %s", name, err, c.want)
		}
	}
}

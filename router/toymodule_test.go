package router_test

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/vektah/gqlparser/v2/gqlerror"

	"github.com/weft-graphql/weft/router"
	"github.com/weft-graphql/weft/router/caller"
	"github.com/weft-graphql/weft/router/compose"
	"github.com/weft-graphql/weft/router/config"
	"github.com/weft-graphql/weft/router/module"
	"github.com/weft-graphql/weft/router/modules"
	"github.com/weft-graphql/weft/router/operation"
	"github.com/weft-graphql/weft/router/server"
	"github.com/weft-graphql/weft/router/supergraph"
	"github.com/weft-graphql/weft/router/upstream"
)

// toy counts the headers of requests, and uses every hook there is while it does so.
type toy struct {
	// Name of the header in which subgraphs are told the count.
	Header string `yaml:"header"`

	seen      *toyCounts
	slot      module.Slot
	requested caller.LabelRef
	beta      caller.HeaderRef
}

// toyCounts outlive generations.
type toyCounts struct {
	handled, began, ended, fetched, answered, called, cleaned, released atomic.Int64
}

func toyInfo(counts *toyCounts) module.Info {
	return module.Info{
		Name:   "toy",
		New:    func() module.Module { return &toy{seen: counts} },
		Source: "package router_test\n// toy counts headers.\ntype toy struct {\n// Name of the header.\nHeader string `yaml:\"header\"`\n}",
	}
}

func (m *toy) Check(report func(key, format string, args ...any)) {
	if strings.Contains(m.Header, " ") {
		report("header", "%q has a blank in it", m.Header)
	}
}

func (m *toy) Enabled() bool { return m.Header != "" }

func (m *toy) Provision(host module.Host) error {
	m.slot = host.Slot()
	m.requested, m.beta = host.VariesBy().Label("count"), host.VariesBy().Header("X-Beta")
	_, err := host.Shared("counts", func() (any, func(), error) { return m.seen, func() { m.seen.released.Add(1) }, nil })
	host.HandleAdmin("GET /toy", http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprintln(w, host.State().InFlight, host.Supergraph().Subgraphs[0].Name)
	}))
	return err
}

func (m *toy) Cleanup() { m.seen.cleaned.Add(1) }

func (m *toy) WrapHandler(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		m.seen.handled.Add(1)
		next.ServeHTTP(w, r)
	})
}

func (m *toy) ResolveDocument(_ context.Context, request *server.Request) *server.Refusal {
	switch string(request.Query) {
	case "#known":
		request.Query = []byte("{person(id:1){name}}")
	case "#unknown":
		return &server.Refusal{Outcome: server.Rejected, Message: "There is no such document.", Code: "TOY_UNKNOWN"}
	}
	return nil
}

func (m *toy) Identify(_ context.Context, request *server.Request, who *caller.Caller) *server.Refusal {
	if request.Header.Get("X-Liar") != "" {
		return &server.Refusal{Outcome: server.Unauthenticated, Message: "That is not you.", Code: "TOY_LIAR"}
	}
	who.Subject = request.Header.Get("X-User")
	who.Labels = map[string]string{"count": fmt.Sprint(len(request.Header))}
	return nil
}

func (m *toy) CompileDocument(prepared *operation.Prepared) (any, gqlerror.List) {
	if prepared.Name == "Forbidden" {
		return nil, gqlerror.List{gqlerror.Errorf("The toy does not like the name %s.", prepared.Name)}
	}
	return "compiled " + prepared.Name, nil
}

func (m *toy) Admit(_ context.Context, op *module.Operation) *server.Refusal {
	if op.Values.Caller().Subject == "mallory" {
		return &server.Refusal{Outcome: server.Forbidden, Message: "Not for you.", Code: "TOY_FORBIDDEN"}
	}
	return nil
}

func (m *toy) Decide(op *module.Operation, label string) (on, known bool) {
	return len(op.Values.Header(m.beta)) > 0, label == "beta"
}

func (m *toy) SubgraphHeaders(s *supergraph.Subgraph) func(*caller.Values, []upstream.Header) []upstream.Header {
	if s.Name != "names" {
		return nil
	}
	return func(values *caller.Values, headers []upstream.Header) []upstream.Header {
		count, _ := values.Label(m.requested)
		return append(headers, upstream.Header{Name: m.Header, Value: count})
	}
}

type toyClient struct {
	upstream.Subgraph
	seen *toyCounts
}

func (c toyClient) Do(ctx context.Context, req *upstream.Request, resp *upstream.Response) error {
	c.seen.called.Add(1)
	return c.Subgraph.Do(ctx, req, resp)
}

func (m *toy) WrapSubgraph(_ *supergraph.Subgraph, next upstream.Subgraph) upstream.Subgraph {
	return toyClient{next, m.seen}
}

func (m *toy) Traces(op *module.Operation) bool { return op.Request.Header.Get("X-Trace") != "" }

func (m *toy) Answer(op *module.Operation, answer *module.Answer) {
	m.seen.answered.Add(1)
	answer.AddHeader("X-Toy", fmt.Sprint(*op.Slot(m.slot), ", ", op.Compiled(m.slot)))
	answer.AddExtension("toy", fmt.Appendf(nil, `{"errors":%d,"traced":%d}`, answer.Errors, len(answer.Trace)))
}

func (m *toy) OperationBegan(ctx context.Context, op *module.Operation) context.Context {
	m.seen.began.Add(1)
	*op.Slot(m.slot) = "mine"
	return ctx
}

func (m *toy) OperationEnded(context.Context, *module.Operation, *server.Response) {
	m.seen.ended.Add(1)
}

func (m *toy) FetchEnded(_ *module.Operation, fetch module.Fetch) {
	if fetch.Request != nil && fetch.Trace.Duration > 0 {
		m.seen.fetched.Add(1)
	}
}

func (m *toy) RequestEnded(o *server.Observation) {
	if o.Status == http.StatusOK {
		m.seen.handled.Add(1000)
	}
}

// Every hook, so that a new one is missed here.
var _ interface {
	module.Module
	module.Cleaner
	module.Checker
	module.Handler
	module.DocumentResolver
	module.Identifier
	module.DocumentCompiler
	module.Admitter
	module.Conditions
	module.SubgraphHeaders
	module.SubgraphClient
	module.Tracer
	module.Answerer
	module.OperationObserver
	module.FetchObserver
	module.RequestObserver
} = (*toy)(nil)

// toyGraph is the graph of these tests with a nickname that moves from one subgraph to the other.
func toyGraph(t *testing.T) string {
	t.Helper()
	const link = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.7", import: ["@key", "@override"]) `
	result, errs := compose.Compose([]compose.Subgraph{
		{Name: "names", URL: "http://names.invalid", SDL: link + `type Query { person(id: ID!): Person }
			type Person @key(fields: "id") { id: ID! name: String nick: String @override(from: "ages", label: "beta") }`},
		{Name: "ages", URL: "http://ages.invalid", SDL: link + `type Person @key(fields: "id") { id: ID! age: Int nick: String }`},
	}, compose.Options{})
	if len(errs) > 0 {
		t.Fatal(errs)
	}
	return result.SupergraphSDL
}

// newToyFixture serves with the toy in the list of modules and its section in a file: one folder and one line.
func newToyFixture(t *testing.T, settings string) (*fixture, *toyCounts) {
	t.Helper()
	counts := &toyCounts{}
	list := append(modules.List(), toyInfo(counts))
	file := filepath.Join(t.TempDir(), "weft.yaml")
	if err := os.WriteFile(file, []byte("supergraph: {path: in memory}\nadmin: {listen: '127.0.0.1:0'}\n"+settings), 0o600); err != nil {
		t.Fatal(err)
	}
	cfg, err := config.Load(config.Source{File: file, Environ: []string{}, Sections: modules.Sections(list)})
	if err != nil {
		t.Fatal(err)
	}
	f := &fixture{
		names: &subgraph{answers: map[string]string{
			"{person(id:1){name}}": `{"data":{"person":{"name":"Ada"}}}`,
			"{person(id:1){nick}}": `{"data":{"person":{"nick":"new"}}}`,
			"{person(id:1){id":     `{"data":{"person":{"id":"1"}}}`,
		}},
		ages: &subgraph{answers: map[string]string{"_entities": `{"data":{"_entities":[{"nick":"old"}]}}`}},
	}
	if f.router, err = router.New(cfg, router.Options{
		Supergraph: toyGraph(t), Modules: list, Logger: slog.New(slog.DiscardHandler),
		Handlers: map[string]http.Handler{"names": f.names, "ages": f.ages},
	}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(f.router.Close)
	return f, counts
}

func TestAModuleUsesEveryHook(t *testing.T) {
	f, seen := newToyFixture(t, "toy: {header: X-Count}\n")
	for query, want := range map[string]string{
		"#known":                              `{"data":{"person":{"name":"Ada"}},"extensions":{"toy":{"errors":0,"traced":0}}}`,
		"#unknown":                            `"TOY_UNKNOWN"`,
		"query Forbidden{person(id:1){name}}": `The toy does not like the name Forbidden.`,
	} {
		if _, body := f.ask(t, query); !strings.Contains(body, want) {
			t.Errorf("%s:\n got %s\nwant %s", query, body, want)
		}
	}
	if got := f.names.lastHeader("X-Count"); got != "1" {
		t.Errorf("the subgraph is told of %q headers", got)
	}
	for _, c := range []struct {
		header []string
		status int
		want   string
	}{
		{[]string{"X-Liar", "yes"}, http.StatusUnauthorized, "TOY_LIAR"},
		{[]string{"X-User", "mallory"}, http.StatusForbidden, "TOY_FORBIDDEN"},
		{[]string{"X-Beta", "yes"}, http.StatusOK, `"nick":"new"`},
		{nil, http.StatusOK, `"nick":"old"`},
		{[]string{"X-Trace", "yes"}, http.StatusOK, `"traced":2`},
	} {
		if status, body := f.ask(t, "{person(id:1){nick}}", c.header...); status != c.status || !strings.Contains(body, c.want) {
			t.Errorf("%v: %d %s", c.header, status, body)
		}
	}
	r := httptest.NewRequest(http.MethodPost, "/graphql", strings.NewReader(`{"query":"query N{person(id:1){name}}"}`))
	r.Header.Set("Content-Type", "application/json")
	rec := httptest.NewRecorder()
	f.router.ServeHTTP(rec, r)
	if got := rec.Header().Get("X-Toy"); got != "mine, compiled N" {
		t.Errorf("X-Toy: %q", got)
	}
	rec = httptest.NewRecorder()
	f.router.Admin().ServeHTTP(rec, httptest.NewRequest(http.MethodGet, "/toy", nil))
	if rec.Body.String() != "0 ages\n" && rec.Body.String() != "0 names\n" {
		t.Errorf("/toy: %s", rec.Body)
	}
	got := [6]int64{seen.handled.Load(), seen.began.Load(), seen.ended.Load(), seen.fetched.Load(), seen.answered.Load(), seen.called.Load()}
	if want := [6]int64{7009, 9, 9, 7, 5, 7}; got != want {
		t.Errorf("handled, began, ended, fetched, answered, called: %v, want %v", got, want)
	}
	f.router.Close()
	if seen.cleaned.Load() != 1 || seen.released.Load() != 1 {
		t.Errorf("cleaned up %d times, released %d times", seen.cleaned.Load(), seen.released.Load())
	}
}

func TestAModuleThatIsNotConfiguredIsNotThere(t *testing.T) {
	f, seen := newToyFixture(t, "")
	if _, body := f.ask(t, "{person(id:1){name}}"); body != `{"data":{"person":{"name":"Ada"}}}` || seen.handled.Load() != 0 {
		t.Errorf("handled %d: %s", seen.handled.Load(), body)
	}
}

func TestModulesCheckTheirSections(t *testing.T) {
	file := filepath.Join(t.TempDir(), "weft.yaml")
	text := "supergraph: {path: a}\ntoy:\n  header: X Count\n"
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	list := []module.Info{toyInfo(&toyCounts{})}
	_, err := config.Load(config.Source{File: file, Environ: []string{}, Sections: modules.Sections(list)})
	if want := `weft.yaml:3:11: toy.header: "X Count" has a blank in it`; err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("got  %v\nwant %s", err, want)
	}
	if example := config.Example(modules.Sections(list)); !strings.Contains(example, "# toy counts headers.\n#toy:\n  # Name of the header.\n#  header: \"\"\n") {
		t.Errorf("the example:\n%s", example)
	}
}

// silent computes headers without having said what from.
type silent struct{ toyHeaders }

type toyHeaders struct{}

func (toyHeaders) SubgraphHeaders(*supergraph.Subgraph) func(*caller.Values, []upstream.Header) []upstream.Header {
	return nil
}

func (silent) Enabled() bool               { return true }
func (silent) Provision(module.Host) error { return nil }

func TestAModuleMustSayWhatItReads(t *testing.T) {
	cfg := config.Default()
	_, err := router.New(&cfg, router.Options{
		Supergraph: supergraphOf(t, namesSDL), Logger: slog.New(slog.DiscardHandler),
		Modules: []module.Info{{Name: "silent", New: func() module.Module { return &silent{} }}},
	})
	if err == nil || !strings.Contains(err.Error(), "the module silent computes something of requests") {
		t.Errorf("got %v", err)
	}
}

package server

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"

	"github.com/weft-graphql/weft/router/server/graphiql"
)

// echo is an engine that validates documents against a small schema and answers with what it was sent.
type echo struct{ schema *ast.Schema }

func newEcho() echo {
	return echo{gqlparser.MustLoadSchema(&ast.Source{Input: "type Query { a(n: Int): String } type Mutation { b: String }"})}
}

func (e echo) Execute(_ context.Context, req *Request, resp *Response) {
	if len(req.Query) == 0 {
		// What the router's engine says when no module knows documents.
		resp.Body = append(resp.Body, `{"errors":[{"extensions":{"code":"PERSISTED_QUERY_NOT_SUPPORTED"}}]}`...)
		resp.Operation.Errors = 1
		return
	}
	doc, errs := gqlparser.LoadQueryWithRules(e.schema, string(req.Query), nil)
	if errs != nil {
		resp.Outcome = Rejected
		resp.Body = append(resp.Body, `{"errors":[{"message":"bad document"}]}`...)
		return
	}
	op := doc.Operations.ForName(string(req.OperationName))
	if op == nil {
		panic("no such operation")
	}
	if req.QueryOnly && op.Operation != ast.Query {
		resp.Outcome = NotAQuery
		resp.Body = append(resp.Body, `{"errors":[{"message":"only queries over GET"}]}`...)
		return
	}
	resp.Operation = OperationInfo{Name: op.Name, Kind: string(op.Operation)}
	out, err := json.Marshal(map[string]any{"data": map[string]any{
		"name": string(req.OperationName), "variables": string(req.Variables), "extensions": string(req.Extensions),
		"plan": req.ShowPlan,
	}})
	if err != nil {
		panic(err)
	}
	resp.Body = append(resp.Body, out...)
}

func newTestHandler(t testing.TB, change func(*Options)) *Handler {
	t.Helper()
	opts := Options{Engine: newEcho(), Logger: slog.New(slog.DiscardHandler)}
	if change != nil {
		change(&opts)
	}
	h, err := NewHandler(opts)
	if err != nil {
		t.Fatal(err)
	}
	return h
}

// exchangeTest is a request and what must come back.
type exchangeTest struct {
	name    string
	method  string // POST when empty
	target  string // /graphql when empty
	header  map[string]string
	body    string
	status  int
	content string // the Content-Type's media type; not checked when empty
	has     string // a part of the body
}

func (e exchangeTest) run(t *testing.T, h http.Handler) *http.Response {
	t.Helper()
	if e.method == "" {
		e.method = http.MethodPost
	}
	if e.target == "" {
		e.target = "/graphql"
	}
	r := httptest.NewRequest(e.method, e.target, strings.NewReader(e.body))
	if e.method == http.MethodPost {
		r.Header.Set("Content-Type", "application/json")
	}
	for name, value := range e.header {
		if value == "" {
			r.Header.Del(name)
		} else {
			r.Header.Set(name, value)
		}
	}
	rec := httptest.NewRecorder()
	h.ServeHTTP(rec, r)
	if rec.Code != e.status {
		t.Errorf("%s: status %d, want %d; body %s", e.name, rec.Code, e.status, rec.Body)
	}
	if got, _, _ := strings.Cut(rec.Header().Get("Content-Type"), ";"); e.content != "" && got != e.content {
		t.Errorf("%s: Content-Type %q, want %q", e.name, got, e.content)
	}
	if !strings.Contains(rec.Body.String(), e.has) {
		t.Errorf("%s: body %s, want %q in it", e.name, rec.Body, e.has)
	}
	return rec.Result()
}

const (
	plainJSON = "application/json"
	newJSON   = "application/graphql-response+json"
)

func TestGraphQLOverHTTP(t *testing.T) { everywhere(t, testGraphQLOverHTTP) }

func testGraphQLOverHTTP(t *testing.T, through through) {
	handler := newTestHandler(t, nil)
	h := through(t, handler)
	accept := func(v string) map[string]string { return map[string]string{"Accept": v} }
	content := func(v string) map[string]string { return map[string]string{"Content-Type": v} }
	get := func(params ...string) string {
		v := url.Values{}
		for i := 0; i < len(params); i += 2 {
			v.Set(params[i], params[i+1])
		}
		return "/graphql?" + v.Encode()
	}
	q := `{"query":"{a}"}`
	for _, test := range []exchangeTest{
		{name: "plain post", body: q, status: 200, content: plainJSON, has: `"data"`},
		{name: "any accepted", header: accept("*/*"), body: q, status: 200, content: plainJSON},
		{name: "new type", header: accept(newJSON), body: q, status: 200, content: newJSON},
		{name: "both types", header: accept(newJSON + ", application/json;q=0.9"), body: q, status: 200, content: newJSON},
		{name: "both types, old preferred", header: accept(newJSON + ";q=0.5, application/json"), body: q, status: 200, content: plainJSON},
		{name: "GraphiQL's accept", header: accept("application/json, multipart/mixed"), body: q, status: 200, content: plainJSON},
		{name: "browser's accept", header: accept("text/html,application/xml;q=0.9,*/*;q=0.8"), body: q, status: 200, content: plainJSON},
		{name: "excluded", header: accept("application/json;q=0, */*"), body: q, status: 200, content: newJSON},
		{name: "not acceptable", header: accept("text/plain"), body: q, status: 406, has: CodeNotAcceptable},
		{name: "other charset accepted", header: accept("application/json; charset=iso-8859-1"), body: q, status: 406},
		{name: "invalid, old type", body: `{"query":"{"}`, status: 200, content: plainJSON, has: "errors"},
		{name: "invalid, new type", header: accept(newJSON), body: `{"query":"{nope}"}`, status: 400, content: newJSON, has: "errors"},
		{name: "no query", body: `{}`, status: 400, has: CodeBadRequest},
		{name: "null query", body: `{"query":null}`, status: 400, has: CodeBadRequest},
		{name: "persisted", body: `{"extensions":{"persistedQuery":{"version":1,"sha256Hash":"00"}}}`, status: 200, has: CodePersistedQuery},
		{name: "not JSON", body: `{query}`, status: 400, has: "not valid JSON"},
		{name: "not an object", body: `"{a}"`, status: 400, has: "must be a JSON object"},
		{name: "empty", body: ``, status: 400, has: "ends too early"},
		{name: "wrong variables", body: `{"query":"{a}","variables":[1]}`, status: 400, has: "variables"},
		{name: "no content type", header: content(""), body: q, status: 415, has: CodeMediaType},
		{name: "text", header: content("text/plain"), body: q, status: 415, has: CodeMediaType},
		{name: "form", header: content("application/x-www-form-urlencoded"), body: "query={a}", status: 415},
		{name: "charset", header: content("Application/JSON; Charset=\"UTF-8\""), body: q, status: 200},
		{name: "other charset", header: content("application/json; charset=utf-16"), body: q, status: 415},
		{name: "compressed", header: map[string]string{"Content-Encoding": "gzip"}, body: q, status: 415},
		{name: "too large", body: `{"query":"` + strings.Repeat(" ", 1<<20) + `{a}"}`, status: 413, has: CodeTooLarge},
		{name: "batch", body: `[` + q + `]`, status: 400, has: CodeBatching},
		{name: "everything arrives", body: `{"query":"query N{a}","operationName":"N","variables":{"x":1},"extensions":{"y":2}}`,
			status: 200, has: `{"data":{"extensions":"{\"y\":2}","name":"N","plan":false,"variables":"{\"x\":1}"}}`},
		{name: "plan asked for", header: map[string]string{"Weft-Query-Plan": "true"}, body: q, status: 200, has: `"plan":true`},
		{name: "get", method: "GET", target: get("query", "{a}", "variables", `{"x":1}`, "extensions", `{"y":2}`, "operationName", ""),
			status: 200, has: `"variables":"{\"x\":1}"`},
		{name: "get with null variables", method: "GET", target: get("query", "{a}", "variables", "null"), status: 200},
		{name: "get with bad variables", method: "GET", target: get("query", "{a}", "variables", "[1]"), status: 400},
		{name: "get with broken variables", method: "GET", target: get("query", "{a}", "variables", `{"a":1}x`), status: 400},
		{name: "get of what is not UTF-8", method: "GET", target: get("query", "{a(b:\"\xff\")}"), status: 400, has: "The query parameter is not valid UTF-8."},
		{name: "get with variables that are not UTF-8", method: "GET", target: get("query", "{a}", "variables", "{\"x\":\"\xff\"}"), status: 400, has: "The variables parameter is not valid UTF-8."},
		{name: "get without query", method: "GET", status: 400, has: CodeBadRequest},
		{name: "get of a mutation", method: "GET", target: get("query", "mutation{b}"), status: 405},
		{name: "head", method: "HEAD", target: get("query", "{a}"), status: 200},
		{name: "put", method: "PUT", body: q, status: 405, has: CodeMethodNotAllowed},
		{name: "options", method: "OPTIONS", status: 204},
		{name: "other path", target: "/other", body: q, status: 404, has: "/graphql"},
		{name: "panic", body: `{"query":"{a}","operationName":"None"}`, status: 500, has: CodeInternal},
		{name: "after the panic", body: q, status: 200},
	} {
		test.run(t, h)
	}
	allow := exchangeTest{name: "allow", method: "PUT", status: 405}.run(t, h).Header.Get("Allow")
	if allow != allowedMethods {
		t.Errorf("Allow after PUT = %q", allow)
	}
	allow = exchangeTest{name: "allow", method: "GET", target: get("query", "mutation{b}"), status: 405}.run(t, h).Header.Get("Allow")
	if allow != "POST" {
		t.Errorf("Allow after a mutation over GET = %q", allow)
	}
	if handler.InFlight() != 0 {
		t.Errorf("%d requests are still in progress", handler.InFlight())
	}
}

func TestBatches(t *testing.T) { everywhere(t, testBatches) }

func testBatches(t *testing.T, through through) {
	h := through(t, newTestHandler(t, func(o *Options) { o.MaxBatch = 3 }))
	for _, test := range []exchangeTest{
		{name: "two", body: ` [ {"query":"{a}","variables":{"i":1}} , {"query":"nope"} ] `, status: 200,
			has: `"variables":"{\"i\":1}"}},{"errors":[{"message":"bad document"}]}]`},
		{name: "empty", body: `[]`, status: 400, has: "empty"},
		{name: "too many", body: `[{"query":"{a}"},{"query":"{a}"},{"query":"{a}"},{"query":"{a}"}]`, status: 400, has: CodeBatchTooLarge},
		{name: "not requests", body: `[1]`, status: 400, has: "JSON object"},
		{name: "unfinished", body: `[{"query":"{a}"}`, status: 400, has: "ends too early"},
		{name: "trailing comma", body: `[{"query":"{a}"},]`, status: 400},
		{name: "something after", body: `[{"query":"{a}"}] 1`, status: 400, has: "follows"},
		{name: "panic in one", body: `[{"query":"{a}"},{"query":"{a}","operationName":"None"}]`, status: 500, has: CodeInternal},
		{name: "one without query", body: `[{"query":"{a}"},{}]`, status: 200, has: CodeBadRequest},
	} {
		test.run(t, h)
	}
}

func TestGETCanRequireAHeader(t *testing.T) { everywhere(t, testGETCanRequireAHeader) }

func testGETCanRequireAHeader(t *testing.T, through through) {
	h := through(t, newTestHandler(t, func(o *Options) { o.RequireHeaders = []string{"Weft-Preflight", "X-Other"} }))
	exchangeTest{name: "without", method: "GET", target: "/graphql?query={a}", status: 403, has: "Weft-Preflight"}.run(t, h)
	exchangeTest{name: "with", method: "GET", target: "/graphql?query={a}", header: map[string]string{"x-other": "1"}, status: 200}.run(t, h)
	exchangeTest{name: "post", body: `{"query":"{a}"}`, status: 200}.run(t, h)
}

// gate is an engine that waits.
type gate struct{ entered, leave chan struct{} }

func (g gate) Execute(context.Context, *Request, *Response) {
	g.entered <- struct{}{}
	<-g.leave
}

func TestConcurrentRequestsAreBounded(t *testing.T) {
	g := gate{make(chan struct{}), make(chan struct{})}
	h := newTestHandler(t, func(o *Options) { o.Engine, o.MaxConcurrent = g, 1 })
	done := make(chan struct{})
	go func() {
		defer close(done)
		r := httptest.NewRequest("POST", "/graphql", strings.NewReader(`{"query":"{a}"}`))
		r.Header.Set("Content-Type", "application/json")
		h.ServeHTTP(httptest.NewRecorder(), r)
	}()
	<-g.entered
	resp := exchangeTest{name: "one too many", body: `{"query":"{a}"}`, status: 503, has: CodeOverloaded}.run(t, h)
	if resp.Header.Get("Retry-After") == "" {
		t.Error("no Retry-After")
	}
	close(g.leave)
	<-done
}

func TestHealth(t *testing.T) { everywhere(t, testHealth) }

func testHealth(t *testing.T, through through) {
	health := NewHealth("router", "1.2.3")
	var problem error
	health.Ready = func() error { return problem }
	health.Detail = func() any { return map[string]int{"subgraphs": 4} }
	h := through(t, newTestHandler(t, func(o *Options) { o.Health, o.OpenStatus = health, true }))
	get := func(path string, status int, has string) {
		t.Helper()
		exchangeTest{name: path, method: "GET", target: path, status: status, has: has}.run(t, h)
	}
	get("/healthz", 200, "ok")
	get("/readyz", 200, "ready")
	get("/status", 200, `"subgraphs": 4`)
	problem = errors.New("no supergraph yet")
	get("/readyz", 503, "no supergraph yet")
	get("/status", 200, `"ready": false`)
	problem = nil
	health.Drain()
	get("/readyz", 503, "draining")
	get("/healthz", 200, "ok")
}

func TestThePlaygroundIsForBrowsers(t *testing.T) { everywhere(t, testThePlaygroundIsForBrowsers) }

func testThePlaygroundIsForBrowsers(t *testing.T, through through) {
	page, err := graphiql.New(graphiql.Options{Endpoint: "/graphql"})
	if err != nil {
		t.Fatal(err)
	}
	h := through(t, newTestHandler(t, func(o *Options) { o.Playground = page }))
	html := map[string]string{"Accept": "text/html,*/*;q=0.8"}
	exchangeTest{name: "page", method: "GET", target: "/", header: html, status: 200, content: "text/html"}.run(t, h)
	exchangeTest{name: "page at the endpoint", method: "GET", header: html, status: 200, content: "text/html"}.run(t, h)
	exchangeTest{name: "query from a browser", method: "GET", target: "/graphql?query={a}", header: html, status: 200, content: plainJSON}.run(t, h)
	exchangeTest{name: "asset", method: "GET", target: graphiql.AssetPrefix + "icon.svg", status: 200, content: "image/svg+xml"}.run(t, h)
	off := through(t, newTestHandler(t, nil))
	exchangeTest{name: "off", method: "GET", target: "/", header: html, status: 404, content: plainJSON}.run(t, off)
	exchangeTest{name: "off at the endpoint", method: "GET", header: html, status: 400}.run(t, off)
}

func TestRequestsAreObservedWithTheirIDs(t *testing.T) {
	var seen []Observation
	h := newTestHandler(t, func(o *Options) {
		o.RequestIDs = true
		o.Observers = []func(*Observation){func(o *Observation) { seen = append(seen, *o) }}
	})
	test := exchangeTest{name: "own id", header: map[string]string{"X-Request-Id": "abc-1"}, body: `{"query":"query Q{a}"}`, status: 200}
	if got := test.run(t, h).Header.Get("X-Request-Id"); got != "abc-1" {
		t.Errorf("the client's id came back as %q", got)
	}
	test = exchangeTest{name: "unfit id", header: map[string]string{"X-Request-Id": "a b\""}, body: `{`, status: 400}
	if got := test.run(t, h).Header.Get("X-Request-Id"); len(got) != 24 {
		t.Errorf("an unfit id was replaced by %q", got)
	}
	if len(seen) != 2 || seen[0].Operation.Name != "Q" || seen[0].RequestID != "abc-1" || seen[1].Status != 400 {
		t.Errorf("observed %+v", seen)
	}
}

package subgraphs_test

import (
	"context"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/weft-graphql/weft/schema/wire"
	"github.com/weft-graphql/weft/subgraphs"
	"github.com/weft-graphql/weft/subgraphs/kit"
	"github.com/weft-graphql/weft/subgraphs/kit/kittest"
)

func get(h http.Handler, path string) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest(http.MethodGet, path, nil))
	return w
}

func TestServiceSDL(t *testing.T) {
	for _, name := range subgraphs.Names() {
		t.Run(name, func(t *testing.T) {
			s, _ := open(t, name, sqliteConfig(t))
			want, err := subgraphs.SDL(name)
			if err != nil {
				t.Fatal(err)
			}
			var got struct {
				Service struct{ SDL string } `json:"_service"`
			}
			kittest.MustAsk(t, s.Handler(), nil, `{ _service { sdl } }`, nil, &got)
			if got.Service.SDL != want {
				t.Errorf("_service.sdl is not the checked-in schema:\n%s", got.Service.SDL)
			}
			if s.Name() != name {
				t.Errorf("the service calls itself %q", s.Name())
			}
		})
	}
}

func TestHealth(t *testing.T) {
	type status struct {
		Name, Version, Status string
		UptimeSeconds         *int64
		Dependencies          []struct{ Name, Status, Error string }
	}
	s, err := subgraphs.Open(context.Background(), "catalog", kit.Config{DataDir: t.TempDir(), Version: "1.2.3"})
	if err != nil {
		t.Fatal(err)
	}
	ask := func() status {
		var got status
		if err := json.Unmarshal(get(s.Handler(), "/status").Body.Bytes(), &got); err != nil {
			t.Fatal(err)
		}
		return got
	}
	up := ask()
	if up.Name != "catalog" || up.Version != "1.2.3" || up.Status != "ok" || up.UptimeSeconds == nil ||
		len(up.Dependencies) != 1 || up.Dependencies[0].Status != "ok" {
		t.Errorf("status is %+v", up)
	}
	if code := get(s.Handler(), "/readyz").Code; code != http.StatusOK {
		t.Errorf("readyz is %d", code)
	}
	if err := s.Close(); err != nil { // takes the database away
		t.Fatal(err)
	}
	if down := ask(); down.Status != "degraded" || down.Dependencies[0].Error == "" {
		t.Errorf("status without database is %+v", down)
	}
	if w := get(s.Handler(), "/readyz"); w.Code != http.StatusServiceUnavailable || !strings.Contains(w.Body.String(), "database") {
		t.Errorf("readyz without database is %d %s", w.Code, w.Body)
	}
	if code := get(s.Handler(), "/healthz").Code; code != http.StatusOK {
		t.Errorf("healthz without database is %d", code)
	}
	for _, query := range []string{`{ topProducts { upc } }`, `{ _entities(representations: [{__typename: "Product", upc: "p1"}]) { __typename } }`} {
		answer := kittest.Ask(t, s.Handler(), nil, query, nil)
		if answer.Fields() != "INTERNAL_SERVER_ERROR" || strings.Contains(answer.Errors[0].Message, "sql") {
			t.Errorf("%s without database: %+v", query, answer.Errors)
		}
		if got := answer.Header.Get("Cache-Control"); got != "no-store" {
			t.Errorf("Cache-Control of an error is %q", got)
		}
	}
}

func TestCacheControl(t *testing.T) {
	want := map[string]string{
		"accounts": "public, max-age=60", "catalog": "public, max-age=300", "insights": "public, max-age=300",
		"inventory": "public, max-age=10", "orders": "no-store", "reviews": "public, max-age=30",
	}
	for name, header := range want {
		s, _ := open(t, name, sqliteConfig(t))
		answer := kittest.MustAsk(t, s.Handler(), nil, `{ __typename }`, nil, nil)
		if got := answer.Header.Get("Cache-Control"); got != header {
			t.Errorf("%s: %q, want %q", name, got, header)
		}
	}
}

func TestLimits(t *testing.T) {
	config := sqliteConfig(t)
	config.Limits = kit.Limits{Body: 2000, Tokens: 200, Depth: 5, Complexity: 500}
	s, _ := open(t, "catalog", config)
	post := func(body io.Reader) *httptest.ResponseRecorder {
		r := httptest.NewRequest(http.MethodPost, "/graphql", body)
		r.Header.Set("Content-Type", "application/json")
		w := httptest.NewRecorder()
		s.Handler().ServeHTTP(w, r)
		return w
	}
	long := `{"query":"{ topProducts { upc } }","extensions":{"x":"` + strings.Repeat("x", 2000) + `"}}`
	if w := post(strings.NewReader(long)); w.Code != http.StatusRequestEntityTooLarge || !strings.Contains(w.Body.String(), "2000 bytes") {
		t.Errorf("a long body: %d %s", w.Code, w.Body)
	}
	if w := post(io.MultiReader(strings.NewReader(long))); w.Code != http.StatusRequestEntityTooLarge {
		t.Errorf("a long body of unknown length: %d %s", w.Code, w.Body)
	}
	if w := post(io.MultiReader(strings.NewReader(`{"query":"{ topProducts(first: 1) { __typename } }"}`))); w.Code != http.StatusOK || !strings.Contains(w.Body.String(), `"Product"`) {
		t.Errorf("a short body of unknown length: %d %s", w.Code, w.Body)
	}
	if w := post(strings.NewReader(`{"query":`)); w.Code != http.StatusBadRequest {
		t.Errorf("a broken body: %d %s", w.Code, w.Body)
	}
	cases := []struct{ name, query, want string }{
		{"deep", `{ product(upc: "p1") { related(first: 1) { related(first: 1) { related(first: 1) { related(first: 1) { upc } } } } } }`, "DEPTH_LIMIT_EXCEEDED"},
		{"deep by fragments", `{ product(upc: "p1") { ...A } } fragment A on Product { related(first: 1) { ...B } }
			fragment B on Product { related(first: 1) { related(first: 1) { related(first: 1) { upc } } } }`, "DEPTH_LIMIT_EXCEEDED"},
		{"complex", `{ topProducts(first: 100) { upc sku name slug price weight } }`, "COMPLEXITY_LIMIT_EXCEEDED"},
		{"unknown field", `{ topProducts { ean } }`, "GRAPHQL_VALIDATION_FAILED"},
		{"no query", `{`, "GRAPHQL_PARSE_FAILED"},
		{"many tokens", `{ topProducts { upc ` + strings.Repeat("upc ", 200) + `} }`, "GRAPHQL_PARSE_FAILED"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			if got := kittest.Ask(t, s.Handler(), nil, c.query, nil); got.Fields() != c.want {
				t.Errorf("got %+v, want %s", got.Errors, c.want)
			}
		})
	}
}

func TestAssumedIdentity(t *testing.T) {
	config := sqliteConfig(t)
	config.Identity.Assume = func(*http.Request) wire.Identity { return *ada }
	s, _ := open(t, "accounts", config)
	var got struct{ Me struct{ ID string } }
	kittest.MustAsk(t, s.Handler(), nil, `{ me { id } }`, nil, &got)
	if got.Me.ID != "u1" {
		t.Errorf("the assumed caller is %q", got.Me.ID)
	}
	kittest.MustAsk(t, s.Handler(), merchant, `{ me { id } }`, nil, &got)
	if got.Me.ID != "u2" {
		t.Errorf("a caller with a header is %q", got.Me.ID)
	}
}

func TestDataStays(t *testing.T) {
	for _, database := range []struct {
		name   string
		config kit.Config
	}{
		{"sqlite", sqliteConfig(t)},
		{"postgres", kit.Config{DatabaseURL: newDatabase(t)}},
	} {
		t.Run(database.name, func(t *testing.T) {
			s, err := subgraphs.Open(context.Background(), "accounts", database.config)
			if err != nil {
				t.Fatal(err)
			}
			kittest.MustAsk(t, s.Handler(), ada, `mutation { updateProfile(input: {name: "Ada N."}) { id } }`, nil, nil)
			if err := s.Close(); err != nil {
				t.Fatal(err)
			}
			again, _ := open(t, "accounts", database.config)
			var got struct {
				Me    struct{ Name string }
				Users struct{ TotalCount int }
			}
			kittest.MustAsk(t, again.Handler(), ada, `{ me { name } users { totalCount } }`, nil, &got)
			if got.Me.Name != "Ada N." || got.Users.TotalCount != 200 {
				t.Errorf("after a restart: %+v", got)
			}
		})
	}
}

// TestSharedDatabase opens all services on one PostgreSQL database, two of each at once.
func TestSharedDatabase(t *testing.T) {
	address := newDatabase(t)
	errs := make(chan error, 2*len(subgraphs.Names()))
	for range 2 {
		for _, name := range subgraphs.Names() {
			go func() {
				s, err := subgraphs.Open(context.Background(), name, kit.Config{DatabaseURL: address})
				if err == nil {
					err = s.Close()
				}
				errs <- err
			}()
		}
	}
	for range cap(errs) {
		if err := <-errs; err != nil {
			t.Error(err)
		}
	}
}

func TestOpenRefusals(t *testing.T) {
	cases := []struct {
		name, service string
		config        kit.Config
		want          string
	}{
		{"no such service", "nobody", kit.Config{DataDir: t.TempDir()}, `no subgraph "nobody"; the subgraphs are [accounts`},
		{"nowhere to keep data", "catalog", kit.Config{}, "set DataDir"},
		{"not an address", "catalog", kit.Config{DatabaseURL: "mysql://x"}, "must begin with postgres://"},
		{"nobody answers", "catalog", kit.Config{DatabaseURL: "postgres://weft@127.0.0.1:1/x"}, "prepare PostgreSQL schema catalog"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			_, err := subgraphs.Open(context.Background(), c.service, c.config)
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want %q", err, c.want)
			}
		})
	}
	s, _ := open(t, "catalog", kit.Config{DataDir: t.TempDir(), Empty: true})
	var got struct{ TopProducts []any }
	kittest.MustAsk(t, s.Handler(), nil, `{ topProducts { upc } }`, nil, &got)
	if got.TopProducts == nil || len(got.TopProducts) != 0 {
		t.Errorf("an empty shop sells %v, want an empty list", got.TopProducts)
	}
}

// TestServe talks to a service over the network, in both versions of HTTP, and stops it.
func TestServe(t *testing.T) {
	s, err := subgraphs.Open(context.Background(), "catalog", sqliteConfig(t))
	if err != nil {
		t.Fatal(err)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	ended := make(chan error, 1)
	go func() { ended <- s.Serve(ctx, listener) }()
	for version, protocols := range map[string]func(*http.Protocols){
		"HTTP/1.1": func(p *http.Protocols) { p.SetHTTP1(true) },
		"HTTP/2.0": func(p *http.Protocols) { p.SetUnencryptedHTTP2(true) },
	} {
		transport := &http.Transport{Protocols: new(http.Protocols)}
		protocols(transport.Protocols)
		client := &http.Client{Transport: transport}
		response, err := client.Post("http://"+listener.Addr().String()+"/graphql", "application/json",
			strings.NewReader(`{"query":"{ topProducts(first: 1) { __typename } }"}`))
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(response.Body)
		if err != nil || response.Proto != version || string(body) != `{"data":{"topProducts":[{"__typename":"Product"}]}}` {
			t.Errorf("%s: %s %s, %v", version, response.Proto, body, err)
		}
		if err := response.Body.Close(); err != nil {
			t.Error(err)
		}
		client.CloseIdleConnections()
	}
	cancel()
	if err := <-ended; err != nil {
		t.Errorf("stopped with %v", err)
	}
	if err := s.Ready(context.Background()); err == nil || !strings.Contains(err.Error(), "stopping") {
		t.Errorf("a stopped service is ready: %v", err)
	}
	if _, err := net.Dial("tcp", listener.Addr().String()); err == nil {
		t.Error("a stopped service listens")
	}
}

package authorization_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/weft-graphql/weft/router"
	"github.com/weft-graphql/weft/router/caller"
	"github.com/weft-graphql/weft/router/config"
	"github.com/weft-graphql/weft/router/module"
	"github.com/weft-graphql/weft/router/modules"
	"github.com/weft-graphql/weft/router/modules/authorization"
	"github.com/weft-graphql/weft/router/modules/moduletest"
	"github.com/weft-graphql/weft/router/server"
)

const link = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9",
	import: ["@key", "@requires", "@external", "@authenticated", "@requiresScopes", "@policy"])
`

var sdl = map[string]string{
	"people": link + `
type Query { me: Person  must: Person!  people: [Person!]!  nodes: [Node!]!  any: [Any]  open: String
	byLevel(level: Level, filter: Filter, plain: Int): String  vault: Vault  strict: Strict }
type Mutation { open: String  wipe: Boolean @requiresScopes(scopes: [["admin"]]) }
interface Node { id: ID! }
union Any = Person | Vault
enum Level @requiresScopes(scopes: [["levels"]]) { LOW HIGH }
input Filter { level: Level  name: String }
type Person implements Node @key(fields: "id") {
	id: ID!  name: String  email: String @authenticated
	salary: Int! @requiresScopes(scopes: [["hr", "read"], ["admin"]])
	secret: String @policy(policies: [["insider"]])
	friend: Person
	both: String @authenticated @requiresScopes(scopes: [["read"]])
	never: String @requiresScopes(scopes: [])
}
type Vault implements Node @authenticated { id: ID!  gold: Int }
type Strict { inner: Inner! }
type Inner { hidden: Int! @authenticated  shown: Int }`,
	"derived": link + `
type Person @key(fields: "id") { id: ID!  email: String @external
	greeting: String @requires(fields: "email") @authenticated  rank: Int }`,
}

// identifier takes callers at their word.
type identifier struct {
	On bool `yaml:"enabled"`
}

func (*identifier) Enabled() bool               { return true }
func (*identifier) Provision(module.Host) error { return nil }
func (*identifier) Identify(_ context.Context, req *server.Request, who *caller.Caller) *server.Refusal {
	who.Subject = req.Header.Get("X-Subject")
	if scope := req.Header.Get("X-Scope"); scope != "" {
		who.Claims = map[string]any{"scope": scope}
	}
	if roles := req.Header.Get("X-Scopes"); roles != "" {
		who.Claims = map[string]any{"scp": []any{roles}}
	}
	return nil
}

type rig struct {
	router *router.Router
	mu     sync.Mutex
	asked  []string
}

// values are what fields answer.
var values = map[string]any{
	"id": "1", "name": "Ada", "email": "ada@example.com", "salary": 7, "secret": "s", "both": "b", "never": "n", "gold": 9,
	"greeting": "hello", "rank": 3, "hidden": 5, "shown": 6, "open": "o", "wipe": true, "byLevel": "l",
}

func (r *rig) handler(name string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		body, _ := io.ReadAll(req.Body)
		var sent struct{ Query string }
		_ = json.Unmarshal(body, &sent)
		r.mu.Lock()
		r.asked = append(r.asked, sent.Query)
		r.mu.Unlock()
		w.Header().Set("Cache-Control", "public, max-age=60")
		_, _ = io.WriteString(w, answerTo(sent.Query))
	})
}

// open makes a router with settings.
func open(t *testing.T, settings string, info module.Info, sdl map[string]string) (*rig, error) {
	t.Helper()
	var list []module.Info
	for _, m := range modules.List() {
		if m.Name == "authorization" {
			m = info
		}
		list = append(list, m)
	}
	list = append([]module.Info{{Name: "identifier", New: func() module.Module { return &identifier{} }}}, list...)
	file := filepath.Join(t.TempDir(), "weft.yaml")
	if err := os.WriteFile(file, []byte("supergraph: {path: in memory}\n"+settings), 0o600); err != nil {
		t.Fatal(err)
	}
	cfg, err := config.Load(config.Source{File: file, Environ: []string{}, Sections: modules.Sections(list)})
	if err != nil {
		return nil, err
	}
	r := &rig{}
	handlers := map[string]http.Handler{}
	for name := range sdl {
		handlers[name] = r.handler(name)
	}
	r.router, err = router.New(cfg, router.Options{Supergraph: moduletest.Supergraph(t, sdl), Handlers: handlers, Modules: list})
	if err == nil {
		t.Cleanup(r.router.Close)
	}
	return r, err
}

func (r *rig) ask(query string, header ...string) (status int, body string, asked string) {
	r.mu.Lock()
	r.asked = nil
	r.mu.Unlock()
	text, _ := json.Marshal(map[string]string{"query": query})
	req := httptest.NewRequest(http.MethodPost, "/graphql", strings.NewReader(string(text)))
	req.Header.Set("Content-Type", "application/json")
	for i := 0; i < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	rec := httptest.NewRecorder()
	r.router.ServeHTTP(rec, req)
	r.mu.Lock()
	defer r.mu.Unlock()
	return rec.Code, rec.Body.String(), strings.Join(r.asked, "\n")
}

// TestWhatCallersSee has what each caller sees of a query, and what must never be asked of a subgraph for it.
func TestWhatCallersSee(t *testing.T) {
	r, err := open(t, "", authorization.With(func(_ context.Context, who *caller.Caller, _ []string) ([]string, error) {
		if who.Subject == "insider" {
			return []string{"insider", "more"}, nil
		}
		return nil, nil
	}), sdl)
	if err != nil {
		t.Fatal(err)
	}
	anonymous, ada := []string{}, []string{"X-Subject", "ada"}
	scoped := func(scope string) []string { return []string{"X-Subject", "ada", "X-Scope", scope} }
	for _, c := range []struct {
		query  string
		header []string
		data   string
		denied []string
		never  string
	}{
		{"{me{name email}}", anonymous, `{"me":{"name":"Ada","email":null}}`, []string{`"me","email"`}, "email"},
		{"{me{name email}}", ada, `{"me":{"name":"Ada","email":"ada@example.com"}}`, nil, ""},
		{"{me{n:name e:email}}", anonymous, `{"me":{"n":"Ada","e":null}}`, []string{`"me","e"`}, "email"},
		{"{me{...F}} fragment F on Person{...on Node{id} ...on Person{email}}", anonymous, `{"me":{"id":"1","email":null}}`, []string{`"me","email"`}, "email"},
		// Only what is not allowed.
		{"{me{email}}", anonymous, `{"me":{"email":null}}`, []string{`"me","email"`}, "email"},
		// A field that must not be null takes its object with it, and so on; the error is one.
		{"{me{name salary}}", ada, `{"me":null}`, []string{`"me","salary"`}, "salary"},
		{"{must{salary}}", ada, `null`, []string{`"must","salary"`}, "salary"},
		{"{people{salary}}", ada, `null`, []string{`"people"`}, "salary"},
		{"{strict{inner{hidden shown}}}", anonymous, `{"strict":null}`, []string{`"strict","inner","hidden"`}, "hidden"},
		// Scopes: one alternative as a whole.
		{"{me{salary}}", scoped("read"), `{"me":null}`, []string{`"me","salary"`}, "salary"},
		{"{me{salary}}", scoped("x read hr"), `{"me":{"salary":7}}`, nil, ""},
		{"{me{salary}}", []string{"X-Scopes", "admin"}, `{"me":{"salary":7}}`, nil, ""},
		{"{me{salary}}", scoped("administrator hr:read"), `{"me":null}`, []string{`"me","salary"`}, "salary"},
		{"{me{both}}", scoped("read"), `{"me":{"both":"b"}}`, nil, ""},
		{"{me{both}}", []string{"X-Scope", "read"}, `{"me":{"both":null}}`, []string{`"me","both"`}, "both"},
		{"{me{never}}", scoped("admin read hr"), `{"me":{"never":null}}`, []string{`"me","never"`}, "never"},
		{"{me{secret}}", scoped("insider"), `{"me":{"secret":null}}`, []string{`"me","secret"`}, "secret"},
		{"{me{secret}}", []string{"X-Subject", "insider"}, `{"me":{"secret":"s"}}`, nil, ""},
		// Types.
		{"{vault{gold} open}", anonymous, `{"vault":null,"open":"o"}`, []string{`"vault"`}, "vault"},
		{"{vault{gold}}", ada, `{"vault":{"gold":9}}`, nil, ""},
		// What is protected for one implementation is null there, and there only.
		{"{nodes{id}}", anonymous, `null`, []string{`"nodes"`}, ""},
		{"{nodes{id}}", ada, `{"nodes":[{"id":"1"},{"id":"1"}]}`, nil, ""},
		{"{nodes{...on Person{id} ...on Vault{gold}}}", anonymous, `{"nodes":[{"id":"1"},{"gold":null}]}`, []string{`"nodes"`}, "gold"},
		{"{any{...on Vault{gold} ...on Person{name}}}", anonymous, `{"any":[{"name":"Ada"},{"gold":null}]}`, []string{`"any"`}, "gold"},
		// Arguments of protected types, also within input objects.
		{"{byLevel(level:LOW)}", anonymous, `{"byLevel":null}`, []string{`"byLevel"`}, "byLevel"},
		{`{byLevel(filter:{name:"x"})}`, anonymous, `{"byLevel":null}`, []string{`"byLevel"`}, "byLevel"},
		{"{byLevel(plain:1)}", anonymous, `{"byLevel":"l"}`, nil, ""},
		{"{byLevel(level:LOW)}", scoped("levels"), `{"byLevel":"l"}`, nil, ""},
		// Computed from what is protected.
		{"{me{greeting rank}}", anonymous, `{"me":{"greeting":null,"rank":3}}`, []string{`"me","greeting"`}, "greeting"},
		{"{me{greeting}}", ada, `{"me":{"greeting":"hello"}}`, nil, ""},
		// Left out by the client: nobody is refused.
		{"{me{name email @skip(if:true)}}", anonymous, `{"me":{"name":"Ada"}}`, nil, "email"},
		{"mutation{wipe open}", ada, `{"wipe":null,"open":"o"}`, []string{`"wipe"`}, "wipe"},
		{"mutation{wipe}", anonymous, `{"wipe":null}`, []string{`"wipe"`}, "wipe"},
		{"{a:me{x:email} b:me{x:name}}", anonymous, `{"a":{"x":null},"b":{"x":"Ada"}}`, []string{`"a","x"`}, "email"},
	} {
		for range 2 {
			_, body, asked := r.ask(c.query, c.header...)
			var got struct {
				Data   json.RawMessage
				Errors []struct {
					Path       json.RawMessage
					Extensions struct{ Code string }
				}
			}
			if err := json.Unmarshal([]byte(body), &got); err != nil {
				t.Fatalf("%s: %s", c.query, body)
			}
			var denied []string
			for _, e := range got.Errors {
				if e.Extensions.Code != "UNAUTHORIZED_FIELD_OR_TYPE" {
					t.Errorf("%s as %v: %s", c.query, c.header, body)
				}
				denied = append(denied, strings.Trim(string(e.Path), "[]"))
			}
			if string(got.Data) != c.data || fmt.Sprint(denied) != fmt.Sprint(c.denied) {
				t.Errorf("%s as %v:\n got %s\nwant %s and errors at %v", c.query, c.header, body, c.data, c.denied)
			}
			if c.never != "" && strings.Contains(asked, c.never) {
				t.Errorf("%s as %v: a subgraph was asked %s", c.query, c.header, asked)
			}
		}
	}
}

// answerTo answers a document of the router by reading it: whatever is selected is there.
func answerTo(query string) string {
	start := strings.Index(query, "{")
	if query[0] != '{' {
		// Behind the variables and the name.
		depth := 0
		for start = 0; query[start] != '{' || depth > 0; start++ {
			switch query[start] {
			case '(':
				depth++
			case ')':
				depth--
			}
		}
	}
	p := &reader{text: query[start:]}
	return `{"data":` + p.selection("") + `}`
}

type reader struct {
	text string
	at   int
}

func (p *reader) skip() {
	for p.at < len(p.text) && strings.ContainsRune(" ,\n", rune(p.text[p.at])) {
		p.at++
	}
}

// word reads a name, or the dots of a fragment.
func (p *reader) word() string {
	if strings.HasPrefix(p.text[p.at:], "...") {
		p.at += 3
		return "..."
	}
	from := p.at
	for p.at < len(p.text) && !strings.ContainsRune("{}(): \n,.", rune(p.text[p.at])) {
		p.at++
	}
	return p.text[from:p.at]
}

// selection prints an object of a type for the selection set that begins here. Fragments count for their types only.
func (p *reader) selection(typ string) string {
	p.at++ // {
	var out []string
	for {
		p.skip()
		if p.text[p.at] == '}' {
			p.at++
			return "{" + strings.Join(out, ",") + "}"
		}
		name := p.word()
		if name == "..." {
			p.skip()
			on := p.word()
			if on == "on" {
				p.skip()
				on = p.word()
			}
			p.skip()
			inner := strings.Trim(p.selection(typ), "{}")
			if inner != "" && (on == typ || on == "Node" || typ == "") {
				out = append(out, inner)
			}
			continue
		}
		key := name
		if p.at < len(p.text) && p.text[p.at] == ':' {
			p.at++
			p.skip()
			name = p.word()
		}
		if p.at < len(p.text) && p.text[p.at] == '(' {
			for depth := 0; ; p.at++ {
				if p.text[p.at] == '(' {
					depth++
				} else if p.text[p.at] == ')' {
					if depth--; depth == 0 {
						p.at++
						break
					}
				}
			}
		}
		p.skip()
		var value string
		if p.at < len(p.text) && p.text[p.at] == '{' {
			from := p.at
			object := func(typ string) string { p.at = from; return p.selection(typ) }
			switch name {
			case "people":
				value = "[" + object("Person") + "]"
			case "nodes", "any":
				value = "[" + object("Person") + "," + object("Vault") + "]"
			case "_entities":
				value = "[" + object("Person") + "]"
			case "vault":
				value = object("Vault")
			case "strict":
				value = object("Strict")
			case "inner":
				value = object("Inner")
			default:
				value = object("Person")
			}
		} else if name == "__typename" {
			value = `"` + typ + `"`
		} else {
			text, _ := json.Marshal(values[name])
			value = string(text)
		}
		out = append(out, `"`+key+`":`+value)
	}
}

// TestWholeOperationsCanBeRefused sets unauthorized: reject.
func TestWholeOperationsCanBeRefused(t *testing.T) {
	r, err := open(t, "authorization: {unauthorized: reject}", authorization.Info, sdl)
	if err != nil {
		t.Fatal(err)
	}
	status, body, asked := r.ask("{open me{email}}")
	if status != http.StatusForbidden || !strings.Contains(body, "UNAUTHORIZED_FIELD_OR_TYPE") || !strings.Contains(body, "Person.email") || asked != "" {
		t.Errorf("%d %s, asked %q", status, body, asked)
	}
	if _, body, _ := r.ask("{open me{email @skip(if:true) name}}"); !strings.Contains(body, `"name":"Ada"`) || strings.Contains(body, "errors") {
		t.Errorf("what the client leaves out: %s", body)
	}
	if _, body, _ := r.ask("{me{email}}", "X-Subject", "ada"); !strings.Contains(body, "ada@example.com") {
		t.Errorf("who may see it: %s", body)
	}
}

// TestCallersGetNothingOfEachOther has a cache, and queries that are the same.
func TestCallersGetNothingOfEachOther(t *testing.T) {
	r, err := open(t, "cache: {enabled: true}\ndedupe: {client_queries: true}", authorization.Info, sdl)
	if err != nil {
		t.Fatal(err)
	}
	const query = "{me{name greeting rank email}}"
	for range 3 {
		if _, body, _ := r.ask(query, "X-Subject", "ada"); !strings.Contains(body, "hello") {
			t.Errorf("allowed: %s", body)
		}
		if _, body, asked := r.ask(query); strings.Contains(body, "hello") || strings.Contains(body, "ada@") || strings.Contains(asked, "greeting") {
			t.Errorf("not allowed: %s, asked %s", body, asked)
		}
	}
	for query, want := range map[string]string{"{me{name}}": "public", "{me{name email}}": "private"} {
		req := httptest.NewRequest(http.MethodGet, "/graphql?query="+strings.NewReplacer("{", "%7B", "}", "%7D", " ", "%20").Replace(query), nil)
		req.Header.Set("X-Subject", "ada")
		rec := httptest.NewRecorder()
		r.router.ServeHTTP(rec, req)
		if got := rec.Header().Get("Cache-Control"); !strings.HasPrefix(got, want) {
			t.Errorf("%s: caches in front are told %q, want %s", query, got, want)
		}
	}
	var wait sync.WaitGroup
	for i := range 40 {
		wait.Go(func() {
			req := httptest.NewRequest(http.MethodGet, "/graphql?query="+strings.NewReplacer("{", "%7B", "}", "%7D", " ", "%20").Replace(query), nil)
			if i%2 == 0 {
				req.Header.Set("X-Subject", "ada")
			}
			rec := httptest.NewRecorder()
			r.router.ServeHTTP(rec, req)
			if seen := strings.Contains(rec.Body.String(), "ada@"); seen != (i%2 == 0) {
				t.Errorf("request %d: %s", i, rec.Body)
			}
		})
	}
	wait.Wait()
}

// TestRenamedDirectivesProtect: GHSA-g8jh-vg5j-4h3f.
func TestRenamedDirectivesProtect(t *testing.T) {
	renamed := map[string]string{"people": `
extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", as: "fed",
	import: ["@key", {name: "@authenticated", as: "@login"}, {name: "@requiresScopes", as: "@needs"}])
type Query { me: Person }
type Person @key(fields: "id") { id: ID!  name: String @login  email: String @needs(scopes: [["a"]])  rank: String @fed__policy(policies: [["p"]]) }`}
	r, err := open(t, "", authorization.Info, renamed)
	if err != nil {
		t.Fatal(err)
	}
	if _, body, asked := r.ask("{me{id name email rank}}"); !strings.Contains(body, `{"id":"1","name":null,"email":null,"rank":null}`) || strings.Contains(asked, "email") {
		t.Errorf("%s, asked %s", body, asked)
	}
}

// TestInterfacesProtectWhatImplementsThem: GHSA-x33c-7c2v-mrj9. The supergraph is of a composer that leaves
// directives on interfaces alone.
func TestInterfacesProtectWhatImplementsThem(t *testing.T) {
	text := moduletest.Supergraph(t, map[string]string{"people": link + `
type Query { node: Node  me: Person }
interface Node { id: ID  name: String }
type Person implements Node { id: ID  name: String  email: String @authenticated }`})
	text = strings.Replace(text, "interface Node\n", "interface Node @authenticated\n", 1)
	if !strings.Contains(text, "interface Node @authenticated") {
		t.Fatal(text)
	}
	r := &rig{}
	cfg, err := moduletest.Load(t, "")
	if err != nil {
		t.Fatal(err)
	}
	if r.router, err = router.New(cfg, router.Options{Supergraph: text, Handlers: map[string]http.Handler{"people": r.handler("people")}}); err != nil {
		t.Fatal(err)
	}
	defer r.router.Close()
	for _, query := range []string{"{node{name}}", "{me{name}}", "{node{...on Person{name}}}", "{me{...on Node{name}}}", "{me{__typename}}"} {
		if _, body, asked := r.ask(query); strings.Contains(body, "Ada") || query == "{me{__typename}}" && !strings.Contains(body, `{"me":null}`) || strings.Contains(strings.ReplaceAll(asked, "__typename", ""), "name") {
			t.Errorf("%s: %s, asked %s", query, body, asked)
		}
	}
}

// TestGraphsAreNotServedUnprotected switches the module off.
func TestGraphsAreNotServedUnprotected(t *testing.T) {
	if _, err := open(t, "authorization: {enabled: false}", authorization.Info, sdl); err == nil || !strings.Contains(err.Error(), "authenticated") {
		t.Errorf("it is served: %v", err)
	}
	if supergraph := moduletest.Supergraph(t, sdl); !strings.Contains(supergraph, "for: SECURITY") {
		t.Error("the graph does not say that it must be protected")
	}
	r, err := open(t, "authorization: {enabled: false}\nsupergraph: {path: x, unsupported_features: warn}", authorization.Info, sdl)
	if err == nil {
		if _, body, _ := r.ask("{me{email}}"); !strings.Contains(body, "ada@") {
			t.Errorf("%s", body)
		}
	}
}

// TestPoliciesAreDecidedAtOnce has an endpoint.
func TestPoliciesAreDecidedAtOnce(t *testing.T) {
	var mu sync.Mutex
	var bodies []string
	answer := `{"fulfilled":["insider","unasked"]}`
	endpoint := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		mu.Lock()
		defer mu.Unlock()
		bodies = append(bodies, r.Header.Get("X-Key")+string(body))
		_, _ = io.WriteString(w, answer)
	}))
	defer endpoint.Close()
	graph := map[string]string{"people": link + `
type Query { me: Person }
type Person { name: String @policy(policies: [["insider"], ["boss"]])  email: String @policy(policies: [["boss", "insider"]])  rank: Int }`}
	r, err := open(t, "authorization: {policies: {endpoint: '"+endpoint.URL+"', remember: 1h, headers: {X-Key: abc}}}", authorization.Info, graph)
	if err != nil {
		t.Fatal(err)
	}
	for range 3 {
		if _, body, _ := r.ask("{me{name email}}", "X-Subject", "ada"); !strings.Contains(body, `{"name":"Ada","email":null}`) {
			t.Errorf("%s", body)
		}
	}
	r.ask("{me{rank}}", "X-Subject", "bea")
	want := `abc{"caller":{"subject":"ada","issuer":"","claims":null},"policies":["boss","insider"]}`
	if len(bodies) != 1 || bodies[0] != want {
		t.Errorf("the endpoint was asked %q, want %q once", bodies, want)
	}
	for _, broken := range []string{"nonsense", `{"fulfilled":"insider"}`} {
		answer = broken
		if _, body, _ := r.ask("{me{name}}", "X-Subject", broken[:3]); !strings.Contains(body, `{"name":null}`) {
			t.Errorf("after %s: %s", broken, body)
		}
	}
	endpoint.Close()
	if _, body, _ := r.ask("{me{name}}", "X-Subject", "carl"); !strings.Contains(body, `{"name":null}`) {
		t.Errorf("without an endpoint: %s", body)
	}
}

func TestSettings(t *testing.T) {
	for settings, want := range map[string]string{
		"unauthorized: drop":              `authorization.unauthorized: "drop" is not possible; choose filter or reject`,
		"policies: {endpoint: opa}":       `authorization.policies.endpoint: "opa" is not the address of an endpoint`,
		"policies: {timeout: 0}":          `authorization.policies.timeout: 0s is not possible`,
		"policies: {remember: -1s}":       `authorization.policies.remember: -1s is not possible`,
		"scope_claims: [], enabled: some": `authorization.enabled: must be true or false`,
	} {
		if got := moduletest.Problems(t, "authorization: {"+settings+"}"); !strings.Contains(got, want) {
			t.Errorf("%s:\n got %s\nwant %s", settings, got, want)
		}
	}
}

// foreign makes a router of a supergraph that was changed after composition, as another composer would have written it.
func foreign(t *testing.T, sdl map[string]string, changes ...string) *rig {
	t.Helper()
	text := moduletest.Supergraph(t, sdl)
	for i := 0; i < len(changes); i += 2 {
		if !strings.Contains(text, changes[i]) {
			t.Fatalf("%q is not in\n%s", changes[i], text)
		}
		text = strings.Replace(text, changes[i], changes[i+1], 1)
	}
	list := append([]module.Info{{Name: "identifier", New: func() module.Module { return &identifier{} }}}, modules.List()...)
	cfg := config.Default()
	r := &rig{}
	handlers := map[string]http.Handler{}
	for name := range sdl {
		handlers[name] = r.handler(name)
	}
	var err error
	if r.router, err = router.New(&cfg, router.Options{Supergraph: text, Handlers: handlers, Modules: list}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(r.router.Close)
	return r
}

// TestComputedFieldsAskForWhatTheyAreComputedFrom has a composer that lets computed fields ask for nothing: the router
// asks for what they are computed from, however far away.
func TestComputedFieldsAskForWhatTheyAreComputedFrom(t *testing.T) {
	const scopes = ` @requiresScopes(scopes: [["read"]])`
	graph := map[string]string{
		"people": link + `
type Query { me: Person }
type Person @key(fields: "id") { id: ID!  name: String  email: String` + scopes + ` }`,
		"derived": link + `
type Person @key(fields: "id") { id: ID!  email: String @external  greeting: String @requires(fields: "email")` + scopes + ` }`,
		"ranked": link + `
type Person @key(fields: "id") { id: ID!  greeting: String @external  rank: Int @requires(fields: "greeting")` + scopes + ` }`,
	}
	r := foreign(t, graph, `greeting: String @join__field(graph: DERIVED, requires: "email") @join__field(graph: RANKED, external: true)`+scopes,
		`greeting: String @join__field(graph: DERIVED, requires: "email") @join__field(graph: RANKED, external: true)`,
		`requires: "greeting")`+scopes, `requires: "greeting")`)
	for _, query := range []string{"{me{greeting}}", "{me{rank}}", "{me{...on Person{a:rank}}}"} {
		_, body, asked := r.ask(query)
		if !strings.Contains(body, ":null}}") || !strings.Contains(body, "UNAUTHORIZED_FIELD_OR_TYPE") || strings.Contains(asked, "email") {
			t.Errorf("%s: %s, asked %s", query, body, asked)
		}
		if _, body, asked := r.ask(query, "X-Scope", "read"); strings.Contains(body, "UNAUTHORIZED") || !strings.Contains(asked, "email") {
			t.Errorf("%s of somebody who may: %s, asked %s", query, body, asked)
		}
	}
}

// TestImplementationsAskForThemselves has implementations of an interface that ask for different things, which the
// composer makes one requirement of the interface.
func TestImplementationsAskForThemselves(t *testing.T) {
	r := foreign(t, map[string]string{"people": link + `
type Query { nodes: [Node!]!  strict: Strict }
interface Node { id: ID!  name: String }
interface Shown { shown: Int }
type Person implements Node { id: ID! @requiresScopes(scopes: [["person"]])  name: String @requiresScopes(scopes: [["person"]]) }
type Vault implements Node { id: ID! @requiresScopes(scopes: [["vault"], ["master"]])  name: String @requiresScopes(scopes: [["vault"]]) }
type Strict { inner: Inner }
type Inner implements Shown { shown: Int! @authenticated  hidden: Int }`})
	for _, c := range []struct{ scope, query, data string }{
		{"person", "{nodes{name}}", `{"nodes":[{"name":"Ada"},{"name":null}]}`},
		{"vault", "{nodes{name}}", `{"nodes":[{"name":null},{"name":"Ada"}]}`},
		{"vault person", "{nodes{name id}}", `{"nodes":[{"name":"Ada","id":"1"},{"name":"Ada","id":"1"}]}`},
		{"nothing", "{nodes{__typename name}}", `{"nodes":[{"__typename":"Person","name":null},{"__typename":"Vault","name":null}]}`},
		{"person", "{nodes{id}}", `null`},
		// An implementation can promise more than the interface that it is asked for through.
		{"", "{strict{inner{...on Shown{shown}}}}", `{"strict":{"inner":null}}`},
		{"", "{strict{inner{hidden}}}", `{"strict":{"inner":{"hidden":5}}}`},
	} {
		if _, body, _ := r.ask(c.query, "X-Scope", c.scope); !strings.HasPrefix(body, `{"data":`+c.data) {
			t.Errorf("%s with the scopes %q: %s, want %s", c.query, c.scope, body, c.data)
		}
	}
}

package authentication_test

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/weft-graphql/weft/router/modules/moduletest"
	"github.com/weft-graphql/weft/schema/wire"
)

// idp is an authorization server.
type idp struct {
	*httptest.Server
	mu      sync.Mutex
	handler http.HandlerFunc
	asked   atomic.Int64
}

func newIDP(t *testing.T, handler http.HandlerFunc) *idp {
	t.Helper()
	s := &idp{handler: handler}
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.asked.Add(1)
		s.mu.Lock()
		handler := s.handler
		s.mu.Unlock()
		handler(w, r)
	}))
	t.Cleanup(s.Close)
	return s
}

func (s *idp) answer(handler http.HandlerFunc) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.handler = handler
}

func says(text string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte(text)) }
}

func fails(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusBadGateway) }

// expect asks with a token and says what is wrong with the answer.
func expect(t *testing.T, r *moduletest.Rig, what, token, code string) {
	t.Helper()
	a := r.Ask(query, "Authorization", "Bearer "+token)
	if a.Code() != code || code == "" && !strings.Contains(a.Body, "Ada") {
		t.Errorf("%s: %d %s, want %s", what, a.Status, a.Body, code)
	}
}

func TestKeysOfAnIssuerChange(t *testing.T) {
	for _, discovery := range []bool{false, true} {
		old, next, third := edPair(t, "old"), edPair(t, "next"), edPair(t, "third")
		var keys atomic.Value
		keys.Store(keySet(t, old))
		server := newIDP(t, nil)
		server.answer(func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path == "/.well-known/openid-configuration" {
				_ = json.NewEncoder(w).Encode(map[string]string{"issuer": server.URL, "jwks_uri": server.URL + "/keys"})
				return
			}
			_, _ = w.Write([]byte(keys.Load().(string)))
		})
		where := "jwks_url: '" + server.URL + "/keys'"
		if discovery {
			where = "discovery: true"
		}
		r := moduletest.New(t,
			"authentication: {jwt: {issuers: [{issuer: '"+server.URL+"', audiences: [weft], "+where+"}]}}\n", nil)
		c := claims(map[string]any{"iss": server.URL})
		expect(t, r, "the first key", old.sign(t, c, nil), "")
		expect(t, r, "a key that is not there yet", next.sign(t, c, nil), "INVALID_TOKEN")
		before := server.asked.Load()
		keys.Store(keySet(t, next))
		for range 20 {
			expect(t, r, "unknown keys are asked for now and then, not each time", third.sign(t, c, nil), "INVALID_TOKEN")
		}
		if after := server.asked.Load(); after != before {
			t.Errorf("unknown keys made %d requests", after-before)
		}
	}
}

// askingForKeys are the settings of a router that asks an address for the issuer's keys.
func askingForKeys(url string) string {
	return "authentication: {jwt: {issuers: [{issuer: '" + issuerName + "', audiences: [weft], " +
		"jwks_url: '" + url + "'}]}}\n"
}

func TestANewKeyIsFoundAtOnce(t *testing.T) {
	old, next := edPair(t, "old"), edPair(t, "next")
	server := newIDP(t, says(keySet(t, old)))
	r := moduletest.New(t, askingForKeys(server.URL), nil)
	was := old.sign(t, claims(nil), nil)
	expect(t, r, "the first key", was, "")
	server.answer(says(keySet(t, next)))
	expect(t, r, "the next key", next.sign(t, claims(nil), nil), "")
	expect(t, r, "a token that was good, of a key that is gone", was, "INVALID_TOKEN")
}

func TestKeyFilesAreFollowed(t *testing.T) {
	old, next := edPair(t, "old"), edPair(t, "next")
	file := keyFile(t, old)
	r := moduletest.New(t,
		"authentication: {jwt: {issuers: [{issuer: '"+issuerName+"', audiences: [weft], jwks_file: '"+file+"'}]}}\n", nil)
	token := old.sign(t, claims(nil), nil)
	expect(t, r, "the first key", token, "")
	if err := os.WriteFile(file, []byte(keySet(t, next)), 0o600); err != nil {
		t.Fatal(err)
	}
	looks := time.NewTicker(20 * time.Millisecond)
	defer looks.Stop()
	for r.Ask(query, "Authorization", "Bearer "+token).Code() == "" {
		<-looks.C
	}
	expect(t, r, "the next key", next.sign(t, claims(nil), nil), "")
}

func TestIssuersThatDoNotTellTheirKeys(t *testing.T) {
	key := edPair(t, "k")
	token := key.sign(t, claims(nil), nil)
	good := keySet(t, key)
	for name, bad := range map[string]http.HandlerFunc{
		"down": fails, "garbage": says("<html>"), "empty": says(`{"keys":[]}`),
		"huge":    says(`{"keys":[` + strings.Repeat(" ", 600<<10) + `]}`),
		"secrets": says(`{"keys":[{"kty":"oct","kid":"k","k":"c2VjcmV0"}]}`),
		"elsewhere": func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "/other", http.StatusFound)
		},
		"for encryption": says(strings.Replace(good, `"use":"sig"`, `"use":"enc"`, 1)),
	} {
		server := newIDP(t, bad)
		settings := askingForKeys(server.URL)
		r := moduletest.New(t, settings, nil)
		expect(t, r, name, token, "AUTHENTICATION_UNAVAILABLE")
		if a := r.Ask(query, "Authorization", "Bearer "+token); a.Status != http.StatusServiceUnavailable {
			t.Errorf("%s: %d", name, a.Status)
		}
		expect(t, r, name+", of another issuer", key.sign(t, claims(map[string]any{"iss": "x"}), nil), "INVALID_TOKEN")
		// What was read once stays, whatever the source says later.
		server.answer(says(good))
		again := moduletest.New(t, settings, nil)
		expect(t, again, name+", before", token, "")
		server.answer(bad)
		unknown := edPair(t, "other").sign(t, claims(nil), nil)
		expect(t, again, name+", an unknown key", unknown, "AUTHENTICATION_UNAVAILABLE")
		expect(t, again, name+", after", key.sign(t, claims(map[string]any{"sub": "eve"}), nil), "")
	}
}

func TestASlowIssuerHoldsUpNobodyElse(t *testing.T) {
	slow := newIDP(t, func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() })
	key := edPair(t, "k")
	r := moduletest.New(t, "limits: {request_timeout: 200ms}\nauthentication: {jwt: {issuers: ["+
		"{issuer: slow, audiences: [weft], jwks_url: '"+slow.URL+"'}, "+
		"{issuer: '"+issuerName+"', audiences: [weft], jwks_file: '"+
		keyFile(t, key)+"'}]}}\n", nil)
	token := key.sign(t, claims(map[string]any{"iss": "slow"}), nil)
	expect(t, r, "of the slow issuer", token, "AUTHENTICATION_UNAVAILABLE")
	expect(t, r, "of another", key.sign(t, claims(nil), nil), "")
	expect(t, r, "nobody", "", "")
}

// introspecting are the settings of a router that asks about tokens.
func introspecting(url, more string) string {
	return "authentication: {introspection: {endpoint: '" + url + "', client_id: 'we:ft', client_secret: 's%cret', " +
		"audiences: [weft]" + more + "}}\n"
}

func TestOpaqueTokensAreAskedAboutOnce(t *testing.T) {
	release := make(chan struct{})
	server := newIDP(t, func(w http.ResponseWriter, r *http.Request) {
		id, secret, _ := r.BasicAuth()
		if id != "we%3Aft" || secret != "s%25cret" || r.FormValue("token") != "opaque" || r.Method != http.MethodPost {
			fails(w, r)
			return
		}
		<-release
		_, _ = fmt.Fprintf(w, `{"active":true,"sub":"ada","aud":["weft"],"exp":%d}`, time.Now().Add(time.Hour).Unix())
	})
	r := moduletest.New(t, introspecting(server.URL, ""), nil)
	var asking sync.WaitGroup
	for range 50 {
		asking.Go(func() { expect(t, r, "at the same time", "opaque", "") })
	}
	close(release)
	asking.Wait()
	expect(t, r, "later", "opaque", "")
	if n := server.asked.Load(); n != 1 {
		t.Errorf("%d questions about one token", n)
	}
	expect(t, r, "another, about which it fails", "other", "AUTHENTICATION_UNAVAILABLE")
	expect(t, r, "too long", strings.Repeat("x", 9<<10), "INVALID_TOKEN")
}

func TestAnswersAboutTokens(t *testing.T) {
	from := func(claim string, d time.Duration) string {
		return fmt.Sprintf(`{"active":true,"sub":"ada","aud":"weft",%q:%d}`, claim, time.Now().Add(d).Unix())
	}
	for name, c := range map[string]struct{ answer, code string }{
		"active":              {`{"active":true,"sub":"ada","aud":"weft"}`, ""},
		"inactive":            {`{"active":false}`, "INVALID_TOKEN"},
		"active is text":      {`{"active":"true","sub":"ada","aud":"weft"}`, "INVALID_TOKEN"},
		"nothing":             {`{}`, "INVALID_TOKEN"},
		"expired":             {from("exp", -time.Hour), "TOKEN_EXPIRED"},
		"not yet":             {from("nbf", time.Hour), "INVALID_TOKEN"},
		"for others":          {`{"active":true,"sub":"ada","aud":"other"}`, "INVALID_TOKEN"},
		"without an audience": {`{"active":true,"sub":"ada"}`, "INVALID_TOKEN"},
		"of nobody":           {`{"active":true,"aud":"weft"}`, "INVALID_TOKEN"},
		"garbage":             {`<html>`, "AUTHENTICATION_UNAVAILABLE"},
		"huge":                {`{"active":true,"sub":"` + strings.Repeat("x", 300<<10) + `"}`, "AUTHENTICATION_UNAVAILABLE"},
	} {
		expect(t, moduletest.New(t, introspecting(newIDP(t, says(c.answer)).URL, ""), nil), name, "opaque", c.code)
	}
	down := moduletest.New(t, introspecting(newIDP(t, fails).URL, ""), nil)
	expect(t, down, "down", "opaque", "AUTHENTICATION_UNAVAILABLE")
	never := newIDP(t, func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body) // only then does the context end with the connection
		<-r.Context().Done()
	})
	slow := moduletest.New(t, introspecting(never.URL, ", timeout: 50ms"), nil)
	expect(t, slow, "slow", "opaque", "AUTHENTICATION_UNAVAILABLE")
}

func hashOf(key string) string {
	sum := sha256.Sum256([]byte(key))
	return hex.EncodeToString(sum[:])
}

func TestAPIKeys(t *testing.T) {
	file := t.TempDir() + "/keys"
	write := func(text string) {
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("# machines\n" + hashOf("second") + " importer read write\n")
	r := moduletest.New(t, `
identity: {enabled: true, claims: [scope, team]}
admin: {listen: "127.0.0.1:0"}
authentication:
  required: true
  api_keys:
    file: "`+file+`"
    keys: [{name: billing, sha256: "`+hashOf("first")+`", scopes: [invoices], claims: {team: money}}]
`, nil)
	ask := func(key string) (moduletest.Answer, wire.Identity) {
		a := r.Ask(query, "X-Api-Key", key)
		if a.Status != http.StatusOK {
			return a, wire.Identity{}
		}
		return a, told(t, r)
	}
	a, id := ask("first")
	if a.Status != 200 || id.Subject != "billing" || id.Issuer != "api-keys" || id.Claims["scope"] != "invoices" ||
		id.Claims["team"] != "money" {
		t.Errorf("first: %d %+v", a.Status, id)
	}
	if a, id := ask("second"); a.Status != 200 || id.Subject != "importer" || id.Claims["scope"] != "read write" {
		t.Errorf("second: %d %+v", a.Status, id)
	}
	for key, code := range map[string]string{
		"third": "INVALID_TOKEN", hashOf("first"): "INVALID_TOKEN", "": "UNAUTHENTICATED", "FIRST": "INVALID_TOKEN",
	} {
		a, _ := ask(key)
		challenged := strings.HasPrefix(a.Header.Get("Www-Authenticate"), "ApiKey")
		if a.Status != http.StatusUnauthorized || a.Code() != code || !challenged {
			t.Errorf("%q: %d %s", key, a.Status, a.Body)
		}
	}
	write("no keys at all\n")
	write(hashOf("third") + " importer\n")
	looks := time.NewTicker(20 * time.Millisecond)
	defer looks.Stop()
	for a, _ := ask("third"); a.Status != http.StatusOK; a, _ = ask("third") {
		<-looks.C
	}
	if a, _ := ask("second"); a.Status != http.StatusUnauthorized {
		t.Errorf("a key that was taken away: %d %s", a.Status, a.Body)
	}
}

// told is who the subgraph people was told that the last request comes from.
func told(t *testing.T, r *moduletest.Rig) wire.Identity {
	t.Helper()
	w := httptest.NewRecorder()
	r.Router.Admin().ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/.well-known/jwks.json", nil))
	keys, err := wire.ReadPublicKeys(w.Body.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	id, _, err := keys.Open(r.Subgraphs["people"].Header().Get(wire.IdentityHeader), "people", time.Now())
	if err != nil {
		t.Fatal(err)
	}
	return id
}

func TestWhereTokensAre(t *testing.T) {
	key := edPair(t, "k")
	r := moduletest.New(t, `
identity: {enabled: true, claims: [roles]}
admin: {listen: "127.0.0.1:0"}
authentication:
  sources: [{from: header, name: X-Token}, {from: cookie, name: session, prefix: v1}]
  jwt:
    issuers:
      - {issuer: "`+issuerName+`", jwks_file: "`+keyFile(t, key)+`", audiences: [weft], subject_claim: email}
`, nil)
	ada := key.sign(t, claims(map[string]any{"email": "ada@example.com", "roles": []string{"merchant"}}), nil)
	bea := key.sign(t, claims(map[string]any{"email": "bea@example.com"}), nil)
	for _, c := range []struct{ header, value, want string }{
		{"X-Token", ada, "ada@example.com"}, {"Cookie", "a=b; session=\"v1 " + bea + "\"", "bea@example.com"},
		{"Authorization", "Bearer " + ada, ""}, {"Cookie", "session=" + ada, ""}, {"Cookie", "other=v1 " + ada, ""},
	} {
		r.Ask(query, c.header, c.value)
		if id := told(t, r); id.Subject != c.want || c.value == ada && (id.Issuer != issuerName || !id.HasRole("merchant")) {
			t.Errorf("%s: %+v, want %s", c.header, id, c.want)
		}
	}
	r.Ask(query, "X-Token", ada, "Cookie", "session=\"v1 "+bea+"\"")
	if id := told(t, r); id.Subject != "ada@example.com" {
		t.Errorf("both: %+v", id)
	}
}

func TestInvalidTokensCanBeNobodys(t *testing.T) {
	key := edPair(t, "k")
	jwt := trusting(t, key) + "}\n"
	r := moduletest.New(t, "authentication: {invalid: anonymous, "+jwt, nil)
	expect(t, r, "garbage", "garbage", "")
	expect(t, r, "expired", key.sign(t, claims(map[string]any{"exp": 1}), nil), "")
	r = moduletest.New(t, "authentication: {invalid: anonymous, required: true, "+jwt, nil)
	expect(t, r, "garbage, and somebody is required", "garbage", "UNAUTHENTICATED")
}

const protectedLink = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9",
	import: ["@key", "@authenticated", "@requiresScopes"])
`

func TestProtectedFields(t *testing.T) {
	key := edPair(t, "k")
	r := moduletest.New(t, `
authentication: {`+trusting(t, key)+`}
`, map[string]string{"people": protectedLink + `type Query { person(id: ID!): Person }
type Person { name: String  email: String @authenticated  salary: Int @requiresScopes(scopes: [["hr"]]) }`})
	r.Subgraphs["people"].Handle(func(w http.ResponseWriter, req *http.Request) {
		person := map[string]any{}
		var sent struct{ Query string }
		_ = json.NewDecoder(req.Body).Decode(&sent)
		for name, value := range map[string]any{"name": "Ada", "email": "ada@example.com", "salary": 7} {
			if strings.Contains(sent.Query, name) {
				person[name] = value
			}
		}
		_ = json.NewEncoder(w).Encode(map[string]any{"data": map[string]any{"person": person}})
	})
	ask := func(header string) string {
		return r.Ask("{ person(id: 1) { name email salary } }", "Authorization", header).Body
	}
	got := ask("")
	if !strings.Contains(got, `"email":null,"salary":null`) || !strings.Contains(got, "UNAUTHORIZED_FIELD_OR_TYPE") {
		t.Errorf("nobody: %s", got)
	}
	got = ask("Bearer " + key.sign(t, claims(nil), nil))
	if !strings.Contains(got, `"email":"ada@example.com","salary":null`) {
		t.Errorf("somebody: %s", got)
	}
	want := `{"data":{"person":{"name":"Ada","email":"ada@example.com","salary":7}}}`
	if got := ask("Bearer " + key.sign(t, claims(map[string]any{"scope": "openid hr"}), nil)); got != want {
		t.Errorf("with the scope: %s", got)
	}
}

// TestCallersShareNothing has many requests of two callers at the same time, with everything on that shares work: each
// must get what is its own.
func TestCallersShareNothing(t *testing.T) {
	key := edPair(t, "k")
	r := moduletest.New(t, `
identity: {enabled: true}
admin: {listen: "127.0.0.1:0"}
cache: {enabled: true, subgraphs: {ages: {private: true}}}
dedupe: {client_queries: true, subgraph_requests: true}
authentication: {`+trusting(t, key)+`}
`, map[string]string{
		"people": moduletest.Link + ` type Query { me: Person } type Person @key(fields: "id") { id: ID! name: String }`,
		"ages":   moduletest.Link + ` type Person @key(fields: "id") { id: ID! nick: String }`,
	})
	w := httptest.NewRecorder()
	r.Router.Admin().ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/.well-known/jwks.json", nil))
	keys, err := wire.ReadPublicKeys(w.Body.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	var nicks atomic.Int64
	for _, name := range []string{"people", "ages"} {
		r.Subgraphs[name].Handle(func(w http.ResponseWriter, req *http.Request) {
			id, _, err := keys.Open(req.Header.Get(wire.IdentityHeader), name, time.Now())
			if err != nil {
				t.Error(err)
			}
			w.Header().Set("Cache-Control", "private, max-age=60")
			w.Header().Set("Content-Type", "application/json")
			if name == "people" {
				w.Header().Set("Cache-Control", "no-store")
				_, _ = fmt.Fprintf(w, `{"data":{"me":{"__typename":"Person","id":"1","name":%q}}}`, id.Subject)
				return
			}
			nicks.Add(1)
			_, _ = fmt.Fprintf(w, `{"data":{"_entities":[{"nick":%q}]}}`, "nick of "+id.Subject)
		})
	}
	token := func(changes map[string]any) string { return "Bearer " + key.sign(t, claims(changes), nil) }
	check := func(who, header string) {
		want := fmt.Sprintf(`{"data":{"me":{"name":%q,"nick":%q}}}`, who, "nick of "+who)
		if a := r.Ask("{ me { name nick } }", "Authorization", header); a.Body != want {
			t.Errorf("%s got %s", who, a.Body)
		}
	}
	var asking sync.WaitGroup
	for i := range 60 {
		who := []string{"ada", "eve", ""}[i%3]
		asking.Go(func() {
			header := ""
			if who != "" {
				header = token(map[string]any{"sub": who, "jti": fmt.Sprint(i)})
			}
			check(who, header)
		})
	}
	asking.Wait()
	// A new token of the same caller finds what is remembered for the caller.
	before := nicks.Load()
	check("ada", token(map[string]any{"jti": "another", "exp": time.Now().Add(2 * time.Hour).Unix()}))
	if after := nicks.Load(); after != before {
		t.Error("a rotated token does not find its caller's private entries")
	}
	// A subject of another issuer is another caller; so is one without a token.
	other := token(map[string]any{"iss": "https://other.example"})
	if a := r.Ask("{ me { name } }", "Authorization", other); a.Code() != "INVALID_TOKEN" {
		t.Errorf("%d %s", a.Status, a.Body)
	}
}

func TestAnswersToRequiredCallersArePrivate(t *testing.T) {
	key := edPair(t, "k")
	for required, want := range map[string]string{"false": "public, max-age=60", "true": "private, max-age=60"} {
		settings := "cache: {enabled: true}\nauthentication: {required: " + required + ", " + trusting(t, key) + "}\n"
		r := moduletest.New(t, settings, nil)
		r.Subgraphs["people"].SendHeader("Cache-Control", "public, max-age=60")
		a := r.Ask(query, "Authorization", "Bearer "+key.sign(t, claims(nil), nil))
		if got := a.Header.Get("Cache-Control"); got != want {
			t.Errorf("required %s: %q, want %q", required, got, want)
		}
	}
}

func TestSettingsThatCannotWork(t *testing.T) {
	const issuer, opaque = "issuer: a, audiences: [b]", "client_id: a, client_secret: b}"
	for settings, want := range map[string]string{
		"required: true":                     "would refuse every request",
		"invalid: maybe":                     "choose refuse or anonymous",
		"jwt: {issuers: [{" + issuer + "}]}": "exactly one of",
		"jwt: {issuers: [{" + issuer + ", jwks_file: f, jwks_url: 'https://x'}]}":               "exactly one of",
		"jwt: {issuers: [{" + issuer + ", jwks_url: 'http://id.example'}]}":                     "must begin with https",
		"jwt: {issuers: [{" + issuer + ", discovery: true}]}":                                   "not an address",
		"jwt: {issuers: [{issuer: a, jwks_file: f}]}":                                           "audiences",
		"jwt: {issuers: [{" + issuer + ", jwks_file: f, algorithms: [HS256]}]}":                 `"HS256" is not possible`,
		"jwt: {issuers: [{" + issuer + ", jwks_file: f, algorithms: [none]}]}":                  `"none" is not possible`,
		"jwt: {issuers: [{" + issuer + ", jwks_file: f}, {" + issuer + ", jwks_file: f}]}":      "stands here twice",
		"introspection: {endpoint: 'http://id.example', " + opaque:                              "must begin with https",
		"introspection: {endpoint: 'https://id.example'}":                                       "client_id",
		"api_keys: {keys: [{name: a, sha256: secret}]}":                                         "SHA-256",
		"sources: [{from: body, name: a}], introspection: {endpoint: 'https://a', " + opaque:    "choose header",
		"sources: [{from: header, name: ''}], introspection: {endpoint: 'https://a', " + opaque: "not a name",
	} {
		if got := moduletest.Problems(t, "authentication: {"+settings+"}\n"); !strings.Contains(got, want) {
			t.Errorf("%s: %q, want %q", settings, got, want)
		}
	}
	for _, settings := range []string{
		"jwt: {issuers: [{issuer: a, audiences: [b], jwks_file: /nowhere}]}", "api_keys: {file: /nowhere}",
	} {
		if _, err := moduletest.Try(t, "authentication: {"+settings+"}\n", nil); err == nil {
			t.Errorf("%s is taken", settings)
		}
	}
}

func TestMetricsTell(t *testing.T) {
	key := edPair(t, "k")
	r := moduletest.New(t, "admin: {listen: '127.0.0.1:0'}\nauthentication: {"+trusting(t, key)+"}\n", nil)
	r.Ask(query)
	expect(t, r, "good", key.sign(t, claims(nil), nil), "")
	expect(t, r, "bad", "bad", "INVALID_TOKEN")
	got := r.Metrics()
	for _, result := range []string{"anonymous", "verified", "invalid"} {
		if line := `weft_authentication_total{result="` + result + `"} 1`; !strings.Contains(got, line) {
			t.Errorf("no %s", line)
		}
	}
}

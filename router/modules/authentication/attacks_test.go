package authentication_test

import (
	"crypto/hmac"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	"github.com/weft-graphql/weft/router/modules/moduletest"
)

const query = "{ person(id: 1) { name } }"

// TestForgedTokens has the attacks on JSON Web Tokens that are known: each must be refused.
func TestForgedTokens(t *testing.T) {
	asked := make(chan string, 100)
	outside := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { asked <- r.URL.Path }))
	defer outside.Close()
	ours, ec, stranger := rsaPair(), ecPair(t, "ec"), ecPair(t, "stranger")
	file := keyFile(t, ours, ec)
	r := moduletest.New(t, `
authentication:
  required: true
  jwt:
    issuers:
      - issuer: "`+issuerName+`"
        jwks_file: "`+file+`"
        audiences: [weft, other]
        required_claims: {tenant: "", tier: gold}
      - issuer: "https://second.example"
        jwks_file: "`+keyFile(t, stranger)+`"
        audiences: [weft]
        algorithms: [ES256]
`, nil)
	good := claims(map[string]any{"tenant": "t", "tier": "gold"})
	with := func(changes map[string]any) map[string]any {
		changed := claims(changes)
		for _, name := range []string{"tenant", "tier"} {
			if _, there := changes[name]; !there {
				changed[name] = good[name]
			}
		}
		return changed
	}
	body, err := json.Marshal(good)
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.MarshalPKIXPublicKey(ours.private.Public())
	if err != nil {
		t.Fatal(err)
	}
	public := pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der})
	mac := func(header string, secret []byte) string {
		h := hmac.New(sha256.New, secret)
		signed := encode(header) + "." + encode(string(body))
		h.Write([]byte(signed))
		return signed + "." + base64.RawURLEncoding.EncodeToString(h.Sum(nil))
	}
	token := ours.sign(t, good, nil)
	parts := strings.Split(token, ".")
	strangersKey := jose.JSONWebKey{Key: stranger.private.Public(), KeyID: "rsa"}
	encrypted := func() string {
		e, err := jose.NewEncrypter(jose.A128GCM, jose.Recipient{Algorithm: jose.RSA_OAEP_256, Key: ours.private.Public()},
			(&jose.EncrypterOptions{}).WithContentType("JWT").WithType("JWT"))
		if err != nil {
			t.Fatal(err)
		}
		jwe, err := e.Encrypt([]byte(token))
		if err != nil {
			t.Fatal(err)
		}
		text, err := jwe.CompactSerialize()
		if err != nil {
			t.Fatal(err)
		}
		return text
	}
	eve := strings.Replace(string(body), "ada", "eve", 1)
	x5c := []string{base64.StdEncoding.EncodeToString(der)}
	second := map[string]any{"iss": "https://second.example"}
	now := time.Now()
	for name, forged := range map[string]string{
		"alg none":                        encode(`{"alg":"none"}`) + "." + parts[1] + ".",
		"alg none, signed":                encode(`{"alg":"none"}`) + "." + parts[1] + "." + parts[2],
		"alg nOnE":                        encode(`{"alg":"nOnE","kid":"rsa"}`) + "." + parts[1] + ".",
		"no alg":                          encode(`{"kid":"rsa"}`) + "." + parts[1] + "." + parts[2],
		"no signature":                    parts[0] + "." + parts[1] + ".",
		"two parts":                       parts[0] + "." + parts[1],
		"HS256 with the public key, PEM":  mac(`{"alg":"HS256","kid":"rsa"}`, public),
		"HS256 with the public key, DER":  mac(`{"alg":"HS256","kid":"rsa"}`, der),
		"HS256 with nothing":              mac(`{"alg":"HS256"}`, nil),
		"RS256 header, HMAC":              mac(`{"alg":"RS256","kid":"rsa"}`, public),
		"kid is a path":                   mac(`{"alg":"HS256","kid":"../../../../dev/null"}`, nil),
		"kid is SQL":                      mac(`{"alg":"HS256","kid":"x' UNION SELECT 'secret';--"}`, []byte("secret")),
		"kid is a path, a stranger's key": stranger.sign(t, good, map[string]any{"kid": file}),
		"kid of another algorithm's key":  ec.sign(t, good, map[string]any{"kid": "rsa"}),
		"a stranger's key":                stranger.sign(t, good, nil),
		"a stranger's key, our kid":       stranger.sign(t, good, map[string]any{"kid": "ec"}),
		"embedded jwk":                    stranger.sign(t, good, map[string]any{"kid": "ec", "jwk": strangersKey}),
		"jku":                             stranger.sign(t, good, map[string]any{"kid": "ec", "jku": outside.URL + "/jku"}),
		"x5u":                             stranger.sign(t, good, map[string]any{"kid": "ec", "x5u": outside.URL + "/x5u"}),
		"x5c":                             stranger.sign(t, good, map[string]any{"kid": "ec", "x5c": x5c}),
		"crit":                            ours.sign(t, good, map[string]any{"crit": []string{"exp"}, "exp": 1}),
		"crit b64":                        ours.sign(t, good, map[string]any{"crit": []string{"b64"}, "b64": true}),
		"nested":                          ours.signText(t, []byte(token), map[string]any{"cty": "JWT"}),
		"cty":                             ours.sign(t, good, map[string]any{"cty": "JWT"}),
		"encrypted":                       encrypted(),
		"a logout token":                  ours.sign(t, good, map[string]any{"typ": "logout+jwt"}),
		"tampered claims":                 parts[0] + "." + encode(eve) + "." + parts[2],
		"tampered signature":              parts[0] + "." + parts[1] + "." + encode("x") + parts[2][2:],
		"two claims of one name":          ours.signText(t, []byte(`{"sub":"eve",`+string(body)[1:]), nil),
		"not an object":                   ours.signText(t, []byte(`["sub"]`), nil),
		"no exp":                          ours.sign(t, with(map[string]any{"exp": nil}), nil),
		"exp is text":                     ours.sign(t, with(map[string]any{"exp": "9999999999"}), nil),
		"exp is far beyond":               ours.sign(t, with(map[string]any{"exp": 1e300}), nil),
		"not valid yet":                   ours.sign(t, with(map[string]any{"nbf": now.Add(time.Minute).Unix()}), nil),
		"issued in the future":            ours.sign(t, with(map[string]any{"iat": now.Add(time.Minute).Unix()}), nil),
		"another audience":                ours.sign(t, with(map[string]any{"aud": "weft2"}), nil),
		"other audiences":                 ours.sign(t, with(map[string]any{"aud": []string{"a", "b"}}), nil),
		"no audience":                     ours.sign(t, with(map[string]any{"aud": nil}), nil),
		"another issuer":                  ours.sign(t, with(map[string]any{"iss": "https://id.example.evil"}), nil),
		"an issuer with a slash":          ours.sign(t, with(map[string]any{"iss": issuerName + "/"}), nil),
		"no issuer":                       ours.sign(t, with(map[string]any{"iss": nil}), nil),
		"our key, the second issuer":      ec.sign(t, with(second), nil),
		"the second's key, our issuer":    stranger.sign(t, good, nil),
		"an algorithm that is not pinned": edPair(t, "stranger").sign(t, with(second), nil),
		"no subject":                      ours.sign(t, with(map[string]any{"sub": nil}), nil),
		"the subject is a number":         ours.sign(t, with(map[string]any{"sub": 1}), nil),
		"a required claim is missing":     ours.sign(t, with(map[string]any{"tenant": nil}), nil),
		"a required claim is another":     ours.sign(t, with(map[string]any{"tier": "silver"}), nil),
		"huge":                            ours.sign(t, with(map[string]any{"x": strings.Repeat("x", 20_000)}), nil),
		"huge garbage":                    strings.Repeat("a", 1<<20),
		"garbage":                         "a.b.c",
		"empty parts":                     "..",
		"JSON":                            `{"payload":"e30","signatures":[]}`,
	} {
		a := r.Ask(query, "Authorization", "Bearer "+forged)
		if a.Status != http.StatusUnauthorized || a.Code() != "INVALID_TOKEN" ||
			!strings.HasPrefix(a.Header.Get("Www-Authenticate"), `Bearer error="invalid_token"`) {
			t.Errorf("%s: %d %s %q", name, a.Status, a.Body, a.Header.Get("Www-Authenticate"))
		}
		if strings.Contains(a.Body, "ada") || strings.Contains(a.Header.Get("Cache-Control"), "public") {
			t.Errorf("%s: %s", name, a.Body)
		}
	}
	late := ours.sign(t, with(map[string]any{"exp": now.Add(-31 * time.Second).Unix()}), nil)
	a := r.Ask(query, "Authorization", "Bearer "+late)
	if a.Status != http.StatusUnauthorized || a.Code() != "TOKEN_EXPIRED" {
		t.Errorf("expired: %d %s", a.Status, a.Body)
	}
	if n := len(r.Subgraphs["people"].Asked()); n > 0 {
		t.Errorf("%d requests reached a subgraph", n)
	}
	for name, token := range map[string]string{
		"RS256": token, "ES256": ec.sign(t, good, nil),
		"of the second issuer":     stranger.sign(t, with(second), nil),
		"several audiences":        ours.sign(t, with(map[string]any{"aud": []string{"a", "weft"}}), nil),
		"without kid":              ours.sign(t, good, map[string]any{"kid": ""}),
		"at+jwt":                   ours.sign(t, good, map[string]any{"typ": "at+jwt"}),
		"expired within the skew":  ours.sign(t, with(map[string]any{"exp": now.Add(-10 * time.Second).Unix()}), nil),
		"from a clock that is off": ours.sign(t, with(map[string]any{"nbf": now.Add(10 * time.Second).Unix()}), nil),
	} {
		if a := r.Ask(query, "Authorization", "Bearer "+token); a.Status != http.StatusOK || a.Code() != "" {
			t.Errorf("%s: %d %s", name, a.Status, a.Body)
		}
	}
	select {
	case path := <-asked:
		t.Errorf("the router asked for %s, which a token told it", path)
	default:
	}
}

// TestHeadersThatAreNoTokens has what stands where tokens do.
func TestHeadersThatAreNoTokens(t *testing.T) {
	key := edPair(t, "k")
	token := key.sign(t, claims(nil), nil)
	r := moduletest.New(t, `
authentication: {required: true, `+trusting(t, key)+`}
`, nil)
	for header, code := range map[string]string{
		"": "UNAUTHENTICATED", "Bearer": "UNAUTHENTICATED", "Bearer ": "UNAUTHENTICATED", "Basic " + token: "UNAUTHENTICATED",
		token: "UNAUTHENTICATED", "Bearer\t" + token: "UNAUTHENTICATED", "BEARER  " + token: "", "bearer " + token: "",
		"Bearer " + token + " x": "INVALID_TOKEN", "Bearer " + token + ", Bearer " + token: "INVALID_TOKEN",
	} {
		a := r.Ask(query, "Authorization", header)
		if a.Code() != code || (code != "") != (a.Status == http.StatusUnauthorized) {
			t.Errorf("%.20q: %d %s", header, a.Status, a.Body)
		}
		if challenge := a.Header.Get("Www-Authenticate"); code == "UNAUTHENTICATED" && challenge != "Bearer" {
			t.Errorf("%.20q: challenged with %q", header, challenge)
		}
	}
	req := httptest.NewRequest(http.MethodPost, "/graphql", strings.NewReader(`{"query":"`+query+`"}`))
	req.Header = http.Header{"Content-Type": {"application/json"}, "Authorization": {"Bearer " + token, "Bearer " + token}}
	if a := r.Do(req); a.Code() != "INVALID_TOKEN" {
		t.Errorf("two headers: %d %s", a.Status, a.Body)
	}
}

package identity_test

import (
	"crypto/ed25519"
	"crypto/x509"
	"encoding/pem"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/weft-graphql/weft/router/modules/moduletest"
	"github.com/weft-graphql/weft/schema/wire"
)

const query = "{ person(id: 1) { name age } }"

// pemKey is a private key as openssl writes it.
func pemKey(t *testing.T) string {
	t.Helper()
	_, private, err := ed25519.GenerateKey(nil)
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		t.Fatal(err)
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}))
}

func writeFile(t *testing.T, file, text string) {
	t.Helper()
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// published are the keys that the admin listener tells.
func published(t *testing.T, r *moduletest.Rig) wire.IdentityKeys {
	t.Helper()
	w := httptest.NewRecorder()
	r.Router.Admin().ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/.well-known/jwks.json", nil))
	keys, err := wire.ReadPublicKeys(w.Body.Bytes())
	if err != nil || w.Header().Get("Content-Type") != "application/jwk-set+json" {
		t.Fatalf("%d %s: %v", w.Code, w.Body, err)
	}
	return keys
}

func token(r *moduletest.Rig, subgraph string) string {
	return r.Subgraphs[subgraph].Header().Get(wire.IdentityHeader)
}

func TestEachSubgraphGetsATokenForItself(t *testing.T) {
	file := filepath.Join(t.TempDir(), "keys.json")
	r := moduletest.New(t, "admin: {listen: '127.0.0.1:0'}\nidentity: {enabled: true, jwks_file: '"+file+"'}\n", nil)
	r.Ask(query, wire.IdentityHeader, "forged")
	keys := published(t, r)
	for _, name := range []string{"people", "ages"} {
		id, _, err := keys.Open(token(r, name), name, time.Now())
		if err != nil || !id.Anonymous() || len(id.Claims) > 0 {
			t.Errorf("%s: %+v, %v", name, id, err)
		}
	}
	if _, _, err := keys.Open(token(r, "people"), "ages", time.Now()); err == nil {
		t.Error("a token for people is good for ages")
	}
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	written, err := wire.ReadPublicKeys(text)
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := written.Open(token(r, "people"), "people", time.Now()); err != nil {
		t.Errorf("with the keys of the file: %v", err)
	}
	first := token(r, "people")
	r.Ask(query)
	if token(r, "people") != first {
		t.Error("a token is not used again")
	}
}

func TestKeyFilesAreFollowed(t *testing.T) {
	dir := t.TempDir()
	old, next, public := filepath.Join(dir, "old.pem"), filepath.Join(dir, "next.pem"), filepath.Join(dir, "keys.json")
	writeFile(t, old, pemKey(t))
	writeFile(t, next, pemKey(t))
	r := moduletest.New(t, "admin: {listen: '127.0.0.1:0'}\nidentity: {enabled: true, jwks_file: '"+public+
		"', key_files: ['"+old+"', '"+next+"']}\n", nil)
	r.Ask(query)
	keys, first := published(t, r), token(r, "people")
	if len(keys) != 2 {
		t.Fatalf("%d keys are published, want both", len(keys))
	}
	// The keys change places: what services know already signs now.
	was, err := os.ReadFile(old)
	if err != nil {
		t.Fatal(err)
	}
	will, err := os.ReadFile(next)
	if err != nil {
		t.Fatal(err)
	}
	writeFile(t, old, string(will))
	writeFile(t, next, string(was))
	looks := time.NewTicker(20 * time.Millisecond)
	defer looks.Stop()
	for strings.Split(token(r, "people"), ".")[0] == strings.Split(first, ".")[0] {
		<-looks.C
		r.Ask(query)
	}
	if _, _, err := keys.Open(token(r, "people"), "people", time.Now()); err != nil {
		t.Errorf("signed with the other key: %v", err)
	}
}

func TestSettingsThatCannotWork(t *testing.T) {
	got := moduletest.Problems(t, "identity: {enabled: true, claims: [roles, exp]}\n")
	if !strings.Contains(got, "exp is a claim") {
		t.Errorf("a reserved claim: %q", got)
	}
	if got := moduletest.Problems(t, "identity: {claims: [roles]}\n"); !strings.Contains(got, "must be true") {
		t.Errorf("not enabled: %q", got)
	}
	file := filepath.Join(t.TempDir(), "key.pem")
	writeFile(t, file, "no key")
	for _, key := range []string{file, file + ".missing"} {
		if _, err := moduletest.Try(t, "identity: {enabled: true, key_files: ['"+key+"']}\n", nil); err == nil {
			t.Errorf("%s is taken for a key", key)
		}
	}
}

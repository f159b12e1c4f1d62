package source

import (
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/weft-graphql/weft/router/config"
	"github.com/weft-graphql/weft/router/sigv4"
)

// storage is S3 for one bucket: it checks signatures, of single chunks without a body, and knows ETags.
type storage struct {
	objects map[string]string
	// bucketIn tells where requests name the bucket: host or path.
	bucketIn string
	statuses []int
	host     string
}

var credentials = sigv4.Credentials{Keys: sigv4.Keys{ID: "key", Secret: "secret"}, Region: "eu-central-1", Service: "s3"}

func (s *storage) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	status, body := s.answer(w, r)
	s.statuses = append(s.statuses, status)
	w.WriteHeader(status)
	_, _ = io.WriteString(w, body)
}

func (s *storage) answer(w http.ResponseWriter, r *http.Request) (int, string) {
	at, err := time.Parse("20060102T150405Z", r.Header.Get("X-Amz-Date"))
	if err != nil {
		return http.StatusForbidden, "<Error><Code>AccessDenied</Code></Error>"
	}
	target := &url.URL{Host: r.Host, Path: r.URL.Path, RawPath: r.URL.EscapedPath(), RawQuery: r.URL.RawQuery}
	headers := []sigv4.Header{
		{Name: "host", Value: r.Host}, {Name: "x-amz-date", Value: r.Header.Get("X-Amz-Date")},
		{Name: "x-amz-content-sha256", Value: r.Header.Get("X-Amz-Content-Sha256")},
	}
	if token := r.Header.Get("X-Amz-Security-Token"); token != "" {
		headers = append(headers, sigv4.Header{Name: "x-amz-security-token", Value: token})
	}
	if want := credentials.Sign("GET", target, headers, nil, at); r.Header.Get("Authorization") != want {
		return http.StatusForbidden, "<Error><Code>SignatureDoesNotMatch</Code></Error>"
	}
	key := strings.TrimPrefix(r.URL.Path, "/")
	switch {
	case s.bucketIn == "host" && r.Host != "graphs."+s.host:
		return http.StatusNotFound, "<Error><Code>NoSuchBucket</Code></Error>"
	case s.bucketIn == "path":
		var ok bool
		if key, ok = strings.CutPrefix(key, "graphs/"); !ok {
			return http.StatusNotFound, "<Error><Code>NoSuchBucket</Code></Error>"
		}
	}
	text, ok := s.objects[key]
	if !ok {
		return http.StatusNotFound, "<Error><Code>NoSuchKey</Code></Error>"
	}
	etag := fmt.Sprintf(`"%x"`, text)
	w.Header().Set("ETag", etag)
	if r.Header.Get("If-None-Match") == etag {
		return http.StatusNotModified, ""
	}
	return http.StatusOK, text
}

// TestS3 asks for keys that have to be encoded, in both styles.
func TestS3(t *testing.T) {
	const key = "teams/a b+c/é=@shop:1.graphql"
	for _, style := range []string{"host", "path"} {
		s := &storage{objects: map[string]string{key: "type Query { a: Int }", key + ".sig": "signature"}, bucketIn: style}
		server := httptest.NewServer(s)
		defer server.Close()
		s.host = strings.TrimPrefix(server.URL, "http://")
		// graphs.127.0.0.1 is this machine, too.
		transport := http.DefaultTransport.(*http.Transport).Clone()
		transport.DialContext = nil
		transport.Proxy = func(*http.Request) (*url.URL, error) { return url.Parse(server.URL) }
		client.Transport = transport
		defer func() { client.Transport = nil }()
		in := newInS3(config.SupergraphS3{
			Bucket: "graphs", Key: key, Region: "eu-central-1", Endpoint: server.URL, PathStyle: style == "path", AccessKeyID: "key",
			SecretAccessKey: "secret", SessionToken: "token", Timeout: 10 * time.Second,
		})
		document, err := in.Get(t.Context(), Seen{}, true)
		if err != nil || document.SDL != s.objects[key] || string(document.Signature) != "signature" {
			t.Fatalf("%s: %v %+v", style, err, document)
		}
		if again, err := in.Get(t.Context(), document.Seen, true); err != nil || again != nil || s.statuses[2] != http.StatusNotModified {
			t.Errorf("%s: the same is sent again: %v %+v %v", style, err, again, s.statuses)
		}
		s.objects[key] = "type Query { b: Int }"
		if again, err := in.Get(t.Context(), document.Seen, false); err != nil || again == nil || again.SDL != s.objects[key] {
			t.Errorf("%s: another one: %v %+v", style, err, again)
		}
		in.keys = sigv4.Keys{ID: "key", Secret: "wrong"}
		if _, err := in.Get(t.Context(), Seen{}, false); err == nil || !strings.Contains(err.Error(), "the status 403 (SignatureDoesNotMatch)") {
			t.Errorf("%s: with a wrong secret: %v", style, err)
		}
		// Keys may come from the environment, too.
		t.Setenv("AWS_ACCESS_KEY_ID", "key")
		t.Setenv("AWS_SECRET_ACCESS_KEY", "secret")
		elsewhere := in.settings
		elsewhere.Credentials, elsewhere.AccessKeyID, elsewhere.SecretAccessKey = "environment", "", ""
		in = newInS3(elsewhere)
		if document, err := in.Get(t.Context(), Seen{}, false); err != nil || document.SDL != s.objects[key] {
			t.Errorf("%s: with keys of the environment: %v %+v", style, err, document)
		}
		in.settings.Key = "nothing"
		if _, err := in.Get(t.Context(), Seen{}, false); err == nil || !strings.Contains(err.Error(), "the status 404 (NoSuchKey)") {
			t.Errorf("%s: nothing there: %v", style, err)
		}
	}
}

// keys are a private key, and the file of its public one.
func keys(t *testing.T, dir, name string) (private []byte, publicFile string) {
	t.Helper()
	public, key, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	publicDER, err := x509.MarshalPKIXPublicKey(public)
	if err != nil {
		t.Fatal(err)
	}
	publicFile = filepath.Join(dir, name)
	text := pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: publicDER})
	if err := os.WriteFile(publicFile, text, 0o600); err != nil {
		t.Fatal(err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}), publicFile
}

// TestSignatures refuses what is not signed, what is signed by somebody else, and what was changed.
func TestSignatures(t *testing.T) {
	dir := t.TempDir()
	first, firstPublic := keys(t, dir, "first.pem")
	second, secondPublic := keys(t, dir, "second.pem")
	stranger, _ := keys(t, dir, "stranger.pem")
	const sdl = "type Query { a: Int }"
	sign := func(key []byte) string {
		signature, err := Sign([]byte(sdl), key)
		if err != nil {
			t.Fatal(err)
		}
		return string(signature)
	}
	signature := ""
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case r.URL.RawQuery != "token=x":
			w.WriteHeader(http.StatusForbidden)
		case r.URL.Path == "/shop":
			_, _ = io.WriteString(w, sdl)
		case r.URL.Path == "/shop.sig" && signature != "":
			_, _ = io.WriteString(w, signature)
		default:
			w.WriteHeader(http.StatusNotFound)
		}
	}))
	defer server.Close()
	file := filepath.Join(dir, "supergraph.graphql")
	for kind, s := range map[string]config.Supergraph{
		"file": {Path: file}, "http": {HTTP: config.SupergraphHTTP{URL: server.URL + "/shop?token=x", Timeout: 10 * time.Second}},
	} {
		s.Signature.PublicKeyFiles = []string{firstPublic, secondPublic}
		for _, c := range []struct{ text, signature, want string }{
			{sdl, sign(first), ""}, {sdl, sign(second), ""},
			{sdl, "", "has no signature"}, {sdl, "garbage", "must be 64 bytes in base64"},
			{sdl, sign(stranger), "does not belong to this supergraph and any of the 2 keys"},
			{sdl + " ", sign(first), "does not belong to this supergraph"},
		} {
			if kind == "http" && c.text != sdl {
				continue
			}
			signature = c.signature
			_ = os.Remove(file + ".sig")
			if err := os.WriteFile(file, []byte(c.text), 0o600); err != nil {
				t.Fatal(err)
			}
			if c.signature != "" {
				if err := os.WriteFile(file+".sig", []byte(c.signature), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			got, err := Load(context.Background(), &s)
			if c.want == "" && (err != nil || got != c.text) {
				t.Errorf("%s: %v", kind, err)
			}
			if c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)) {
				t.Errorf("%s: %v, want %s", kind, err, c.want)
			}
		}
		s.Signature.PublicKeyFiles = []string{file}
		signature = sign(first)
		if err := os.WriteFile(file+".sig", []byte(signature), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := Load(context.Background(), &s); err == nil || !strings.Contains(err.Error(), "is no key in PEM") {
			t.Errorf("%s: a file that is no key: %v", kind, err)
		}
	}
	for _, wrong := range [][]byte{[]byte("nothing"), pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: []byte("x")})} {
		if _, err := Sign([]byte(sdl), wrong); err == nil || !strings.Contains(err.Error(), "openssl genpkey -algorithm ed25519") {
			t.Errorf("signed with %q: %v", wrong, err)
		}
	}
}

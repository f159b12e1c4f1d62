package source

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-containerregistry/pkg/registry"
	"github.com/opencontainers/image-spec/specs-go"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
	"oras.land/oras-go/v2/content"
	"oras.land/oras-go/v2/registry/remote"
	"oras.land/oras-go/v2/registry/remote/auth"

	"github.com/weft-graphql/weft/router/config"
)

// protected is a registry that wants tokens, which it gives to one user. blobs counts what is fetched.
type protected struct {
	*httptest.Server
	inner http.Handler
	blobs int
	// tamper changes what blobs have.
	tamper bool
}

func newProtected(t *testing.T) *protected {
	p := &protected{inner: registry.New(registry.Logger(slog.NewLogLogger(slog.DiscardHandler, slog.LevelInfo)))}
	p.Server = httptest.NewServer(p)
	t.Cleanup(p.Close)
	return p
}

func (p *protected) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.URL.Path == "/token" {
		if user, password, _ := r.BasicAuth(); user != "reader" || password != "secret" {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		_, _ = io.WriteString(w, `{"token":"let me in"}`)
		return
	}
	if r.Header.Get("Authorization") != "Bearer let me in" {
		w.Header().Set("WWW-Authenticate", `Bearer realm="`+p.URL+`/token",service="registry",scope="repository:graphs/shop:pull,push"`)
		w.WriteHeader(http.StatusUnauthorized)
		return
	}
	if r.Method == http.MethodGet && strings.Contains(r.URL.Path, "/blobs/") {
		p.blobs++
		if p.tamper {
			rec := httptest.NewRecorder()
			p.inner.ServeHTTP(rec, r)
			body := bytes.ToUpper(rec.Body.Bytes())
			w.Header().Set("Content-Length", fmt.Sprint(len(body)))
			_, _ = w.Write(body)
			return
		}
	}
	p.inner.ServeHTTP(w, r)
}

// push has a tag mean an artifact of these files.
func (p *protected) push(t *testing.T, tag string, files ...[2]string) (digest string) {
	t.Helper()
	host := strings.TrimPrefix(p.URL, "http://")
	repository, err := remote.NewRepository(host + "/graphs/shop")
	if err != nil {
		t.Fatal(err)
	}
	repository.PlainHTTP = true
	repository.Client = &auth.Client{Credential: auth.StaticCredential(host, auth.Credential{AccessToken: "let me in"})}
	blob := func(mediaType, title, text string) ocispec.Descriptor {
		d := content.NewDescriptorFromBytes(mediaType, []byte(text))
		if err := repository.Blobs().Push(t.Context(), d, strings.NewReader(text)); err != nil {
			t.Fatal(err)
		}
		d.Annotations = map[string]string{ocispec.AnnotationTitle: title}
		return d
	}
	manifest := ocispec.Manifest{
		Versioned: specs.Versioned{SchemaVersion: 2}, MediaType: ocispec.MediaTypeImageManifest, Config: blob(ocispec.MediaTypeEmptyJSON, "", "{}"),
	}
	for _, f := range files {
		manifest.Layers = append(manifest.Layers, blob("application/octet-stream", f[0], f[1]))
	}
	body, err := json.Marshal(manifest)
	if err != nil {
		t.Fatal(err)
	}
	d := content.NewDescriptorFromBytes(ocispec.MediaTypeImageManifest, body)
	if err := repository.PushReference(t.Context(), d, bytes.NewReader(body), tag); err != nil {
		t.Fatal(err)
	}
	return d.Digest.String()
}

func TestRegistry(t *testing.T) {
	p := newProtected(t)
	const sdl = "type Query { a: Int }"
	digest := p.push(t, "production", [2]string{"supergraph.graphql.sig", "signature"}, [2]string{"supergraph.graphql", sdl})
	repository := strings.TrimPrefix(p.URL, "http://") + "/graphs/shop"
	in := func(reference string, change func(*config.SupergraphOCI)) *inRegistry {
		o := &inRegistry{config.SupergraphOCI{
			Reference: repository + reference, Username: "reader", Password: "secret", PlainHTTP: true, Timeout: 10 * time.Second,
		}}
		change(&o.settings)
		return o
	}
	as := func(*config.SupergraphOCI) {}
	token := func(o *config.SupergraphOCI) { o.Username, o.Password, o.Token = "", "", "let me in" }
	for name, source := range map[string]*inRegistry{
		"by tag": in(":production", as), "by digest": in("@"+digest, as), "with a token": in(":production", token),
	} {
		document, err := source.Get(t.Context(), Seen{}, true)
		if err != nil || document.SDL != sdl || string(document.Signature) != "signature" {
			t.Fatalf("%s: %v %+v", name, err, document)
		}
		before := p.blobs
		if again, err := source.Get(t.Context(), document.Seen, true); err != nil || again != nil || p.blobs != before {
			t.Errorf("%s: the same is sent again: %v %+v", name, err, again)
		}
	}
	seen := Seen{Tag: digest}
	p.push(t, "production", [2]string{"supergraph.graphql", "type Query { b: Int }"})
	document, err := in(":production", as).Get(t.Context(), seen, true)
	if err != nil || document == nil || !strings.Contains(document.SDL, "b: Int") || document.Signature != nil {
		t.Errorf("the tag means another one: %v %+v", err, document)
	}
	if document, err := in("@"+digest, as).Get(t.Context(), Seen{}, false); err != nil || document.SDL != sdl {
		t.Errorf("the digest means another one: %v %+v", err, document)
	}
	p.push(t, "two", [2]string{"a", "1"}, [2]string{"b", "2"})
	p.push(t, "none")
	for name, c := range map[string]struct {
		source *inRegistry
		want   string
	}{
		"another password": {in(":production", func(o *config.SupergraphOCI) { o.Password = "wrong" }), "401"},
		"nobody":           {in(":production", func(o *config.SupergraphOCI) { o.Username, o.Password = "", "" }), "401"},
		"no such tag":      {in(":nothing", as), "not found"},
		"no tag":           {in("", as), "has no tag and no digest"},
		"two layers":       {in(":two", as), "it has several layers"},
		"no layer":         {in(":none", as), "it has no layer"},
		"too late":         {in(":production", func(o *config.SupergraphOCI) { o.Timeout = time.Nanosecond }), "deadline exceeded"},
	} {
		_, err := c.source.Get(t.Context(), Seen{}, false)
		if err == nil || !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), "the supergraph cannot be had: "+repository) {
			t.Errorf("%s: %v, want %s", name, err, c.want)
		}
		if err != nil && (strings.Contains(err.Error(), "secret") || strings.Contains(err.Error(), "let me in")) {
			t.Errorf("%s: a secret is in %v", name, err)
		}
	}
	p.tamper = true
	if _, err := in(":production", as).Get(t.Context(), Seen{}, false); err == nil {
		t.Error("what does not have its digest is taken")
	}
}

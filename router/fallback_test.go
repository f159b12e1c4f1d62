package router_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	ociregistry "github.com/google/go-containerregistry/pkg/registry"
	"github.com/opencontainers/image-spec/specs-go"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
	"oras.land/oras-go/v2/content"
	"oras.land/oras-go/v2/registry/remote"

	"github.com/weft-graphql/weft/router"
	"github.com/weft-graphql/weft/router/config"
	"github.com/weft-graphql/weft/router/modules/moduletest"
)

// place is where a graph comes from. put puts a text there, and takes it away when it is empty.
type place struct {
	configure func(*config.Supergraph)
	put       func(text string)
}

// webServer serves what was put there.
func webServer(t *testing.T) (url string, put func(string)) {
	var mu sync.Mutex
	text := ""
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		if text == "" {
			w.WriteHeader(http.StatusNotFound)
			return
		}
		_, _ = io.WriteString(w, text)
	}))
	t.Cleanup(s.Close)
	return s.URL, func(now string) {
		mu.Lock()
		defer mu.Unlock()
		text = now
	}
}

// ociRegistry is a registry in this process; push makes a tag of it mean a text.
func ociRegistry(t *testing.T) (reference string, push func(text string)) {
	s := httptest.NewServer(ociregistry.New(ociregistry.Logger(slog.NewLogLogger(slog.DiscardHandler, slog.LevelInfo))))
	t.Cleanup(s.Close)
	reference = strings.TrimPrefix(s.URL, "http://") + "/graphs/shop:production"
	return reference, func(text string) {
		repository, err := remote.NewRepository(reference)
		if err != nil {
			t.Fatal(err)
		}
		repository.PlainHTTP = true
		blob := func(mediaType, text string) ocispec.Descriptor {
			d := content.NewDescriptorFromBytes(mediaType, []byte(text))
			if err := repository.Blobs().Push(t.Context(), d, strings.NewReader(text)); err != nil {
				t.Fatal(err)
			}
			return d
		}
		manifest := ocispec.Manifest{
			Versioned: specs.Versioned{SchemaVersion: 2}, MediaType: ocispec.MediaTypeImageManifest, Config: blob(ocispec.MediaTypeEmptyJSON, "{}"),
		}
		if text != "" {
			manifest.Layers = []ocispec.Descriptor{blob("application/graphql", text)}
		}
		body, err := json.Marshal(manifest)
		if err != nil {
			t.Fatal(err)
		}
		d := content.NewDescriptorFromBytes(ocispec.MediaTypeImageManifest, body)
		if err := repository.PushReference(t.Context(), d, bytes.NewReader(body), "production"); err != nil {
			t.Fatal(err)
		}
	}
}

func placesOfGraphs(t *testing.T) map[string]place {
	dir := t.TempDir()
	write := func(name string) func(string) {
		return func(text string) {
			file := filepath.Join(dir, name)
			if text == "" {
				_ = os.Remove(file)
				return
			}
			// In one step, as everybody should who replaces a file that is watched.
			if err := os.WriteFile(file+".new", []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
			if err := os.Rename(file+".new", file); err != nil {
				t.Fatal(err)
			}
		}
	}
	web, putWeb := webServer(t)
	storage, putStorage := webServer(t)
	reference, push := ociRegistry(t)
	return map[string]place{
		"file": {func(s *config.Supergraph) { s.Path = filepath.Join(dir, "supergraph.graphql") }, write("supergraph.graphql")},
		"subgraphs": {func(s *config.Supergraph) {
			s.Subgraphs = []config.Subgraph{{Name: "a", URL: "http://a.invalid", Schema: filepath.Join(dir, "a.graphql")}}
		}, write("a.graphql")},
		"http": {func(s *config.Supergraph) { s.HTTP.URL, s.HTTP.PollInterval = web, 10*time.Millisecond }, putWeb},
		"s3": {func(s *config.Supergraph) {
			s.S3.Bucket, s.S3.Key, s.S3.Region, s.S3.Endpoint, s.S3.PathStyle = "graphs", "shop", "x", storage, true
			s.S3.PollInterval = 10 * time.Millisecond
		}, putStorage},
		"oci": {func(s *config.Supergraph) {
			s.OCI.Reference, s.OCI.PlainHTTP, s.OCI.PollInterval = reference, true, 10*time.Millisecond
		}, push},
	}
}

// TestTheFallbackTakesOver begins with garbage, nothing, and a graph that does not load at every kind of source; then the
// graph comes, and the same again does not push it out.
func TestTheFallbackTakesOver(t *testing.T) {
	fallback := filepath.Join(t.TempDir(), "fallback.graphql")
	if err := os.WriteFile(fallback, []byte(graph(t, "fallback")), 0o600); err != nil {
		t.Fatal(err)
	}
	for kind, place := range placesOfGraphs(t) {
		for name, garbage := range map[string]string{"garbage": "<html>", "nothing": "", "a graph that does not load": "type Query { a: Nothing }"} {
			t.Run(kind+"/"+name, func(t *testing.T) {
				cfg := config.Default()
				cfg.Admin.Listen = "127.0.0.1:0"
				cfg.Supergraph.PollInterval = 5 * time.Millisecond
				place.configure(&cfg.Supergraph)
				place.put(garbage)
				options := router.Options{
					Logger: slog.New(slog.DiscardHandler), Handlers: map[string]http.Handler{"a": http.NotFoundHandler()},
				}
				if r, err := router.New(&cfg, options); err == nil {
					r.Close()
					t.Fatal("it begins without a fallback")
				}
				cfg.Supergraph.Fallback = fallback
				r, err := router.New(&cfg, options)
				if err != nil {
					t.Fatal(err)
				}
				t.Cleanup(r.Close)
				ctx, cancel := context.WithCancel(t.Context())
				watching := make(chan struct{})
				go func() { defer close(watching); r.Watch(ctx) }()
				defer func() { cancel(); <-watching }()
				f := &fixture{router: r}
				serves := func(field string) bool {
					_, body := f.ask(t, "{"+field+"}")
					return !strings.Contains(body, "GRAPHQL_VALIDATION_FAILED")
				}
				await := func(what string, is func() bool) {
					t.Helper()
					deadline := time.Now().Add(30 * time.Second)
					for !is() {
						if time.Now().After(deadline) {
							t.Fatalf("%s: not within 30 s", what)
						}
						time.Sleep(time.Millisecond)
					}
				}
				failing := func() bool { return strings.Contains(metricsOf(t, r), `weft_reload_failing{what="supergraph"} 1`) }
				if !serves("fallback") || !failing() {
					t.Fatal("the router does not begin with the fallback, or nobody is told")
				}
				text := graph(t, "first")
				if kind == "subgraphs" {
					text = moduletest.Link + " type Query { first: Int }"
				}
				place.put(text)
				await("the graph that came is in use", func() bool { return serves("first") && !failing() })
				place.put(garbage)
				await("the garbage is noticed", failing)
				if !serves("first") {
					t.Error("the graph from before does not go on")
				}
			})
		}
	}
}

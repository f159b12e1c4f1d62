package router_test

import (
	"bytes"
	"log/slog"
	"strings"
	"testing"

	"github.com/weft-graphql/weft/router"
	"github.com/weft-graphql/weft/router/config"
)

// linking is a supergraph that links one more specification.
func linking(t *testing.T, link string) string {
	t.Helper()
	sdl := supergraphOf(t, namesSDL)
	const last = `@link(url: "https://specs.apollo.dev/join/v0.3", for: EXECUTION)`
	if !strings.Contains(sdl, last) {
		t.Fatalf("the supergraph does not say %s:\n%s", last, sdl)
	}
	return strings.Replace(sdl, last, last+" "+link, 1)
}

// TestUnsupportedFeaturesAreRefused: a graph that says that it must not be served without something is not.
func TestUnsupportedFeaturesAreRefused(t *testing.T) {
	for link, refused := range map[string]bool{
		`@link(url: "https://specs.apollo.dev/authenticated/v0.1", for: SECURITY)`:            false,
		`@link(url: "https://specs.apollo.dev/authenticated/v0.9", for: SECURITY)`:            true,
		`@link(url: "https://specs.apollo.dev/requiresScopes/v0.1", for: SECURITY)`:           false,
		`@link(url: "https://specs.apollo.dev/policy/v0.1", as: "guard", for: SECURITY)`:      false,
		`@link(url: "https://specs.apollo.dev/connect/v0.1", for: EXECUTION)`:                 true,
		`@link(url: "https://example.com/masking/v1.0", for: SECURITY)`:                       true,
		`@link(url: "https://example.com/sharding/v1.0", for: EXECUTION)`:                     true,
		`@link(url: "https://example.com/without-version", for: SECURITY)`:                    true,
		`@link(url: "https://specs.apollo.dev/inaccessible/v0.9", for: SECURITY)`:             true,
		`@link(url: "https://specs.apollo.dev/inaccessible/v0.2", for: SECURITY)`:             false,
		`@link(url: "https://specs.apollo.dev/context/v0.1", for: SECURITY)`:                  false,
		`@link(url: "https://specs.apollo.dev/cacheTag/v0.1", for: EXECUTION)`:                false,
		`@link(url: "https://example.com/notes/v1.0")`:                                        false,
		`@link(url: "https://specs.apollo.dev/tag/v0.3", import: [{name: "@tag", as: "@t"}])`: false,
	} {
		sdl := linking(t, link)
		cfg := config.Default()
		cfg.Supergraph.Path = "in memory"
		r, err := router.New(&cfg, router.Options{Supergraph: sdl, Logger: slog.New(slog.DiscardHandler)})
		if (err != nil) != refused {
			t.Errorf("%s: %v", link, err)
		}
		if err != nil {
			url := strings.Split(link, `"`)[1]
			for _, part := range []string{url, "unsupported_features", "for: "} {
				if !strings.Contains(err.Error(), part) {
					t.Errorf("%s: the error does not name %q: %v", link, part, err)
				}
			}
			continue
		}
		r.Close()
	}
}

// TestUnsupportedFeaturesKeepTheOldGraph: a new graph that is refused does not replace the one in use.
func TestUnsupportedFeaturesKeepTheOldGraph(t *testing.T) {
	f := newFixture(t, nil)
	if err := f.router.Swap(linking(t, `@link(url: "https://specs.apollo.dev/connect/v0.1", for: EXECUTION)`)); err == nil {
		t.Error("the graph was swapped")
	}
	if status, body := f.ask(t, `{person(id:"1"){name}}`); status != 200 || !strings.Contains(body, "Ada") {
		t.Errorf("%d %s", status, body)
	}
}

// TestUnsupportedFeaturesCanBeServed: with a setting and a warning.
func TestUnsupportedFeaturesCanBeServed(t *testing.T) {
	var log bytes.Buffer
	f := newFixtureWithLog(t, slog.New(slog.NewTextHandler(&log, nil)), func(c *config.Config) { c.Supergraph.UnsupportedFeatures = "warn" })
	if err := f.router.Swap(linking(t, `@link(url: "https://specs.apollo.dev/connect/v0.1", for: EXECUTION)`)); err != nil {
		t.Fatal(err)
	}
	if text := log.String(); !strings.Contains(text, "level=WARN") || !strings.Contains(text, "https://specs.apollo.dev/connect/v0.1 (for: EXECUTION)") {
		t.Errorf("the log says only: %s", text)
	}
	if status, body := f.ask(t, `{person(id:"1"){name}}`); status != 200 || !strings.Contains(body, "Ada") {
		t.Errorf("%d %s", status, body)
	}
}

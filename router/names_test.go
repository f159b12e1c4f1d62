package router_test

import (
	"bytes"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/weft-graphql/weft/router"
	"github.com/weft-graphql/weft/router/config"
)

// caching makes a configuration whose entity cache has settings for one subgraph and type.
func caching(subgraph, typ string) *config.Config {
	cfg := config.Default()
	cfg.Supergraph.Path = "in memory"
	cfg.Cache.Enabled = true
	s := config.CacheSubgraph{TTL: time.Minute}
	if typ != "" {
		s.Types = map[string]config.CacheType{typ: {TTL: time.Second}}
	}
	cfg.Cache.Subgraphs = map[string]config.CacheSubgraph{subgraph: s}
	return &cfg
}

func TestSettingsOfWhatTheGraphDoesNotHave(t *testing.T) {
	var log bytes.Buffer
	options := router.Options{
		Supergraph: supergraphOf(t, namesSDL), Logger: slog.New(slog.NewTextHandler(&log, nil)),
		Handlers: map[string]http.Handler{"names": http.NotFoundHandler(), "ages": http.NotFoundHandler()},
	}
	r, err := router.New(caching("names", "Person"), options)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	for _, test := range []struct{ subgraph, typ, problem string }{
		{"names", "", ""},
		{"names", "Query", ""},
		{"name", "", `cache.subgraphs.name: there is no subgraph "name" in the supergraph; did you mean "names"?`},
		{"people", "", `cache.subgraphs.people: there is no subgraph "people" in the supergraph; there are ages, names`},
		{"ages", "Persons", `cache.subgraphs.ages.types.Persons: there is no entity or query root type "Persons" in the subgraph; did you mean "Person"?`},
		{"names", "Mutation", `cache.subgraphs.names.types.Mutation: there is no entity or query root type "Mutation" in the subgraph; there are Person, Query`},
	} {
		cfg := caching(test.subgraph, test.typ)
		started, err := router.New(cfg, options)
		if err == nil {
			started.Close()
		}
		for what, err := range map[string]error{"at the start": err, "when reloaded": r.Reload(cfg)} {
			if got := message(err); got != test.problem {
				t.Errorf("%s %s, %s:\n got %s\nwant %s", test.subgraph, test.typ, what, got, test.problem)
			}
		}
	}
	disabled := caching("nobody", "")
	disabled.Cache.Enabled = false
	if err := r.Reload(disabled); err != nil {
		t.Errorf("settings of a cache that is off: %v", err)
	}
}

func message(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

// Another graph is not held back by settings that were right before.
func TestSettingsThatAnotherGraphLeavesWithoutUse(t *testing.T) {
	var log bytes.Buffer
	cfg := caching("names", "Person")
	cfg.Upstream.Subgraphs = map[string]config.UpstreamSettings{"agse": {}}
	f := newFixtureWithLog(t, slog.New(slog.NewTextHandler(&log, nil)), func(c *config.Config) { *c = *cfg })
	if want := `there is no subgraph \"agse\" in the supergraph; did you mean \"ages\"?`; !strings.Contains(log.String(), want) {
		t.Errorf("the log does not say that %s:\n%s", want, log.String())
	}
	if err := f.router.Swap(strings.ReplaceAll(supergraphOf(t, namesSDL), "Person", "Human")); err != nil {
		t.Fatal(err)
	}
	if want := `setting=cache.subgraphs.names.types.Person`; !strings.Contains(log.String(), want) {
		t.Errorf("the log does not tell of %s:\n%s", want, log.String())
	}
}

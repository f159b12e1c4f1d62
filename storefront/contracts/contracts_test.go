package contracts

import (
	"context"
	"crypto/ed25519"
	"encoding/json"
	"flag"
	"log/slog"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"sync/atomic"
	"testing"

	"github.com/weft-graphql/weft/cmd/weft/contracts"
	"github.com/weft-graphql/weft/router/compose"
	"github.com/weft-graphql/weft/schema"
	"github.com/weft-graphql/weft/schema/wire"
	"github.com/weft-graphql/weft/subgraphs"
	"github.com/weft-graphql/weft/subgraphs/kit"
)

var record = flag.Bool("record", false, "write the pacts again (make contracts)")

// service is one with sample data, alone. It is opened again when somebody may have changed them.
type service struct {
	t       testing.TB
	name    string
	keys    []byte
	running subgraphs.Service
	// changing tells that the next requests may change something, and touched that they came.
	changing, touched atomic.Bool
}

func newKey(t testing.TB) *wire.IdentityKey {
	t.Helper()
	_, private, err := ed25519.GenerateKey(nil)
	if err != nil {
		t.Fatal(err)
	}
	return wire.NewIdentityKey(private)
}

func newService(t testing.TB, name string, key *wire.IdentityKey) *service {
	t.Helper()
	s := &service{t: t, name: name, keys: wire.PublicKeys([]*wire.IdentityKey{key})}
	s.touched.Store(true)
	t.Cleanup(func() {
		if s.running != nil {
			_ = s.running.Close() // the test is over
		}
	})
	return s
}

// prepare brings the service into a state.
func (s *service) prepare(state string) error {
	if state != contracts.SampleData && state != contracts.Untouched {
		return nil
	}
	if s.touched.Load() {
		if s.running != nil {
			if err := s.running.Close(); err != nil {
				return err
			}
		}
		var err error
		s.running, err = subgraphs.Open(context.Background(), s.name, kit.Config{
			DataDir: s.t.TempDir(), Logger: slog.New(slog.DiscardHandler), Issuer: "http://accounts.invalid",
			Identity: kit.IdentityConfig{Keys: kit.FixedIdentityKeys(s.keys)},
		})
		if err != nil {
			return err
		}
	}
	s.changing.Store(state == contracts.Untouched)
	s.touched.Store(false)
	return nil
}

// ServeHTTP answers as the service does.
func (s *service) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if s.changing.Load() {
		s.touched.Store(true)
	}
	s.running.Handler().ServeHTTP(w, r)
}

// TestServicesKeepTheirContracts verifies each service without the others.
func TestServicesKeepTheirContracts(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("storefront-*.json")
	if err != nil || len(files) < 5 {
		t.Fatalf("the pacts are %v: %v", files, err)
	}
	for _, file := range files {
		pact, err := contracts.Read(file)
		if err != nil {
			t.Fatal(err)
		}
		name := pact.Provider.Name
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			key := newKey(t)
			s := newService(t, name, key)
			server := httptest.NewServer(s)
			defer server.Close()
			failures, err := contracts.Verify(t.Context(), pact, contracts.Provider{
				URL: server.URL, Key: key, Prepare: func(state contracts.ProviderState) error { return s.prepare(state.Name) },
			})
			if err != nil {
				t.Fatal(err)
			}
			for _, failure := range failures {
				t.Error(failure)
			}
			if len(pact.Interactions) == 0 {
				t.Error("the pact has no requests")
			}
		})
	}
}

// TestEventsSayNothingToOtherTools but what comes with them: other verifiers of Pact hold all metadata of a message
// against those of the one that is made.
func TestEventsSayNothingToOtherTools(t *testing.T) {
	files, err := filepath.Glob("storefront-*.json")
	if err != nil {
		t.Fatal(err)
	}
	events := 0
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var pact struct {
			Interactions []struct {
				Type, Description string
				Metadata          map[string]any
			}
		}
		if err := json.Unmarshal(text, &pact); err != nil {
			t.Fatal(err)
		}
		for _, i := range pact.Interactions {
			if i.Type != "Asynchronous/Messages" {
				continue
			}
			events++
			if !maps.Equal(i.Metadata, map[string]any{"contentType": "application/json"}) {
				t.Errorf("%s: the metadata of %s are %v", file, i.Description, i.Metadata)
			}
		}
	}
	if events == 0 {
		t.Error("there are no events")
	}
}

// wholeGraph is that of the services, and of what the router feeds from the event bus.
func wholeGraph(t *testing.T) string {
	t.Helper()
	parts := []compose.Subgraph{{Name: "events", SDL: schema.Events}}
	for _, name := range subgraphs.Names() {
		sdl, err := subgraphs.SDL(name)
		if err != nil {
			t.Fatal(err)
		}
		parts = append(parts, compose.Subgraph{Name: name, SDL: sdl, URL: "http://" + name + "/graphql"})
	}
	result, problems := compose.Compose(parts, compose.Options{})
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	return result.SupergraphSDL
}

// TestContractsAreWhatTheRouterSends records again, and compares what services are asked.
func TestContractsAreWhatTheRouterSends(t *testing.T) {
	t.Parallel()
	operations, err := contracts.ReadOperations([]string{"../dist/persisted-query-manifest.json"}, "operations.json")
	if err != nil {
		t.Fatal(err)
	}
	key := newKey(t)
	services, all := map[string]http.Handler{}, []*service{}
	for _, name := range subgraphs.Names() {
		s := newService(t, name, key)
		services[name], all = s, append(all, s)
	}
	pacts, err := contracts.Record(t.Context(), contracts.Recording{
		Client: "storefront", Version: "1", Supergraph: wholeGraph(t), Services: services, Operations: operations, Key: key,
		Prepare: func(state string) error {
			for _, s := range all {
				if err := s.prepare(state); err != nil {
					return err
				}
			}
			return nil
		},
		Note: func(text string) { t.Log(text) },
	})
	if err != nil {
		t.Fatal(err)
	}
	if *record {
		for _, pact := range pacts {
			if _, err := pact.Write("."); err != nil {
				t.Fatal(err)
			}
		}
	}
	var files []string
	for _, pact := range pacts {
		files = append(files, pact.File())
		committed, err := contracts.Read(pact.File())
		if err != nil {
			t.Fatal(err)
		}
		for _, line := range contracts.Differences(pact, committed) {
			t.Errorf("%s: look at what make contracts changes: %s", pact.File(), line)
		}
	}
	if there, err := filepath.Glob("*-*.json"); err != nil || !slices.Equal(there, files) {
		t.Errorf("the files are %v, want %v: %v", there, files, err)
	}
}

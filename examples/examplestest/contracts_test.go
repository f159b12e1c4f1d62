package examplestest

import (
	"context"
	"crypto/ed25519"
	"flag"
	"log/slog"
	"net/http"
	"net/http/httputil"
	"net/url"
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"

	"github.com/weft-graphql/weft/cmd/weft/contracts"
	"github.com/weft-graphql/weft/router/compose"
	"github.com/weft-graphql/weft/schema/wire"
	"github.com/weft-graphql/weft/subgraphs"
	"github.com/weft-graphql/weft/subgraphs/kit"
)

var record = flag.Bool("record", false, "write the pacts of examples/python/suppliers again (make contracts)")

const pacts = "../python/suppliers/contracts"

// lone is the Python service alone, started again with a new database when somebody may have changed something.
type lone struct {
	t                 *testing.T
	keys              string
	address           string
	process           *process
	changing, touched atomic.Bool
}

func (l *lone) prepare(state string) error {
	if state != contracts.SampleData && state != contracts.Untouched {
		return nil
	}
	if l.process == nil || l.touched.Load() {
		if l.process != nil {
			if err := l.process.stop(l.t); err != nil {
				return err
			}
		}
		l.address = freeAddress(l.t)
		l.process = startSuppliers(l.t, l.address, "WEFT_IDENTITY_KEYS="+l.keys, "WEFT_DATA_DIR="+l.t.TempDir())
		l.process.awaitReady(l.t, "http://"+l.address+"/readyz")
	}
	l.changing.Store(state == contracts.Untouched)
	l.touched.Store(false)
	return nil
}

// ServeHTTP passes requests on to the service.
func (l *lone) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if l.changing.Load() {
		l.touched.Store(true)
	}
	(&httputil.ReverseProxy{Rewrite: func(p *httputil.ProxyRequest) {
		p.Out.URL = &url.URL{Scheme: "http", Host: l.address, Path: "/graphql"}
		p.Out.Header.Del("Accept-Encoding") // what is recorded is read
	}}).ServeHTTP(w, r)
}

// TestSuppliersKeepTheirContract records what a client needs of the Python service, compares it with the pact that is
// checked in, and verifies the service alone against that.
func TestSuppliersKeepTheirContract(t *testing.T) {
	t.Parallel()
	_, private, err := ed25519.GenerateKey(nil)
	if err != nil {
		t.Fatal(err)
	}
	key := wire.NewIdentityKey(private)
	public := wire.PublicKeys([]*wire.IdentityKey{key})
	file := filepath.Join(t.TempDir(), "keys.json")
	if err := os.WriteFile(file, public, 0o600); err != nil {
		t.Fatal(err)
	}
	suppliers := &lone{t: t, keys: file}
	sdl, err := os.ReadFile("../python/suppliers/schema.graphql")
	if err != nil {
		t.Fatal(err)
	}
	list := []compose.Subgraph{{Name: "suppliers", URL: "http://suppliers.invalid/graphql", SDL: string(sdl)}}
	services := map[string]http.Handler{"suppliers": suppliers}
	for _, name := range []string{"catalog", "inventory"} {
		service, err := subgraphs.Open(context.Background(), name, kit.Config{
			DataDir: t.TempDir(), Logger: slog.New(slog.DiscardHandler),
			Identity: kit.IdentityConfig{Keys: kit.FixedIdentityKeys(public)},
		})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = service.Close() }) // the test is over
		services[name] = service.Handler()
		sdl, err := subgraphs.SDL(name)
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, compose.Subgraph{Name: name, URL: "http://" + name + ".invalid/graphql", SDL: sdl})
	}
	graph, problems := compose.Compose(list, compose.Options{})
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	operations, err := contracts.ReadOperations([]string{pacts + "/buying.graphql"}, pacts+"/cases.json")
	if err != nil {
		t.Fatal(err)
	}
	recorded, err := contracts.Record(t.Context(), contracts.Recording{
		Client: "buying", Version: "1", Supergraph: graph.SupergraphSDL, Services: services, Operations: operations, Key: key,
		Prepare: suppliers.prepare,
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, pact := range recorded {
		if pact.Provider.Name != "suppliers" {
			continue
		}
		if *record {
			if _, err := pact.Write(pacts); err != nil {
				t.Fatal(err)
			}
		}
		committed, err := contracts.Read(filepath.Join(pacts, pact.File()))
		if err != nil {
			t.Fatal(err)
		}
		for _, line := range contracts.Differences(pact, committed) {
			t.Errorf("look at what make contracts changes: %s", line)
		}
		verifySuppliers(t, suppliers, committed, key)
		return
	}
	t.Error("nothing is asked of suppliers")
}

// verifySuppliers asks the service what the pact has, once as it is and once as if it had changed.
func verifySuppliers(t *testing.T, suppliers *lone, pact *contracts.Pact, key *wire.IdentityKey) {
	t.Helper()
	server := newServer(t, suppliers)
	failures, err := contracts.Verify(t.Context(), pact, contracts.Provider{
		URL: server, Key: key, Prepare: func(state contracts.ProviderState) error { return suppliers.prepare(state.Name) },
	})
	if err != nil || len(failures) > 0 || len(pact.Interactions) != 3 {
		t.Errorf("%d requests: %v, %v", len(pact.Interactions), failures, err)
	}
	// Callers that are nobody may not do what the pact says.
	for i := range pact.Interactions {
		pact.Interactions[i].States = pact.Interactions[i].States[:1]
	}
	failures, err = contracts.Verify(t.Context(), pact, contracts.Provider{URL: server, Key: key})
	broken := map[string]bool{}
	for _, failure := range failures {
		broken[failure.Client+": "+failure.Operation] = true
	}
	if err != nil || len(broken) != 2 || !broken["buying 1: Shortages"] || !broken["buying 1: UpdateSupplier"] {
		t.Errorf("broken are %v, %v", failures, err)
	}
}

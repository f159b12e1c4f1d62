package router_test

import (
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/weft-graphql/weft/router"
	"github.com/weft-graphql/weft/router/compose"
	"github.com/weft-graphql/weft/router/config"
	"github.com/weft-graphql/weft/router/modules"
	"github.com/weft-graphql/weft/router/modules/headers"
)

// supergraphAt is the graph of these tests with its subgraphs at the given addresses.
func supergraphAt(t *testing.T, names, ages string) string {
	t.Helper()
	result, errs := compose.Compose([]compose.Subgraph{
		{Name: "names", SDL: namesSDL, URL: names}, {Name: "ages", SDL: agesSDL, URL: ages},
	}, compose.Options{})
	if len(errs) > 0 {
		t.Fatal(errs)
	}
	return result.SupergraphSDL
}

// closedAddress is one where nobody listens.
func closedAddress(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

// TestClientsDoNotLearnAddresses has subgraphs that are not there, or break off: clients get to know which one failed,
// operators where it should be.
func TestClientsDoNotLearnAddresses(t *testing.T) {
	breaksOff := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Length", "100")
		_, _ = io.WriteString(w, "{")
		panic(http.ErrAbortHandler)
	}))
	breaksOff.Config.Protocols = new(http.Protocols)
	breaksOff.Config.Protocols.SetHTTP1(true)
	breaksOff.Config.Protocols.SetUnencryptedHTTP2(true)
	breaksOff.Start()
	defer breaksOff.Close()
	for _, protocol := range []string{"http1", "h2c"} {
		for what, address := range map[string]string{"nobody is there": closedAddress(t), "breaks off": breaksOff.Listener.Addr().String()} {
			t.Run(protocol+", "+what, func(t *testing.T) {
				var log strings.Builder
				cfg := config.Default()
				cfg.Upstream.All.Protocol = protocol
				cfg.Admin.Listen = "127.0.0.1:0"
				r, err := router.New(&cfg, router.Options{
					Supergraph: supergraphAt(t, "http://"+address+"/graphql", "http://"+address+"/ages"), Logger: slog.New(slog.NewTextHandler(&log, nil)),
				})
				if err != nil {
					t.Fatal(err)
				}
				defer r.Close()
				f := &fixture{router: r}
				for range 5 {
					if _, body := f.ask(t, "{person(id:1){name}}"); !strings.Contains(body, `\"names\"`) || strings.Contains(body, "127.0.0.1") {
						t.Errorf("clients get %s", body)
					}
				}
				status := httptest.NewRecorder()
				r.ServeHTTP(status, httptest.NewRequest(http.MethodGet, "/status", nil))
				if status.Code != http.StatusOK || strings.Contains(status.Body.String(), "127.0.0.1") {
					t.Errorf("/status: %s", status.Body)
				}
				if lines := strings.Count(log.String(), "does not answer"); lines != 1 {
					t.Errorf("%d lines for five failures of a moment:\n%s", lines, log.String())
				}
				if what == "nobody is there" && !strings.Contains(log.String(), address) {
					t.Errorf("operators are not told the address:\n%s", log.String())
				}
				admin := r.Admin()
				rec := httptest.NewRecorder()
				admin.ServeHTTP(rec, httptest.NewRequest(http.MethodGet, "/subgraphs", nil))
				if !strings.Contains(rec.Body.String(), "http://"+address+"/ages") {
					t.Errorf("/subgraphs: %s", rec.Body)
				}
			})
		}
	}
}

// TestFixedHeadersWin forwards a header that has a fixed value, too.
func TestFixedHeadersWin(t *testing.T) {
	received := make(chan http.Header, 1)
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		received <- r.Header
		_, _ = io.WriteString(w, `{"data":{"person":null}}`)
	}))
	defer s.Close()
	cfg := config.Default()
	modules.In[*headers.Headers](&cfg, headers.Info).All = headers.Rules{
		Forward: []string{"X-Tenant", "X-Other"}, Set: map[string]string{"x-tenant": "ours"},
	}
	r, err := router.New(&cfg, router.Options{Supergraph: supergraphAt(t, s.URL, s.URL), Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	(&fixture{router: r}).ask(t, "{person(id:1){name}}", "X-Tenant", "theirs", "X-Other", "o")
	h := <-received
	if got := h.Values("X-Tenant"); !slices.Equal(got, []string{"ours"}) || h.Get("X-Other") != "o" {
		t.Errorf("the subgraph gets %q and %q", got, h.Get("X-Other"))
	}
}

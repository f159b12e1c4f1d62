package reload_test

import (
	"context"
	"crypto/tls"
	"io"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/weft-graphql/weft/router"
	"github.com/weft-graphql/weft/router/config"
	"github.com/weft-graphql/weft/router/modules/moduletest"
	"github.com/weft-graphql/weft/router/standalone/certtest"
)

// TestCertificatesOfSubgraphsAreFollowed has a subgraph that asks for certificates change its authority, and the
// router's files follow, without a restart.
func TestCertificatesOfSubgraphsAreFollowed(t *testing.T) {
	dir := t.TempDir()
	file := func(name string) string { return filepath.Join(dir, name) }
	serving := func(authority *certtest.Authority) *tls.Config {
		return &tls.Config{
			Certificates: []tls.Certificate{authority.Certificate(t, "127.0.0.1")},
			ClientAuth:   tls.RequireAndVerifyClientCert, ClientCAs: authority.Pool(),
		}
	}
	old, next := certtest.New(t), certtest.New(t)
	var current atomic.Pointer[tls.Config]
	current.Store(serving(old))
	s := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.WriteString(w, `{"data":{"hello":"`+r.TLS.PeerCertificates[0].Subject.CommonName+`"}}`)
	}))
	s.TLS = &tls.Config{GetConfigForClient: func(*tls.ClientHelloInfo) (*tls.Config, error) { return current.Load(), nil }}
	s.StartTLS()
	defer s.Close()
	old.Write(t, "old router", file("cert.pem"), file("key.pem"))
	old.WriteCA(t, file("ca.pem"))
	c := config.Default()
	c.Supergraph.PollInterval = 10 * time.Millisecond
	c.Upstream.All.TLS = config.UpstreamTLS{CAFile: file("ca.pem"), CertFile: file("cert.pem"), KeyFile: file("key.pem")}
	c.Upstream.Subgraphs = map[string]config.UpstreamSettings{"hello": {URL: s.URL}}
	sdl := map[string]string{"hello": "type Query { hello: String }"}
	r, err := router.New(&c, router.Options{Supergraph: moduletest.Supergraph(t, sdl)})
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	ctx, stop := context.WithCancel(t.Context())
	watching := make(chan struct{})
	go func() {
		defer close(watching)
		r.Watch(ctx)
	}()
	defer func() {
		stop()
		<-watching
	}()
	ask := func() string {
		req := httptest.NewRequest(http.MethodPost, "/graphql", strings.NewReader(`{"query":"{ hello }"}`))
		req.Header.Set("Content-Type", "application/json")
		w := httptest.NewRecorder()
		r.ServeHTTP(w, req)
		return w.Body.String()
	}
	if got := ask(); got != `{"data":{"hello":"old router"}}` {
		t.Fatalf("at first: %s", got)
	}
	// From now on the subgraph trusts others and is vouched for by others.
	current.Store(serving(next))
	s.CloseClientConnections()
	if got := ask(); !strings.Contains(got, "errors") {
		t.Fatalf("with the old certificates: %s", got)
	}
	next.Write(t, "new router", file("cert.pem"), file("key.pem"))
	next.WriteCA(t, file("ca.pem"))
	looks := time.NewTicker(20 * time.Millisecond)
	defer looks.Stop()
	for ask() != `{"data":{"hello":"new router"}}` {
		<-looks.C
	}
}

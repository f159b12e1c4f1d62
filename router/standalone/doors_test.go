package standalone

import (
	"crypto/tls"
	"crypto/x509"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"testing"

	"github.com/weft-graphql/weft/router"
	"github.com/weft-graphql/weft/router/config"
	"github.com/weft-graphql/weft/router/modules/moduletest"
	"github.com/weft-graphql/weft/router/server"
	"github.com/weft-graphql/weft/router/standalone/certtest"
)

// TestDoorsForOperators asks every listener for everything, with and without a certificate.
func TestDoorsForOperators(t *testing.T) {
	dir := t.TempDir()
	ours, stranger := certtest.New(t), certtest.New(t)
	cert, key, ca := filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem"), filepath.Join(dir, "ca.pem")
	ours.Write(t, "router", cert, key)
	ours.WriteCA(t, ca)
	cfg := config.Default()
	cfg.Listen = "127.0.0.1:0"
	cfg.Cache.Enabled, cfg.Cache.Invalidation.SharedKey = true, "0123456789abcdef"
	cfg.Admin = config.Admin{
		Listen: "127.0.0.1:0", MetricsListen: "127.0.0.1:0", InvalidationListen: "127.0.0.1:0", HealthListen: "127.0.0.1:0",
		TLS: config.AdminTLS{CertFile: cert, KeyFile: key, ClientCAFile: ca},
	}
	logger := slog.New(slog.DiscardHandler)
	subgraphs := map[string]http.Handler{}
	for name := range moduletest.SDL {
		subgraphs[name] = http.NotFoundHandler()
	}
	r, err := router.New(&cfg, router.Options{Supergraph: moduletest.Supergraph(t, moduletest.SDL), Logger: logger, Handlers: subgraphs})
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	listeners, err := openListeners(&cfg, &graphs{main: r}, logger)
	if err != nil {
		t.Fatal(err)
	}
	address := map[string]string{}
	for _, l := range listeners {
		s := &http.Server{Handler: l.Handler, TLSConfig: l.TLS, ErrorLog: slog.NewLogLogger(logger.Handler(), slog.LevelInfo)}
		go serve(s, l)
		defer s.Close()
		address[l.Name] = l.Socket.Addr().String()
	}
	text, err := os.ReadFile(ca)
	if err != nil {
		t.Fatal(err)
	}
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(text)
	client := func(shows *certtest.Authority) *http.Client {
		config := &tls.Config{RootCAs: pool, ServerName: "router"}
		if shows != nil {
			config.Certificates = []tls.Certificate{shows.Certificate(t, "operator")}
		}
		return &http.Client{Transport: &http.Transport{TLSClientConfig: config, DisableKeepAlives: true}}
	}
	const none, vouched, foreign = 0, 1, 2
	clients := []*http.Client{client(nil), client(ours), client(stranger)}
	for _, c := range []struct {
		who    int
		url    string
		status int // 0: there is no connection
	}{
		{none, "https://admin/healthz", 200}, {none, "https://admin/supergraph", 403}, {none, "https://admin/metrics", 404},
		{vouched, "https://admin/supergraph", 200}, {vouched, "https://admin/metrics", 404}, {vouched, "https://admin/invalidation", 404},
		{foreign, "https://admin/healthz", 0}, {none, "http://admin/healthz", 400},
		{none, "https://metrics/metrics", 403}, {vouched, "https://metrics/metrics", 200}, {vouched, "https://metrics/supergraph", 404},
		{none, "https://invalidation/invalidation", 403}, {vouched, "https://invalidation/invalidation", 405},
		{vouched, "https://invalidation/metrics", 404},
		{none, "http://health/healthz", 200}, {none, "http://health/readyz", 200}, {none, "http://health/status", 404},
		{none, "http://health/supergraph", 404}, {none, "http://health/metrics", 404},
		{none, "http://main/supergraph", 404}, {none, "http://main/metrics", 404},
	} {
		request, err := http.NewRequest(http.MethodGet, c.url, nil)
		if err != nil {
			t.Fatal(err)
		}
		request.URL.Host = address[request.URL.Host]
		resp, err := clients[c.who].Do(request)
		status := 0
		if err == nil {
			status = resp.StatusCode
			_ = resp.Body.Close()
		}
		if status != c.status {
			t.Errorf("%s as %d: %d, want %d (%v)", c.url, c.who, status, c.status, err)
		}
	}
}

func serve(s *http.Server, l server.Listener) {
	socket := l.Socket
	if l.TLS != nil {
		socket = tls.NewListener(socket.(*net.TCPListener), l.TLS)
	}
	_ = s.Serve(socket) // it is closed at the end
}

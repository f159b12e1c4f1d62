package subgraphs_test

import (
	"context"
	"crypto/tls"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"testing"

	"github.com/weft-graphql/weft/router/standalone/certtest"
	"github.com/weft-graphql/weft/subgraphs"
)

func TestServicesSpeakTLS(t *testing.T) {
	authority, stranger := certtest.New(t), certtest.New(t)
	trusted := []tls.Certificate{authority.Certificate(t, "router")}
	untrusted := []tls.Certificate{stranger.Certificate(t, "router")}
	for _, mutual := range []bool{false, true} {
		config := sqliteConfig(t)
		config.TLS = &tls.Config{Certificates: []tls.Certificate{authority.Certificate(t, "127.0.0.1")}}
		if mutual {
			config.TLS.ClientAuth, config.TLS.ClientCAs = tls.VerifyClientCertIfGiven, authority.Pool()
		}
		config.Logger = slog.New(slog.DiscardHandler)
		s, err := subgraphs.Open(t.Context(), "accounts", config) // Serve closes it
		if err != nil {
			t.Fatal(err)
		}
		socket, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		ctx, stop := context.WithCancel(t.Context())
		served := make(chan error, 1)
		go func() { served <- s.Serve(ctx, socket) }()
		url := "https://" + socket.Addr().String()
		ask := func(method, path string, certificates ...tls.Certificate) (int, string) {
			transport := &http.Transport{
				TLSClientConfig: &tls.Config{RootCAs: authority.Pool(), Certificates: certificates}, ForceAttemptHTTP2: true,
			}
			defer transport.CloseIdleConnections()
			req, err := http.NewRequest(method, url+path, strings.NewReader(`{"query":"{ __typename }"}`))
			if err != nil {
				t.Fatal(err)
			}
			req.Header.Set("Content-Type", "application/json")
			resp, err := transport.RoundTrip(req)
			if err != nil {
				return 0, err.Error()
			}
			defer resp.Body.Close()
			if resp.ProtoMajor != 2 {
				t.Errorf("it speaks %s", resp.Proto)
			}
			body, _ := io.ReadAll(resp.Body)
			return resp.StatusCode, string(body)
		}
		for _, c := range []struct {
			what         string
			method, path string
			shown        []tls.Certificate
			plain, both  int
		}{
			{"a query", http.MethodPost, "/graphql", nil, 200, 403},
			{"health", http.MethodGet, "/readyz", nil, 200, 200},
			{"a query with a certificate", http.MethodPost, "/graphql", trusted, 200, 200},
			{"a query with a stranger's", http.MethodPost, "/graphql", untrusted, 200, 0},
		} {
			want := c.plain
			if mutual {
				want = c.both
			}
			if got, body := ask(c.method, c.path, c.shown...); got != want {
				t.Errorf("%s, mutual %v: %d %s, want %d", c.what, mutual, got, body, want)
			}
		}
		body := strings.NewReader(`{"query":"{ __typename }"}`)
		resp, err := http.Post("http://"+socket.Addr().String()+"/graphql", "application/json", body)
		if err == nil {
			if resp.StatusCode == http.StatusOK {
				t.Error("it answers without TLS")
			}
			_ = resp.Body.Close()
		}
		stop()
		if err := <-served; err != nil {
			t.Error(err)
		}
	}
}

package router

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"maps"
	"os"
	"slices"

	"github.com/weft-graphql/weft/router/config"
	"github.com/weft-graphql/weft/router/supergraph"
	"github.com/weft-graphql/weft/router/upstream"
	"github.com/weft-graphql/weft/router/upstream/http1"
)

// waysTo makes the way to each subgraph of a graph, by Subgraph.ID.
func (r *Router) waysTo(g *graph) ([]upstream.Subgraph, error) {
	ways := make([]upstream.Subgraph, len(g.supergraph.Subgraphs))
	for i, s := range g.supergraph.Subgraphs {
		settings := r.config.Upstream.For(s.Name)
		if settings.URL == "" {
			settings.URL = s.URL
		}
		c, err := clientConfig(s.Name, &settings)
		if err != nil {
			return nil, err
		}
		c.Handler = r.options.Handlers[s.Name]
		if c.URL == "" && c.Handler == nil {
			return nil, fmt.Errorf("the supergraph does not say where the subgraph %q is: compose it with --url %s=http://..., or set upstream.subgraphs.%s.url",
				s.Name, s.Name, s.Name)
		}
		if len(r.config.Upstream.Subgraphs[s.Name].AcceptEncoding) == 0 && upstream.IsLocal(c.URL) {
			// It was asked for all subgraphs, and so not for this one in particular.
			c.AcceptEncoding = nil
		}
		c.MaxResponse = int(r.config.Upstream.MaxResponseBytes)
		c.Dedupe = r.config.Dedupe.SubgraphRequests
		c.Failed = (&complaint{subgraph: s.Name, logger: r.logger}).note
		client, err := upstream.New(c)
		if err != nil {
			return nil, err
		}
		g.closers = append(g.closers, client.Close)
		// What is behind the client is called directly: one step less for every request.
		ways[i] = client.Subgraph
		g.clients = append(g.clients, client)
		g.urls = append(g.urls, c.URL)
	}
	return ways, nil
}

func clientConfig(name string, s *config.UpstreamSettings) (upstream.Config, error) {
	c := upstream.Config{
		Name: name, URL: s.URL, Timeout: s.Timeout, MaxConnections: s.MaxConnections, MaxConcurrent: s.MaxConcurrent,
		IdleTimeout: s.IdleTimeout, AcceptEncoding: s.AcceptEncoding, Hedge: s.Hedge.After,
		Retries: upstream.Retries{Max: s.Retries.Max, Pause: s.Retries.Pause, Budget: s.Retries.Budget},
		Breaker: upstream.Breaker{Failures: s.Breaker.Failures, OpenFor: s.Breaker.OpenFor},
	}
	if s.Protocol != "auto" {
		c.Protocol = s.Protocol
	}
	if s.Client != "standard" {
		c.Plain = http1.New
	}
	for _, header := range slices.Sorted(maps.Keys(s.Headers.Set)) {
		c.Header = append(c.Header, upstream.Header{Name: header, Value: s.Headers.Set[header]})
	}
	if s.TLS != (config.UpstreamTLS{}) {
		var err error
		if c.TLS, err = clientTLS(s.TLS.CAFile, s.TLS.CertFile, s.TLS.KeyFile, s.TLS.ServerName); err != nil {
			return c, fmt.Errorf("subgraph %q: tls: %w", name, err)
		}
	}
	return c, nil
}

// clientTLS reads the certificates of connections that the router opens.
func clientTLS(caFile, certFile, keyFile, serverName string) (*tls.Config, error) {
	c := &tls.Config{MinVersion: tls.VersionTLS12, ServerName: serverName}
	if caFile != "" {
		text, err := os.ReadFile(caFile)
		if err != nil {
			return nil, err
		}
		c.RootCAs = x509.NewCertPool()
		if !c.RootCAs.AppendCertsFromPEM(text) {
			return nil, errors.New(caFile + " has no PEM certificate")
		}
	}
	if certFile != "" {
		certificate, err := tls.LoadX509KeyPair(certFile, keyFile)
		if err != nil {
			return nil, err
		}
		c.Certificates = []tls.Certificate{certificate}
	}
	return c, nil
}

// halving returns exec.Config.Halving; nil when no subgraph has it.
func (r *Router) halving(sg *supergraph.Supergraph) []int {
	var most []int
	for _, s := range sg.Subgraphs {
		if h := r.config.Upstream.For(s.Name).Halving; h.Enabled {
			if most == nil {
				most = make([]int, len(sg.Subgraphs))
			}
			most[s.ID] = h.MaxRequests
		}
	}
	return most
}

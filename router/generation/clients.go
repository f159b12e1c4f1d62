package generation

import (
	"bytes"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"os"

	"github.com/weft-graphql/weft/router/config"
	"github.com/weft-graphql/weft/router/supergraph"
	"github.com/weft-graphql/weft/router/upstream"
	"github.com/weft-graphql/weft/router/upstream/http1"
)

// subgraphClient is the client of a subgraph. Generations that say the same of it share it, with its connections, its
// breaker and its counters.
type subgraphClient struct {
	*upstream.Client
	url string
}

// openClients opens the client of each subgraph, by Subgraph.ID.
func (g *Generation) openClients() error {
	for _, s := range g.supergraph.Subgraphs {
		client, err := g.openClient(s)
		if err != nil {
			return err
		}
		g.clients = append(g.clients, client)
	}
	return nil
}

func (g *Generation) openClient(s *supergraph.Subgraph) (subgraphClient, error) {
	settings := g.config.Upstream.For(s.Name)
	if settings.URL == "" {
		settings.URL = s.URL
	}
	files, err := readCertificates(&settings.TLS)
	if err != nil {
		return subgraphClient{}, fmt.Errorf("subgraph %q: tls: %w", s.Name, err)
	}
	c, err := clientConfig(s.Name, &settings, files)
	if err != nil {
		return subgraphClient{}, fmt.Errorf("subgraph %q: tls: %w", s.Name, err)
	}
	c.Handler = g.options.Handlers[s.Name]
	if c.Handler == nil && c.URL == "" && len(g.declared[s.ID]) > 0 {
		c.Handler = eventsOnly
	}
	if c.URL == "" && c.Handler == nil {
		return subgraphClient{}, fmt.Errorf("the supergraph does not say where the subgraph %q is: compose it with "+
			"--url %s=http://..., or set upstream.subgraphs.%s.url", s.Name, s.Name, s.Name)
	}
	if len(g.config.Upstream.Subgraphs[s.Name].AcceptEncoding) == 0 && upstream.IsLocal(c.URL) {
		// It was asked for all subgraphs, and so not for this one in particular.
		c.AcceptEncoding = nil
	}
	c.MaxResponse = int(g.config.Upstream.MaxResponseBytes)
	if c.Budget, err = g.answersBudget(); err != nil {
		return subgraphClient{}, err
	}
	c.Dedupe = g.config.Dedupe.SubgraphRequests
	c.Failed = (&complaint{subgraph: s.Name, logger: g.logger}).note
	budgets := [2]config.ByteSize{g.config.Upstream.MaxResponsesBytes, g.config.Limits.Memory}
	key, err := clientKey(s.Name, &settings, &c, budgets, files)
	if err != nil {
		return subgraphClient{}, err
	}
	client, err := g.acquire(key, func() (any, func(), error) {
		client, err := upstream.New(c)
		if err != nil {
			return nil, nil, err
		}
		return client, client.Close, nil
	})
	if err != nil {
		return subgraphClient{}, err
	}
	return subgraphClient{client.(*upstream.Client), c.URL}, nil
}

// answersBudget is the budget for the answers of all subgraphs. Generations with the same bound share one.
func (g *Generation) answersBudget() (*upstream.Budget, error) {
	bytes := int64(g.config.Upstream.MaxResponsesBytes)
	budget, err := g.acquire(fmt.Sprintf("answers/%d/%d", bytes, g.config.Limits.Memory), func() (any, func(), error) {
		return upstream.NewBudget(bytes, g.memory), func() {}, nil
	})
	if err != nil {
		return nil, err
	}
	return budget.(*upstream.Budget), nil
}

// clientKey names all that a client is made of: another certificate in the same file is another client.
func clientKey(
	name string, settings *config.UpstreamSettings, c *upstream.Config, budgets [2]config.ByteSize, files certificates,
) (string, error) {
	text, err := json.Marshal(struct {
		Settings       *config.UpstreamSettings
		AcceptEncoding []string
		MaxResponse    int
		Budgets        [2]config.ByteSize
		Dedupe         bool
		Certificates   [32]byte
	}{settings, c.AcceptEncoding, c.MaxResponse, budgets, c.Dedupe, files.sum()})
	return "subgraph/" + name + "/" + string(text), err
}

func clientConfig(name string, s *config.UpstreamSettings, files certificates) (upstream.Config, error) {
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
	if s.TLS == (config.UpstreamTLS{}) {
		return c, nil
	}
	var err error
	c.TLS, err = files.client(s.TLS.ServerName)
	return c, err
}

// certificates are the PEM texts of connections that the router opens.
type certificates struct {
	caFile        string
	ca, cert, key []byte
}

func readCertificates(t *config.UpstreamTLS) (c certificates, err error) {
	c.caFile = t.CAFile
	for file, text := range map[string]*[]byte{t.CAFile: &c.ca, t.CertFile: &c.cert, t.KeyFile: &c.key} {
		if file == "" {
			continue
		}
		if *text, err = os.ReadFile(file); err != nil {
			return c, err
		}
	}
	return c, nil
}

func (c *certificates) sum() [32]byte {
	return sha256.Sum256(bytes.Join([][]byte{c.ca, c.cert, c.key}, []byte{0}))
}

// client makes the TLS settings of connections that the router opens.
func (c *certificates) client(serverName string) (*tls.Config, error) {
	t := &tls.Config{MinVersion: tls.VersionTLS12, ServerName: serverName}
	if c.ca != nil {
		t.RootCAs = x509.NewCertPool()
		if !t.RootCAs.AppendCertsFromPEM(c.ca) {
			return nil, errors.New(c.caFile + " has no PEM certificate")
		}
	}
	if c.cert != nil {
		certificate, err := tls.X509KeyPair(c.cert, c.key)
		if err != nil {
			return nil, err
		}
		t.Certificates = []tls.Certificate{certificate}
	}
	return t, nil
}

package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httputil"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/weft-graphql/weft/cmd/weft/contracts"
	"github.com/weft-graphql/weft/router/config"
	"github.com/weft-graphql/weft/router/supergraph"
	"github.com/weft-graphql/weft/schema/wire"
)

type contractsCommand struct {
	Record recordContracts `cmd:"" help:"Send a client's operations through a router, and write what each service is asked as a pact (Pact 4)."`
	Verify verifyContracts `cmd:"" help:"Ask a service alone all that pacts have, and tell which operation of which client breaks."`
}

// identityFile is the flag for the router's key.
type identityFile struct {
	IdentityKey string `help:"Private key that services take for the router's (PEM), when they answer nobody else." type:"existingfile" placeholder:"FILE"`
}

// key reads the key; nil when there is none.
func (f identityFile) key() (*wire.IdentityKey, error) {
	if f.IdentityKey == "" {
		return nil, nil
	}
	text, err := config.ReadFile(f.IdentityKey)
	if err != nil {
		return nil, err
	}
	keys, err := wire.ReadIdentityKeys(text)
	if err != nil {
		return nil, fmt.Errorf("--identity-key %s: %w", f.IdentityKey, err)
	}
	return keys[0], nil
}

type recordContracts struct {
	identityFile
	Operations    []string `arg:"" help:"The client's operations: a manifest of persisted documents (.json), or folders and files of documents." placeholder:"PATH" type:"path"`
	Client        string   `required:"" help:"Name of the client." placeholder:"NAME"`
	ClientVersion string   `help:"Version of the client." placeholder:"VERSION"`
	Supergraph    string   `required:"" help:"Supergraph the router serves." type:"existingfile" placeholder:"FILE"`
	Cases         string   `help:"JSON file that says by the operations' names how they are sent: {\"Name\": {\"variables\": {}, \"caller\": {\"sub\", \"roles\"}, \"skip\": \"why\"}}." type:"existingfile" placeholder:"FILE"`
	URL           []string `help:"Address of a running service, as NAME=URL, where that of the supergraph is another one." name:"url" placeholder:"NAME=URL" sep:"none"`
	Output        string   `help:"Directory of the pacts." default:"." type:"existingdir" placeholder:"DIR"`
}

// Run records.
func (c recordContracts) Run(ctx context.Context) error {
	sdl, err := config.ReadFile(c.Supergraph)
	if err != nil {
		return err
	}
	services, err := c.services(string(sdl))
	if err != nil {
		return err
	}
	operations, err := contracts.ReadOperations(c.Operations, c.Cases)
	if err != nil {
		return err
	}
	key, err := c.key()
	if err != nil {
		return err
	}
	pacts, err := contracts.Record(ctx, contracts.Recording{
		Client: c.Client, Version: c.ClientVersion, Supergraph: string(sdl), Services: services, Operations: operations, Key: key,
		Note: func(text string) { fmt.Fprintln(os.Stderr, text) },
	})
	if err != nil { // half of a contract would be taken for all of it
		return fmt.Errorf("nothing is written: %w", err)
	}
	for _, pact := range pacts {
		file, err := pact.Write(c.Output)
		if err != nil {
			return config.ExplainFile(file, err)
		}
		fmt.Printf("%s: %d requests\n", file, len(pact.Interactions))
	}
	return nil
}

// services are the running services of the graph.
func (c recordContracts) services(sdl string) (map[string]http.Handler, error) {
	graph, err := supergraph.Load(sdl)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", c.Supergraph, err)
	}
	addresses := map[string]string{}
	for _, s := range graph.Subgraphs {
		addresses[s.Name] = s.URL
	}
	for _, pair := range c.URL {
		name, address, ok := strings.Cut(pair, "=")
		if !ok || name == "" || address == "" {
			return nil, fmt.Errorf("--url %s: write it as NAME=URL", pair)
		}
		if _, ok := addresses[name]; !ok {
			return nil, fmt.Errorf("--url %s: there is no subgraph %s in %s", pair, name, c.Supergraph)
		}
		addresses[name] = address
	}
	services := map[string]http.Handler{}
	for name, address := range addresses {
		if address == "" {
			continue // it is not asked over HTTP
		}
		if err := checkAddress(address); err != nil {
			return nil, fmt.Errorf("the address of %s: %w", name, err)
		}
		u, err := url.Parse(address)
		if err != nil {
			return nil, err
		}
		services[name] = &httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) {
			r.Out.URL, r.Out.Host = u, u.Host
			r.Out.Header.Del("Accept-Encoding") // what is recorded is read
		}, ErrorHandler: func(w http.ResponseWriter, _ *http.Request, err error) {
			http.Error(w, err.Error(), http.StatusBadGateway)
		}}
	}
	return services, nil
}

type verifyContracts struct {
	identityFile
	Pacts    []string `arg:"" help:"Files of pacts, or directories of them." placeholder:"PATH" type:"path"`
	Provider string   `required:"" help:"Name of the service, which says which of the pacts are meant." placeholder:"NAME"`
	URL      string   `required:"" help:"GraphQL endpoint of the service." name:"url" placeholder:"URL"`
	StateURL string   `help:"Address that is told the provider states before each request, as Pact does it: POST {\"action\": \"setup\", \"state\", \"params\"}." name:"state-url" placeholder:"URL"`
}

// Run verifies.
func (c verifyContracts) Run(ctx context.Context) error {
	if err := checkAddress(c.URL); err != nil {
		return fmt.Errorf("--url: %w", err)
	}
	pacts, err := c.read()
	if err != nil {
		return err
	}
	key, err := c.key()
	if err != nil {
		return err
	}
	provider := contracts.Provider{URL: c.URL, Key: key}
	if c.StateURL != "" {
		provider.Prepare = c.prepare(ctx)
	}
	broken := false
	for _, pact := range pacts {
		failures, err := contracts.Verify(ctx, pact, provider)
		if err != nil {
			return err
		}
		for _, failure := range failures {
			fmt.Printf("broken: %s\n", failure)
		}
		fmt.Printf("%s needs %d requests of %s; %d are broken\n", pact.Consumer.Name, len(pact.Interactions), pact.Provider.Name, len(failures))
		broken = broken || len(failures) > 0
	}
	if broken {
		return exitError(1)
	}
	return nil
}

// read reads the pacts of the service.
func (c verifyContracts) read() ([]*contracts.Pact, error) {
	var files []string
	for _, path := range c.Pacts {
		info, err := os.Stat(path)
		if err != nil {
			return nil, config.ExplainFile(path, err)
		}
		if !info.IsDir() {
			files = append(files, path)
			continue
		}
		// Others files of JSON may stand beside pacts.
		found, err := filepath.Glob(filepath.Join(path, "*-"+c.Provider+".json"))
		if err != nil {
			return nil, err
		}
		files = append(files, found...)
	}
	slices.Sort(files)
	var pacts []*contracts.Pact
	for _, file := range files {
		pact, err := contracts.Read(file)
		if err != nil {
			return nil, err
		}
		if pact.Provider.Name == c.Provider {
			pacts = append(pacts, pact)
		}
	}
	if len(pacts) == 0 {
		return nil, fmt.Errorf("there is no pact of %s in %s", c.Provider, strings.Join(c.Pacts, ", "))
	}
	return pacts, nil
}

// prepare tells the service's states to an address.
func (c verifyContracts) prepare(ctx context.Context) func(contracts.ProviderState) error {
	client := &http.Client{Timeout: 30 * time.Second}
	return func(state contracts.ProviderState) error {
		body, err := json.Marshal(map[string]any{"action": "setup", "state": state.Name, "params": state.Params})
		if err != nil {
			return err
		}
		req, err := http.NewRequestWithContext(ctx, http.MethodPost, c.StateURL, bytes.NewReader(body))
		if err != nil {
			return err
		}
		req.Header.Set("Content-Type", "application/json")
		resp, err := client.Do(req)
		if err != nil {
			return err
		}
		defer resp.Body.Close()
		if resp.StatusCode/100 != 2 {
			text, err := io.ReadAll(io.LimitReader(resp.Body, 300))
			return errors.Join(fmt.Errorf("%s answers %s: %s", c.StateURL, resp.Status, text), err)
		}
		return nil
	}
}

package main

import (
	"bytes"
	"context"
	_ "embed" // the introspection query
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"

	"github.com/weft-graphql/weft/router"
	"github.com/weft-graphql/weft/router/compose"
	"github.com/weft-graphql/weft/router/compose/contract"
	"github.com/weft-graphql/weft/router/compose/extract"
	"github.com/weft-graphql/weft/router/config"
)

type schemaCommand struct {
	subgraphSources `embed:""`
	Source          string `arg:"" optional:"" help:"A supergraph file, or the address of a running router; http://localhost:4000/graphql when nothing else is named." placeholder:"FILE|URL" files:""`
	Of              string `help:"Only the part of this subgraph. A running router tells it on its admin listener, weft dev where it listens." placeholder:"NAME"`
	Format          string `help:"sdl, or json: the answer to the introspection query." enum:"sdl,json" default:"sdl"`
}

// Help shows what can be asked.
func (schemaCommand) Help() string {
	return `
    weft schema                                         what the running weft dev or router serves
    weft schema supergraph.graphql                      what clients see of a supergraph
    weft schema --format json > schema.json             for code generators
    weft schema --subgraphs subgraphs.json              what clients would see of these subgraphs
    weft schema --of reviews supergraph.graphql         what one subgraph has in it
    weft schema --of reviews http://localhost:9090      the same of a running router, by its admin listener
`
}

const localRouter = "http://localhost:4000/graphql"

//go:embed introspection.graphql
var introspectionQuery string

// Run prints the schema.
func (c schemaCommand) Run(ctx context.Context) error {
	if c.Of != "" && c.Format == "json" {
		return errors.New("--of prints SDL: introspection knows no subgraphs")
	}
	text, err := c.text(ctx)
	if err != nil {
		return err
	}
	_, err = os.Stdout.WriteString(text)
	return err
}

func (c schemaCommand) text(ctx context.Context) (string, error) {
	fromSubgraphs := len(c.Subgraphs)+len(c.Subgraph) > 0 || c.Config != ""
	switch {
	case fromSubgraphs && c.Source != "":
		return "", fmt.Errorf("%s and subgraphs are both named; the schema comes from one of them", c.Source)
	case fromSubgraphs:
		return c.ofSubgraphs(ctx)
	case c.Source == "" || strings.HasPrefix(c.Source, "http://") || strings.HasPrefix(c.Source, "https://"):
		if c.Source == "" {
			c.Source = localRouter
		}
		return c.ofRouter(ctx)
	}
	sdl, err := config.ReadFile(c.Source)
	if err != nil {
		return "", err
	}
	return c.ofSupergraph(c.Source, string(sdl))
}

// ofSubgraphs composes what the flags name.
func (c schemaCommand) ofSubgraphs(ctx context.Context) (string, error) {
	subgraphs, err := c.read(ctx)
	if err != nil {
		return "", err
	}
	if c.Of != "" {
		i := indexOfSubgraph(subgraphs, c.Of)
		if i < 0 {
			return "", fmt.Errorf("--of %s: there is no such subgraph; there are %s", c.Of, listNames(subgraphs))
		}
		return subgraphs[i].SDL, nil
	}
	result, errs := compose.Compose(subgraphs, compose.Options{})
	if len(errs) > 0 {
		if err := printDiagnostics(subgraphs, errs, nil); err != nil {
			return "", err
		}
		return "", exitError(1)
	}
	if c.Format == "json" {
		return introspect(result.SupergraphSDL)
	}
	return result.APISDL, nil
}

// ofSupergraph is the schema in a supergraph.
func (c schemaCommand) ofSupergraph(name, sdl string) (string, error) {
	if c.Of != "" {
		text, err := extract.Subgraph(sdl, c.Of)
		if err != nil {
			return "", fmt.Errorf("%s: %w", name, err)
		}
		return text, nil
	}
	if c.Format == "json" {
		return introspect(sdl)
	}
	visible, errs := contract.Apply(sdl, contract.Filter{})
	if len(errs) > 0 {
		return "", fmt.Errorf("%s: %w", name, errs[0])
	}
	return visible.APISDL, nil
}

// introspect is the answer that a router with the supergraph gives to the introspection query. No subgraph takes part.
func introspect(sdl string) (string, error) {
	names, err := extract.Subgraphs(sdl)
	if err != nil {
		return "", err
	}
	handlers := map[string]http.Handler{}
	for _, name := range names {
		handlers[name] = http.NotFoundHandler()
	}
	cfg := config.Default()
	cfg.GraphQL.Introspection = true
	cfg.Subscription.Enabled = false // for which a graph may need to know servers
	r, err := router.New(&cfg, router.Options{Supergraph: sdl, Handlers: handlers})
	if err != nil {
		return "", err
	}
	defer r.Close()
	req := httptest.NewRequest(http.MethodPost, cfg.GraphQL.Path, bytes.NewReader(introspectionBody()))
	req.Header.Set("Content-Type", "application/json")
	answer := httptest.NewRecorder()
	r.ServeHTTP(answer, req)
	return indented(answer.Body.Bytes())
}

func introspectionBody() []byte {
	body, err := json.Marshal(map[string]string{"query": introspectionQuery, "operationName": "IntrospectionQuery"})
	if err != nil { // two strings always have a JSON form
		panic(err)
	}
	return body
}

func indented(answer []byte) (string, error) {
	var out bytes.Buffer
	if err := json.Indent(&out, bytes.TrimSpace(answer), "", "  "); err != nil {
		return "", err
	}
	out.WriteByte('\n')
	return out.String(), nil
}

// ofRouter asks a running router.
func (c schemaCommand) ofRouter(ctx context.Context) (string, error) {
	if c.Of != "" {
		sdl, err := runningSupergraph(ctx, c.Source)
		if err != nil {
			return "", err
		}
		return c.ofSupergraph(c.Source, sdl)
	}
	req, err := newRequest(ctx, http.MethodPost, c.Source, bytes.NewReader(introspectionBody()))
	if err != nil {
		return "", err
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Accept", "application/json")
	status, text, err := reach(req)
	if err != nil {
		return "", err
	}
	var answer struct {
		Data   *introspection
		Errors []struct{ Message string }
	}
	switch err := json.Unmarshal(text, &answer); {
	case err != nil:
		return "", fmt.Errorf(
			"the answer of %s (status %d) is not GraphQL; is this the path of its endpoint, such as /graphql?",
			c.Source,
			status,
		)
	case len(answer.Errors) > 0:
		return "", fmt.Errorf("%s does not answer introspection: %s", c.Source, answer.Errors[0].Message)
	case answer.Data == nil:
		return "", fmt.Errorf("%s answers introspection (status %d) with no data", c.Source, status)
	case c.Format == "json":
		return indented(text)
	}
	return answer.Data.sdl()
}

// runningSupergraph asks a router, where it talks to operators, which supergraph it serves.
func runningSupergraph(ctx context.Context, address string) (string, error) {
	base := strings.TrimSuffix(strings.TrimSuffix(address, "/graphql"), "/")
	req, err := newRequest(ctx, http.MethodGet, base+"/supergraph", nil)
	if err != nil {
		return "", err
	}
	status, text, err := reach(req)
	if err != nil {
		return "", err
	}
	if status != http.StatusOK {
		return "", fmt.Errorf(
			"%s does not tell its supergraph (status %d): name the admin listener of a router (weft router --admin 127.0.0.1:9090), or weft dev",
			base,
			status,
		)
	}
	return string(text), nil
}

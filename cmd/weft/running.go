package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/weft-graphql/weft/router/compose"
	"github.com/weft-graphql/weft/schema/wire"
)

// introspectPatience is how long a running subgraph may take to tell its schema.
const introspectPatience = 10 * time.Second

// cutSubgraph parts the value of a flag --subgraph.
func cutSubgraph(pair string) (name, url string, err error) {
	name, url, ok := strings.Cut(pair, "=")
	if !ok || name == "" || url == "" {
		return "", "", fmt.Errorf("--subgraph %s: write it as NAME=URL", pair)
	}
	return name, url, nil
}

// runningSubgraph asks the subgraph that NAME=URL names for its schema.
func runningSubgraph(ctx context.Context, pair string) (compose.Subgraph, error) {
	name, url, err := cutSubgraph(pair)
	if err != nil {
		return compose.Subgraph{}, err
	}
	sdl, err := askSubgraph(ctx, url, "")
	if err != nil {
		return compose.Subgraph{}, fmt.Errorf("subgraph %s at %s: %w", name, url, err)
	}
	return compose.Subgraph{Name: name, URL: url, SDL: sdl}, nil
}

// askSubgraph asks a running subgraph for its schema. identity says who is asking, signed by a router; empty when
// nobody says so.
//
// Specification: Apollo Federation, "Enhanced introspection with Query._service".
func askSubgraph(ctx context.Context, url, identity string) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, introspectPatience)
	defer cancel()
	body := []byte(`{"query":"query WeftCompose { _service { sdl } }","operationName":"WeftCompose"}`)
	req, err := newRequest(ctx, http.MethodPost, url, bytes.NewReader(body))
	if err != nil {
		return "", err
	}
	req.Header.Set("Content-Type", "application/json")
	if identity != "" {
		req.Header.Set(wire.IdentityHeader, identity)
	}
	status, text, err := reach(req)
	if err != nil {
		return "", err
	}
	var answer struct {
		Data struct {
			Service struct {
				SDL string `json:"sdl"`
			} `json:"_service"`
		} `json:"data"`
		Errors []struct{ Message string } `json:"errors"`
	}
	if err := json.Unmarshal(text, &answer); err != nil {
		return "", fmt.Errorf(
			"the answer (status %d) is not GraphQL; is this the path of its endpoint, such as /graphql?",
			status,
		)
	}
	if len(answer.Errors) > 0 {
		return "", fmt.Errorf(
			"it answers _service { sdl } with the error %q; is it a federation subgraph?",
			answer.Errors[0].Message,
		)
	}
	if answer.Data.Service.SDL == "" {
		return "", errors.New("it answers _service { sdl } with no schema; is it a federation subgraph?")
	}
	return answer.Data.Service.SDL, nil
}

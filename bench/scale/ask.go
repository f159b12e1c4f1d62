package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
)

// routerHeader is where haproxy says which router has answered.
const routerHeader = "X-Router"

// maxAnswer bounds what is read of an answer.
const maxAnswer = 1 << 20

// client asks GraphQL of one address.
type client struct {
	url   string
	http  *http.Client
	token func() (string, error) // nil for who is nobody
	// header carries the token, behind the scheme.
	header, scheme string
}

// errAnswered is an answer with errors: the router or what is behind it could not do it, and said so.
var errAnswered = errors.New("the answer has errors")

// ask sends an operation and decodes the data. router is who answered, if that is known.
func (c *client) ask(ctx context.Context, query string, variables map[string]any, into any) (router string, err error) {
	body, err := json.Marshal(map[string]any{"query": query, "variables": variables})
	if err != nil {
		return "", err
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, c.url, bytes.NewReader(body))
	if err != nil {
		return "", err
	}
	request.Header.Set("Content-Type", "application/json")
	if c.token != nil {
		token, err := c.token()
		if err != nil {
			return "", err
		}
		request.Header.Set(c.header, c.scheme+token)
	}
	response, err := c.http.Do(request)
	if err != nil {
		return "", err
	}
	defer response.Body.Close()
	router = response.Header.Get(routerHeader)
	text, err := io.ReadAll(io.LimitReader(response.Body, maxAnswer))
	if err != nil {
		return router, err
	}
	var answer struct {
		Data   json.RawMessage `json:"data"`
		Errors []struct {
			Message string `json:"message"`
		} `json:"errors"`
	}
	if err := json.Unmarshal(text, &answer); err != nil {
		return router, fmt.Errorf("status %d: %.200s", response.StatusCode, text)
	}
	if len(answer.Errors) > 0 {
		return router, fmt.Errorf("%w: %.200s", errAnswered, answer.Errors[0].Message)
	}
	if response.StatusCode != http.StatusOK {
		return router, fmt.Errorf("status %d: %.200s", response.StatusCode, text)
	}
	return router, json.Unmarshal(answer.Data, into)
}

// save writes the answer to a GET to a file.
func save(ctx context.Context, url, file string) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return err
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("GET %s: %s", url, response.Status)
	}
	to, err := os.Create(file)
	if err != nil {
		return err
	}
	_, err = io.Copy(to, response.Body)
	return errors.Join(err, to.Close())
}

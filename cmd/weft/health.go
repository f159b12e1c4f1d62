package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"
)

type healthCommand struct {
	URL     string        `arg:"" optional:"" help:"What to ask." default:"http://127.0.0.1:4000/readyz"`
	Timeout time.Duration `help:"How long to wait." default:"3s"`
}

// Run asks a running router or subgraph whether it is ready: the health check of containers, whose images have no
// other program to ask with.
func (c healthCommand) Run(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, c.Timeout)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, c.URL, nil)
	if err != nil {
		return err
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(io.LimitReader(resp.Body, 1<<10))
	if err != nil {
		return err
	}
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("%s: %s: %s", c.URL, resp.Status, strings.TrimSpace(string(text)))
	}
	fmt.Print(string(text))
	return nil
}

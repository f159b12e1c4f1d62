package main

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"os"
	"strings"
	"time"
)

type healthCommand struct {
	URL     string        `arg:"" optional:"" help:"What to ask; http://127.0.0.1:4000/readyz when left out, or the port that $$PORT says."`
	Timeout time.Duration `help:"How long to wait." default:"3s"`
}

// Run asks a running router or subgraph whether it is ready: the health check of containers, whose images have no
// other program to ask with.
func (c healthCommand) Run(ctx context.Context) error {
	if c.URL == "" {
		c.URL = "http://127.0.0.1:" + cmp.Or(os.Getenv("PORT"), "4000") + "/readyz"
	}
	ctx, cancel := context.WithTimeout(ctx, c.Timeout)
	defer cancel()
	req, err := newRequest(ctx, http.MethodGet, c.URL, nil)
	if err != nil {
		return err
	}
	status, text, err := reach(req)
	if err != nil {
		return err
	}
	if status != http.StatusOK {
		return fmt.Errorf("%s is not ready (status %d): %.1000s", c.URL, status, strings.TrimSpace(string(text)))
	}
	fmt.Println(strings.TrimSpace(string(text)))
	return nil
}

// Package callback asks subgraphs for events that they send to the router in requests of their own. So a subgraph
// needs to keep no connection open, and can run where none lasts.
//
// Specification: https://www.apollographql.com/docs/graphos/routing/operations/subscriptions/callback-protocol,
// version 1.0.
package callback

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/weft-graphql/weft/router/subscription"
	"github.com/weft-graphql/weft/router/upstream"
)

// Config says how a subgraph is asked.
type Config struct {
	// URL is where requests are sent, and Transport sends them within Timeout.
	URL       string
	Transport http.RoundTripper
	Timeout   time.Duration
	// Registry takes what the subgraph sends to PublicURL, which the id of a subscription is appended to.
	Registry  *Registry
	PublicURL string
	// Heartbeat is how often the subgraph has to say that it still sends; 0: it need not.
	Heartbeat time.Duration
	// MaxEventBytes is the most one event may have.
	MaxEventBytes int
}

// Client asks one subgraph. It is a subscription.Upstream.
type Client struct{ config Config }

// New makes a client.
func New(config Config) *Client { return &Client{config} }

// Resumes implements subscription.Upstream: events have no ids.
func (c *Client) Resumes() bool { return false }

// Subscribe implements subscription.Upstream.
func (c *Client) Subscribe(
	ctx context.Context,
	req *subscription.Request,
	opened func(),
	emit func(subscription.Event),
) error {
	s := &subscriber{
		id: rand.Text(), verifier: rand.Text(), emit: emit, limit: c.config.MaxEventBytes,
		checked: make(chan struct{}, 1), ended: make(chan struct{}),
	}
	c.config.Registry.add(s)
	defer c.config.Registry.remove(s)
	body, err := c.body(req.Body, s)
	if err != nil {
		return subscription.Final(err)
	}
	if err := c.ask(ctx, body, req.Header); err != nil {
		if ctx.Err() != nil {
			return nil
		}
		return err
	}
	select {
	case <-s.checked:
	case <-s.ended:
		return nil
	default:
		return subscription.Final(upstream.Broken("it has not checked the address that events go to (callbackSpec=1.0)"))
	}
	opened()
	return c.follow(ctx, s)
}

// follow waits for the end, or for the lack of heartbeats.
func (c *Client) follow(ctx context.Context, s *subscriber) error {
	var late <-chan time.Time
	wait := 2 * c.config.Heartbeat
	if wait > 0 {
		timer := time.NewTimer(wait)
		defer timer.Stop()
		late = timer.C
		for {
			select {
			case <-s.checked:
				timer.Reset(wait)
			case <-s.ended:
				return nil
			case <-ctx.Done():
				return nil
			case <-late:
				return upstream.Broken("it has not said for " + wait.String() + " that it still sends")
			}
		}
	}
	select {
	case <-s.ended:
	case <-ctx.Done():
	}
	return nil
}

// body is a request with the place where events go to in its extensions.
func (c *Client) body(request []byte, s *subscriber) ([]byte, error) {
	var members, extensions map[string]json.RawMessage
	if err := json.Unmarshal(request, &members); err != nil {
		return nil, err
	}
	if has := members["extensions"]; has != nil {
		if err := json.Unmarshal(has, &extensions); err != nil {
			return nil, err
		}
	}
	if extensions == nil {
		extensions = map[string]json.RawMessage{}
	}
	where, err := json.Marshal(struct {
		CallbackURL         string `json:"callbackUrl"`
		SubscriptionID      string `json:"subscriptionId"`
		Verifier            string `json:"verifier"`
		HeartbeatIntervalMS int64  `json:"heartbeatIntervalMs"`
	}{c.config.PublicURL + "/" + s.id, s.id, s.verifier, c.config.Heartbeat.Milliseconds()})
	if err != nil {
		return nil, err
	}
	extensions["subscription"] = where
	if members["extensions"], err = json.Marshal(extensions); err != nil {
		return nil, err
	}
	return json.Marshal(members)
}

// ask sends the request. The subgraph answers it when it has checked the address.
func (c *Client) ask(ctx context.Context, body []byte, headers []upstream.Header) error {
	ctx, cancel := context.WithTimeout(ctx, c.config.Timeout)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, c.config.URL, bytes.NewReader(body))
	if err != nil {
		return subscription.Final(err)
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Accept", "application/json;callbackSpec=1.0, application/json")
	for _, h := range headers {
		r.Header.Add(h.Name, h.Value)
	}
	resp, err := c.config.Transport.RoundTrip(r)
	if err != nil {
		return upstream.Unreachable("it cannot be reached, or the connection broke", err)
	}
	defer func() { _ = resp.Body.Close() }() // what is left of it is of no use
	text, err := io.ReadAll(io.LimitReader(resp.Body, int64(c.config.MaxEventBytes)))
	if err != nil {
		return upstream.Unreachable("the connection broke", err)
	}
	var answer struct{ Errors []struct{ Message string } }
	_ = json.Unmarshal(text, &answer) // what is no JSON has no errors in it
	switch {
	case len(answer.Errors) > 0:
		return subscription.Final(
			upstream.Broken(fmt.Sprintf("it refuses the subscription: %.200s", answer.Errors[0].Message)),
		)
	case resp.StatusCode/100 == 4:
		return subscription.Final(upstream.Broken(fmt.Sprintf("its HTTP status is %d", resp.StatusCode)))
	case resp.StatusCode/100 != 2:
		return upstream.Broken(fmt.Sprintf("its HTTP status is %d", resp.StatusCode))
	}
	return nil
}

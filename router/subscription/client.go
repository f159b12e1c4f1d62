package subscription

import (
	"errors"
	"sync"
	"sync/atomic"
	"time"

	"github.com/weft-graphql/weft/router/server"
)

var (
	errBehind = errors.New("events come faster than they can be answered")
	// tooSlow is the last part for a client that is cut off.
	tooSlow = []byte(`{"errors":[{"message":"The subscription was ended because its events were not read in time: ` +
		`read them faster, or subscribe to less.","extensions":{"code":"SUBSCRIPTION_TOO_SLOW"}}]}`)
	restarting = []byte(
		`{"errors":[{"message":"The router restarts: subscribe again.","extensions":{"code":"SERVICE_RESTART"}}]}`,
	)
	expired = []byte(
		`{"errors":[{"message":"The subscription was ended because the credentials it began with have expired: ` +
			`subscribe again with new ones.","extensions":{"code":"TOKEN_EXPIRED"}}]}`,
	)
)

// Client is a client's subscription. It is the server.Sequel of its answer.
type Client struct {
	hub *Hub
	// request is what the client asked, to be planned again.
	request *server.Request
	cursor  *cursor[answer]
	// ending is the last part, when the hub ends the subscription.
	ending atomic.Pointer[ending]
	closed sync.Once
	expiry *time.Timer
	// done tells that the last part was taken.
	done bool

	// feed is guarded by the hub's lock; nil once the client has left.
	feed *feed
}

type ending struct {
	body []byte
	end  server.End
}

// Ready implements server.Sequel.
func (c *Client) Ready() <-chan struct{} { return c.cursor.ready }

// Notify implements server.Notifier.
func (c *Client) Notify(tell func()) {
	c.cursor.tell.Store(&tell)
	tell()
}

// Next implements server.Sequel.
func (c *Client) Next(resp *server.Response) server.Step {
	if c.done {
		return server.Over
	}
	if e := c.ending.Load(); e != nil {
		return c.last(resp, e)
	}
	a, what := c.cursor.next()
	switch what {
	case value:
		c.hub.delivered.Add(1)
		resp.Body, resp.EventID = a.body, a.id
		if a.last {
			c.done, resp.Ended = true, server.EndedByError
		}
		return server.Part
	case behind:
		c.hub.cutOff.Add(1)
		return c.last(resp, &ending{tooSlow, server.EndedByError})
	case over:
		if e := c.ending.Load(); e != nil {
			return c.last(resp, e)
		}
		c.done = true
		return server.Over
	}
	return server.NotYet
}

func (c *Client) last(resp *server.Response, e *ending) server.Step {
	c.done = true
	resp.Body, resp.Ended = e.body, e.end
	return server.Part
}

// end makes a part the last one, before what has not been read.
func (c *Client) end(body []byte, why server.End) {
	if c.ending.CompareAndSwap(nil, &ending{body, why}) {
		c.cursor.wake()
	}
}

// Close implements server.Sequel.
func (c *Client) Close() {
	c.closed.Do(func() {
		if c.expiry != nil {
			c.expiry.Stop()
		}
		c.cursor.close()
		h := c.hub
		h.mu.Lock()
		defer h.mu.Unlock()
		h.leave(c)
		h.clients--
		h.settle()
	})
}

// leave takes the client from its feed, which ends with its last one. The hub's lock is held.
func (h *Hub) leave(c *Client) {
	f := c.feed
	if f == nil {
		return
	}
	c.feed = nil
	delete(f.clients, c)
	if len(f.clients) == 0 {
		h.finish(f)
	}
}

package router_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/weft-graphql/weft/router"
	"github.com/weft-graphql/weft/router/config"
	"github.com/weft-graphql/weft/router/subscription/subscriptiontest"
)

// calledBack is a router whose subgraph sends events in requests of its own.
type calledBack struct {
	*subscriptions
	// asked are the subscriptions that the subgraph has checked.
	asked chan callback
	// refuse, when it is set, is what the subgraph answers in the place of checking.
	refuse string
}

// callback is where the events of a subscription go.
type callback struct {
	CallbackURL, SubscriptionID, Verifier string
	HeartbeatIntervalMs                   int
}

func newCalledBack(t *testing.T, heartbeat time.Duration) *calledBack {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	t.Cleanup(cancel)
	c := &calledBack{subscriptions: &subscriptions{T: t, ctx: ctx}, asked: make(chan callback, 10)}
	subgraph := httptest.NewServer(http.HandlerFunc(c.subscribe))
	t.Cleanup(subgraph.Close)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	cfg := config.Default()
	cfg.Subscription.All.Protocol = "callback"
	cfg.Subscription.Callback = config.Callback{PublicURL: "http://" + listener.Addr().String() + "/back", Path: "/back", Heartbeat: heartbeat}
	cfg.Subscription.Reconnect.Pause, cfg.Subscription.Reconnect.MaxPause = time.Millisecond, 10*time.Millisecond
	c.router, err = router.New(&cfg, router.Options{
		Supergraph: supergraphWith(t, subgraph.URL, subscriptiontest.SDL), Logger: slog.New(slog.DiscardHandler),
		Handlers: map[string]http.Handler{"names": http.HandlerFunc(c.serveNames)},
	})
	if err != nil {
		t.Fatal(err)
	}
	c.server = httptest.NewUnstartedServer(c.router)
	_ = c.server.Listener.Close()
	c.server.Listener = listener
	c.server.Start()
	t.Cleanup(func() {
		c.router.Close()
		c.server.CloseClientConnections()
		c.server.Close()
	})
	return c
}

// subscribe is the subgraph: it checks the address, and answers that there is no data yet.
func (c *calledBack) subscribe(w http.ResponseWriter, r *http.Request) {
	var body struct {
		Query      string
		Extensions struct{ Subscription callback }
	}
	if err := json.NewDecoder(r.Body).Decode(&body); err != nil || !strings.Contains(body.Query, "subscription") {
		c.Errorf("the subgraph was asked %q: %v", body.Query, err)
	}
	if accept := r.Header.Get("Accept"); !strings.Contains(accept, "application/json;callbackSpec=1.0") {
		c.Errorf("Accept is %q", accept)
	}
	w.Header().Set("Content-Type", "application/json")
	if c.refuse != "" {
		_, _ = w.Write([]byte(c.refuse))
		return
	}
	to := body.Extensions.Subscription
	if status, header := c.call(to, "check", ""); status != http.StatusNoContent || header.Get("Subscription-Protocol") != "callback/1.0" {
		c.Errorf("the check was answered %d %v", status, header)
	}
	_, _ = w.Write([]byte(`{"data":null}`))
	c.asked <- to
}

// call sends a message of an action, with more members.
func (c *calledBack) call(to callback, action, more string) (int, http.Header) {
	text := fmt.Sprintf(`{"kind":"subscription","action":%q,"id":%q,"verifier":%q%s}`, action, to.SubscriptionID, to.Verifier, more)
	resp, err := http.Post(to.CallbackURL, "application/json", bytes.NewReader([]byte(text)))
	if err != nil {
		c.Error(err)
		return 0, nil
	}
	_ = resp.Body.Close()
	return resp.StatusCode, resp.Header
}

func (c *calledBack) next(to callback, n int) int {
	status, _ := c.call(to, "next", `,"payload":`+subscriptiontest.Event(n))
	return status
}

func (c *calledBack) awaitAsked() callback {
	c.Helper()
	select {
	case to := <-c.asked:
		return to
	case <-c.ctx.Done():
		c.Fatal("the subgraph is not asked")
	}
	return callback{}
}

func TestSubgraphsThatCallBack(t *testing.T) {
	c := newCalledBack(t, 0)
	a, b := c.stream(tickQuery, nil), c.stream(tickQuery, nil)
	to := c.awaitAsked()
	if to.HeartbeatIntervalMs != 0 || to.Verifier == "" || !strings.HasSuffix(to.CallbackURL, "/back/"+to.SubscriptionID) {
		t.Errorf("asked to call %+v", to)
	}
	for n := range 3 {
		if status := c.next(to, n); status != http.StatusOK {
			t.Errorf("event %d was answered %d", n, status)
		}
		a.want(tickAnswer(n))
		b.want(tickAnswer(n))
	}
	// Who does not know the verifier is told the same as who asks for what there is not.
	for what, wrong := range map[string]callback{
		"no verifier":       {CallbackURL: to.CallbackURL, SubscriptionID: to.SubscriptionID},
		"another verifier":  {CallbackURL: to.CallbackURL, SubscriptionID: to.SubscriptionID, Verifier: strings.ToLower(to.Verifier)},
		"half the verifier": {CallbackURL: to.CallbackURL, SubscriptionID: to.SubscriptionID, Verifier: to.Verifier[:10]},
		"another id":        {CallbackURL: to.CallbackURL, SubscriptionID: "x", Verifier: to.Verifier},
		"another address":   {CallbackURL: c.server.URL + "/back/x", SubscriptionID: to.SubscriptionID, Verifier: to.Verifier},
	} {
		for _, action := range []string{"check", "next", "complete", "x"} {
			if status, header := c.call(wrong, action, `,"payload":`+subscriptiontest.Event(99)); status != 404 || header.Get("Subscription-Protocol") != "" {
				t.Errorf("%s, %s: %d %v", what, action, status, header)
			}
		}
	}
	for what, more := range map[string]string{"no payload": "", "a number": `,"payload":7`} {
		if status, _ := c.call(to, "next", more); status != http.StatusBadRequest {
			t.Errorf("%s: %d", what, status)
		}
	}
	if status, _ := c.call(to, "next", `,"payload":{"data":"`+strings.Repeat("x", 2<<20)+`"}`); status != http.StatusRequestEntityTooLarge {
		t.Errorf("an event that is too large: %d", status)
	}
	if resp, err := http.Get(to.CallbackURL); err != nil || resp.StatusCode != http.StatusMethodNotAllowed {
		t.Errorf("GET: %v %v", resp, err)
	}
	if status, _ := c.call(to, "complete", ""); status != http.StatusOK {
		t.Errorf("the end was answered %d", status)
	}
	a.want("complete", "end")
	b.want("complete", "end")
	if status := c.next(to, 4); status != http.StatusNotFound {
		t.Errorf("behind the end: %d", status)
	}
}

func TestTheEndOfCallbacks(t *testing.T) {
	c := newCalledBack(t, 0)
	a := c.stream(tickQuery, nil)
	to := c.awaitAsked()
	if status, _ := c.call(to, "complete", `,"errors":[{"message":"no more ticks"}]`); status != http.StatusOK {
		t.Errorf("the end was answered %d", status)
	}
	if got := a.next(); !strings.Contains(got, "no more ticks") {
		t.Errorf("the client gets %s", got)
	}
	// A client that leaves ends what nobody else wants.
	b := c.stream(tickQuery, nil)
	to = c.awaitAsked()
	_ = b.resp.Body.Close()
	for c.ctx.Err() == nil {
		if status, _ := c.call(to, "check", ""); status == http.StatusNotFound {
			break
		}
	}
	c.refuse = `{"errors":[{"message":"not today"}]}`
	if got := c.stream(tickQuery, nil).next(); !strings.Contains(got, `"errors"`) {
		t.Errorf("a subscription that is refused: %s", got)
	}
	c.refuse = `{"data":null}`
	if got := c.stream(tickQuery, nil).next(); !strings.Contains(got, `"errors"`) {
		t.Errorf("a subgraph that checks nothing: %s", got)
	}
}

// TestSubgraphsThatStopCallingBack asks again when there are no heartbeats; as long as they come, nothing happens.
func TestSubgraphsThatStopCallingBack(t *testing.T) {
	c := newCalledBack(t, 50*time.Millisecond)
	a := c.stream(tickQuery, nil)
	first := c.awaitAsked()
	if first.HeartbeatIntervalMs != 50 {
		t.Errorf("asked for heartbeats every %d ms", first.HeartbeatIntervalMs)
	}
	again := c.awaitAsked() // nobody has said anything
	if status := c.next(first, 1); status != http.StatusNotFound {
		t.Errorf("the first one is answered %d", status)
	}
	for c.next(again, 2) != http.StatusOK {
		again = c.awaitAsked() // it was too late once more
	}
	a.want(tickAnswer(2))
}

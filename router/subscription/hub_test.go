package subscription_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/weft-graphql/weft/router/server"
	"github.com/weft-graphql/weft/router/subscription"
)

// bus is an upstream that keeps all its events, which are numbered from 1 on.
type bus struct {
	resumes bool
	mu      sync.Mutex
	last    int
	more    chan struct{}
	// broken counts how often subscriptions broke off.
	generation int
	open       int
}

func newBus(resumes bool) *bus { return &bus{resumes: resumes, more: make(chan struct{})} }

func (b *bus) change(f func()) {
	b.mu.Lock()
	defer b.mu.Unlock()
	f()
	close(b.more)
	b.more = make(chan struct{})
}

func (b *bus) publish() { b.change(func() { b.last++ }) }

func (b *bus) breakOff() { b.change(func() { b.generation++ }) }

func (b *bus) awaitOpen(n int) {
	for {
		b.mu.Lock()
		open, more := b.open, b.more
		b.mu.Unlock()
		if open == n {
			return
		}
		<-more
	}
}

func (b *bus) Resumes() bool { return b.resumes }

func (b *bus) Subscribe(ctx context.Context, req *subscription.Request, opened func(), emit func(subscription.Event)) error {
	b.mu.Lock()
	at, generation := b.last, b.generation
	b.mu.Unlock()
	if req.After != "" {
		at, _ = strconv.Atoi(req.After)
	}
	b.change(func() { b.open++ })
	defer b.change(func() { b.open-- })
	opened()
	for {
		b.mu.Lock()
		last, now, more := b.last, b.generation, b.more
		b.mu.Unlock()
		for at < last {
			at++
			id := ""
			if b.resumes {
				id = strconv.Itoa(at)
			}
			emit(subscription.Event{Payload: []byte(strconv.Itoa(at)), ID: id, Backlog: b.resumes && at < last})
		}
		if now != generation {
			return errors.New("broken")
		}
		select {
		case <-more:
		case <-ctx.Done():
			return nil
		}
	}
}

// plain is an operation that answers with the event.
type plain struct {
	up          *bus
	key, source string
	owner       int
	closed      *atomic.Int64
}

func (p *plain) Owner() any                      { return p.owner }
func (p *plain) Key() string                     { return p.key }
func (p *plain) SourceKey() string               { return p.source }
func (p *plain) Upstream() subscription.Upstream { return p.up }
func (p *plain) Request() *subscription.Request  { return &subscription.Request{} }
func (p *plain) Close()                          { p.closed.Add(-1) }
func (p *plain) Answer(_ context.Context, e *subscription.Event) []byte {
	if e.Err != nil {
		return []byte(`{"errors":["` + e.Err.Error() + `"]}`)
	}
	return []byte(p.key + ":" + string(e.Payload))
}

// rig is a hub with an upstream.
type rig struct {
	*testing.T
	up  *bus
	hub *subscription.Hub
	// ops counts the operations that were not closed.
	ops atomic.Int64
	// owner is that of new operations.
	owner int
}

func newRig(t *testing.T, resumes bool, queue int) *rig {
	r := &rig{T: t, up: newBus(resumes), hub: subscription.NewHub(subscription.Settings{
		QueueEvents: queue, BacklogWait: 5 * time.Millisecond, Reconnect: subscription.Reconnect{Pause: time.Microsecond, MaxPause: time.Microsecond},
	})}
	t.Cleanup(func() {
		r.hub.Close()
		if n := r.ops.Load(); n != 0 {
			t.Errorf("%d operations were not closed", n)
		}
	})
	return r
}

func (r *rig) op(key, source string) *plain {
	r.ops.Add(1)
	return &plain{r.up, key, source, r.owner, &r.ops}
}

func (r *rig) subscribe(key, after string) *subscription.Client {
	r.Helper()
	c, refusal := r.hub.Subscribe(r.op(key, "s"), &server.Request{LastEventID: after, OperationName: []byte(key)}, time.Time{})
	if refusal != nil {
		r.Fatal(refusal.Message)
	}
	r.Cleanup(c.Close)
	return c
}

// take returns the next part, "" when there is none any more.
func (r *rig) take(c *subscription.Client) string {
	resp := server.Response{Sequel: c}
	if !resp.Next(context.Background()) {
		return ""
	}
	return string(resp.Bytes())
}

func (r *rig) want(c *subscription.Client, want ...string) {
	r.Helper()
	for _, w := range want {
		if got := r.take(c); got != w {
			r.Fatalf("got %q, want %q", got, w)
		}
	}
}

func TestASlowClientIsCutOffAndSlowsNobody(t *testing.T) {
	r := newRig(t, false, 8)
	slow, fast := r.subscribe("a", ""), r.subscribe("a", "")
	r.up.awaitOpen(1)
	for n := range 100 {
		r.up.publish()
		r.want(fast, fmt.Sprintf("a:%d", n+1))
	}
	if got := r.take(slow); !strings.Contains(got, "SUBSCRIPTION_TOO_SLOW") {
		t.Errorf("the slow client got %s", got)
	}
	r.want(slow, "")
	if s := r.hub.Stats(); s.CutOff != 1 || s.Feeds != 1 || s.Sources != 1 || s.Clients != 2 || s.Events != 100 {
		t.Errorf("%+v", s)
	}
}

func TestAClientComesBack(t *testing.T) {
	r := newRig(t, true, 8)
	a := r.subscribe("a", "")
	r.up.awaitOpen(1)
	for range 20 {
		r.up.publish()
		r.take(a)
	}
	// What it missed is in the log.
	near := r.subscribe("a", "17")
	r.want(near, "a:18", "a:19", "a:20")
	// It is not any more: the events are read again, once for all who come back from there.
	far, other := r.subscribe("a", "3"), r.subscribe("a", "15")
	r.want(other, "a:16", "a:17", "a:18", "a:19", "a:20")
	r.want(far, "a:4")
	r.up.publish()
	r.want(a, "a:21")
	r.want(near, "a:21")
	r.want(other, "a:21")
}

func TestAnEventThatCannotBeComeBackTo(t *testing.T) {
	r := newRig(t, false, 8)
	_, refusal := r.hub.Subscribe(r.op("a", "s"), &server.Request{LastEventID: "1"}, time.Time{})
	if refusal == nil || refusal.Code != "EVENTS_NOT_KEPT" {
		t.Errorf("%+v", refusal)
	}
}

func TestSubscriptionsHaveBounds(t *testing.T) {
	r := newRig(t, false, 8)
	r.hub.Configure(subscription.Settings{MaxClients: 1})
	a := r.subscribe("a", "")
	_, refusal := r.hub.Subscribe(r.op("a", "s"), &server.Request{}, time.Time{})
	if refusal == nil || refusal.Code != "TOO_MANY_SUBSCRIPTIONS" {
		t.Errorf("%+v", refusal)
	}
	a.Close()
	r.subscribe("a", "").Close()
	expired, _ := r.hub.Subscribe(r.op("b", "s"), &server.Request{}, time.Now().Add(time.Millisecond))
	if got := r.take(expired); !strings.Contains(got, "TOKEN_EXPIRED") {
		t.Errorf("expired: %s", got)
	}
	expired.Close()
}

// TestRandomSubscriptions has clients that come, go, fall behind and come back, connections that break and plans that
// change, and compares what each client gets with what was published: in order, each once, and nothing left out.
func TestRandomSubscriptions(t *testing.T) {
	for seed := range uint64(30) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			random := rand.New(rand.NewPCG(seed, 1))
			r := newRig(t, true, 16)
			type client struct {
				*subscription.Client
				key  string
				last int
			}
			var clients []*client
			keys := []string{"a", "b", "c"}
			source := 0
			take := func(c *client) {
				got := r.take(c.Client)
				if strings.Contains(got, "SUBSCRIPTION_TOO_SLOW") {
					c.Close()
					c.Client = r.subscribe(c.key, strconv.Itoa(c.last))
					return
				}
				_, number, _ := strings.Cut(got, ":")
				if n, _ := strconv.Atoi(number); n != c.last+1 {
					t.Fatalf("behind %d came %q", c.last, got)
				}
				c.last++
			}
			for range 400 {
				switch random.IntN(12) {
				case 0:
					// From the first event on, or one that was published: so it is known what must come.
					if r.up.last == 0 {
						r.up.publish()
					}
					c := &client{key: keys[random.IntN(3)], last: 1 + random.IntN(r.up.last)}
					c.Client = r.subscribe(c.key, strconv.Itoa(c.last))
					clients = append(clients, c)
				case 1:
					if len(clients) > 0 {
						i := random.IntN(len(clients))
						clients[i].Close()
						clients = append(clients[:i], clients[i+1:]...)
					}
				case 2:
					r.up.breakOff()
				case 3:
					source += random.IntN(2)
					r.owner++
					r.hub.Replan(r.owner, func(_ context.Context, req *server.Request) (subscription.Operation, []byte) {
						key := string(req.OperationName)
						if len(req.LastEventID)%2 == 1 {
							key += "+" // other clients go another way
						}
						return r.op(key, fmt.Sprint("s", source)), nil
					})
				case 4, 5, 6:
					r.up.publish()
				default:
					for _, c := range clients {
						if c.last < r.up.last && random.IntN(2) == 0 {
							take(c)
						}
					}
				}
			}
			for _, c := range clients {
				for c.last < r.up.last {
					take(c)
				}
			}
		})
	}
}

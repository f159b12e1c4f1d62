package subscription

import (
	"context"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"time"

	"github.com/weft-graphql/weft/router/server"
)

// Hub runs subscriptions.
type Hub struct {
	ctx    context.Context
	cancel context.CancelFunc
	// running are the goroutines of sources and feeds.
	running sync.WaitGroup
	// places bounds the events that are answered at a time.
	places chan struct{}
	// timeout is Settings.EventTimeout.
	timeout atomic.Int64
	// events counts those that were answered, delivered the answers that clients took, cutOff the clients that were too
	// slow, and reconnects the attempts to open a source again.
	events, delivered, cutOff, reconnects atomic.Uint64
	// replanning lets one change of the graph be followed at a time.
	replanning sync.Mutex

	mu       sync.Mutex
	settings Settings
	sources  map[string]*source
	// feeds are those that a client with the key joins, all includes those that went different ways.
	feeds    map[string]*feed
	all      map[*feed]struct{}
	clients  int
	draining bool
	// owner is whose operations are up to date, and planner plans those that are not; nil before the first Replan.
	owner   any
	planner Planner
	// idle is closed when there is no client; nil while nobody waits for that.
	idle chan struct{}
}

// NewHub returns a hub without subscriptions.
func NewHub(settings Settings) *Hub {
	settings = settings.withDefaults()
	h := &Hub{
		settings: settings, places: make(chan struct{}, settings.Concurrency),
		sources: map[string]*source{}, feeds: map[string]*feed{}, all: map[*feed]struct{}{},
	}
	h.timeout.Store(int64(settings.EventTimeout))
	h.ctx, h.cancel = context.WithCancel(context.Background())
	return h
}

// Configure changes the settings of what begins from now on. The bound of the events that are answered at a time stays.
func (h *Hub) Configure(settings Settings) {
	settings = settings.withDefaults()
	h.timeout.Store(int64(settings.EventTimeout))
	h.mu.Lock()
	defer h.mu.Unlock()
	h.settings = settings
}

func (h *Hub) eventTimeout() time.Duration { return time.Duration(h.timeout.Load()) }

var (
	full = &server.Refusal{Outcome: server.Unavailable, Code: "TOO_MANY_SUBSCRIPTIONS",
		Message: "The router has as many subscriptions as it may have (subscription.max_clients). Try again later."}
	ending503 = &server.Refusal{Outcome: server.Unavailable, Code: "SERVICE_RESTART",
		Message: "The router restarts. Try again in a moment."}
	unknownEvent = &server.Refusal{Outcome: server.Rejected, Code: "EVENTS_NOT_KEPT",
		Message: "This subscription cannot go on behind an event: its events are not kept. Subscribe without Last-Event-ID " +
			"(extensions.lastEventId)."}
)

// Subscribe lets a client follow an operation, which is the hub's from now on. request must stay as it is. expires is
// when the subscription ends because what proves the caller's identity does; zero when it does not.
func (h *Hub) Subscribe(op Operation, request *server.Request, expires time.Time) (*Client, *server.Refusal) {
	h.mu.Lock()
	for h.owner != nil && op.Owner() != h.owner {
		// Another graph came while this one was planned.
		plan := h.planner
		h.mu.Unlock()
		old := op
		var refusal []byte
		op, refusal = plan(h.ctx, request)
		if old.Close(); op == nil {
			return nil, &server.Refusal{Outcome: server.Rejected, Body: refusal}
		}
		h.mu.Lock()
	}
	c, unused, refusal := h.subscribe(op, request)
	if c != nil {
		h.clients++
	}
	h.mu.Unlock()
	if unused {
		op.Close()
	}
	if c != nil && !expires.IsZero() {
		c.expiry = time.AfterFunc(time.Until(expires), func() { c.end(expired, server.EndedByError) })
	}
	return c, refusal
}

// subscribe is Subscribe; unused tells that there was another client's operation already. The lock is held.
func (h *Hub) subscribe(op Operation, request *server.Request) (c *Client, unused bool, refusal *server.Refusal) {
	switch {
	case h.draining || h.ctx.Err() != nil:
		return nil, true, ending503
	case h.settings.MaxClients > 0 && h.clients >= h.settings.MaxClients:
		return nil, true, full
	case request.LastEventID != "" && !op.Upstream().Resumes():
		return nil, true, unknownEvent
	}
	c = &Client{hub: h, request: request}
	key, after := op.Key(), request.LastEventID
	if f := h.feeds[key]; f != nil && f.take(c, after) {
		return c, true, nil
	}
	if after != "" && h.feeds[key] != nil {
		// Who comes back with an event that is not in the log any more reads the events again from there.
		key = behindKey(key, after)
		if f := h.feeds[key]; f != nil && f.take(c, after) {
			return c, true, nil
		}
	}
	s, events := h.join(op, after)
	answers := newEventLog[answer](h.settings.QueueEvents, h.settings.QueueBytes)
	c.cursor = answers.follow() // before anything is written
	c.feed = h.newFeed(key, op, s, events, answers, streamPosition{after, after})
	c.feed.clients[c] = struct{}{}
	return c, false, nil
}

// take adds a client that has all up to an event, or wants what comes next if none is named; false when it would miss
// something. The hub's lock is held.
func (f *feed) take(c *Client, after string) bool {
	switch {
	case f.closed:
		return false
	case after == "":
		c.cursor = f.answers.follow()
	default:
		c.cursor = f.answers.followBehind(func(a answer) bool { return a.id == after }, f.after == after)
	}
	if c.cursor == nil {
		return false
	}
	c.feed = f
	f.clients[c] = struct{}{}
	return true
}

// Replan plans everything that runs on another graph, or with other settings: owner is who owns the operations from
// now on. It returns when that is done, but for upstream subscriptions that are another's now: they go over once they
// are open.
func (h *Hub) Replan(owner any, plan Planner) {
	h.replanning.Lock()
	defer h.replanning.Unlock()
	h.mu.Lock()
	h.owner, h.planner = owner, plan
	feeds := make([]*feed, 0, len(h.all))
	for f := range h.all {
		feeds = append(feeds, f)
	}
	h.mu.Unlock()
	var group sync.WaitGroup
	places := make(chan struct{}, 16)
	for _, f := range feeds {
		places <- struct{}{}
		group.Go(func() {
			defer func() { <-places }()
			f.replan(plan)
		})
	}
	group.Wait()
}

// Drain ends all subscriptions, each at any time within the duration, so that clients do not come back all at once, and
// takes no new ones. It returns when there are none, or ctx ends.
func (h *Hub) Drain(ctx context.Context, over time.Duration) {
	h.mu.Lock()
	h.draining = true
	var clients []*Client
	for f := range h.all {
		for c := range f.clients {
			clients = append(clients, c)
		}
	}
	if h.idle == nil {
		h.idle = make(chan struct{})
	}
	idle := h.idle
	h.settle()
	h.mu.Unlock()
	began := time.Now()
	rand.Shuffle(len(clients), func(i, j int) { clients[i], clients[j] = clients[j], clients[i] })
	for i, c := range clients {
		at := began.Add(over * time.Duration(i) / time.Duration(len(clients)))
		if !pause(ctx, time.Until(at)) {
			break
		}
		c.end(restarting, server.EndedByRestart)
	}
	select {
	case <-idle:
	case <-ctx.Done():
	}
}

// settle tells who waits for it that there is no client. The lock is held.
func (h *Hub) settle() {
	if h.clients == 0 && h.idle != nil {
		close(h.idle)
		h.idle = nil
	}
}

// Close ends everything and returns when it has ended.
func (h *Hub) Close() {
	h.mu.Lock()
	h.draining = true
	for f := range h.all {
		for c := range f.clients {
			c.end(restarting, server.EndedByRestart)
		}
	}
	h.mu.Unlock()
	h.cancel()
	h.running.Wait()
}

// Stats are the counters of a hub.
type Stats struct {
	// Clients, Feeds and Sources are what runs: subscriptions of clients, different ones among them, and upstream ones.
	Clients, Feeds, Sources int
	// Events counts the events that were answered, Delivered the answers that clients took, CutOff the clients that were
	// cut off because they were too slow, and Reconnects the attempts to open an upstream subscription again.
	Events, Delivered, CutOff, Reconnects uint64
}

// Stats reads the counters.
func (h *Hub) Stats() Stats {
	h.mu.Lock()
	defer h.mu.Unlock()
	return Stats{
		Clients: h.clients, Feeds: len(h.all), Sources: len(h.sources), Events: h.events.Load(),
		Delivered: h.delivered.Load(), CutOff: h.cutOff.Load(), Reconnects: h.reconnects.Load(),
	}
}

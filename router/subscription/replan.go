package subscription

import (
	"time"

	"github.com/weft-graphql/weft/router/server"
)

// replan plans the subscriptions of a feed again. Clients that could share until now may differ in something that
// counts from now on: they go different ways.
func (f *feed) replan(plan Planner) {
	h := f.hub
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.ended {
		return
	}
	f.planned++
	groups := f.plan(plan)
	for i, g := range groups {
		if i == 0 {
			f.goOn(g.op)
		} else {
			f.split(g)
		}
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	if len(groups) == 0 || len(f.clients) == 0 {
		h.finish(f)
	}
}

// finish ends a feed. The hub's lock is held.
func (h *Hub) finish(f *feed) {
	f.closed = true
	if h.feeds[f.key] == f {
		delete(h.feeds, f.key)
	}
	f.cancel()
}

// group are clients with the same operation on the new graph.
type group struct {
	op      Operation
	clients []*Client
}

// plan plans the subscription of each client, and ends those that are not valid any more. The feed's lock is held.
func (f *feed) plan(plan Planner) []group {
	h := f.hub
	h.mu.Lock()
	clients := make([]*Client, 0, len(f.clients))
	for c := range f.clients {
		clients = append(clients, c)
	}
	h.mu.Unlock()
	var groups []group
	at := map[string]int{}
	for _, c := range clients {
		op, refusal := plan(h.ctx, c.request)
		if op == nil {
			c.end(refusal, server.EndedByError)
			continue
		}
		i, known := at[op.Key()]
		if !known {
			at[op.Key()] = len(groups)
			groups = append(groups, group{op: op, clients: []*Client{c}})
			continue
		}
		op.Close()
		groups[i].clients = append(groups[i].clients, c)
	}
	return groups
}

// goOn makes another operation the feed's. The feed's lock is held.
func (f *feed) goOn(op Operation) {
	h := f.hub
	h.mu.Lock()
	if h.feeds[f.key] == f {
		delete(h.feeds, f.key)
	}
	f.key = op.Key()
	if f.after != "" {
		f.key = behindKey(f.key, f.after)
	}
	if h.feeds[f.key] == nil && !f.closed {
		h.feeds[f.key] = f
	}
	h.mu.Unlock()
	if f.source.asks(op) {
		f.op.Close()
		f.op = op
		return
	}
	f.follow(op)
}

// follow goes over to the source of another operation once that is open: until then the feed goes on as it is. Where
// events have ids the new one begins behind the last event, and misses none, at once or, when none had come, once it
// is open; otherwise one that comes in between can be missed or come twice. The feed's lock is held.
func (f *feed) follow(op Operation) {
	h, last, planned := f.hub, f.lastOf(op), f.planned
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.ctx.Err() != nil {
		op.Close()
		return
	}
	s, events := h.join(op, last)
	if last != "" {
		old, oldEvents, oldOp := f.source, f.events, f.op
		f.op, f.source, f.events = op, s, events
		oldEvents.close()
		h.quit(old)
		oldOp.Close()
		events.wake()
		f.notice()
		return
	}
	h.running.Go(func() {
		timer := time.NewTimer(openWithin)
		defer timer.Stop()
		select {
		case <-s.opened:
		case <-timer.C:
		case <-f.ctx.Done():
		}
		f.switchTo(op, s, events, planned)
	})
}

// lastOf is the event behind which another source goes on; empty when that is with what comes next.
func (f *feed) lastOf(op Operation) string {
	if op.Upstream().Resumes() {
		return f.last
	}
	return ""
}

// split makes a group a feed of its own, which goes on where this one is. The feed's lock is held.
func (f *feed) split(g group) {
	h := f.hub
	answers := f.answers.clone()
	same := f.source.asks(g.op)
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.ctx.Err() != nil {
		g.op.Close()
		return
	}
	var s *source
	var events *cursor[Event]
	if same {
		s, events = f.source, f.events.clone()
		s.readers++
	} else {
		s, events = h.join(g.op, f.lastOf(g.op))
	}
	key := g.op.Key()
	if f.after != "" {
		key = behindKey(key, f.after)
	}
	other := h.newFeed(key, g.op, s, events, answers, streamPosition{f.after, f.last})
	for _, c := range g.clients {
		if c.feed != f {
			continue // it has left meanwhile
		}
		delete(f.clients, c)
		c.feed = other
		other.clients[c] = struct{}{}
		c.cursor.move(answers)
	}
	if len(other.clients) == 0 {
		h.finish(other)
	}
}

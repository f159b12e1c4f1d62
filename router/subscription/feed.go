package subscription

import (
	"context"
	"sync"
	"time"
)

// answer is a client's answer to an event.
type answer struct {
	body []byte
	id   string
	// last tells that nothing follows, because of an error that the body tells.
	last bool
}

// feed answers the events of a source for all clients with the same operation.
type feed struct {
	hub *Hub
	key string
	// mu is held while an event is answered, and while the feed is planned again: what is planned anew begins with the
	// next event, and no event is answered twice or not at all.
	mu     sync.Mutex
	op     Operation
	source *source
	events *cursor[Event]
	// answers is what clients read.
	answers *eventLog[answer]
	// moved yields when events has become another cursor.
	moved  chan struct{}
	ctx    context.Context
	cancel context.CancelFunc
	// last is the id of the last event that was answered, planned counts how often the feed was planned again, ended tells
	// that everything was given back; under mu.
	last    string
	planned int
	ended   bool
	// after is the id of the event behind which the feed began.
	after string

	// clients are guarded by the hub's lock; so is closed, which tells that there will be none any more.
	clients map[*Client]struct{}
	closed  bool
}

// streamPosition is where a feed begins: its log begins behind the event after, and the last event that was answered
// is last.
type streamPosition struct{ after, last string }

// newFeed makes a feed for an operation on a source. The hub's lock is held.
func (h *Hub) newFeed(
	key string, op Operation, s *source, events *cursor[Event], answers *eventLog[answer], at streamPosition,
) *feed {
	f := &feed{
		after: at.after, last: at.last,
		hub: h, key: key, op: op, source: s, events: events, answers: answers, moved: make(chan struct{}, 1), clients: map[*Client]struct{}{},
	}
	f.ctx, f.cancel = context.WithCancel(h.ctx)
	if h.feeds[key] == nil {
		h.feeds[key] = f
	}
	h.all[f] = struct{}{}
	h.running.Go(f.run)
	return f
}

// run answers events until the source or the feed has ended.
func (f *feed) run() {
	defer f.end()
	for f.ctx.Err() == nil {
		f.mu.Lock()
		event, what := f.events.next()
		switch what {
		case value:
			f.answer(&event)
		case behind:
			// The subgraphs that the rest of the answer comes from are slower than the events.
			if f.last != "" && f.op.Upstream().Resumes() {
				f.catchUp()
				break
			}
			f.answer(&Event{Err: errBehind, Last: true})
			what = over
		}
		ready, wait := f.events.ready, f.source.backlogWait
		f.mu.Unlock()
		switch what {
		case over:
			return
		case value:
			if event.Backlog {
				f.answers.room(f.ctx, wait)
			}
		case nothing:
			select {
			case <-ready:
			case <-f.moved:
			case <-f.ctx.Done():
			}
		}
	}
}

// answer answers an event. The lock is held.
func (f *feed) answer(event *Event) {
	h := f.hub
	select {
	case h.places <- struct{}{}:
	case <-f.ctx.Done():
		return
	}
	ctx, cancel := context.WithTimeout(f.ctx, h.eventTimeout())
	body := f.op.Answer(ctx, event)
	cancel()
	<-h.places
	if f.ctx.Err() != nil {
		return
	}
	h.events.Add(1)
	if event.ID != "" {
		f.last = event.ID
	}
	f.answers.add(answer{body: body, id: event.ID, last: event.Last}, len(body)+128)
}

// end gives everything back.
func (f *feed) end() {
	f.answers.end()
	h := f.hub
	h.mu.Lock()
	f.closed = true
	delete(h.all, f)
	if h.feeds[f.key] == f {
		delete(h.feeds, f.key)
	}
	h.mu.Unlock()
	f.cancel()
	f.mu.Lock()
	defer f.mu.Unlock()
	f.ended = true
	f.events.close()
	h.mu.Lock()
	h.quit(f.source)
	h.mu.Unlock()
	f.op.Close()
}

// behindTheLast is the source, or one that begins behind the last event, when one has come since it was asked for: the
// two sources were open side by side, and only what events are called tells which of them came over both. What the
// feed's source has told is answered first. The feed's lock is held.
func (f *feed) behindTheLast(op Operation, s *source, events *cursor[Event]) (*source, *cursor[Event]) {
	for event, what := f.events.next(); what == value; event, what = f.events.next() {
		f.answer(&event)
	}
	if f.last == "" {
		return s, events
	}
	h := f.hub
	h.mu.Lock()
	defer h.mu.Unlock()
	other, behind := h.join(op, f.last)
	events.close()
	h.quit(s)
	return other, behind
}

// switchTo goes on with another source, for the operation that it belongs to, unless the feed has ended or was planned
// again meanwhile. Neither lock is held.
func (f *feed) switchTo(op Operation, s *source, events *cursor[Event], planned int) {
	f.mu.Lock()
	old, oldEvents, oldOp := f.source, f.events, f.op
	if f.ended || planned != f.planned {
		old, oldEvents, oldOp = s, events, op
	} else {
		if op.Upstream().Resumes() {
			s, events = f.behindTheLast(op, s, events)
		}
		f.op, f.source, f.events = op, s, events
	}
	f.mu.Unlock()
	f.notice()
	oldEvents.close()
	f.hub.mu.Lock()
	f.hub.quit(old)
	f.hub.mu.Unlock()
	oldOp.Close()
}

// catchUp reads the events again from the last one on that was answered. The lock is held.
func (f *feed) catchUp() {
	h := f.hub
	f.events.close()
	h.mu.Lock()
	defer h.mu.Unlock()
	old := f.source
	f.source, f.events = h.join(f.op, f.last)
	h.quit(old)
}

// notice tells the feed's goroutine that there are other events to wait for.
func (f *feed) notice() {
	select {
	case f.moved <- struct{}{}:
	default:
	}
}

// openWithin is how long a source that takes another's place may take until it is open.
const openWithin = 10 * time.Second

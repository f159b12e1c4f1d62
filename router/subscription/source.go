package subscription

import (
	"context"
	"errors"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"time"
)

// source is an upstream subscription.
type source struct {
	key    string
	events *eventLog[Event]
	// after is the id of the event behind which it began; empty when it began with what came next.
	after  string
	cancel context.CancelFunc
	// opened is closed once no event is missed any more, or the source has ended.
	opened chan struct{}
	open   sync.Once
	// backlogWait is Settings.BacklogWait.
	backlogWait time.Duration
	// reconnects is the hub's counter.
	reconnects *atomic.Uint64
	// readers counts the feeds; guarded by the hub's lock.
	readers int
}

// join returns the source of an operation, which is opened if it is not yet, and a cursor for what it says behind an
// event, or from now on if none is named. The hub's lock is held.
func (h *Hub) join(op Operation, after string) (*source, *cursor[Event]) {
	key := op.SourceKey()
	if after == "" {
		if s := h.sources[key]; s != nil {
			s.readers++
			return s, s.events.follow()
		}
		return h.open(op, key, "")
	}
	for _, k := range []string{key, behindKey(key, after)} {
		if s := h.sources[k]; s != nil {
			if events := s.events.followBehind(func(e Event) bool { return e.ID == after }, s.after == after); events != nil {
				s.readers++
				return s, events
			}
		}
	}
	if h.sources[key] != nil {
		key = behindKey(key, after)
	}
	return h.open(op, key, after)
}

// behindKey is the key of what begins behind an event.
func behindKey(key, after string) string { return key + "\x00" + after }

// open begins a source.
func (h *Hub) open(op Operation, key, after string) (*source, *cursor[Event]) {
	s := &source{
		key: key, after: after, opened: make(chan struct{}), readers: 1, backlogWait: h.settings.BacklogWait,
		reconnects: &h.reconnects,
		events:     newEventLog[Event](h.settings.QueueEvents, h.settings.QueueBytes),
	}
	var ctx context.Context
	ctx, s.cancel = context.WithCancel(h.ctx)
	h.sources[key] = s
	events := s.events.follow()
	up, req, reconnect := op.Upstream(), op.Request(), h.settings.Reconnect
	h.running.Go(func() {
		s.run(ctx, up, req, reconnect)
		h.mu.Lock()
		h.forget(s)
		h.mu.Unlock()
	})
	return s, events
}

// quit is a reader less. The last one ends the source. The hub's lock is held.
func (h *Hub) quit(s *source) {
	if s.readers--; s.readers == 0 {
		s.cancel()
		h.forget(s)
	}
}

// forget makes sure that nobody joins any more. The hub's lock is held.
func (h *Hub) forget(s *source) {
	if h.sources[s.key] == s {
		delete(h.sources, s.key)
	}
}

// asks tells whether the source is that of an operation.
func (s *source) asks(op Operation) bool {
	return s.key == op.SourceKey() || s.after != "" && s.key == behindKey(op.SourceKey(), s.after)
}

// run keeps the subscription open until ctx ends, the subgraph completes it, or it cannot be opened again.
func (s *source) run(ctx context.Context, up Upstream, req *Request, reconnect Reconnect) {
	defer s.events.end()
	defer s.isOpen()
	last, attempts := s.after, 0
	for again := false; ; again = true {
		ended := false
		asked := *req
		asked.After = last
		if again && req.Renew != nil {
			asked.Header = req.Renew()
		}
		err := up.Subscribe(ctx, &asked, s.isOpen, func(e Event) {
			attempts, ended = 0, ended || e.Last
			if e.ID != "" {
				last = e.ID
			}
			s.add(ctx, e)
		})
		if err == nil || ended || ctx.Err() != nil {
			return
		}
		if attempts++; attempts > reconnect.Attempts || IsFinal(err) {
			s.add(ctx, Event{Err: err, Last: true})
			return
		}
		if !pause(ctx, reconnect.pause(attempts)) {
			return
		}
		s.reconnects.Add(1)
	}
}

func (s *source) add(ctx context.Context, e Event) {
	if e.Backlog {
		s.events.room(ctx, s.backlogWait)
	}
	s.events.add(e, len(e.Payload)+256)
}

func (s *source) isOpen() { s.open.Do(func() { close(s.opened) }) }

// pause is the time before an attempt, the first being 1.
func (r Reconnect) pause(attempt int) time.Duration {
	longest := r.MaxPause
	if attempt < 20 {
		longest = min(longest, r.Pause<<(attempt-1))
	}
	return longest/2 + rand.N(longest/2+1)
}

func pause(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// Final makes an error one that trying again does not mend.
func Final(err error) error { return &final{err} }

type final struct{ error }

func (f *final) Unwrap() error { return f.error }

// IsFinal tells whether an error is one that trying again does not mend.
func IsFinal(err error) bool {
	var f *final
	return errors.As(err, &f)
}

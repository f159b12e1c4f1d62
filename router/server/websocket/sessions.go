package websocket

import (
	"context"
	"math/rand/v2"
	"sync"
	"time"
)

// Sessions are the open connections of a router. The zero value has none.
type Sessions struct {
	mu       sync.Mutex
	open     map[*session]struct{}
	draining bool
	// idle is closed when there is none any more; nil while nobody waits for that.
	idle chan struct{}
}

// add counts a connection; false when there are as many as there may be, or the router ends.
func (all *Sessions) add(s *session, most int) bool {
	all.mu.Lock()
	defer all.mu.Unlock()
	if all.draining || most > 0 && len(all.open) >= most {
		return false
	}
	if all.open == nil {
		all.open = map[*session]struct{}{}
	}
	all.open[s] = struct{}{}
	return true
}

func (all *Sessions) remove(s *session) {
	all.mu.Lock()
	defer all.mu.Unlock()
	delete(all.open, s)
	all.settle()
}

// settle tells who waits for it that there is no connection. The lock is held.
func (all *Sessions) settle() {
	if len(all.open) == 0 && all.idle != nil {
		close(all.idle)
		all.idle = nil
	}
}

// Len is the number of open connections.
func (all *Sessions) Len() int {
	all.mu.Lock()
	defer all.mu.Unlock()
	return len(all.open)
}

// Drain closes all connections with the code 1001, each at any time within the duration, when its operations have
// ended, and takes no new ones. It returns when there is none, or ctx ends; then it cuts off what is left.
func (all *Sessions) Drain(ctx context.Context, over time.Duration) {
	all.mu.Lock()
	all.draining = true
	sessions := make([]*session, 0, len(all.open))
	for s := range all.open {
		sessions = append(sessions, s)
	}
	if all.idle == nil {
		all.idle = make(chan struct{})
	}
	idle := all.idle
	all.settle()
	all.mu.Unlock()
	rand.Shuffle(len(sessions), func(i, j int) { sessions[i], sessions[j] = sessions[j], sessions[i] })
	began := time.Now()
	for i, s := range sessions {
		timer := time.NewTimer(time.Until(began.Add(over * time.Duration(i) / time.Duration(len(sessions)))))
		select {
		case <-timer.C:
		case <-ctx.Done():
		}
		timer.Stop()
		s.leave()
	}
	select {
	case <-idle:
	case <-ctx.Done():
		for _, s := range sessions {
			s.quit()
		}
	}
}

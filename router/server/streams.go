package server

import "sync"

// Streams are the streams of events whose connections were taken from net/http. The zero value has none.
type Streams struct {
	mu   sync.Mutex
	open map[*takenStream]struct{}
}

func (all *Streams) add(s *takenStream) {
	all.mu.Lock()
	defer all.mu.Unlock()
	if all.open == nil {
		all.open = map[*takenStream]struct{}{}
	}
	all.open[s] = struct{}{}
}

func (all *Streams) remove(s *takenStream) {
	all.mu.Lock()
	defer all.mu.Unlock()
	delete(all.open, s)
}

// Len is how many there are.
func (all *Streams) Len() int {
	all.mu.Lock()
	defer all.mu.Unlock()
	return len(all.open)
}

// Cut closes the connections of all, whatever is on its way.
func (all *Streams) Cut() {
	all.mu.Lock()
	streams := make([]*takenStream, 0, len(all.open))
	for s := range all.open {
		streams = append(streams, s)
	}
	all.mu.Unlock()
	for _, s := range streams {
		s.leave()
	}
}

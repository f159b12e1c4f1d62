package http1

import (
	"cmp"
	"errors"
	"slices"
	"syscall"
	"time"
)

// outOfDescriptors tells whether there are no more for the process, or the system.
func outOfDescriptors(err error) bool {
	return errors.Is(err, syscall.EMFILE) || errors.Is(err, syscall.ENFILE)
}

const (
	// shedAfter is how long a connection must have been idle to be closed for others.
	shedAfter = time.Second
	// shedPart is which part of those is closed at a time, the oldest first, and shedLeast how many at least. Not all of
	// what is freed goes to new clients: the router needs some itself, for subgraphs.
	shedPart, shedLeast = 8, 16
)

// shed closes those connections that have been idle for longest, and returns how many.
func (s *Server) shed() int {
	type idle struct {
		*conn
		since int64
	}
	before := time.Now().Add(-s.shedAfter).UnixNano()
	s.mu.Lock()
	defer s.mu.Unlock()
	var idlers []idle
	for c := range s.conns {
		if since := c.idleSince.Load(); since != 0 && since < before && c.state.Load() == waiting {
			idlers = append(idlers, idle{c, since})
		}
	}
	slices.SortFunc(idlers, func(a, b idle) int { return cmp.Compare(a.since, b.since) })
	closing := 0
	for _, c := range idlers[:min(len(idlers), max(len(idlers)/shedPart, shedLeast))] {
		if c.state.CompareAndSwap(waiting, closed) {
			_ = c.net.Close()
			closing++
		}
	}
	return closing
}

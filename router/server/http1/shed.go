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

// idleSince is the value of conn.idleSince.
func idleSince(now time.Time, served bool) int64 {
	if served {
		return now.UnixNano()
	}
	return -now.UnixNano()
}

// shed closes connections that are idle, and returns how many: first those that have never asked for anything, then
// those that have been idle for longest.
func (s *Server) shed() int {
	type idle struct {
		*conn
		served bool
		since  int64
	}
	before := time.Now().Add(-s.shedAfter).UnixNano()
	s.mu.Lock()
	defer s.mu.Unlock()
	var idlers []idle
	for c := range s.conns {
		since := c.idleSince.Load()
		served := since > 0
		if !served {
			since = -since
		}
		if since != 0 && since < before && c.state.Load() == waiting {
			idlers = append(idlers, idle{c, served, since})
		}
	}
	slices.SortFunc(idlers, func(a, b idle) int {
		if a.served != b.served {
			if b.served {
				return -1
			}
			return 1
		}
		return cmp.Compare(a.since, b.since)
	})
	closing := 0
	for _, c := range idlers[:min(len(idlers), max(len(idlers)/shedPart, shedLeast))] {
		if c.state.CompareAndSwap(waiting, closed) {
			_ = c.net.Close()
			closing++
		}
	}
	return closing
}

package canary

import (
	"fmt"
	"log/slog"
	"net/http"
	"sync"
	"sync/atomic"

	"github.com/weft-graphql/weft/router/config"
)

// Generation is what is tried: settings and a graph that serve requests.
type Generation interface {
	Enter() bool
	Retire()
	Hash() string
	Tally() *Tally
}

// Stage has what is tried beside what is in use.
type Stage[G Generation] struct {
	// Lock is held by whoever changes what is in use or on trial, the callers of Try and Cancel included.
	Lock sync.Locker
	// Promote takes what was tried into use.
	Promote func(t *Trial[G])
	// RolledBack is told of what is not used after all.
	RolledBack func(t *Trial[G], err error)
	// Logger receives what operators must know.
	Logger *slog.Logger

	trial  atomic.Pointer[Trial[G]]
	record Record
	// rejected is the graph that was rolled back last.
	rejected string
}

// Trial is the one under way; nil when there is none.
func (s *Stage[G]) Trial() *Trial[G] { return s.trial.Load() }

// Enter takes hold of the canary for a request; false when the request is for what is in use.
func (s *Stage[G]) Enter(r *http.Request) (g G, entered bool) {
	t := s.trial.Load()
	if t == nil || !t.Takes(r) || !t.Candidate.Enter() {
		return g, false
	}
	return t.Candidate, true
}

// Try begins a trial, in the place of another one. by are the settings in use, and stable counts the requests to what is in
// use.
func (s *Stage[G]) Try(candidate G, cfg *config.Config, sdl string, by config.Canary, stable *Tally) {
	if former := s.end(); former != nil {
		s.record.Replaced()
		former.Candidate.Retire()
	}
	t := Begin(candidate, cfg, sdl, by, candidate.Hash(), stable, candidate.Tally())
	s.trial.Store(t)
	s.Logger.Info("a canary begins", "graph", t.salt, "percent", by.Percent, "window", by.Window)
	t.Run(func(v Verdict) {
		s.Lock.Lock()
		defer s.Lock.Unlock()
		s.settle(t, v)
	})
}

// Cancel ends a trial, if there is one: nobody gets it any more.
func (s *Stage[G]) Cancel(why string) {
	if t := s.trial.Load(); t != nil {
		s.settle(t, Verdict{Why: why})
	}
}

// Decide ends a trial by hand; false when there is none. The lock must not be held.
func (s *Stage[G]) Decide(promote bool) bool {
	s.Lock.Lock()
	defer s.Lock.Unlock()
	t := s.trial.Load()
	if t != nil {
		s.settle(t, Verdict{Promoted: promote, Why: "an operator says so"})
	}
	return t != nil
}

// settle ends a trial, unless that has happened already.
func (s *Stage[G]) settle(t *Trial[G], v Verdict) {
	if s.trial.Load() != t {
		return
	}
	status := t.Status()
	s.end()
	s.record.Ended(t.salt, v)
	told := []any{
		"graph", t.salt, "why", v.Why, "requests", status.Canary.Requests, "failed", status.Canary.Failed,
		"requests_beside", status.Stable.Requests, "failed_beside", status.Stable.Failed,
	}
	if v.Promoted {
		s.rejected = ""
		s.Promote(t)
		s.Logger.Info("the canary is in use for everybody", told...)
		return
	}
	s.rejected = t.SDL
	t.Candidate.Retire()
	s.Logger.Error("the canary was rolled back: what was in use goes on", told...)
	s.RolledBack(t, fmt.Errorf("the canary was rolled back: %s", v.Why))
}

// end takes the trial away. Requests in progress end on the canary.
func (s *Stage[G]) end() *Trial[G] {
	t := s.trial.Swap(nil)
	if t != nil {
		t.Stop()
	}
	return t
}

// Rejected tells that a graph was rolled back, and no other one was promoted since.
func (s *Stage[G]) Rejected(sdl string) bool { return s.rejected != "" && s.rejected == sdl }

// Close ends a trial with the process.
func (s *Stage[G]) Close() {
	if t := s.end(); t != nil {
		t.Candidate.Retire()
	}
}

// Stats are the counters of all trials.
func (s *Stage[G]) Stats() Stats {
	stats := s.record.Read()
	stats.Trial = s.Status()
	return stats
}

// Status tells of the trial; nil when there is none.
func (s *Stage[G]) Status() *Status {
	if t := s.trial.Load(); t != nil {
		return t.Status()
	}
	return nil
}

// Package jwks follows sets of public keys (RFC 7517): files and addresses that change while a process runs. What a set
// means is its reader's: the router reads those of token issuers, the services those of the router.
package jwks

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"
)

// Options say how a set is followed.
type Options struct {
	// Name is what the set is called in the log.
	Name string
	// Interval is the time between two looks at the source.
	Interval time.Duration
	// Timeout bounds one look; 0 means five seconds.
	Timeout time.Duration
	// Pause is the least time between two looks that were asked for with Renew, and between two that failed; 0 means ten
	// seconds.
	Pause time.Duration
	// Logger receives what operators must know.
	Logger *slog.Logger
}

// Set is a set of keys that is followed: T is what its text was read as. It is safe for concurrent use.
type Set[T any] struct {
	options Options
	load    func(context.Context) ([]byte, error)
	read    func([]byte) (T, error)
	current atomic.Pointer[reading[T]]
	first   chan struct{}
	stop    context.CancelFunc
	stopped <-chan struct{}
	running sync.WaitGroup
	// ask is where Renew asks for a look.
	ask chan *look
	// failing tells that the last look failed.
	failing atomic.Bool

	mu sync.Mutex
	// asked is when Renew last asked for a look, and pending that look as long as it goes on.
	asked   time.Time
	pending *look
}

// reading is a text and what it was read as.
type reading[T any] struct {
	text  []byte
	value T
}

// look is one look at the source that somebody waits for.
type look struct{ done chan struct{} }

// errEmpty is why there are no keys before the first look has ended.
var errEmpty = errors.New("the keys have not been read yet")

// Follow begins to follow a set. load gets its text and read makes something of it; a set that cannot be got, or that
// does not make sense, leaves the one from before in use. Close ends it.
func Follow[T any](load func(context.Context) ([]byte, error), read func([]byte) (T, error), options Options) *Set[T] {
	if options.Timeout <= 0 {
		options.Timeout = 5 * time.Second
	}
	if options.Pause <= 0 {
		options.Pause = 10 * time.Second
	}
	ctx, cancel := context.WithCancel(context.Background())
	s := &Set[T]{
		options: options, load: load, read: read, first: make(chan struct{}), ask: make(chan *look, 1),
		stop: cancel, stopped: ctx.Done(),
	}
	s.running.Go(func() { s.follow(ctx) })
	return s
}

// Close ends following.
func (s *Set[T]) Close() {
	s.stop()
	s.running.Wait()
}

// Get returns the newest set. The first time it waits for that, as long as ctx allows. The error says that there has
// never been one.
func (s *Set[T]) Get(ctx context.Context) (T, error) {
	if r := s.current.Load(); r != nil {
		return r.value, nil
	}
	select {
	case <-s.first:
	case <-ctx.Done():
	}
	if r := s.current.Load(); r != nil {
		return r.value, nil
	}
	var none T
	return none, errEmpty
}

// Failing tells that the last look at the source failed: what is in use may be old.
func (s *Set[T]) Failing() bool { return s.failing.Load() }

// Renew has the source looked at, because something is missing in the set, and waits for that. All who ask at the same
// time share one look, and there is at most one in Options.Pause: in between it returns at once.
func (s *Set[T]) Renew(ctx context.Context) {
	s.mu.Lock()
	l := s.pending
	if l == nil {
		if now := time.Now(); now.Sub(s.asked) >= s.options.Pause {
			s.asked = now
			l = &look{make(chan struct{})}
			s.pending = l
			s.ask <- l
		}
	}
	s.mu.Unlock()
	if l == nil {
		return
	}
	select {
	case <-l.done:
	case <-ctx.Done():
	case <-s.stopped:
	}
}

// follow looks at the source until ctx ends.
func (s *Set[T]) follow(ctx context.Context) {
	s.look(ctx)
	close(s.first)
	for {
		pause := s.options.Interval
		if s.failing.Load() {
			pause = min(pause, s.options.Pause)
		}
		timer := time.NewTimer(pause)
		select {
		case <-ctx.Done():
			timer.Stop()
			return
		case asked := <-s.ask:
			s.look(ctx)
			s.mu.Lock()
			s.pending = nil
			s.mu.Unlock()
			close(asked.done)
		case <-timer.C:
			s.look(ctx)
		}
		timer.Stop()
	}
}

// look reads the set once.
func (s *Set[T]) look(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, s.options.Timeout)
	defer cancel()
	text, err := s.load(ctx)
	old := s.current.Load()
	if err == nil && old != nil && bytes.Equal(text, old.text) {
		s.failing.Store(false)
		return
	}
	var value T
	if err == nil {
		value, err = s.read(text)
	}
	if err != nil {
		if !s.failing.Swap(true) && !errors.Is(err, context.Canceled) {
			s.options.Logger.Warn("keys cannot be read: those from before, if there are any, go on",
				"keys", s.options.Name, "err", err)
		}
		return
	}
	s.current.Store(&reading[T]{text, value})
	if s.failing.Swap(false) || old != nil {
		s.options.Logger.Info("new keys are in use", "keys", s.options.Name)
	}
}

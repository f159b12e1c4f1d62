package canary

import (
	"net/http"
	"sync"
	"time"

	"github.com/weft-graphql/weft/router/config"
)

// Verdict is what becomes of a canary.
type Verdict struct {
	// Promoted tells that it is for everybody now, otherwise it is for nobody.
	Promoted bool
	// Why says it in words.
	Why string
}

// Trial is a canary beside what is in use.
type Trial[G any] struct {
	// Candidate is what is tried, made of Config and SDL.
	Candidate G
	Config    *config.Config
	SDL       string

	settings       config.Canary
	salt           string
	began          time.Time
	stable, canary *Tally
	// before is what was counted of the one in use when the trial began.
	before counts
	// next is how many requests the canary must have had to be judged again.
	next uint64

	stop    chan struct{}
	stopped sync.Once
	running sync.WaitGroup
}

// Begin begins a trial by the settings in use. stable and canary count the requests to both. Run must be called.
func Begin[G any](
	candidate G, cfg *config.Config, sdl string, settings config.Canary, salt string, stable, canary *Tally,
) *Trial[G] {
	return &Trial[G]{
		Candidate: candidate, Config: cfg, SDL: sdl, settings: settings, salt: salt, began: time.Now(), stable: stable, canary: canary,
		before: stable.read(), next: uint64(settings.MinRequests), stop: make(chan struct{}),
	}
}

// Takes tells whether a request is for the canary.
func (t *Trial[G]) Takes(r *http.Request) bool { return takes(&t.settings, t.salt, r) }

// Run watches over the trial until it is decided, or stopped. decided is called once, by another goroutine, unless the trial
// was stopped before; the trial has ended for it then.
func (t *Trial[G]) Run(decided func(Verdict)) {
	pause := min(max(t.settings.Window/100, time.Millisecond), time.Second)
	t.running.Go(func() {
		ticks := time.NewTicker(pause)
		defer ticks.Stop()
		for {
			select {
			case <-t.stop:
				return
			case now := <-ticks.C:
				if v := t.judge(now); v != nil {
					go decided(*v)
					return
				}
			}
		}
	})
}

// Stop ends watching.
func (t *Trial[G]) Stop() {
	t.stopped.Do(func() { close(t.stop) })
	t.running.Wait()
}

// judge looks at the counts; nil as long as there is nothing to say.
func (t *Trial[G]) judge(now time.Time) *Verdict {
	over := now.Sub(t.began) >= t.settings.Window
	canary := t.canary.read()
	if canary.requests < uint64(t.settings.MinRequests) || canary.requests < t.next && !over {
		return nil
	}
	for t.next <= canary.requests {
		t.next *= 2
	}
	stable := t.comparison()
	if stable.requests < uint64(t.settings.MinRequests) {
		// There is nothing to compare with, unless everybody gets the canary.
		if over && t.settings.Percent < 100 {
			return nil
		}
	}
	if why := worse(&t.settings, &stable, &canary); why != "" {
		return &Verdict{Why: why}
	}
	if over {
		return &Verdict{Promoted: true, Why: "its window is over"}
	}
	return nil
}

// comparison is what was counted of the one in use meanwhile, or in its whole life where that is too little.
func (t *Trial[G]) comparison() counts {
	all := t.stable.read()
	meanwhile := all.since(&t.before)
	if meanwhile.requests < uint64(t.settings.MinRequests) {
		return all
	}
	return meanwhile
}

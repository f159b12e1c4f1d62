package insights

import (
	"context"
	"crypto/sha256"
	"encoding/base32"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"time"

	"github.com/weft-graphql/weft/subgraphs/insights/anomaly"
	"github.com/weft-graphql/weft/subgraphs/insights/scrape"
)

// Monitoring says what is watched, and how.
type Monitoring struct {
	// Targets tell the metrics to watch; none are read when it is empty.
	Targets []scrape.Target
	// Flow watches what the shop's events tell.
	Flow bool
	// Step is the time from one value of a signal to the next: five minutes if zero.
	Step time.Duration
	// Early is how many values are enough to look for deviations from those just before, until a day is over; 0 for
	// never.
	Early int
}

// Enabled reports whether anything is watched.
func (m Monitoring) Enabled() bool { return len(m.Targets) > 0 || m.Flow }

const (
	// saveEvery is after how many steps what is known is saved.
	saveEvery = 12
	// maxSignals bounds how many signals are watched.
	maxSignals = 250
	// forgetEvery is how often what is old is forgotten, and keptAnomalies for how long anomalies are kept.
	forgetEvery, keptAnomalies = time.Hour, 400 * 24 * time.Hour
)

// Monitor watches signals, and notes what is unusual. One process of the service does so at a time.
type Monitor struct {
	core     *Core
	settings Monitoring
	flow     flow

	mu      sync.Mutex // guards what follows
	signals map[string]*signal
}

// signal is a series that is watched.
type signal struct {
	series *anomaly.Series
	unit   string
}

// NewMonitor makes a monitor, which Run starts.
func NewMonitor(core *Core, settings Monitoring) *Monitor {
	if settings.Step <= 0 {
		settings.Step = 5 * time.Minute
	}
	return &Monitor{core: core, settings: settings, signals: map[string]*signal{}}
}

// Run watches until ctx ends.
func (m *Monitor) Run(ctx context.Context, logger *slog.Logger) {
	states, err := m.core.store.Signals(ctx)
	for err != nil && ctx.Err() == nil {
		logger.Warn("what is known of signals cannot be read yet", "error", err)
		if !wait(ctx, 2*time.Second) {
			return
		}
		states, err = m.core.store.Signals(ctx)
	}
	reader := scrape.NewReader(m.settings.Targets)
	m.flow.begin()
	forgot := time.Time{}
	for steps := 1; wait(ctx, untilNext(time.Now(), m.settings.Step)); steps++ {
		now := time.Now()
		var readings []scrape.Reading
		// The first step is not a whole one.
		if flowing := m.flow.take(); m.settings.Flow && steps > 1 {
			readings = flowing
		}
		if len(m.settings.Targets) > 0 {
			more, failures := reader.Read(ctx, now)
			readings = append(readings, more...)
			if len(failures) > 0 {
				logger.Warn("metrics cannot be read", "error", errors.Join(failures...))
			}
		}
		m.Take(ctx, now, readings, states, logger)
		if steps%saveEvery == 0 {
			m.save(ctx, logger)
		}
		if now.Sub(forgot) >= forgetEvery {
			forgot = now
			m.forget(ctx, now, logger)
		}
	}
	ending, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer cancel()
	m.save(ending, logger)
}

// untilNext is how long it is until the next whole step.
func untilNext(now time.Time, step time.Duration) time.Duration {
	return now.Truncate(step).Add(step).Sub(now)
}

func wait(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// Take takes in the readings of a step, goes on with signals where states say they were, and notes what is unusual.
func (m *Monitor) Take(
	ctx context.Context, now time.Time, readings []scrape.Reading, states map[string][]byte, logger *slog.Logger,
) {
	var found []*Anomaly
	m.mu.Lock()
	for _, reading := range readings {
		s := m.signal(reading, states, logger)
		if s == nil {
			continue
		}
		for _, f := range s.series.Observe(now, reading.Value) {
			found = append(found, newAnomaly(reading.Signal, s.unit, f))
		}
	}
	for name, s := range m.signals {
		for _, f := range s.series.Look(now) {
			found = append(found, newAnomaly(name, s.unit, f))
		}
	}
	m.mu.Unlock()
	for _, a := range found {
		logger.Warn("a signal is unusual", "signal", a.Signal, "stage", a.Finding.Stage, "why", a.Finding.Why)
		if err := m.core.Note(ctx, a); err != nil && ctx.Err() == nil {
			logger.Error("an anomaly cannot be noted", "error", err)
		}
	}
	if len(found) > 0 {
		m.save(ctx, logger) // or the end of an incident might be missed after a crash
	}
}

// Note writes an anomaly, and tells those who watch.
func (c *Core) Note(ctx context.Context, a *Anomaly) error {
	if err := c.store.PutAnomaly(ctx, a); err != nil {
		return err
	}
	c.watchers.tell(a.ID)
	return nil
}

// signal finds or makes what watches a reading's signal; nil when there are too many.
func (m *Monitor) signal(reading scrape.Reading, states map[string][]byte, logger *slog.Logger) *signal {
	if s := m.signals[reading.Signal]; s != nil {
		return s
	}
	if len(m.signals) >= maxSignals {
		return nil
	}
	settings := reading.Settings
	settings.Step, settings.Early = m.settings.Step, m.settings.Early
	s := &signal{series: anomaly.New(settings), unit: strings.TrimSpace(settings.Unit)}
	if state, ok := states[reading.Signal]; ok {
		if known, err := anomaly.Restore(settings, state); err == nil {
			s.series = known
		} else {
			logger.Warn("a signal is learned anew", "signal", reading.Signal, "error", err)
		}
	}
	m.signals[reading.Signal] = s
	return s
}

// newAnomaly is what a finding is about. Its id follows from the signal and the beginning, so that an incident that
// is found again after a crash is the same anomaly.
func newAnomaly(name, unit string, f anomaly.Finding) *Anomaly {
	sum := sha256.Sum256(fmt.Appendf(nil, "%d %s", f.Began.UnixNano(), name))
	id := "a" + strings.ToLower(base32.StdEncoding.EncodeToString(sum[:])[:26])
	f.Began, f.Found = f.Began.Truncate(time.Microsecond), f.Found.Truncate(time.Microsecond) // as databases keep them
	f.EndedAt = f.EndedAt.Truncate(time.Microsecond)
	return &Anomaly{ID: id, Signal: name, Unit: unit, Finding: f}
}

// save saves what is known of all signals.
func (m *Monitor) save(ctx context.Context, logger *slog.Logger) {
	states := map[string][]byte{}
	m.mu.Lock()
	for name, s := range m.signals {
		state, err := s.series.Save()
		if err != nil {
			logger.Error("what is known of a signal cannot be saved", "signal", name, "error", err)
			continue
		}
		states[name] = state
	}
	m.mu.Unlock()
	if err := m.core.store.SaveSignals(ctx, states); err != nil && ctx.Err() == nil {
		logger.Warn("what is known of signals cannot be saved now", "error", err)
	}
}

// forget takes back what is too old to count.
func (m *Monitor) forget(ctx context.Context, now time.Time, logger *slog.Logger) {
	err := m.core.store.ForgetAnomalies(ctx, now.Add(-keptAnomalies))
	for more := true; err == nil && more && ctx.Err() == nil; {
		more, err = m.core.store.ForgetBaskets(ctx, now.Add(-kept))
	}
	if err != nil && ctx.Err() == nil {
		logger.Warn("what is old cannot be forgotten now", "error", err)
	}
}

// Package loglevel shows operators the log's level, and lets them change it while the process runs.
package loglevel

import (
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"time"
)

// handler tells the level and changes it, for a while if the operator says so.
type handler struct {
	level  *slog.LevelVar
	logger *slog.Logger

	mu sync.Mutex
	// back sets the level to before when the while is over; nil when there is none.
	back   *time.Timer
	before slog.Level
}

// maxWhile bounds how long a level is set for a while.
const maxWhile = 24 * time.Hour

// Handler answers GET with the level and sets it to the body of PUT, with ?for=10m for ten minutes. It is nil when there
// is no level to change.
func Handler(level *slog.LevelVar, logger *slog.Logger) http.Handler {
	if level == nil {
		return nil
	}
	return &handler{level: level, logger: logger}
}

// ServeHTTP implements http.Handler.
func (l *handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	switch r.Method {
	case http.MethodGet, http.MethodHead:
	case http.MethodPut:
		if err := l.change(r); err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
	default:
		w.Header().Set("Allow", "GET, HEAD, PUT")
		http.Error(
			w,
			"GET tells the log's level, and PUT changes it to the one that is the body",
			http.StatusMethodNotAllowed,
		)
		return
	}
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	_, _ = io.WriteString(w, strings.ToLower(l.level.Level().String())+"\n") // the peer has gone; there is nobody to tell
}

func (l *handler) change(r *http.Request) error {
	body, err := io.ReadAll(io.LimitReader(r.Body, 64))
	if err != nil {
		return fmt.Errorf("the level cannot be read: %w", err)
	}
	var to slog.Level
	if err := to.UnmarshalText([]byte(strings.TrimSpace(string(body)))); err != nil {
		return fmt.Errorf("%.64q is no level; write debug, info, warn or error into the body", body)
	}
	var while time.Duration
	if text := r.URL.Query().Get("for"); text != "" {
		if while, err = time.ParseDuration(text); err != nil || while <= 0 || while > maxWhile {
			return fmt.Errorf("for=%.64q is not possible; write a duration up to %s, like 10m", text, maxWhile)
		}
	}
	l.set(to, while)
	return nil
}

// set sets the level, for a while or, when that is 0, until it is set again. A while within another ends as that would.
func (l *handler) set(to slog.Level, while time.Duration) {
	l.mu.Lock()
	defer l.mu.Unlock()
	from := l.level.Level()
	if l.back != nil && l.back.Stop() {
		from = l.before
	}
	l.back, l.before = nil, from
	l.level.Set(to)
	l.logger.Warn("the log's level was changed", "from", from, "to", to, "for", while)
	if while == 0 {
		return
	}
	var back *time.Timer
	back = time.AfterFunc(while, func() {
		l.mu.Lock()
		defer l.mu.Unlock()
		if l.back == back {
			l.back = nil
			l.level.Set(from)
		}
	})
	l.back = back
}

package kit

import (
	"context"
	"encoding/json"
	"net/http"
	"sync/atomic"
	"time"

	"github.com/weft-graphql/weft/subgraphs/kit/events"
)

// checkTimeout bounds how long one dependency is waited for.
const checkTimeout = 2 * time.Second

// Dependency is something a service relies on.
type Dependency struct {
	// Name is what it is called in /status, for example "database".
	Name string
	// Check returns nil when it works.
	Check func(context.Context) error
	// Optional says that requests can be answered without it for a while.
	Optional bool
}

// health answers the questions of operators and orchestrators.
type health struct {
	name, version string
	started       time.Time
	dependencies  []Dependency
	events        func(context.Context) (events.Report, error)
	stopping      atomic.Bool
}

type dependencyStatus struct {
	Name   string `json:"name"`
	Status string `json:"status"`
	Error  string `json:"error,omitempty"`
	Millis int64  `json:"millis"`
}

type statusReport struct {
	Name          string             `json:"name"`
	Version       string             `json:"version"`
	Status        string             `json:"status"`
	StartedAt     time.Time          `json:"startedAt"`
	UptimeSeconds int64              `json:"uptimeSeconds"`
	Dependencies  []dependencyStatus `json:"dependencies"`
	// Events is missing when the bus or the database cannot tell; Dependencies say why. Dead letters degrade the service:
	// what it knows of others may be old.
	Events *events.Report `json:"events,omitempty"`
}

// Ready returns nil when everything works that requests need, or the first that does not.
func (h *health) Ready(ctx context.Context) error {
	if h.stopping.Load() {
		return errStopping
	}
	for _, d := range h.dependencies {
		if d.Optional {
			continue
		}
		ctx, cancel := context.WithTimeout(ctx, checkTimeout)
		err := d.Check(ctx)
		cancel()
		if err != nil {
			return &notReady{d.Name, err}
		}
	}
	return nil
}

// notReady names the dependency that is waited for.
type notReady struct {
	dependency string
	err        error
}

func (e *notReady) Error() string { return e.dependency + ": " + e.err.Error() }
func (e *notReady) Unwrap() error { return e.err }

// status answers GET /status: 200 always, since it reports; "status" is "ok" or "degraded".
func (h *health) status(w http.ResponseWriter, r *http.Request) {
	report := statusReport{
		Name: h.name, Version: h.version, Status: "ok",
		StartedAt: h.started.UTC(), UptimeSeconds: int64(time.Since(h.started).Seconds()),
		Dependencies: make([]dependencyStatus, 0, len(h.dependencies)),
	}
	for _, d := range h.dependencies {
		begin := time.Now()
		ctx, cancel := context.WithTimeout(r.Context(), checkTimeout)
		err := d.Check(ctx)
		cancel()
		one := dependencyStatus{Name: d.Name, Status: "ok", Millis: time.Since(begin).Milliseconds()}
		if err != nil {
			one.Status, one.Error, report.Status = "failing", err.Error(), "degraded"
		}
		report.Dependencies = append(report.Dependencies, one)
	}
	if h.events != nil {
		ctx, cancel := context.WithTimeout(r.Context(), checkTimeout)
		defer cancel()
		if told, err := h.events(ctx); err == nil {
			if report.Events = &told; told.DeadLetters > 0 {
				report.Status = "degraded"
			}
		}
	}
	writeHealth(w, http.StatusOK, report)
}

// alive answers GET /healthz: 200 as long as the process can answer at all.
func (h *health) alive(w http.ResponseWriter, _ *http.Request) {
	writeHealth(w, http.StatusOK, map[string]string{"status": "ok"})
}

// ready answers GET /readyz: 200 when requests can be sent, 503 with the reason when not.
func (h *health) ready(w http.ResponseWriter, r *http.Request) {
	if err := h.Ready(r.Context()); err != nil {
		writeHealth(w, http.StatusServiceUnavailable, map[string]string{"status": "waiting", "reason": err.Error()})
		return
	}
	writeHealth(w, http.StatusOK, map[string]string{"status": "ready"})
}

func writeHealth(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	encoder := json.NewEncoder(w)
	encoder.SetIndent("", "  ")
	_ = encoder.Encode(body) // the peer has gone; there is nobody to tell
}

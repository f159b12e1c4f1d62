package server

import (
	"encoding/json"
	"net/http"
	"sync/atomic"
	"time"
)

// Health answers the questions of load balancers and operators:
//
//	/healthz  the process is alive                       200 "ok"
//	/readyz   it should get requests now                 200 "ready", or 503 with the reason
//	/status   name, version, uptime and perhaps Detail    200 JSON
type Health struct {
	// Name and Version tell what runs here.
	Name, Version string
	// Ready tells why requests cannot be answered, nil when they can; always ready when it is nil.
	Ready func() error
	// Detail is more for /status; it must marshal to JSON. Nothing when nil.
	Detail func() any

	started  time.Time
	draining atomic.Bool
}

// NewHealth returns the health of a process that starts now.
func NewHealth(name, version string) *Health {
	return &Health{Name: name, Version: version, started: time.Now()}
}

// Drain makes the process not ready, so that load balancers stop sending requests before it stops taking them.
func (h *Health) Drain() { h.draining.Store(true) }

// serve answers a health request, with Detail if it may be told; false when the path is another one.
func (h *Health) serve(w http.ResponseWriter, r *http.Request, detail bool) bool {
	switch r.URL.Path {
	case "/healthz":
		plain(w, http.StatusOK, "ok\n")
	case "/readyz":
		if reason := h.notReady(); reason != "" {
			plain(w, http.StatusServiceUnavailable, reason+"\n")
		} else {
			plain(w, http.StatusOK, "ready\n")
		}
	case "/status":
		h.status(w, detail)
	default:
		return false
	}
	return true
}

func (h *Health) notReady() string {
	if h.draining.Load() {
		return "draining"
	}
	if h.Ready != nil {
		if err := h.Ready(); err != nil {
			return err.Error()
		}
	}
	return ""
}

func (h *Health) status(w http.ResponseWriter, detail bool) {
	status := struct {
		Name          string  `json:"name"`
		Version       string  `json:"version"`
		UptimeSeconds float64 `json:"uptimeSeconds"`
		Ready         bool    `json:"ready"`
		Reason        string  `json:"reason,omitempty"`
		Detail        any     `json:"detail,omitempty"`
	}{Name: h.Name, Version: h.Version, UptimeSeconds: time.Since(h.started).Seconds(), Reason: h.notReady()}
	status.Ready = status.Reason == ""
	if detail && h.Detail != nil {
		status.Detail = h.Detail()
	}
	body, err := json.MarshalIndent(status, "", "  ")
	if err != nil {
		plain(w, http.StatusInternalServerError, "the status cannot be written\n")
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	_, _ = w.Write(append(body, '\n'))
}

func plain(w http.ResponseWriter, status int, text string) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_, _ = w.Write([]byte(text))
}

package canary

import (
	"encoding/json"
	"net/http"
	"sync"
	"time"
)

// Status is what operators are told of a trial.
type Status struct {
	// Since is when it began, Until when its window is over.
	Since time.Time `json:"since"`
	Until time.Time `json:"until"`
	// Graph is the hash of the graph that is tried.
	Graph   string  `json:"supergraphHash"`
	Percent float64 `json:"percent"`
	// Canary and Stable are what became of requests to it, and to the one in use meanwhile.
	Canary Side `json:"canary"`
	Stable Side `json:"stable"`
	// Waits tells that its window is over, and there were not yet enough requests.
	Waits bool `json:"waits,omitempty"`
}

// Side counts requests.
type Side struct {
	Requests uint64 `json:"requests"`
	Failed   uint64 `json:"failed"`
}

// Status tells of the trial.
func (t *Trial[G]) Status() *Status {
	canary, stable := t.canary.read(), t.stable.read()
	stable = stable.since(&t.before)
	until := t.began.Add(t.settings.Window)
	return &Status{
		Since: t.began.UTC(), Until: until.UTC(), Graph: t.salt, Percent: t.settings.Percent,
		Canary: Side{
			canary.requests,
			canary.failed,
		}, Stable: Side{stable.requests, stable.failed}, Waits: time.Now().After(until),
	}
}

// Stats are the counters of all trials; they marshal to JSON.
type Stats struct {
	// Trial is the one under way; nil when there is none.
	Trial *Status `json:"trial"`
	// Promoted, RolledBack and Replaced count how trials ended: Replaced by another one.
	Promoted   uint64 `json:"promoted"`
	RolledBack uint64 `json:"rolledBack"`
	Replaced   uint64 `json:"replaced"`
	// Last is how the last one ended.
	Last *Ended `json:"last,omitempty"`
}

// Ended is how a trial ended.
type Ended struct {
	Graph    string    `json:"supergraphHash"`
	At       time.Time `json:"at"`
	Promoted bool      `json:"promoted"`
	Why      string    `json:"why"`
}

// Record counts how trials end.
type Record struct {
	mu    sync.Mutex
	stats Stats
}

// Replaced counts a trial that another one has replaced.
func (r *Record) Replaced() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.stats.Replaced++
}

// Ended counts a trial that has ended.
func (r *Record) Ended(graph string, v Verdict) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if v.Promoted {
		r.stats.Promoted++
	} else {
		r.stats.RolledBack++
	}
	r.stats.Last = &Ended{graph, time.Now().UTC(), v.Promoted, v.Why}
}

// Read returns the counters.
func (r *Record) Read() Stats {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.stats
}

// Handler lets operators look and decide: GET /canary, POST /canary/promote and POST /canary/rollback. decide returns false
// when there is no trial.
func Handler(read func() Stats, decide func(promote bool) bool) http.Handler {
	mux := http.NewServeMux()
	tell := func(w http.ResponseWriter) {
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(read()) // the peer has gone; there is nobody to tell
	}
	mux.HandleFunc("GET /canary", func(w http.ResponseWriter, _ *http.Request) { tell(w) })
	for path, promote := range map[string]bool{"POST /canary/promote": true, "POST /canary/rollback": false} {
		mux.HandleFunc(path, func(w http.ResponseWriter, _ *http.Request) {
			if !decide(promote) {
				http.Error(w, "There is no canary at present.", http.StatusConflict)
				return
			}
			tell(w)
		})
	}
	return mux
}

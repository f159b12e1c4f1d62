// Package queryplan shows clients that ask for it the query plan of their operation and what became of its requests, in
// the answer's extensions.queryPlan.
package queryplan

import (
	_ "embed" // the settings' descriptions are their doc comments
	"encoding/json"
	"time"

	"github.com/weft-graphql/weft/router/module"
	"github.com/weft-graphql/weft/router/plan/render"
)

//go:embed queryplan.go
var source string

// Info describes the module.
var Info = module.Info{Name: "query_plan", New: func() module.Module { return &QueryPlan{} }, Source: source}

// QueryPlan shows query plans to clients.
type QueryPlan struct {
	// Answer the request header Weft-Query-Plan: true with the plan, timings and sizes in extensions.queryPlan. It tells
	// clients about the subgraphs, so it is meant for development.
	Expose bool `yaml:"expose"`
}

// Enabled implements module.Module.
func (q *QueryPlan) Enabled() bool { return q.Expose }

// Provision implements module.Module.
func (q *QueryPlan) Provision(host module.Host) error {
	// An operation that is shown its plan shares with nobody.
	host.VariesBy().Nothing()
	host.OpenStatus()
	return nil
}

// Traces implements module.Tracer.
func (q *QueryPlan) Traces(op *module.Operation) bool { return op.Request.ShowPlan }

// Fetch tells what became of a request of a plan; ID is the ID of its Fetch node. Sizes are in bytes.
type Fetch struct {
	ID            int     `json:"id"`
	Skipped       bool    `json:"skipped,omitempty"`
	StartMs       float64 `json:"startMs"`
	DurationMs    float64 `json:"durationMs"`
	Status        int     `json:"status,omitempty"`
	RequestBytes  int     `json:"requestBytes"`
	ResponseBytes int     `json:"responseBytes"`
	Entities      int     `json:"entities,omitempty"`
	CacheHits     int     `json:"cacheHits,omitempty"`
	Deduplicated  bool    `json:"deduplicated,omitempty"`
	Attempts      int     `json:"attempts,omitempty"`
	Error         string  `json:"error,omitempty"`
}

// Shown is extensions.queryPlan: the plan as other tools know it, and what became of its requests.
type Shown struct {
	*render.Node
	Stats   Stats   `json:"stats"`
	Fetches []Fetch `json:"fetches"`
	Cache   any     `json:"cache,omitempty"`
}

// Stats tells how the plan was found.
type Stats struct {
	Waves           int  `json:"waves"`
	SearchNodes     int  `json:"searchNodes"`
	BudgetExhausted bool `json:"budgetExhausted,omitempty"`
}

// Answer implements module.Answerer.
func (q *QueryPlan) Answer(op *module.Operation, answer *module.Answer) {
	if !op.Request.ShowPlan {
		return
	}
	p := answer.Plan
	s := Shown{
		Node: render.Tree(p), Stats: Stats{p.Stats.Waves, p.Stats.Nodes, p.Stats.BudgetExhausted},
		Fetches: make([]Fetch, len(answer.Trace)), Cache: answer.Cache,
	}
	for i, t := range answer.Trace {
		s.Fetches[i] = Fetch{
			ID: i, Skipped: t.Skipped, StartMs: milliseconds(t.Started), DurationMs: milliseconds(t.Duration),
			Status: t.Status, RequestBytes: t.Sent, ResponseBytes: t.Received, Entities: t.Entities, CacheHits: t.CacheHits,
			Attempts: t.Attempts, Deduplicated: t.Attempts == 0 && t.Status != 0, Error: t.Error,
		}
	}
	if text, err := json.Marshal(s); err == nil {
		answer.AddExtension("queryPlan", text)
	}
}

func milliseconds(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

package router

import (
	"encoding/json"
	"time"

	"github.com/weft-graphql/weft/router/cache"
	"github.com/weft-graphql/weft/router/exec"
	"github.com/weft-graphql/weft/router/plan"
	"github.com/weft-graphql/weft/router/plan/render"
)

// fetchTrace tells what became of a request of a plan; id is the id of its Fetch node.
type fetchTrace struct {
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

// shownPlan is extensions.queryPlan: the plan as other tools know it, and what became of its requests.
type shownPlan struct {
	*render.Node
	Stats   shownStats        `json:"stats"`
	Fetches []fetchTrace      `json:"fetches"`
	Cache   []cache.FetchInfo `json:"cache,omitempty"`
}

type shownStats struct {
	Waves           int  `json:"waves"`
	SearchNodes     int  `json:"searchNodes"`
	BudgetExhausted bool `json:"budgetExhausted,omitempty"`
}

// appendPlan adds the plan and what became of its requests to an answer, as extensions.queryPlan. Only clients that ask
// for the plan, where that is allowed, pay for this.
func appendPlan(body []byte, p *plan.Plan, trace []exec.FetchTrace, visit *cache.Visit) []byte {
	shown := shownPlan{
		Node:    render.Tree(p),
		Stats:   shownStats{p.Stats.Waves, p.Stats.Nodes, p.Stats.BudgetExhausted},
		Fetches: make([]fetchTrace, len(trace)),
	}
	for i, t := range trace {
		shown.Fetches[i] = fetchTrace{
			ID: i, Skipped: t.Skipped, StartMs: milliseconds(t.Started), DurationMs: milliseconds(t.Duration),
			Status: t.Status, RequestBytes: t.Sent, ResponseBytes: t.Received, Entities: t.Entities, CacheHits: t.CacheHits,
			Attempts: t.Attempts, Deduplicated: t.Attempts == 0 && t.Status != 0, Error: t.Error,
		}
	}
	if visit != nil {
		shown.Cache = visit.Fetches()
	}
	text, err := json.Marshal(shown)
	if err != nil || len(body) == 0 {
		return body
	}
	// The answer is an object without extensions of its own: nothing else of the router adds any.
	body = append(body[:len(body)-1], `,"extensions":{"queryPlan":`...)
	return append(append(body, text...), "}}"...)
}

func milliseconds(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

package router

import (
	"encoding/json"
	"time"

	"github.com/weft-graphql/weft/router/exec"
	"github.com/weft-graphql/weft/router/plan"
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

// appendPlan adds the plan and what became of its requests to an answer, as extensions.queryPlan. Only clients that ask
// for the plan, where that is allowed, pay for this.
func appendPlan(body []byte, p *plan.Plan, trace []exec.FetchTrace) []byte {
	var shown map[string]json.RawMessage
	if json.Unmarshal(planJSON(p), &shown) != nil {
		return body
	}
	fetches := make([]fetchTrace, len(trace))
	for i, t := range trace {
		fetches[i] = fetchTrace{
			ID: i, Skipped: t.Skipped, StartMs: milliseconds(t.Started), DurationMs: milliseconds(t.Duration),
			Status: t.Status, RequestBytes: t.Sent, ResponseBytes: t.Received, Entities: t.Entities, CacheHits: t.CacheHits,
			Attempts: t.Attempts, Deduplicated: t.Attempts == 0 && t.Status != 0, Error: t.Error,
		}
	}
	if text, err := json.Marshal(fetches); err == nil {
		shown["fetches"] = text
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

func planJSON(p *plan.Plan) []byte {
	type node = map[string]any
	level := make([]int, len(p.Requests))
	var waves [][]any
	for i, r := range p.Requests {
		for _, before := range r.After {
			level[i] = max(level[i], level[before]+1)
		}
		fetch := node{"kind": "Fetch", "id": r.ID, "serviceName": r.Subgraph.Name, "operation": r.Document}
		var paths [][]string
		for _, c := range r.Calls {
			for _, t := range c.Targets {
				var path []string
				for _, e := range t.Path {
					path = append(path, e.Key)
					for range e.Lists {
						path = append(path, "@")
					}
				}
				paths = append(paths, path)
			}
		}
		if len(paths) > 0 {
			fetch["paths"] = paths
		}
		for len(waves) <= level[i] {
			waves = append(waves, nil)
		}
		waves[level[i]] = append(waves[level[i]], fetch)
	}
	out := node{"kind": "QueryPlan", "stats": node{"waves": p.Stats.Waves}}
	var sequence []any
	for _, w := range waves {
		if len(w) == 1 {
			sequence = append(sequence, w[0])
		} else {
			sequence = append(sequence, node{"kind": "Parallel", "nodes": w})
		}
	}
	if len(sequence) > 0 {
		out["node"] = node{"kind": "Sequence", "nodes": sequence}
	}
	text, _ := json.Marshal(out)
	return text
}

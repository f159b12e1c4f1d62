package module

import (
	"slices"

	"github.com/weft-graphql/weft/router/exec"
	"github.com/weft-graphql/weft/router/plan"
	"github.com/weft-graphql/weft/router/server"
)

// FetchTrace is what happened to a request of the plan.
type FetchTrace = exec.FetchTrace

// Answer is an answer whose data and errors are complete.
type Answer struct {
	// Errors counts the answer's errors, Fetches the subgraph requests that were sent for it.
	Errors, Fetches int
	// Plan is what was executed. It must not be changed.
	Plan *plan.Plan
	// Trace is what happened to its requests, by plan.Request.ID; only when the operation is Traced.
	Trace []FetchTrace
	// Cache is what the entity cache did, for each entity; only when the operation is Traced, and there is a cache.
	Cache any

	response   *server.Response
	extensions []byte
}

// AddHeader adds a line to the headers of the answer.
func (a *Answer) AddHeader(name, value string) {
	a.response.Header = append(a.response.Header, server.HeaderLine{Name: name, Value: value})
}

// VaryBy adds names of the client's headers that the answer depends on, for caches in front.
func (a *Answer) VaryBy(names ...string) {
	a.response.Vary = append(slices.Clip(a.response.Vary), names...)
}

// CacheControl is what caches in front are told; empty when nothing is.
func (a *Answer) CacheControl() string { return a.response.CacheControl }

// SetCacheControl tells caches in front something else.
func (a *Answer) SetCacheControl(value string) { a.response.CacheControl = value }

// AddExtension adds an entry to the answer's extensions. The name must be unique and plain, value is JSON.
func (a *Answer) AddExtension(name string, value []byte) {
	if len(a.extensions) > 0 {
		a.extensions = append(a.extensions, ',')
	}
	a.extensions = append(append(append(a.extensions, '"'), name...), `":`...)
	a.extensions = append(a.extensions, value...)
}

// Begin makes it the answer of a response. It is for the engine.
func (a *Answer) Begin(response *server.Response) {
	*a = Answer{response: response, extensions: a.extensions[:0]}
}

// Extensions are the entries that were added. It is for the engine.
func (a *Answer) Extensions() []byte { return a.extensions }

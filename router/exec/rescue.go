package exec

import (
	"encoding/json"
	"slices"
)

// errStale tells that the cache had stale values for everything that an answer did not bring. It never gets to clients.
var errStale = &answerError{code: codeDownstream, message: "stale values are used in place of the answer"}

// accessCodes are codes of errors by which a subgraph refuses the caller. What it said before is not shown then.
var accessCodes = []string{"UNAUTHENTICATED", "FORBIDDEN", "UNAUTHORIZED", "ACCESS_DENIED"}

// failedWhole tells whether an answer shows that the subgraph failed as a whole, though it is one that can be read: it
// has a status of 500 and above, or nothing but errors. Specification: RFC 5861, section 4 "The stale-if-error Cache-
// Control Extension".
func (d *dataReader) failedWhole(p *parser, status int) bool {
	switch {
	case status/100 == 5:
		return true
	case p.errors == nil || slices.Contains(d.brought, true):
		return false
	}
	return !slices.ContainsFunc(readErrors(p.errors), func(raw json.RawMessage) bool {
		var code string
		_ = json.Unmarshal(readError(raw).extensions["code"], &code) // a code that is no text is none of these
		return slices.Contains(accessCodes, code)
	})
}

// rescue asks the cache for stale values of what the subgraph was asked for in vain. It tells whether there are some
// for all of it.
func (x *execution) rescue(r *request, f *fetch, status int) (all bool) {
	c := f.cache
	if c == nil || !c.rescues {
		return false
	}
	r.cache.Rescue(&c.fetch, status)
	all = true
	for call, picked := range c.picked {
		for _, entity := range picked {
			at := c.first[call] + int(entity)
			e := &c.fetch.Entities[at]
			if e.Status != CacheHit {
				all = false
				continue
			}
			c.states[at], e.Fetched, c.rescued = entityLost, false, true
		}
	}
	return all
}

package contracts

import (
	"encoding/json"
	"slices"
)

// Differences tells which requests only one of two pacts has. What is answered is an example, and may differ.
func Differences(recorded, committed *Pact) (lines []string) {
	now, before := requestsOf(recorded), requestsOf(committed)
	for _, line := range now {
		if !slices.Contains(before, line) {
			lines = append(lines, "is sent now: "+line)
		}
	}
	for _, line := range before {
		if !slices.Contains(now, line) {
			lines = append(lines, "was recorded: "+line)
		}
	}
	return lines
}

// requestsOf are the requests of a pact with their states, a line each.
func requestsOf(p *Pact) (lines []string) {
	for _, i := range p.Interactions {
		text, err := json.Marshal([]any{i.States, i.Request, i.Comments.Request})
		if err != nil { // it was read from JSON, or is about to be written
			panic(err)
		}
		lines = append(lines, i.Description+" "+string(text))
	}
	return lines
}

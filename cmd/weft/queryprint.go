package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/weft-graphql/weft/router/modules/queryplan"
	"github.com/weft-graphql/weft/router/plan/render"
)

// answerPrinter prints the parts of an answer.
type answerPrinter struct {
	out io.Writer
	// pretty indents for people; without it each part is one line.
	pretty bool
	// takePlan takes the query plan out of the answer into plan.
	takePlan bool
	plan     *queryplan.Shown

	printed int
	// failed is set when a part has errors.
	failed bool
}

// answerPart is what is looked at of a part: a whole answer, or one of several in any form of incremental delivery.
type answerPart struct {
	Errors      []json.RawMessage          `json:"errors"`
	Incremental []answerPart               `json:"incremental"`
	Completed   []answerPart               `json:"completed"`
	Extensions  map[string]json.RawMessage `json:"extensions"`
}

func (p *answerPart) hasErrors() bool {
	for _, parts := range [][]answerPart{p.Incremental, p.Completed} {
		for i := range parts {
			if parts[i].hasErrors() {
				return true
			}
		}
	}
	return len(p.Errors) > 0
}

func (p *answerPrinter) print(text []byte) error {
	var part answerPart
	var keys map[string]json.RawMessage
	if json.Unmarshal(text, &keys) != nil || json.Unmarshal(text, &part) != nil || !isAnswer(keys) {
		return &notGraphQL{": there are neither data nor errors in it"}
	}
	p.failed = p.failed || part.hasErrors()
	if shown := part.Extensions["queryPlan"]; p.takePlan && shown != nil {
		p.plan = &queryplan.Shown{}
		if err := json.Unmarshal(shown, p.plan); err != nil || p.plan.Node == nil {
			p.plan = nil
		} else {
			text = withoutPlan(keys, part.Extensions)
		}
	}
	var line bytes.Buffer
	write := json.Compact
	if p.pretty {
		write = func(out *bytes.Buffer, text []byte) error { return json.Indent(out, bytes.TrimSpace(text), "", "  ") }
	}
	if err := write(&line, text); err != nil {
		return err
	}
	line.WriteByte('\n')
	p.printed++
	_, err := p.out.Write(line.Bytes())
	return err
}

// isAnswer tells whether these are the keys of an answer or of a part of one.
func isAnswer(keys map[string]json.RawMessage) bool {
	for _, name := range []string{"data", "errors", "incremental", "completed", "hasNext"} {
		if _, is := keys[name]; is {
			return true
		}
	}
	return false
}

// withoutPlan is the answer as other clients get it, data first.
func withoutPlan(keys, extensions map[string]json.RawMessage) []byte {
	delete(extensions, "queryPlan")
	delete(keys, "extensions")
	if len(extensions) > 0 {
		keys["extensions"], _ = json.Marshal(extensions) // of what was just read
	}
	var out bytes.Buffer
	out.WriteByte('{')
	for _, name := range []string{"data", "errors", "extensions"} {
		if value, is := keys[name]; is {
			if out.Len() > 1 {
				out.WriteByte(',')
			}
			fmt.Fprintf(&out, "%q:%s", name, value)
		}
	}
	out.WriteByte('}')
	return out.Bytes()
}

// printPlan prints the plan as weft plan does, with what became of its requests.
func (p *answerPrinter) printPlan(out io.Writer) error {
	if p.plan == nil {
		_, err := fmt.Fprintln(out,
			"weft: the answer has no query plan: weft dev shows it, other routers with the setting query_plan.expose")
		return err
	}
	became := map[int]queryplan.Fetch{}
	for _, f := range p.plan.Fetches {
		became[f.ID] = f
	}
	_, err := io.WriteString(out, render.TextOf(p.plan.Node, func(id int) string {
		f, known := became[id]
		if !known {
			return ""
		}
		return describeFetch(f)
	}))
	return err
}

// describeFetch says in words what became of a request.
func describeFetch(f queryplan.Fetch) string {
	var facts []string
	add := func(format string, args ...any) { facts = append(facts, fmt.Sprintf(format, args...)) }
	switch {
	case f.Skipped && f.CacheHits > 0:
		return fmt.Sprintf("not sent, %s from the cache", counted(f.CacheHits, "entity", "entities"))
	case f.Skipped:
		return "not sent, there was nothing to ask for"
	case f.Error != "":
		add("failed (%s)", f.Error)
	}
	if f.Status != 0 {
		add("status %d", f.Status)
	}
	add("%s, begun at %s", rounded(f.DurationMs), rounded(f.StartMs))
	add("%d bytes sent, %d received", f.RequestBytes, f.ResponseBytes)
	if f.Entities > 0 {
		add("%s", counted(f.Entities, "entity", "entities"))
	}
	if f.CacheHits > 0 {
		add("%d from the cache", f.CacheHits)
	}
	if f.Attempts > 1 {
		add("%d attempts", f.Attempts)
	}
	if f.Deduplicated {
		add("shared with another request")
	}
	return strings.Join(facts, ", ")
}

func rounded(ms float64) time.Duration {
	return time.Duration(ms * float64(time.Millisecond)).Round(10 * time.Microsecond)
}

func counted(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}

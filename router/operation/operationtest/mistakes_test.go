package operationtest

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strings"

	"github.com/vektah/gqlparser/v2/gqlerror"
)

// mistake is an error about the value of a variable: of which, where in it, what stands there and what is wrong.
type mistake struct {
	Name, At, Why string
	Value         json.RawMessage
}

var (
	aboutVariable = regexp.MustCompile(`^Variable "\$(\w+)" `)
	atPath        = regexp.MustCompile(`^ at "([^"]*)"`)
	// quotesValue matches reasons that end with the value, which everybody prints differently.
	quotesValue = regexp.MustCompile(`(?s)^([\w -]+value): .*$|^(Value) .*( does not exist in "\w+" enum)\.$|` +
		`^(Enum "\w+" cannot represent non-string value): .*$`)
)

// readMistake takes one of our errors apart.
func readMistake(message string) (mistake, error) {
	m := aboutVariable.FindStringSubmatch(message)
	if m == nil {
		return mistake{}, fmt.Errorf("%s: it is not about a variable", message)
	}
	out := mistake{Name: m[1]}
	rest, invalid := strings.CutPrefix(message[len(m[0]):], "got invalid value ")
	if !invalid {
		out.Why = rest
		return out, nil
	}
	d := json.NewDecoder(strings.NewReader(rest))
	if err := d.Decode(&out.Value); err != nil {
		if !strings.Contains(rest, "…") {
			return mistake{}, fmt.Errorf("%s: %w", message, err)
		}
		_, rest, _ = strings.Cut(rest, "…")
		out.Value = nil
	} else {
		rest = rest[d.InputOffset():]
	}
	if at := atPath.FindStringSubmatch(rest); at != nil {
		out.At, rest = at[1], rest[len(at[0]):]
	}
	out.Why = strings.TrimPrefix(rest, "; ")
	return out, nil
}

// maxMistakes is how many errors about variables are told.
const maxMistakes = 20

// sameMistakes compares errors about variables with those of graphql-js: their number and order, and what they say.
// Long values are cut.
func sameMistakes(errs gqlerror.List, theirs []mistake) *difference {
	var ours []mistake
	for _, e := range errs {
		m, err := readMistake(e.Message)
		if err != nil {
			return &difference{"error about variables", err.Error()}
		}
		ours = append(ours, m)
	}
	differs := &difference{"errors about variables", fmt.Sprintf("graphql-js: %s\nwe: %v", printMistakes(theirs), errs)}
	if len(ours) != min(len(theirs), maxMistakes) {
		return differs
	}
	for i, m := range ours {
		them := theirs[i]
		why := func(s string) string { return quotesValue.ReplaceAllString(s, "$1$2$3$4") }
		infinite := strings.Contains(string(m.Value), "1e400") // which JavaScript reads as Infinity
		sameValue := m.Value == nil || infinite || equalJSON(sorted(m.Value), sorted(them.Value))
		if m.Name != them.Name || m.At != them.At || why(m.Why) != why(them.Why) || !sameValue {
			return differs
		}
	}
	return nil
}

func printMistakes(list []mistake) string {
	var b strings.Builder
	for _, m := range list {
		fmt.Fprintf(&b, "%s at %q: %s; %s\n", m.Name, m.At, m.Value, m.Why)
	}
	return b.String()
}

// sorted writes a value as JavaScript understands it: of several members of one name the last.
func sorted(raw json.RawMessage) json.RawMessage {
	var v any
	if json.Unmarshal(raw, &v) != nil {
		return raw
	}
	out, err := json.Marshal(v)
	if err != nil {
		return raw
	}
	return out
}

package contracts

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// maxMismatches bounds what is told of one answer.
const maxMismatches = 20

// matcher holds an answer against what was recorded.
type matcher struct {
	rules      []placedRule
	mismatches []string
}

type placedRule struct {
	path []string
	rule Rule
}

// check reports a rule that cannot be verified.
func (r Rule) check() error {
	if len(r.Matchers) == 0 {
		return fmt.Errorf("it has no matcher")
	}
	for _, m := range r.Matchers {
		switch m.Match {
		case "type", "integer", "decimal", "number", "boolean", "null", "equality", "include":
		case "regex":
			if _, err := regexp.Compile(m.Regex); err != nil {
				return err
			}
		default:
			return fmt.Errorf("the matcher %q is not known here", m.Match)
		}
	}
	return nil
}

// mismatches compares JSON by rules, and tells at which places it is not what it must be.
func mismatches(rules map[string]Rule, expected, actual any) ([]string, error) {
	m := &matcher{}
	for text, rule := range rules {
		path, err := parsePath(text)
		if err != nil {
			return nil, err
		}
		m.rules = append(m.rules, placedRule{path, rule})
	}
	m.compare(nil, expected, actual)
	return m.mismatches, nil
}

func (m *matcher) complain(place []string, format string, args ...any) {
	if len(m.mismatches) < maxMismatches {
		m.mismatches = append(m.mismatches, written(place)+" "+fmt.Sprintf(format, args...))
	}
}

// find returns the rule of a place.
func (m *matcher) find(place []string) (found Rule, ok bool) {
	best := 0
	for _, r := range m.rules {
		if w := weight(r.path, place); w > best {
			best, found = w, r.rule
		}
	}
	return found, best > 0
}

func (m *matcher) compare(place []string, expected, actual any) {
	rule, ok := m.find(place)
	if !ok {
		rule = Rule{Matchers: []Matcher{{Match: "equality"}}}
		if nested(expected) && kindOf(expected) == kindOf(actual) {
			m.below(place, expected, actual, rule, false)
			return
		}
	}
	var first string
	matched := 0
	for _, each := range rule.Matchers {
		if why := each.apply(expected, actual); why == "" {
			matched++
		} else if first == "" {
			first = why
		}
	}
	if matched == 0 || rule.Combine != "OR" && matched < len(rule.Matchers) {
		m.complain(place, "%s", first)
		return
	}
	if nested(expected) && kindOf(expected) == kindOf(actual) && rule.typed() {
		m.below(place, expected, actual, rule, true)
	}
}

// typed reports whether what is below is compared, too: equality has done so.
func (r Rule) typed() bool {
	return slices.ContainsFunc(r.Matchers, func(m Matcher) bool { return m.Match == "type" })
}

// below compares the elements of lists and the fields of objects. Fields that were not recorded do not matter.
func (m *matcher) below(place []string, expected, actual any, rule Rule, byType bool) {
	switch expected := expected.(type) {
	case map[string]any:
		fields := actual.(map[string]any)
		for _, name := range sortedKeys(expected) {
			at := append(slices.Clone(place), name)
			if value, ok := fields[name]; ok {
				m.compare(at, expected[name], value)
			} else {
				m.complain(at, "is missing")
			}
		}
	case []any:
		elements := actual.([]any)
		if !byType && len(elements) != len(expected) {
			m.complain(place, "has %d elements, not %d", len(elements), len(expected))
			return
		}
		for _, each := range rule.Matchers {
			if each.Min != nil && len(elements) < *each.Min || each.Max != nil && len(elements) > *each.Max {
				m.complain(place, "has %d elements, %s", len(elements), each.bounds())
				return
			}
		}
		if len(expected) == 0 {
			return
		}
		for i, element := range elements {
			at := append(slices.Clone(place), strconv.Itoa(i))
			m.compare(at, expected[min(i, len(expected)-1)], element)
		}
	}
}

func (m Matcher) bounds() string {
	switch {
	case m.Min != nil && m.Max != nil && *m.Min == *m.Max:
		return fmt.Sprintf("not %d", *m.Min)
	case m.Min != nil:
		return fmt.Sprintf("less than %d", *m.Min)
	}
	return fmt.Sprintf("more than %d", *m.Max)
}

// apply tells why a value does not match; nothing when it does.
func (m Matcher) apply(expected, actual any) string {
	kind, ok := kindOf(actual), false
	want := m.Match
	switch m.Match {
	case "type":
		want, ok = kindOf(expected), kind == kindOf(expected)
	case "null", "boolean", "number":
		ok = kind == m.Match
	case "integer":
		n, isNumber := actual.(json.Number)
		ok = isNumber && !strings.ContainsAny(n.String(), ".eE")
	case "decimal":
		n, isNumber := actual.(json.Number)
		ok = isNumber && strings.ContainsAny(n.String(), ".eE")
	case "regex":
		want = "a match of " + m.Regex
		ok = (kind == "string" || kind == "number" || kind == "boolean") &&
			regexp.MustCompile(m.Regex).MatchString(fmt.Sprint(actual)) // it was compiled when the pact was read
	case "include":
		want = "a text with " + strconv.Quote(m.Value)
		ok = kind == "string" && strings.Contains(actual.(string), m.Value)
	case "equality":
		want, ok = short(expected), equal(expected, actual)
	}
	if ok {
		return ""
	}
	return fmt.Sprintf("is %s, not %s", short(actual), article(want))
}

// article makes a sentence of the name of a kind.
func article(want string) string {
	switch want {
	case "integer", "object":
		return "an " + want
	case "string", "number", "decimal", "boolean", "list":
		return "a " + want
	}
	return want
}

func kindOf(value any) string {
	switch value.(type) {
	case nil:
		return "null"
	case bool:
		return "boolean"
	case json.Number:
		return "number"
	case string:
		return "string"
	case []any:
		return "list"
	}
	return "object"
}

func nested(value any) bool { return kindOf(value) == "object" || kindOf(value) == "list" }

func equal(a, b any) bool {
	left, err := json.Marshal(a)
	if err != nil {
		return false
	}
	right, err := json.Marshal(b)
	return err == nil && string(left) == string(right) // fields stand in the order of their names
}

// short is a value as errors tell it.
func short(value any) string {
	text, err := json.Marshal(value)
	switch {
	case err != nil:
		return "unreadable"
	case nested(value) && len(text) > 40:
		return article(kindOf(value))
	case len(text) > 60:
		return string(text[:60]) + "..."
	}
	return string(text)
}

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for key := range m {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	return keys
}

package contracts

import (
	"fmt"
	"strconv"
	"strings"
)

// anyElement stands for all elements of a list, or all fields of an object, in the path of a rule.
const anyElement = "*"

// parsePath reads a path like $.data.products[*].name, or $['a b'][0].
func parsePath(text string) ([]string, error) {
	rest, ok := strings.CutPrefix(text, "$")
	if !ok {
		return nil, fmt.Errorf("the path %q does not begin with $", text)
	}
	var path []string
	for rest != "" {
		var token string
		switch {
		case strings.HasPrefix(rest, "['"):
			token, rest, ok = strings.Cut(rest[2:], "']")
		case strings.HasPrefix(rest, "["):
			token, rest, ok = strings.Cut(rest[1:], "]")
		case strings.HasPrefix(rest, "."):
			end := strings.IndexAny(rest[1:], ".[") + 1
			if end == 0 {
				end = len(rest)
			}
			token, rest = rest[1:end], rest[end:]
		default:
			ok = false
		}
		if !ok || token == "" {
			return nil, fmt.Errorf("the path %q cannot be read at %q", text, rest)
		}
		path = append(path, token)
	}
	return path, nil
}

// weight tells how well a rule's path fits the place of a value: 0 when it does not. A rule counts for everything below
// its place; the nearest one with the fewest wildcards is the one that counts.
func weight(rule, place []string) int {
	if len(rule) > len(place) {
		return 0
	}
	product := 2
	for i, token := range rule {
		switch token {
		case place[i]:
			product *= 2
		case anyElement:
		default:
			return 0
		}
	}
	return product * (len(rule) + 1)
}

// written is a place as errors name it.
func written(place []string) string {
	var b strings.Builder
	b.WriteByte('$')
	for _, token := range place {
		if _, err := strconv.Atoi(token); err == nil || token == anyElement {
			b.WriteString("[" + token + "]")
		} else {
			b.WriteString("." + token)
		}
	}
	return b.String()
}

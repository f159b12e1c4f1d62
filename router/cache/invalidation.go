package cache

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// invalidationMembers are the members of an invalidation in JSON.
var invalidationMembers = []string{"kind", "subgraph", "subgraphs", "type", "key", "cache_tag"}

// parseInvalidations reads a list of invalidations. What is wrong with single ones is told in order, and their places
// in the list are empty.
func parseInvalidations(text []byte) (list []Invalidation, refused []Problem, err error) {
	var raw []json.RawMessage
	if err := json.Unmarshal(text, &raw); err != nil {
		return nil, nil, fmt.Errorf(
			`not a JSON array of invalidations such as [{"kind":"subgraph","subgraph":"products"}]: %w`, err)
	}
	list = make([]Invalidation, len(raw))
	for i, item := range raw {
		if list[i], err = parseInvalidation(item); err != nil {
			refused = append(refused, Problem{i, err.Error()})
		}
	}
	return list, refused, nil
}

func parseInvalidation(text []byte) (Invalidation, error) {
	var members map[string]json.RawMessage
	if json.Unmarshal(text, &members) != nil || members == nil {
		return Invalidation{}, errors.New(`it is not an object such as {"kind":"subgraph","subgraph":"products"}`)
	}
	for name := range members {
		if !slices.Contains(invalidationMembers, name) {
			return Invalidation{}, fmt.Errorf("it has an unknown member %q%s", name, didYouMean(name, invalidationMembers))
		}
	}
	var i Invalidation
	var wrong *json.UnmarshalTypeError
	if err := json.Unmarshal(text, &i); errors.As(err, &wrong) {
		what := "a string"
		if strings.HasPrefix(wrong.Field, "subgraphs") {
			what = "a list of strings"
		}
		return Invalidation{}, fmt.Errorf("%q is a JSON %s; it must be %s", wrong.Field, wrong.Value, what)
	}
	return i, nil
}

// invalidateExtension follows extensions.invalidation of a subgraph's answer: a list in the form of the endpoint.
// What is wrong in it is reported in the log, not to the client.
func (c *Cache) invalidateExtension(ctx context.Context, subgraph string, raw []byte) {
	list, refused, err := parseInvalidations(raw)
	if err != nil {
		c.cfg.Logger.Warn("cache: extensions.invalidation of a subgraph's answer is "+err.Error(), "subgraph", subgraph)
		return
	}
	if len(list) > maxInvalidations {
		list, refused = wholeTypesOf(list, refused), nil
	}
	if _, err := c.invalidateSome(ctx, list, refused, ""); err != nil {
		c.cfg.Logger.Warn(
			"cache: extensions.invalidation of a subgraph's answer is wrong",
			"subgraph",
			subgraph,
			"error",
			err,
		)
	}
}

// wholeTypesOf makes a list that is too long shorter: whole types stand for their entities.
func wholeTypesOf(list []Invalidation, refused []Problem) []Invalidation {
	var short []Invalidation
	seen := map[string]bool{}
	for i := range list {
		if len(refused) > 0 && refused[0].Index == i {
			refused = refused[1:]
			continue
		}
		inv := list[i]
		if inv.Kind == "entity" {
			inv.Kind, inv.Key = "type", nil
		}
		if name := fmt.Sprint(inv); !seen[name] {
			seen[name] = true
			short = append(short, inv)
		}
	}
	return short
}

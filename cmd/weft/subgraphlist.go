package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/weft-graphql/weft/router/config"
)

// subgraphEntry is a subgraph in a JSON file: its schema, or the file of it relative to the JSON file.
type subgraphEntry struct {
	Name   string `json:"name"`
	URL    string `json:"url"`
	SDL    string `json:"sdl"`
	Schema string `json:"schema"`
}

// subgraphKeys are the keys of a subgraphEntry.
var subgraphKeys = []string{"name", "url", "schema", "sdl"}

// parseSubgraphs reads the text of a JSON list of subgraphs.
func parseSubgraphs(file string, text []byte) ([]subgraphEntry, error) {
	var entries []subgraphEntry
	if err := json.Unmarshal(text, &entries); err != nil {
		return nil, explainSubgraphs(file, text, err)
	}
	return entries, checkKeys(file, text)
}

// checkKeys reports the first key that no subgraph has: a misspelt one would otherwise just not count. The text has
// been read as a list of subgraphs before, and Go takes the keys of those whatever their case.
func checkKeys(file string, text []byte) error {
	decoder := json.NewDecoder(bytes.NewReader(text))
	for depth, isKey := 0, false; ; {
		before := decoder.InputOffset()
		token, err := decoder.Token()
		if err != nil {
			return nil // the end: the text has been read before
		}
		switch t := token.(type) {
		case json.Delim:
			if t == '[' || t == '{' {
				depth++
			} else {
				depth--
			}
			isKey = depth == 2
		case string:
			if depth == 2 && isKey && !knownKey(t) {
				before += int64(bytes.IndexByte(text[before:], '"')) + 1
				return fmt.Errorf("%s: %s", place(file, text, before), config.Unknown("key", t, "here", subgraphKeys))
			}
			isKey = !isKey
		default:
			isKey = depth == 2
		}
	}
}

func knownKey(name string) bool {
	for _, key := range subgraphKeys {
		if strings.EqualFold(key, name) {
			return true
		}
	}
	return false
}

// explainSubgraphs says where and why a file is not the list of subgraphs it should be.
func explainSubgraphs(file string, text []byte, err error) error {
	var syntax *json.SyntaxError
	var mismatch *json.UnmarshalTypeError
	switch {
	case errors.As(err, &syntax):
		return fmt.Errorf("%s is not valid JSON: %w", place(file, text, syntax.Offset), err)
	case errors.As(err, &mismatch) && mismatch.Field != "":
		return fmt.Errorf(
			"%s: %q cannot be a JSON %s here",
			place(file, text, mismatch.Offset),
			mismatch.Field,
			mismatch.Value,
		)
	default:
		return fmt.Errorf(
			`%s: this must be a JSON list of subgraphs, like [{"name": "products", "url": "http://localhost:5001/graphql", "schema": "products.graphql"}]`,
			file,
		)
	}
}

package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
)

// writeJSON prints a value for other programs, indented.
func writeJSON(out io.Writer, value any) error {
	encoder := json.NewEncoder(out)
	encoder.SetIndent("", "  ")
	encoder.SetEscapeHTML(false)
	return encoder.Encode(value)
}

// explainJSON says where and why a file is not the JSON it should be.
func explainJSON(file string, text []byte, err error) error {
	var syntax *json.SyntaxError
	var mismatch *json.UnmarshalTypeError
	switch {
	case errors.As(err, &syntax):
		return fmt.Errorf("%s is not valid JSON: %w", place(file, text, syntax.Offset), err)
	case errors.As(err, &mismatch) && mismatch.Field != "":
		return fmt.Errorf("%s: %q cannot be a JSON %s here", place(file, text, mismatch.Offset), mismatch.Field, mismatch.Value)
	default:
		return fmt.Errorf(`%s: this must be a JSON list of subgraphs, like [{"name": "products", "url": "http://localhost:5001/graphql", "schema": "products.graphql"}]`, file)
	}
}

// place is file:line:column of a byte.
func place(file string, text []byte, offset int64) string {
	before := text[:min(max(offset-1, 0), int64(len(text)))]
	line := 1 + bytes.Count(before, []byte("\n"))
	return fmt.Sprintf("%s:%d:%d", file, line, len(before)-bytes.LastIndexByte(before, '\n'))
}

package main

import (
	"encoding/json"
	"io"
)

// writeJSON prints a value for other programs, indented.
func writeJSON(out io.Writer, value any) error {
	encoder := json.NewEncoder(out)
	encoder.SetIndent("", "  ")
	encoder.SetEscapeHTML(false)
	return encoder.Encode(value)
}

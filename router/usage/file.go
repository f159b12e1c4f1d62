package usage

import (
	"bufio"
	"cmp"
	"errors"
	"io"
	"os"
	"path/filepath"
	"time"
)

// version is that of the format.
const version = 1

// head is the first line of a report.
type head struct {
	Version int       `json:"weft_usage"`
	From    time.Time `json:"from"`
	To      time.Time `json:"to"`
	Graphs  []string  `json:"graphs"`
}

// line is any other one.
type line struct {
	*Document
	Client *string `json:"client,omitempty"`
	// Version is the client's.
	Version string `json:"version,omitempty"`
	Count   uint64 `json:"count,omitempty"`
	// Field is a coordinate of the rest, and Rest how many requests that is of.
	Field      string `json:"field,omitempty"`
	MaybeCount uint64 `json:"maybe_count,omitempty"`
	Rest       uint64 `json:"rest,omitempty"`
}

// Write writes a report: one JSON object on each line.
func (r *Report) Write(to io.Writer) error {
	out := bufio.NewWriter(to)
	for _, l := range r.Lines() {
		text, err := l.JSON()
		if err != nil {
			return err
		}
		_, _ = out.Write(append(text, '\n')) // Flush tells
	}
	return out.Flush()
}

// WriteFile writes a report in one step: nobody reads a half.
func (r *Report) WriteFile(path string) error {
	temporary, err := os.CreateTemp(filepath.Dir(path), ".usage-*")
	if err != nil {
		return err
	}
	defer os.Remove(temporary.Name())
	err = r.Write(temporary)
	if err := errors.Join(err, temporary.Close()); err != nil {
		return err
	}
	return os.Rename(temporary.Name(), path)
}

// Shown is how a client is told to people.
func (c Client) Shown() string {
	name := cmp.Or(c.Name, "(no name)")
	if c.Version == "" {
		return name
	}
	return name + " " + c.Version
}

package usage

import (
	"bufio"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"time"
)

// version is that of the format.
const version = 1

// longestLine bounds a line of a report, in bytes.
const longestLine = 8 << 20

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
	encoder := json.NewEncoder(out)
	encoder.SetEscapeHTML(false)
	lines := []any{head{version, r.From, r.To, slices.Sorted(maps.Keys(r.Graphs))}}
	for _, hash := range slices.Sorted(maps.Keys(r.Documents)) {
		lines = append(lines, r.Documents[hash])
	}
	for _, u := range r.Uses() {
		lines = append(lines, u)
	}
	if r.RestRequests > 0 {
		lines = append(lines, line{Rest: r.RestRequests})
	}
	for _, c := range slices.Sorted(maps.Keys(r.Rest)) {
		lines = append(lines, line{Field: c, Count: r.Rest[c].Uses, MaybeCount: r.Rest[c].Maybe})
	}
	for _, l := range lines {
		if err := encoder.Encode(l); err != nil {
			return err
		}
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

// Read reads what Write has written, and adds it to the report. Several reports may stand one behind the other.
func (r *Report) Read(from io.Reader) error {
	lines := bufio.NewScanner(from)
	lines.Buffer(nil, longestLine)
	n, begun := 0, false
	for lines.Scan() {
		n++
		if len(lines.Bytes()) == 0 {
			continue
		}
		var l struct {
			head
			line
		}
		if err := json.Unmarshal(lines.Bytes(), &l); err != nil {
			return fmt.Errorf("line %d is no part of a report: %w", n, err)
		}
		switch {
		case l.head.Version > version:
			return fmt.Errorf("line %d: the report has the version %d; this weft reads up to %d", n, l.head.Version, version)
		case l.head.Version > 0:
			begun = true
			r.Merge(&Report{From: l.From, To: l.To, Graphs: set(l.Graphs)})
		case !begun:
			return fmt.Errorf("line %d is not the beginning of a report: it has no \"weft_usage\"", n)
		default:
			if err := r.take(&l.line); err != nil {
				return fmt.Errorf("line %d: %w", n, err)
			}
		}
	}
	if err := lines.Err(); err != nil {
		return fmt.Errorf("line %d: %w", n+1, err)
	}
	if n == 0 {
		return errors.New("the report is empty")
	}
	return nil
}

// take adds what a line says.
func (r *Report) take(l *line) error {
	switch {
	case l.Field != "":
		r.Rest[l.Field] = r.Rest[l.Field].Plus(Rest{l.Count, l.MaybeCount})
	case l.Rest > 0:
		r.RestRequests += l.Rest
	case l.Document == nil || l.Document.Hash == "":
		return errors.New("it is neither a document nor a count")
	case l.Client == nil:
		slices.Sort(l.Document.Uses)
		slices.Sort(l.Document.Maybe)
		r.addDocument(l.Document)
	default:
		client := Client{*l.Client, l.Version}
		if r.Documents[l.Document.Hash] == nil {
			return fmt.Errorf("a count is of the document %s, which is not in the report", l.Document.Hash)
		}
		r.Merge(&Report{Counts: map[Client]map[string]uint64{client: {l.Document.Hash: l.Count}}})
	}
	return nil
}

func set(list []string) map[string]bool {
	all := map[string]bool{}
	for _, one := range list {
		all[one] = true
	}
	return all
}

// ReadFiles reads and merges reports: files, and all usage-*.jsonl of directories.
func ReadFiles(paths []string) (*Report, error) {
	report := NewReport()
	for _, path := range paths {
		files := []string{path}
		info, err := os.Stat(path)
		if err != nil {
			return nil, err
		}
		if info.IsDir() {
			if files, err = filepath.Glob(filepath.Join(path, "usage-*.jsonl")); err != nil {
				return nil, err
			}
			if len(files) == 0 {
				return nil, fmt.Errorf("%s has no usage-*.jsonl", path)
			}
		}
		for _, file := range files {
			if err := report.readFile(file); err != nil {
				return nil, fmt.Errorf("%s: %w", file, err)
			}
		}
	}
	return report, nil
}

func (r *Report) readFile(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	return r.Read(f)
}

// Shown is how a client is told to people.
func (c Client) Shown() string {
	name := cmp.Or(c.Name, "(no name)")
	if c.Version == "" {
		return name
	}
	return name + " " + c.Version
}

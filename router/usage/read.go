package usage

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
)

// longestLine bounds a line, in bytes. One of a collector may have all that several routers reported.
const longestLine = 256 << 20

// reader adds files to a report.
type reader struct {
	report *Report
	// waiting are counts of documents that are not there yet: a collector may put lines into another order.
	waiting []line
	// began tells that the beginning of a report was there.
	began bool
}

// Read reads what Write has written, or what a collector writes of it (OTLP as JSON, one request on each line), and
// adds it to the report. Several reports may stand one behind the other.
func (r *Report) Read(from io.Reader) error {
	in := &reader{report: r}
	if err := in.read(from); err != nil {
		return err
	}
	return in.end()
}

// ReadFiles reads and merges reports: files, and all usage-*.jsonl of directories.
func ReadFiles(paths []string) (*Report, error) {
	in := &reader{report: NewReport()}
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
			if err := in.readFile(file); err != nil {
				return nil, fmt.Errorf("%s: %w", file, err)
			}
		}
	}
	if len(paths) == 0 {
		return in.report, nil
	}
	return in.report, in.end()
}

func (in *reader) readFile(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	return in.read(f)
}

func (in *reader) read(from io.Reader) error {
	lines := bufio.NewScanner(from)
	lines.Buffer(nil, longestLine)
	n, begun := 0, false
	for lines.Scan() {
		n++
		if len(lines.Bytes()) == 0 {
			continue
		}
		var l struct {
			logs
			head
			line
		}
		if err := json.Unmarshal(lines.Bytes(), &l); err != nil {
			return fmt.Errorf("line %d is no part of a report: %w", n, err)
		}
		var err error
		switch {
		case l.logs.Resources != nil:
			err = in.takeLogs(&l.logs)
		case l.head.Version == 0 && !begun:
			return fmt.Errorf("line %d is not the beginning of a report: it has no \"weft_usage\"", n)
		default:
			begun = true
			if err = in.take(&l.head, &l.line); errors.Is(err, errUnknown) {
				err = fmt.Errorf("%w the report", err)
			}
		}
		if err != nil {
			return fmt.Errorf("line %d: %w", n, err)
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

// errUnknown is returned for a count of a document that is not there.
var errUnknown = errors.New("which is not in")

// take adds what a line says.
func (in *reader) take(h *head, l *line) error {
	r := in.report
	switch {
	case h.Version > version:
		return fmt.Errorf("the report has the version %d; this weft reads up to %d", h.Version, version)
	case h.Version > 0:
		in.began = true
		r.Merge(&Report{From: h.From, To: h.To, Graphs: set(h.Graphs)})
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
			return fmt.Errorf("a count is of the document %s, %w", l.Document.Hash, errUnknown)
		}
		r.Merge(&Report{Counts: map[Client]map[string]uint64{client: {l.Document.Hash: l.Count}}})
	}
	return nil
}

// end adds what had to wait.
func (in *reader) end() error {
	if !in.began {
		return errors.New("there are logs, and nothing about usage among them")
	}
	for _, l := range in.waiting {
		if err := in.take(&head{}, &l); err != nil {
			return fmt.Errorf("%w any of the logs: give all files of the time, those that were rotated, too", err)
		}
	}
	in.waiting = nil
	return nil
}

func set(list []string) map[string]bool {
	all := map[string]bool{}
	for _, one := range list {
		all[one] = true
	}
	return all
}

package server

import (
	"net/http"
	"slices"
	"strings"
)

// The values of the Cache-Control and Vary headers, as slices so that setting them allocates nothing.
var (
	notStored = []string{"no-store"}
	// varies are what every answer depends on, without and with compression.
	varies = map[bool][]string{false: {"Accept"}, true: {"Accept, Accept-Encoding"}}
	// varyEncoding is what answers depend on that nobody may keep.
	varyEncoding = []string{"Accept-Encoding"}
)

// caching says what caches between the client and here may do with the answer, and what they must tell apart. Answers
// to POST are kept by nobody unless they say so themselves. Answers to GET may be kept even if they say nothing (RFC
// 9111, section 4.2.2): what went wrong must not be, and the others name all that they depend on.
func (x *exchange) caching(header http.Header) {
	resp := &x.response
	compress := x.handler.opts.Compress
	if resp.CacheControl == "" && x.httpRequest.Method == http.MethodPost {
		if compress {
			addVary(header, varyEncoding)
		}
		return
	}
	switch {
	case x.status != http.StatusOK || resp.Outcome != Executed:
		header["Cache-Control"] = notStored
	case resp.CacheControl != "":
		header["Cache-Control"] = []string{resp.CacheControl}
	case resp.Operation.Errors > 0:
		header["Cache-Control"] = notStored
	}
	line := varies[compress]
	if len(resp.Vary) > 0 {
		line = []string{withNames(line[0], header["Vary"], resp.Vary)}
	}
	addVary(header, line)
}

func addVary(header http.Header, line []string) {
	if old := header["Vary"]; len(old) > 0 {
		line = append(slices.Clip(old), line...)
	}
	header["Vary"] = line
}

// withNames adds names to a Vary header, each once.
func withNames(line string, others, names []string) string {
	known := strings.ToLower(line + ", " + strings.Join(others, ", "))
	for _, name := range names {
		if !slices.Contains(strings.Split(known, ", "), strings.ToLower(name)) {
			line += ", " + name
		}
	}
	return line
}

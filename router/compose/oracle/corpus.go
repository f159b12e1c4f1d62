// Package oracle holds the differential corpus of composition: inputs of our own writing, each with the verdict the
// reference composer (npm @apollo/composition) gave for it. The verdicts are cached as data, so that an ordinary test
// run needs no Node; `make compose-oracle` asks the reference again and rewrites them.
//
// A case file (testdata/cases/<group>.txt) is a list of cases:
//
//	== name of the case
//	# what it is about
//	-- a v2.9 --
//	type Query { ... }
//	-- b --
//	...
//
// A subgraph line names the subgraph. With a version, the loader writes the `@link` of that federation version,
// importing all its directives, above the SDL; without one the SDL is taken as it stands (Federation 1, or a link of
// its own). A line `! CODE` before the first subgraph declares the verdict by hand, for rules the reference does not
// have; such a case is never sent to it.
package oracle

import (
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"io/fs"
	"path"
	"sort"
	"strconv"
	"strings"
)

//go:embed testdata/cases/*.txt
var caseFiles embed.FS

// Subgraph is one input of a composition.
type Subgraph struct {
	Name string `json:"name"`
	SDL  string `json:"sdl"`
}

// Case is one composition to be judged.
type Case struct {
	Group     string
	Name      string
	Note      string     // what the case is about
	Declared  string     // the first error code (or "ok") declared by hand; empty when the reference decides
	Subgraphs []Subgraph // in the order given to the composer
}

// ID names a case across the corpus.
func (c *Case) ID() string { return c.Group + "/" + c.Name }

// Digest identifies the input, so that a verdict never outlives it.
func (c *Case) Digest() string {
	h := sha256.New()
	for _, s := range c.Subgraphs {
		fmt.Fprintf(h, "%d:%s%d:%s", len(s.Name), s.Name, len(s.SDL), s.SDL)
	}
	return hex.EncodeToString(h.Sum(nil)[:8])
}

// Cases returns the whole corpus, the written groups first and then the generated ones, in a fixed order.
func Cases() ([]*Case, error) {
	names, err := fs.Glob(caseFiles, "testdata/cases/*.txt")
	if err != nil {
		return nil, err
	}
	sort.Strings(names)
	var all []*Case
	for _, name := range names {
		text, err := caseFiles.ReadFile(name)
		if err != nil {
			return nil, err
		}
		cases, err := Parse(strings.TrimSuffix(path.Base(name), ".txt"), string(text))
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		all = append(all, cases...)
	}
	all = append(all, generated()...)
	seen := make(map[string]bool, len(all))
	for _, c := range all {
		if seen[c.ID()] {
			return nil, fmt.Errorf("two cases are called %q", c.ID())
		}
		seen[c.ID()] = true
	}
	return all, nil
}

// Parse reads one case file.
func Parse(group, text string) ([]*Case, error) {
	var cases []*Case
	var current *Case
	var sdl strings.Builder
	flush := func() {
		if current != nil && len(current.Subgraphs) > 0 {
			last := &current.Subgraphs[len(current.Subgraphs)-1]
			last.SDL += strings.TrimRight(sdl.String(), "\n") + "\n"
		}
		sdl.Reset()
	}
	for i, line := range strings.Split(text, "\n") {
		switch {
		case strings.HasPrefix(line, "== "):
			flush()
			current = &Case{Group: group, Name: strings.ReplaceAll(strings.TrimSpace(line[3:]), " ", "-")}
			cases = append(cases, current)
		case current == nil:
			if strings.TrimSpace(line) != "" && line[0] != '#' {
				return nil, fmt.Errorf("line %d: text before the first case", i+1)
			}
		case strings.HasPrefix(line, "-- ") && strings.HasSuffix(line, " --"):
			flush()
			s, err := subgraphLine(strings.Fields(line[3 : len(line)-3]))
			if err != nil {
				return nil, fmt.Errorf("line %d: %w", i+1, err)
			}
			current.Subgraphs = append(current.Subgraphs, s)
		case len(current.Subgraphs) > 0:
			sdl.WriteString(line)
			sdl.WriteByte('\n')
		case strings.HasPrefix(line, "# "):
			current.Note = strings.TrimSpace(current.Note + " " + line[2:])
		case strings.HasPrefix(line, "! "):
			current.Declared = strings.TrimSpace(line[2:])
		case strings.TrimSpace(line) != "":
			return nil, fmt.Errorf("line %d: text before the first subgraph", i+1)
		}
	}
	flush()
	return cases, nil
}

func subgraphLine(words []string) (Subgraph, error) {
	switch len(words) {
	case 1:
		return Subgraph{Name: words[0]}, nil
	case 2:
		header, err := Header(words[1])
		return Subgraph{Name: words[0], SDL: header}, err
	}
	return Subgraph{}, fmt.Errorf("a subgraph line is `-- name --` or `-- name v2.N --`")
}

// directiveSince lists when each federation 2 directive appeared, by minor version.
var directiveSince = []struct {
	minor int
	names []string
}{
	{0, []string{"key", "requires", "provides", "external", "tag", "extends", "shareable", "inaccessible", "override"}},
	{1, []string{"composeDirective"}},
	{3, []string{"interfaceObject"}},
	{5, []string{"authenticated", "requiresScopes"}},
	{6, []string{"policy"}},
	{8, []string{"context", "fromContext"}},
	{9, []string{"cost", "listSize"}},
	{12, []string{"cacheTag"}},
}

// Header is the one-line `@link` of a federation version ("v2.9"), importing every directive it has.
func Header(version string) (string, error) {
	minor, err := strconv.Atoi(strings.TrimPrefix(version, "v2."))
	if err != nil || !strings.HasPrefix(version, "v2.") {
		return "", fmt.Errorf("%q is not a federation 2 version", version)
	}
	var imports []string
	for _, group := range directiveSince {
		if group.minor <= minor {
			for _, name := range group.names {
				imports = append(imports, strconv.Quote("@"+name))
			}
		}
	}
	return fmt.Sprintf("extend schema @link(url: \"https://specs.apollo.dev/federation/%s\", import: [%s])\n",
		version, strings.Join(imports, ", ")), nil
}

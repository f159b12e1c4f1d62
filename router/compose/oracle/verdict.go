package oracle

import (
	"bufio"
	"embed"
	"fmt"
	"io"
	"strings"
)

//go:embed testdata/verdicts/*.txt
var verdictFiles embed.FS

// Verdict is what the reference said about a case.
type Verdict struct {
	Digest string   // of the input it was asked about
	Errors []string // codes in order; empty for a composition that succeeded
	Hints  []string // codes, sorted, repeated as often as given
	API    []string // APILines of the API schema
	Join   []string // SupergraphLines of the supergraph
}

// OK tells whether the reference composed the case.
func (v *Verdict) OK() bool { return len(v.Errors) == 0 }

// Verdicts returns the cached verdicts by case ID.
func Verdicts() (map[string]*Verdict, error) {
	entries, err := verdictFiles.ReadDir("testdata/verdicts")
	if err != nil {
		return nil, err
	}
	all := map[string]*Verdict{}
	for _, e := range entries {
		f, err := verdictFiles.Open("testdata/verdicts/" + e.Name())
		if err != nil {
			return nil, err
		}
		err = readVerdicts(f, strings.TrimSuffix(e.Name(), ".txt"), all)
		f.Close()
		if err != nil {
			return nil, fmt.Errorf("%s: %w", e.Name(), err)
		}
	}
	return all, nil
}

func readVerdicts(r io.Reader, group string, into map[string]*Verdict) error {
	var v *Verdict
	var lines *[]string
	scan := bufio.NewScanner(r)
	scan.Buffer(nil, 1<<20)
	for n := 1; scan.Scan(); n++ {
		line := scan.Text()
		switch {
		case strings.HasPrefix(line, "== "):
			name, digest, found := strings.Cut(line[3:], " ")
			if !found {
				return fmt.Errorf("line %d: a case without a digest", n)
			}
			v = &Verdict{Digest: digest}
			into[group+"/"+name], lines = v, nil
		case v == nil:
			return fmt.Errorf("line %d: text before the first case", n)
		case strings.HasPrefix(line, "errors "):
			v.Errors = expand(line[7:])
		case strings.HasPrefix(line, "hints "):
			v.Hints = expand(line[6:])
		case line == "api":
			lines = &v.API
		case line == "join":
			lines = &v.Join
		case strings.HasPrefix(line, "  ") && lines != nil:
			*lines = append(*lines, line[2:])
		case line != "":
			return fmt.Errorf("line %d: %q is not understood", n, line)
		}
	}
	return scan.Err()
}

// Write prints a verdict in the form the cache keeps.
func (v *Verdict) Write(w io.Writer, name string) {
	fmt.Fprintf(w, "== %s %s\n", name, v.Digest)
	if len(v.Errors) > 0 {
		fmt.Fprintf(w, "errors %s\n", collapse(v.Errors))
	}
	if len(v.Hints) > 0 {
		fmt.Fprintf(w, "hints %s\n", collapse(v.Hints))
	}
	for _, part := range []struct {
		title string
		lines []string
	}{{"api", v.API}, {"join", v.Join}} {
		if len(part.lines) > 0 {
			fmt.Fprintln(w, part.title)
			for _, l := range part.lines {
				fmt.Fprintf(w, "  %s\n", l)
			}
		}
	}
}

// collapse writes repeated neighbours as CODE*3.
func collapse(codes []string) string {
	var out []string
	for i := 0; i < len(codes); {
		j := i
		for j < len(codes) && codes[j] == codes[i] {
			j++
		}
		if j-i > 1 {
			out = append(out, fmt.Sprintf("%s*%d", codes[i], j-i))
		} else {
			out = append(out, codes[i])
		}
		i = j
	}
	return strings.Join(out, " ")
}

func expand(text string) []string {
	var out []string
	for _, word := range strings.Fields(text) {
		code, count, n := word, "", 1
		if code, count, _ = strings.Cut(word, "*"); count != "" {
			if _, err := fmt.Sscanf(count, "%d", &n); err != nil {
				n = 1
			}
		}
		for range n {
			out = append(out, code)
		}
	}
	return out
}

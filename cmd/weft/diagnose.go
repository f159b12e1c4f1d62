package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/mattn/go-isatty"

	"github.com/weft-graphql/weft/router/compose"
)

// paint are the terminal's colours; all empty where there is no terminal.
type paint struct{ bold, red, yellow, blue, dim, off string }

// paintFor returns the colours for a file: none when it is not a terminal or NO_COLOR is set.
func paintFor(f *os.File) paint {
	if os.Getenv("NO_COLOR") != "" || os.Getenv("TERM") == "dumb" || !isatty.IsTerminal(f.Fd()) {
		return paint{}
	}
	return paint{bold: "\x1b[1m", red: "\x1b[31m", yellow: "\x1b[33m", blue: "\x1b[34m", dim: "\x1b[2m", off: "\x1b[0m"}
}

// diagnosis prints what composition has to say.
type diagnosis struct {
	out   io.Writer
	paint paint
	// lines are the subgraphs' schemas line by line.
	lines map[string][]string
}

func newDiagnosis(out io.Writer, p paint, subgraphs []compose.Subgraph) *diagnosis {
	d := &diagnosis{out: out, paint: p, lines: map[string][]string{}}
	for _, sub := range subgraphs {
		d.lines[sub.Name] = strings.Split(sub.SDL, "\n")
	}
	return d
}

// errors prints errors the way a compiler does: the message, each place with its line and a caret, the suggestion.
func (d *diagnosis) errors(errs []*compose.Error) {
	for _, e := range errs {
		fmt.Fprintf(d.out, "%s%serror%s %s[%s]%s %s\n", d.paint.bold, d.paint.red, d.paint.off, d.paint.bold, e.Code, d.paint.off, e.Message)
		d.places(e.Positions)
		if e.Suggestion != "" {
			fmt.Fprintf(d.out, "  %s= help:%s %s\n", d.paint.bold, d.paint.off, indentAfterFirst(e.Suggestion, "          "))
		}
		fmt.Fprintln(d.out)
	}
	fmt.Fprintf(d.out, "%s%s%s\n", d.paint.bold, countOf(len(errs), "error: these subgraphs do not compose", "errors: these subgraphs do not compose"), d.paint.off)
}

// hints prints hints, one paragraph each.
func (d *diagnosis) hints(hints []compose.Hint) {
	for _, h := range hints {
		fmt.Fprintf(d.out, "%s%shint%s %s[%s]%s %s\n", d.paint.bold, d.paint.yellow, d.paint.off, d.paint.bold, h.Code, d.paint.off, h.Message)
		d.places(h.Positions)
	}
}

// maxPlaces bounds the places shown for one problem.
const maxPlaces = 6

func (d *diagnosis) places(positions []compose.Position) {
	for i, p := range positions {
		if i == maxPlaces {
			fmt.Fprintf(d.out, "  %sand %d more places%s\n", d.paint.dim, len(positions)-i, d.paint.off)
			return
		}
		fmt.Fprintf(d.out, "  %s-->%s %s %s(%s)%s\n", d.paint.blue, d.paint.off, p, d.paint.dim, p.Subgraph, d.paint.off)
		lines := d.lines[p.Subgraph]
		if p.Line < 1 || p.Line > len(lines) {
			continue
		}
		number := fmt.Sprint(p.Line)
		gutter := strings.Repeat(" ", len(number))
		line := []rune(strings.TrimRight(lines[p.Line-1], "\r"))
		fmt.Fprintf(d.out, "   %s%s |%s %s\n", d.paint.blue, number, d.paint.off, string(line))
		if p.Column >= 1 && p.Column <= len(line)+1 {
			fmt.Fprintf(d.out, "   %s%s |%s %s%s^%s\n", d.paint.blue, gutter, d.paint.off, blanks(line[:p.Column-1]), d.paint.red, d.paint.off)
		}
	}
}

// blanks is text of the same width as the runes: tabs stay tabs.
func blanks(runes []rune) string {
	var b strings.Builder
	for _, r := range runes {
		if r != '\t' {
			r = ' '
		}
		b.WriteRune(r)
	}
	return b.String()
}

func indentAfterFirst(text, indent string) string {
	return strings.ReplaceAll(strings.TrimRight(text, "\n"), "\n", "\n"+indent)
}

func countOf(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}

// composition is the JSON form of what composition has to say.
type composition struct {
	Valid  bool             `json:"valid"`
	Errors []*compose.Error `json:"errors,omitempty"`
	Hints  []compose.Hint   `json:"hints,omitempty"`
}

func writeJSON(out io.Writer, value any) error {
	encoder := json.NewEncoder(out)
	encoder.SetIndent("", "  ")
	encoder.SetEscapeHTML(false)
	return encoder.Encode(value)
}

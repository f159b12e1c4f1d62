// Package diagnostic prints what composition has to say: for people, like a good compiler, with the source line and a
// caret under the place; and as JSON for other programs.
package diagnostic

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/mattn/go-isatty"

	"github.com/weft-graphql/weft/router/compose/problem"
)

// Sources gives the SDL of a subgraph, to quote lines from. It returns false for a subgraph it does not know.
type Sources func(subgraph string) (sdl string, known bool)

// FromMap makes Sources of SDL by subgraph name.
func FromMap(sdl map[string]string) Sources {
	return func(subgraph string) (string, bool) {
		text, known := sdl[subgraph]
		return text, known
	}
}

// Style says how to print for people.
type Style struct {
	// Color writes ANSI colours.
	Color bool
	// MaxPositions bounds the source excerpts of one problem; 0 means 4. Further places are named in one line.
	MaxPositions int
}

const defaultMaxPositions = 4

// StyleFor returns the style for a file: coloured when it is a terminal, unless NO_COLOR is set (https://no-color.org)
// or TERM is dumb.
func StyleFor(f *os.File) Style {
	terminal := isatty.IsTerminal(f.Fd()) || isatty.IsCygwinTerminal(f.Fd())
	return Style{Color: terminal && os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb"}
}

// Print writes errors and hints for people, errors first, and a line that counts them. It writes nothing when there is
// nothing to say.
func Print(w io.Writer, errs []*problem.Error, hints []problem.Hint, sources Sources, style Style) error {
	if sources == nil {
		sources = FromMap(nil)
	}
	if style.MaxPositions == 0 {
		style.MaxPositions = defaultMaxPositions
	}
	p := &printer{style: style, sources: sources, lines: map[string][]string{}}
	for _, e := range errs {
		p.problem("error", red, string(e.Code), e.Message, "", e.Positions, e.Subgraphs)
		p.note("help", e.Suggestion)
		p.text.WriteByte('\n')
	}
	for _, h := range hints {
		label, color := "hint", cyan
		if h.Severity == problem.Warning {
			label, color = "warning", yellow
		}
		p.problem(label, color, string(h.Code), h.Message, h.Coordinate, h.Positions, h.Subgraphs)
		p.text.WriteByte('\n')
	}
	if len(errs)+len(hints) > 0 {
		p.text.WriteString(summary(len(errs), len(hints)) + "\n")
	}
	_, err := io.WriteString(w, p.text.String())
	return err
}

func summary(errs, hints int) string {
	plural := func(n int, word string) string {
		if n == 1 {
			return "1 " + word
		}
		return fmt.Sprintf("%d %ss", n, word)
	}
	switch {
	case hints == 0:
		return plural(errs, "error")
	case errs == 0:
		return plural(hints, "hint")
	}
	return plural(errs, "error") + ", " + plural(hints, "hint")
}

// ANSI attributes.
const (
	red    = "31;1"
	yellow = "33;1"
	cyan   = "36;1"
	blue   = "34"
	bold   = "1"
)

type printer struct {
	style   Style
	sources Sources
	lines   map[string][]string // of the SDL, by subgraph
	text    strings.Builder
}

func (p *printer) paint(attribute, text string) string {
	if !p.style.Color || text == "" {
		return text
	}
	return "\x1b[" + attribute + "m" + text + "\x1b[0m"
}

func (p *printer) problem(label, color, code, message, coordinate string, at []problem.Position, subgraphs []string) {
	first, rest, _ := strings.Cut(clean(message), "\n")
	p.text.WriteString(p.paint(color, label+"["+code+"]") + p.paint(bold, ": "+first) + "\n")
	if rest != "" {
		for _, line := range strings.Split(rest, "\n") {
			p.text.WriteString(strings.TrimRight("  "+line, " ") + "\n")
		}
	}
	shown := at
	if len(shown) > p.style.MaxPositions {
		shown = shown[:p.style.MaxPositions]
	}
	for _, position := range shown {
		p.excerpt(position)
	}
	if more := at[len(shown):]; len(more) > 0 {
		names := make([]string, len(more))
		for i, position := range more {
			names[i] = position.String()
		}
		p.note("also", strings.Join(names, ", "))
	}
	if len(at) == 0 && len(subgraphs) > 0 {
		p.note("in", strings.Join(subgraphs, ", "))
	}
	if len(at) == 0 && len(subgraphs) == 0 && coordinate != "" && !strings.Contains(message, coordinate) {
		p.note("at", coordinate)
	}
}

// excerpt quotes the line of a position with a caret under it.
func (p *printer) excerpt(at problem.Position) {
	name := at.String()
	if at.File != "" && at.Subgraph != "" {
		name += " (" + at.Subgraph + ")"
	}
	p.text.WriteString("  " + p.paint(blue, "-->") + " " + clean(name) + "\n")
	line, known := p.line(at)
	if !known {
		return
	}
	number := fmt.Sprintf("%4d", at.Line)
	margin := strings.Repeat(" ", len(number))
	start, length := caret(line, at.Column)
	p.text.WriteString(p.paint(blue, number+" |") + " " + expand(line) + "\n")
	p.text.WriteString(
		p.paint(blue, margin+" |") + " " + strings.Repeat(" ", start) + p.paint(red, strings.Repeat("^", length)) + "\n",
	)
}

// maxLine bounds how much of a line is quoted, in runes.
const maxLine = 160

func (p *printer) line(at problem.Position) (string, bool) {
	lines, split := p.lines[at.Subgraph]
	if !split {
		if sdl, known := p.sources(at.Subgraph); known {
			lines = strings.Split(strings.ReplaceAll(sdl, "\r\n", "\n"), "\n")
		}
		p.lines[at.Subgraph] = lines
	}
	if at.Line < 1 || at.Line > len(lines) {
		return "", false
	}
	line := lines[at.Line-1]
	if runes := []rune(line); len(runes) > maxLine {
		if at.Column > maxLine {
			return "", false
		}
		line = string(runes[:maxLine]) + "…"
	}
	return clean(line), true
}

// caret returns where the token at a column begins in the expanded line, and how long it is.
func caret(line string, column int) (start, length int) {
	runes := []rune(line)
	if column < 1 {
		column = 1
	}
	if column > len(runes) {
		column = len(runes) + 1
	}
	start = utf8.RuneCountInString(expand(string(runes[:column-1])))
	length = 0
	for i := column - 1; i < len(runes) && (nameRune(runes[i]) || length == 0 && runes[i] == '@'); i++ {
		length++
	}
	return start, max(length, 1)
}

func nameRune(r rune) bool {
	return r == '_' || r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z'
}

func expand(line string) string { return strings.ReplaceAll(line, "\t", "    ") }

// clean drops control characters, so that a schema cannot steer the terminal it is printed on.
func clean(text string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' && r != '\n' && r != '\t' || r == 0x7f || r >= 0x80 && r < 0xa0 {
			return -1
		}
		return r
	}, text)
}

func (p *printer) note(label, text string) {
	if text == "" {
		return
	}
	indent := strings.Repeat(" ", len(label)+6)
	text = strings.ReplaceAll(clean(text), "\n", "\n"+indent)
	p.text.WriteString("  " + p.paint(blue, "=") + " " + p.paint(bold, label+":") + " " + text + "\n")
}

// Report is the JSON form of a composition's outcome.
type Report struct {
	OK     bool             `json:"ok"`
	Errors []*problem.Error `json:"errors"`
	Hints  []problem.Hint   `json:"hints"`
}

// PrintJSON writes errors and hints as one indented JSON object: {"ok", "errors", "hints"}.
func PrintJSON(w io.Writer, errs []*problem.Error, hints []problem.Hint) error {
	encoder := json.NewEncoder(w)
	encoder.SetIndent("", "  ")
	encoder.SetEscapeHTML(false)
	return encoder.Encode(Report{
		OK:     len(errs) == 0,
		Errors: append(slices.Grow([]*problem.Error{}, len(errs)), errs...),
		Hints:  append(slices.Grow([]problem.Hint{}, len(hints)), hints...),
	})
}

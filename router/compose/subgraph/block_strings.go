package subgraph

import (
	"math"
	"strings"
)

// dedentBlockStrings mends how the parser reads block strings: it counts the indentation of the first line, which
// follows the quotes, among those that all lines have in common, though the specification does not. So a description
// that begins right behind its quotes would keep the indentation of its other lines. That indentation is removed before
// parsing. Lines stay where they are, and so does what follows on the last one.
//
// https://spec.graphql.org/October2021/#BlockStringValue()
func dedentBlockStrings(sdl string) string {
	if !strings.Contains(sdl, `"""`) {
		return sdl
	}
	var out strings.Builder
	rest := sdl
	for {
		i := strings.IndexAny(rest, `"#`)
		if i < 0 {
			break
		}
		out.WriteString(rest[:i])
		rest = rest[i:]
		end := tokenEnd(rest)
		token := rest[:end]
		if strings.HasPrefix(token, `"""`) {
			token = dedent(token)
		}
		out.WriteString(token)
		rest = rest[end:]
	}
	out.WriteString(rest)
	return out.String()
}

// tokenEnd finds the end of the string or comment with which text begins; of one that does not end it is the end of text.
func tokenEnd(text string) int {
	switch {
	case text[0] == '#':
		return length(text, strings.IndexAny(text, "\r\n"), 0)
	case strings.HasPrefix(text, `"""`):
		for i := 3; i < len(text); i++ {
			switch {
			case strings.HasPrefix(text[i:], `\"""`):
				i += 3
			case strings.HasPrefix(text[i:], `"""`):
				return i + 3
			}
		}
		return len(text)
	}
	for i := 1; i < len(text); i++ {
		switch text[i] {
		case '\\':
			i++
		case '"':
			return i + 1
		case '\r', '\n':
			return i
		}
	}
	return len(text)
}

func length(text string, found, more int) int {
	if found < 0 {
		return len(text)
	}
	return found + more
}

// dedent removes the indentation that the lines of a block string have in common behind the first, if there is text on
// that one. Spaces behind the quotes make up for what is removed in front of them.
func dedent(token string) string {
	lines := splitLines(token)
	if len(lines) < 2 || strings.Trim(lines[0][3:], " \t\r\n") == "" {
		return token
	}
	common := math.MaxInt
	for i, line := range lines[1:] {
		text := strings.TrimRight(line, "\r\n")
		if i == len(lines)-2 {
			text = strings.TrimSuffix(text, `"""`)
		}
		if indent := len(text) - len(strings.TrimLeft(text, " \t")); indent < len(text) {
			common = min(common, indent)
		}
	}
	if common == 0 || common == math.MaxInt {
		return token
	}
	removed := 0
	for i, line := range lines[1:] {
		indent := len(line) - len(strings.TrimLeft(line, " \t"))
		removed = min(common, indent)
		lines[i+1] = line[removed:]
	}
	return strings.Join(lines, "") + strings.Repeat(" ", removed)
}

// splitLines splits behind every line terminator, of which there are three.
func splitLines(text string) []string {
	var lines []string
	for text != "" {
		end := length(text, strings.IndexAny(text, "\r\n"), 1)
		if strings.HasPrefix(text[end-1:], "\r\n") {
			end++
		}
		lines = append(lines, text[:end])
		text = text[end:]
	}
	return lines
}

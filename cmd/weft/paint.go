package main

import (
	"os"

	"github.com/weft-graphql/weft/router/compose/apidiff"
	"github.com/weft-graphql/weft/router/compose/diagnostic"
)

// paint are the terminal's colours; all empty where there is no terminal, or NO_COLOR is set.
type paint struct{ bold, blue, dim, red, yellow, green, off string }

// paintFor returns the colours for a file.
func paintFor(f *os.File) paint {
	if !diagnostic.StyleFor(f).Color {
		return paint{}
	}
	return paint{
		bold: "\x1b[1m", blue: "\x1b[34m", dim: "\x1b[2m", red: "\x1b[1;31m", yellow: "\x1b[33m", green: "\x1b[32m", off: "\x1b[0m",
	}
}

// severity paints a text red, yellow or green.
func (p paint) severity(s apidiff.Severity, text string) string {
	switch s {
	case apidiff.Breaking:
		return p.red + text + p.off
	case apidiff.Dangerous:
		return p.yellow + text + p.off
	default:
		return p.green + text + p.off
	}
}

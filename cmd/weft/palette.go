package main

import (
	"os"

	"github.com/weft-graphql/weft/router/compose/apidiff"
	"github.com/weft-graphql/weft/router/compose/diagnostic"
)

// palette are the terminal's colours; all empty where there is no terminal, or NO_COLOR is set.
type palette struct{ bold, blue, dim, red, yellow, green, off string }

// paintFor returns the colours for a file.
func paintFor(f *os.File) palette {
	if !diagnostic.StyleFor(f).Color {
		return palette{}
	}
	return palette{
		bold: "\x1b[1m", blue: "\x1b[34m", dim: "\x1b[2m", red: "\x1b[1;31m", yellow: "\x1b[33m", green: "\x1b[32m", off: "\x1b[0m",
	}
}

// severity paints a text red, yellow or green.
func (p palette) severity(s apidiff.Severity, text string) string {
	switch s {
	case apidiff.Breaking:
		return p.red + text + p.off
	case apidiff.Dangerous:
		return p.yellow + text + p.off
	default:
		return p.green + text + p.off
	}
}

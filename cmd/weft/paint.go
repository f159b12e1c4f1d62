package main

import (
	"os"

	"github.com/weft-graphql/weft/router/compose/diagnostic"
)

// paint are the terminal's colours; all empty where there is no terminal.
type paint struct{ bold, blue, dim, off string }

// paintFor returns the colours for a file.
func paintFor(f *os.File) paint {
	if !diagnostic.StyleFor(f).Color {
		return paint{}
	}
	return paint{bold: "\x1b[1m", blue: "\x1b[34m", dim: "\x1b[2m", off: "\x1b[0m"}
}

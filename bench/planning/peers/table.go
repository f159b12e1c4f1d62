package main

import (
	"fmt"
	"io"
)

// writeHead begins the table. A peer that plans worse than we do has its numbers in bold; ours are, if it is we.
func writeHead(w io.Writer) {
	fmt.Fprintln(w, "| case | Weft: fetches / waves | plan | with parsing | Apollo: fetches / waves | plan | Hive: fetches / waves | plan, with parsing |")
	fmt.Fprintln(w, "|---|--:|--:|--:|--:|--:|--:|--:|")
}

// writeRow adds a case: our result, then the peers'.
func writeRow(w io.Writer, name string, results []result) {
	us := results[0]
	counts := fmt.Sprintf("%d / %d", us.Fetches, us.Waves)
	if us.mutation {
		name += " (strictly in series)"
	}
	for _, r := range results[1:] {
		if !us.mutation && us.worseThan(r) {
			counts = "**" + counts + "**"
			break
		}
	}
	fmt.Fprintf(w, "| %s | %s | %s | %s |", name, counts, duration(us.Milliseconds), duration(us.Milliseconds+us.prepare))
	for _, r := range results[1:] {
		switch {
		case r.Error != "":
			fmt.Fprintf(w, " %s | - |", r.Error)
		case r.worseThan(us):
			fmt.Fprintf(w, " **%d / %d** | %s |", r.Fetches, r.Waves, duration(r.Milliseconds))
		default:
			fmt.Fprintf(w, " %d / %d | %s |", r.Fetches, r.Waves, duration(r.Milliseconds))
		}
	}
	fmt.Fprintln(w)
}

// duration prints milliseconds with three digits that count.
func duration(milliseconds float64) string {
	switch {
	case milliseconds < 1:
		return fmt.Sprintf("%.0f µs", milliseconds*1000)
	case milliseconds < 10:
		return fmt.Sprintf("%.2f ms", milliseconds)
	case milliseconds < 100:
		return fmt.Sprintf("%.1f ms", milliseconds)
	case milliseconds < 1000:
		return fmt.Sprintf("%.0f ms", milliseconds)
	}
	return fmt.Sprintf("%.1f s", milliseconds/1000)
}

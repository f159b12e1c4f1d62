package render

import (
	"fmt"
	"strings"
)

// request is a request of a plan as the tree of texts shows it.
type request struct {
	id       int
	subgraph string
	after    []int
	// note stands behind the rest of the first line, when there is one.
	note string
	// places are where the results go.
	places   []string
	document string
}

// tree is the text of a plan whose requests are grouped by waves.
func tree(waves [][]request, budgetExhausted bool) string {
	requests := 0
	for _, wave := range waves {
		requests += len(wave)
	}
	if requests == 0 {
		return "The router answers this itself: no requests.\n"
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%s in %s", count(requests, "request"), count(len(waves), "wave"))
	if budgetExhausted {
		b.WriteString(" (the search stopped at its budget: there may be a plan with fewer requests)")
	}
	b.WriteByte('\n')
	for i, wave := range waves {
		branch, trunk := "├─", "│  "
		if i == len(waves)-1 {
			branch, trunk = "└─", "   "
		}
		fmt.Fprintf(&b, "%s wave %d\n", branch, i+1)
		for j, r := range wave {
			r.write(&b, trunk, j == len(wave)-1)
		}
	}
	return b.String()
}

func count(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

func (r request) write(b *strings.Builder, indent string, last bool) {
	branch, trunk := "├─ ", "│  "
	if last {
		branch, trunk = "└─ ", "   "
	}
	fmt.Fprintf(b, "%s%s#%d %s", indent, branch, r.id, r.subgraph)
	if len(r.after) > 0 {
		after := make([]string, len(r.after))
		for i, id := range r.after {
			after[i] = fmt.Sprintf("#%d", id)
		}
		b.WriteString(" after " + strings.Join(after, ", "))
	}
	if r.note != "" {
		b.WriteString(": " + r.note)
	}
	b.WriteByte('\n')
	indent += trunk
	for _, place := range r.places {
		b.WriteString(indent + "for " + place + "\n")
	}
	for _, line := range strings.Split(strings.TrimRight(Document(r.document), "\n"), "\n") {
		b.WriteString(indent + "  " + line + "\n")
	}
}

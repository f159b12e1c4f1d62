package subgraph

import (
	"slices"
	"strings"
)

func canonical(selections []*Selection) string {
	parts := make([]string, 0, len(selections))
	for _, sel := range selections {
		part := sel.Node.Name
		if len(sel.Selections) > 0 {
			part += "{" + canonical(sel.Selections) + "}"
		}
		parts = append(parts, part)
	}
	slices.Sort(parts)
	return strings.Join(slices.Compact(parts), " ")
}

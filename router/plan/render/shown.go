package render

import "strings"

// TextOf renders a plan in the form of JSON, as a router shows it in extensions.queryPlan, like Text does; note says
// what else is known of the request with an ID. Type conditions of paths are not in that form.
func TextOf(shown *Node, note func(id int) string) string {
	var waves [][]request
	for _, wave := range wavesOf(shown.Node) {
		var requests []request
		for _, n := range wave {
			requests = append(requests, requestIn(n, note))
		}
		waves = append(waves, requests)
	}
	return tree(waves, false)
}

// wavesOf are the Flatten and Fetch nodes below a node: what is in sequence one after the other, what is parallel side
// by side.
func wavesOf(n *Node) [][]*Node {
	if n == nil {
		return nil
	}
	var waves [][]*Node
	switch n.Kind {
	case "Fetch", "Flatten":
		return [][]*Node{{n}}
	case "Parallel":
		for _, child := range n.Nodes {
			for i, wave := range wavesOf(child) {
				if len(waves) == i {
					waves = append(waves, nil)
				}
				waves[i] = append(waves[i], wave...)
			}
		}
	default: // Sequence, and Subscription, whose events come first
		for _, child := range n.Nodes {
			waves = append(waves, wavesOf(child)...)
		}
	}
	return waves
}

// requestIn is the request of a Fetch, or of the Fetch in a Flatten.
func requestIn(n *Node, note func(id int) string) request {
	fetch, paths := n, n.Paths
	if n.Kind == "Flatten" && n.Node != nil {
		fetch = n.Node
		if len(paths) == 0 {
			paths = [][]string{n.Path}
		}
	}
	out := request{subgraph: fetch.ServiceName, after: fetch.After, document: fetch.Operation}
	if fetch.ID != nil {
		out.id = *fetch.ID
		out.note = note(out.id)
	}
	by := ""
	for _, r := range fetch.Requires {
		by += " by {" + r.TypeCondition + required(withoutTypename(r.Selections)) + "}"
	}
	for _, path := range paths {
		place := strings.Join(path, ".")
		if place == "" {
			place = "the root"
		}
		out.places = append(out.places, place+by)
	}
	return out
}

// withoutTypename leaves out the first field of a representation, which is always the same.
func withoutTypename(selections []*Selected) []*Selected {
	if len(selections) > 0 && selections[0].Name == "__typename" {
		return selections[1:]
	}
	return selections
}

func required(selections []*Selected) string {
	var b strings.Builder
	for _, s := range selections {
		b.WriteString(" " + s.Name)
		if len(s.Selections) > 0 {
			b.WriteString(" {" + strings.TrimPrefix(required(s.Selections), " ") + "}")
		}
	}
	return b.String()
}

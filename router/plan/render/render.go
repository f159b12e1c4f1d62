// Package render shows query plans: as text for people, as JSON in the shape other tools know, and as a dot graph.
package render

import (
	"bytes"
	"fmt"
	"slices"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/formatter"

	"github.com/weft-graphql/weft/router/plan"
	"github.com/weft-graphql/weft/router/syntax"
)

// Waves groups the requests by how many requests must be complete before each, the longest chain counting.
func Waves(p *plan.Plan) [][]*plan.Request {
	depth := make([]int, len(p.Requests))
	var out [][]*plan.Request
	for i, r := range p.Requests {
		for _, id := range r.After {
			depth[i] = max(depth[i], depth[id]+1)
		}
		for len(out) <= depth[i] {
			out = append(out, nil)
		}
		out[depth[i]] = append(out[depth[i]], r)
	}
	return out
}

// Text renders a plan as a tree: the waves, in them the requests with what they wait for, where their results go, and
// their documents.
func Text(p *plan.Plan) string {
	var waves [][]request
	for _, wave := range Waves(p) {
		var requests []request
		for _, r := range wave {
			requests = append(requests, requestOf(r))
		}
		waves = append(waves, requests)
	}
	return tree(waves, p.Stats.BudgetExhausted)
}

func requestOf(r *plan.Request) request {
	out := request{id: r.ID, subgraph: r.Subgraph.Name, after: r.After, document: r.Document}
	for _, c := range r.Calls {
		for _, t := range c.Targets {
			place := Path(t.Path)
			for _, in := range c.Input {
				place += " by " + representation(in)
			}
			out.places = append(out.places, place)
		}
	}
	return out
}

// Path renders a response path: keys joined with dots, @ for each list, type conditions in brackets.
func Path(path []plan.PathElement) string {
	if len(path) == 0 {
		return "the root"
	}
	var parts []string
	for _, e := range path {
		s := e.Key
		if len(e.On) > 0 {
			s = "[" + strings.Join(e.On, "|") + "]" + s
		}
		parts = append(parts, s+strings.Repeat(".@", e.Lists))
	}
	return strings.Join(parts, ".")
}

func representation(r *plan.Representation) string {
	name := r.TypeName
	if name == "" {
		name = "__typename"
	}
	return "{" + name + fields(r.Fields) + "}"
}

func fields(list []*plan.RepresentationField) string {
	var b strings.Builder
	for _, f := range list {
		b.WriteString(" " + f.Name)
		if len(f.Fields) > 0 {
			b.WriteString(" {" + strings.TrimPrefix(fields(f.Fields), " ") + "}")
		}
	}
	return b.String()
}

// Document indents a GraphQL document; what does not parse comes back as it is.
func Document(text string) string {
	doc, err := syntax.ParseExecutable(&ast.Source{Input: text}, 0)
	if err != nil {
		return text
	}
	var b bytes.Buffer
	formatter.NewFormatter(&b, formatter.WithIndent("  ")).FormatQueryDocument(doc.QueryDocument)
	return b.String()
}

// Dot renders the dependencies of the requests as a Graphviz digraph.
func Dot(p *plan.Plan) string {
	var b strings.Builder
	b.WriteString("digraph plan {\n  rankdir=LR\n  node [shape=box fontname=\"monospace\"]\n")
	for _, r := range p.Requests {
		label := fmt.Sprintf("#%d %s", r.ID, r.Subgraph.Name)
		var places []string
		for _, c := range r.Calls {
			for _, t := range c.Targets {
				places = append(places, Path(t.Path))
			}
		}
		slices.Sort(places)
		for _, place := range slices.Compact(places) {
			label += "\\n" + place
		}
		fmt.Fprintf(&b, "  r%d [label=%s tooltip=%s]\n", r.ID, quote(label), quote(r.Document))
		for _, id := range r.After {
			fmt.Fprintf(&b, "  r%d -> r%d\n", id, r.ID)
		}
	}
	b.WriteString("}\n")
	return b.String()
}

func quote(s string) string { return `"` + strings.ReplaceAll(s, `"`, `\"`) + `"` }

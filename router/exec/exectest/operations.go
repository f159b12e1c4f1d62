package exectest

import (
	"fmt"
	"math/rand/v2"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/weft-graphql/weft/router/supergraph"
)

// RandomOperation writes a random operation. Most are valid; fields of the same key with different types are not.
func RandomOperation(sg *supergraph.Supergraph, rnd *rand.Rand) string {
	g := &generator{sg: sg, rnd: rnd}
	kind, root := "query", sg.Query
	if rnd.IntN(8) == 0 {
		kind, root = "mutation", sg.Mutation
	}
	g.budget = 4 + rnd.IntN(40)
	text := g.selection(root, 0)
	var declared []string
	if strings.Contains(text, "$yes") {
		declared = append(declared, "$yes: Boolean! = true")
	}
	if strings.Contains(text, "$n") {
		declared = append(declared, "$n: Int")
	}
	if len(declared) > 0 {
		kind += "(" + strings.Join(declared, ", ") + ")"
	}
	return kind + text
}

type generator struct {
	sg     *supergraph.Supergraph
	rnd    *rand.Rand
	budget int
}

func (g *generator) selection(t *supergraph.Type, depth int) string {
	var b strings.Builder
	b.WriteString("{")
	n := 1 + g.rnd.IntN(4)
	wrote := false
	for range n {
		switch {
		case g.rnd.IntN(12) == 0:
			b.WriteString(" __typename")
			wrote = true
		case t.IsAbstract() && g.rnd.IntN(3) > 0, t.Kind == ast.Union:
			on := g.objectOf(t)
			b.WriteString(" ... on " + on.Name + g.selection(on, depth))
			wrote = true
		case g.rnd.IntN(8) == 0 && t.Kind == ast.Object && depth > 0:
			b.WriteString(" ... on " + t.Name + g.selection(t, depth+1))
			wrote = true
		default:
			if f := g.field(t, depth); f != "" {
				b.WriteString(" " + f)
				wrote = true
			}
		}
	}
	if !wrote {
		b.WriteString(" __typename")
	}
	return b.String() + "}"
}

func (g *generator) objectOf(t *supergraph.Type) *supergraph.Type {
	var types []*supergraph.Type
	for i := range t.Possible.All {
		types = append(types, g.sg.Objects[i])
	}
	return types[g.rnd.IntN(len(types))]
}

func (g *generator) field(t *supergraph.Type, depth int) string {
	if len(t.Fields) == 0 {
		return ""
	}
	f := t.Fields[g.rnd.IntN(len(t.Fields))]
	if f.Named.IsComposite() && (depth > 6 || g.budget <= 0) {
		return ""
	}
	g.budget--
	text := f.Name
	if g.rnd.IntN(6) == 0 {
		text = fmt.Sprintf("%s_%d:%s", f.Name, g.rnd.IntN(2), f.Name)
	}
	var args []string
	for _, a := range f.Args {
		switch {
		case a.Type.NamedType == "ID":
			args = append(args, a.Name+`:"3"`)
		case a.Type.NonNull:
			args = append(args, a.Name+`:"2"`)
		case a.Type.NamedType == "Int" && g.rnd.IntN(2) == 0:
			args = append(args, a.Name+`:$n`)
		}
	}
	if len(args) > 0 {
		// The key tells the arguments, so that fields of one key always have the same.
		if !strings.Contains(text, ":") {
			text = f.Name + "_a:" + f.Name
		} else {
			text = strings.Replace(text, ":", "a:", 1)
		}
		text += "(" + strings.Join(args, ",") + ")"
	}
	switch g.rnd.IntN(20) {
	case 0:
		text += " @include(if: $yes)"
	case 1:
		text += " @skip(if: true)"
	}
	if f.Named.IsComposite() {
		text += g.selection(f.Named, depth+1)
	}
	return text
}

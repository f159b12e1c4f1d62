package fedtest

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/vektah/gqlparser/v2/ast"
)

// marks is the definition of the directive @mark, with which clients change the values of fields.
func (g *graph) marks() string {
	if !g.marked {
		return ""
	}
	return "directive @mark(n: Int) repeatable on FIELD | INLINE_FRAGMENT | FRAGMENT_SPREAD\n"
}

// marksOf writes the marks among directives.
func marksOf(list ast.DirectiveList, variables map[string]json.RawMessage) string {
	var b strings.Builder
	for _, d := range list.ForNames("mark") {
		b.WriteString("@")
		if a := d.Arguments.ForName("n"); a != nil {
			fmt.Fprint(&b, literal(a.Value, variables))
		}
	}
	return b.String()
}

// below are the marks around what stands in a fragment.
func below(around string, list ast.DirectiveList, variables map[string]json.RawMessage) string {
	if own := marksOf(list, variables); own != "" {
		return around + "{" + own
	}
	return around
}

// marked is what the marks of a field add to its arguments: the order in which it stands in the document does not
// matter, nor how often.
func (c *collected) marked() string {
	all := slices.Clone(c.marks)
	slices.Sort(all)
	all = slices.Compact(all)
	if len(all) == 1 && all[0] == "" {
		return ""
	}
	return "|" + strings.Join(all, "|")
}

// mark mostly writes nothing.
func (e *operationWriter) mark() string {
	if !e.marks || !e.one(6) {
		return ""
	}
	text := ""
	for range 1 + e.rnd.IntN(2) {
		text += " @mark"
		if !e.one(4) {
			text += "(n: " + e.value(&ast.Type{NamedType: "Int"}, false, 0).literal + ")"
		}
	}
	return text
}

// marksNothing tells whether a document has a mark on a fragment in which no subgraph is asked for anything.
func marksNothing(doc *ast.QueryDocument) bool {
	var asks func(set ast.SelectionSet) bool
	nothing := false
	fragment := func(list ast.DirectiveList, set ast.SelectionSet) bool {
		found := asks(set)
		nothing = nothing || !found && list.ForName("mark") != nil
		return found
	}
	asks = func(set ast.SelectionSet) (found bool) {
		for _, s := range set {
			switch s := s.(type) {
			case *ast.Field:
				found = found || !strings.HasPrefix(s.Name, "__")
				asks(s.SelectionSet)
			case *ast.InlineFragment:
				found = fragment(s.Directives, s.SelectionSet) || found
			case *ast.FragmentSpread:
				found = fragment(s.Directives, doc.Fragments.ForName(s.Name).SelectionSet) || found
			}
		}
		return found
	}
	asks(doc.Operations[0].SelectionSet)
	return nothing
}

// The directives of clients reach subgraphs wherever these are asked for what they stand on.
func TestMarkedPartitionedGraphsAgree(t *testing.T) {
	few := partitionedGraphs
	few.share = 20
	campaign{of: few, check: (*rig).try, with: traits{marked: true}, setUp: func(r *rig, seed uint64) {
		r.world.nulls = []uint64{0, 5, 25}[seed%3]
	}}.run(t)
}

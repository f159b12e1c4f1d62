package validation

import (
	"slices"
	"strconv"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
)

// singleFieldSubscriptions: a subscription selects one field, which is none of introspection, and whether it selects it
// does not depend on anything: @skip and @include have no place at its root.
// https://spec.graphql.org/September2025/#sec-Single-Root-Field
func (c *checker) singleFieldSubscriptions(op *ast.OperationDefinition, root *ast.Definition) {
	if op.Operation != ast.Subscription || root == nil {
		return
	}
	name := "Anonymous Subscription"
	if op.Name != "" {
		name = "Subscription " + strconv.Quote(op.Name)
	}
	s := subscription{c: c, name: name, root: root, keys: map[string]bool{}, spread: map[string]bool{}}
	s.collect(op.SelectionSet)
	for _, f := range s.extra {
		c.report(singleField, f.Position, "%s must select only one top level field.", name)
		break
	}
	for _, f := range s.first {
		if strings.HasPrefix(f.Name, "__") {
			c.report(singleField, f.Position, "%s must not select an introspection top level field.", name)
		}
	}
}

const singleField = "SingleFieldSubscriptions"

// subscription collects the root fields of one.
type subscription struct {
	c    *checker
	name string
	root *ast.Definition
	keys map[string]bool
	// first is the first field of each response key, extra those of all keys but one.
	first, extra []*ast.Field
	spread       map[string]bool
	// conditional is set once a condition was reported.
	conditional bool
}

// collect is CollectSubscriptionFields of the specification.
func (s *subscription) collect(set ast.SelectionSet) {
	if !s.c.spend(len(set)) {
		return
	}
	for _, sel := range set {
		switch sel := sel.(type) {
		case *ast.Field:
			s.unconditional(sel.Directives)
			if !s.keys[sel.Alias] {
				s.keys[sel.Alias] = true
				s.first = append(s.first, sel)
			}
			if sel.Alias != s.first[0].Alias {
				s.extra = append(s.extra, sel)
			}
		case *ast.InlineFragment:
			s.unconditional(sel.Directives)
			if sel.TypeCondition == "" || s.applies(sel.TypeCondition) {
				s.collect(sel.SelectionSet)
			}
		case *ast.FragmentSpread:
			s.unconditional(sel.Directives)
			if s.spread[sel.Name] {
				continue
			}
			s.spread[sel.Name] = true
			if p := s.c.fragments[sel.Name]; p != nil && s.applies(p.fragment.TypeCondition) {
				s.collect(p.fragment.SelectionSet)
			}
		}
	}
}

func (s *subscription) applies(condition string) bool {
	return condition == s.root.Name || slices.Contains(s.c.schema.PossibleTypes[condition], s.root)
}

// unconditional reports the first @skip or @include.
func (s *subscription) unconditional(list ast.DirectiveList) {
	for _, d := range list {
		if !s.conditional && (d.Name == "skip" || d.Name == "include") {
			s.conditional = true
			s.c.report(singleField, d.Position, "%s must select its top level field in any case: @%s cannot be used here.",
				s.name, d.Name)
		}
	}
}

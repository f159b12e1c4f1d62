package upgrade

import (
	"strings"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/weft-graphql/weft/router/compose/schema"
	"github.com/weft-graphql/weft/router/compose/subgraph"
	"github.com/weft-graphql/weft/router/federation"
)

// stringifyFieldSets: field sets could be written as a list of strings, and a single field without quotes.
func stringifyFieldSets(s *subgraph.Subgraph) {
	fix := func(directives []*schema.Directive) {
		for _, d := range directives {
			if d.Federation != federation.Key && d.Federation != federation.Requires && d.Federation != federation.Provides {
				continue
			}
			for i := range d.Arguments {
				if d.Arguments[i].Name == "fields" {
					d.Arguments[i].Value = stringified(d.Arguments[i].Value)
				}
			}
		}
	}
	for _, t := range s.Schema.Types() {
		fix(t.Directives)
		for _, f := range t.Fields() {
			fix(f.Directives)
		}
	}
}

func stringified(v *ast.Value) *ast.Value {
	switch v.Kind {
	case ast.EnumValue:
		return &ast.Value{Kind: ast.StringValue, Raw: v.Raw, Position: v.Position}
	case ast.ListValue:
		parts := make([]string, 0, len(v.Children))
		for _, c := range v.Children {
			if c.Value.Kind != ast.StringValue && c.Value.Kind != ast.BlockValue && c.Value.Kind != ast.EnumValue {
				return v
			}
			parts = append(parts, c.Value.Raw)
		}
		return &ast.Value{Kind: ast.StringValue, Raw: strings.Join(parts, " "), Position: v.Position}
	default:
		return v
	}
}

// dropResolvedSelections removes from @requires and @provides what the subgraph resolves itself, and the directive if
// nothing is left of it: it had no effect.
func dropResolvedSelections(s *subgraph.Subgraph) {
	for _, t := range s.Schema.Types() {
		for _, f := range t.Fields() {
			for _, d := range f.Directives {
				switch d.Federation {
				case federation.Requires:
					dropResolved(s, t, d)
				case federation.Provides:
					if result := s.Schema.Type(f.Type.Name()); result != nil && result.IsComposite() {
						dropResolved(s, result, d)
					}
				}
			}
			f.Directives = schema.Without(f.Directives, func(d *schema.Directive) bool {
				raw, ok := d.StringArg("fields")
				return ok && raw == "" && (d.Federation == federation.Requires || d.Federation == federation.Provides)
			})
		}
	}
}

// dropResolved rewrites one field set; an empty one is marked by an empty string.
func dropResolved(s *subgraph.Subgraph, t *schema.Type, d *schema.Directive) {
	raw, ok := d.StringArg("fields")
	if !ok || raw == "" {
		return
	}
	if _, err := subgraph.FieldSet(s.Schema, t, raw); err != nil {
		return
	}
	parsed, err := federation.ParseFieldSet(raw)
	if err != nil {
		return
	}
	kept, changed := externalPart(s, t, parsed, false)
	if !changed {
		return
	}
	for i := range d.Arguments {
		if d.Arguments[i].Name == "fields" {
			d.Arguments[i].Value = schema.String(federation.PrintFieldSet(kept))
		}
	}
}

// externalPart returns the part of a selection whose leaves are external.
func externalPart(
	s *subgraph.Subgraph,
	t *schema.Type,
	set ast.SelectionSet,
	inside bool,
) (kept ast.SelectionSet, changed bool) {
	for _, node := range set {
		switch node := node.(type) {
		case *ast.Field:
			f := t.Field(node.Name)
			if f == nil {
				changed = true
				continue
			}
			external := inside || isExternal(s, f)
			if len(node.SelectionSet) == 0 {
				if external {
					kept = append(kept, node)
				} else {
					changed = true
				}
				continue
			}
			inner, innerChanged := externalPart(s, s.Schema.Type(f.Type.Name()), node.SelectionSet, external)
			changed = changed || innerChanged
			if len(inner) > 0 {
				copied := *node
				copied.SelectionSet = inner
				kept = append(kept, &copied)
			}
		case *ast.InlineFragment:
			on := t
			if node.TypeCondition != "" {
				on = s.Schema.Type(node.TypeCondition)
			}
			inner, innerChanged := externalPart(s, on, node.SelectionSet, inside)
			changed = changed || innerChanged
			if len(inner) > 0 {
				copied := *node
				copied.SelectionSet = inner
				kept = append(kept, &copied)
			}
		}
	}
	return kept, changed
}

// isExternal reports whether a field is external, itself or, for an interface field, in some implementation.
func isExternal(s *subgraph.Subgraph, f *schema.Field) bool {
	if schema.Has(f.Directives, federation.External) {
		return true
	}
	if f.Parent.Kind != ast.Interface {
		return false
	}
	for _, name := range s.Schema.PossibleTypes(f.Parent.Name) {
		if own := s.Schema.Type(name).Field(f.Name); own != nil && schema.Has(own.Directives, federation.External) {
			return true
		}
	}
	return false
}

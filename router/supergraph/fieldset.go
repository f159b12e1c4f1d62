package supergraph

import (
	"fmt"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/weft-graphql/weft/router/syntax"
)

// ParseFieldSet parses a field set such as "id organization { id }" and resolves its fields on type t.
func (s *Supergraph) ParseFieldSet(t *Type, text string) (FieldSet, error) {
	source := text
	if !strings.HasPrefix(strings.TrimSpace(text), "{") { // with braces it is a field set, too
		source = "{" + text + "}"
	}
	doc, err := syntax.ParseExecutable(&ast.Source{Input: source}, 0)
	if err != nil {
		return nil, fmt.Errorf("field set %q on %s: %w", shortened(text), t.Name, err)
	}
	if len(doc.Operations) != 1 || len(doc.Fragments) != 0 {
		return nil, fmt.Errorf("field set %q on %s is not one selection set", shortened(text), t.Name)
	}
	set, rerr := s.resolveFieldSet(t, doc.Operations[0].SelectionSet)
	if rerr != nil {
		return nil, fmt.Errorf("field set %q on %s: %w", shortened(text), t.Name, rerr)
	}
	return set, nil
}

// maxQuoted is how much of a field set an error quotes.
const maxQuoted = 500

func shortened(text string) string {
	if len(text) <= maxQuoted {
		return text
	}
	return strings.ToValidUTF8(text[:maxQuoted], "") + "…"
}

func (s *Supergraph) resolveFieldSet(t *Type, selections ast.SelectionSet) (FieldSet, error) {
	var set FieldSet
	for _, sel := range selections {
		switch sel := sel.(type) {
		case *ast.Field:
			item := &FieldSetItem{Name: sel.Name, Args: sel.Arguments}
			if sel.Alias != sel.Name {
				item.Alias = sel.Alias
			}
			if sel.Name != "__typename" {
				if item.Field = t.Field(sel.Name); item.Field == nil {
					return nil, fmt.Errorf("type %s has no field %q", t.Name, sel.Name)
				}
				items, err := s.resolveFieldSet(item.Field.Named, sel.SelectionSet)
				if err != nil {
					return nil, err
				}
				item.Items = items
			}
			set = append(set, item)
		case *ast.InlineFragment:
			on := t
			if sel.TypeCondition != "" {
				if on = s.Type(sel.TypeCondition); on == nil {
					return nil, fmt.Errorf("there is no type %q", sel.TypeCondition)
				}
			}
			items, err := s.resolveFieldSet(on, sel.SelectionSet)
			if err != nil {
				return nil, err
			}
			set = append(set, &FieldSetItem{On: on, Items: items})
		case *ast.FragmentSpread:
			return nil, fmt.Errorf("fragment spread %q is not allowed in a field set", sel.Name)
		}
	}
	return set, nil
}

// parseTypeRef parses a type reference such as "[String!]!".
func parseTypeRef(text string) (*ast.Type, error) {
	doc, err := syntax.ParseTypeSystem(&ast.Source{Input: "type T { f: " + text + " }"})
	if err != nil || len(doc.Definitions) != 1 || len(doc.Definitions[0].Fields) != 1 {
		return nil, fmt.Errorf("%q is not a type", text)
	}
	return doc.Definitions[0].Fields[0].Type, nil
}

package subgraph

import (
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/weft-graphql/weft/router/compose/schema"
	"github.com/weft-graphql/weft/router/compose/validation"
	"github.com/weft-graphql/weft/router/federation"
)

// Selection is one field of a field set together with the schema elements it selects.
type Selection struct {
	// Parent is the type the field is selected on.
	Parent *schema.Type
	// Field is the field's definition, nil for __typename.
	Field *schema.Field
	// Node is the selection as written, with positions relative to the field set.
	Node *ast.Field
	// Selections are what is selected of the field's value. Inline fragments are dissolved: each selection knows its
	// own Parent.
	Selections []*Selection
}

// Walk calls visit for every selection, parents before children.
func Walk(selections []*Selection, visit func(*Selection)) {
	for _, s := range selections {
		visit(s)
		Walk(s.Selections, visit)
	}
}

// requiredArgumentError says that a field is selected without an argument it cannot do without.
type requiredArgumentError struct{ error }

func (e requiredArgumentError) Unwrap() error { return e.error }

// missingSelectionError says that nothing is selected of a composite field.
type missingSelectionError struct {
	error
	of *Selection
}

func (e missingSelectionError) Unwrap() error { return e.error }

// conditionError says that a type condition cannot be true.
type conditionError struct{ error }

func (e conditionError) Unwrap() error { return e.error }

// FieldSet resolves the field set in an argument of a directive against the type it selects from.
func FieldSet(s *schema.Schema, parent *schema.Type, raw string) ([]*Selection, error) {
	parsed, err := federation.ParseFieldSet(raw)
	if err != nil {
		return nil, err
	}
	return resolve(s, parent, parsed, raw)
}

// resolve is FieldSet for what raw was parsed to. If all that is wrong is a condition that cannot be true, the error is
// a conditionError, and the selections are there all the same.
func resolve(s *schema.Schema, parent *schema.Type, parsed ast.SelectionSet, raw string) ([]*Selection, error) {
	r := resolver{schema: s}
	out, err := r.selections(parent, parsed)
	if err != nil {
		return nil, err
	}
	if offset := aliasOffset(raw); offset >= 0 {
		return nil, &federation.FieldSetError{
			Message: "a field has itself as its alias: field sets have no aliases",
			Offset:  utf8.RuneCountInString(raw[:offset]),
		}
	}
	return out, r.impossible
}

// aliasOffset finds the colon of the first alias in a selection, -1 if there is none. The parser does not tell an
// alias that is the name of its field from none.
func aliasOffset(selection string) int {
	depth := 0
	for i := 0; i < len(selection); i++ {
		switch selection[i] {
		case '(':
			depth++
		case ')':
			depth--
		case '"', '#':
			i += tokenEnd(selection[i:]) - 1
		case ':':
			if depth == 0 {
				return i
			}
		}
	}
	return -1
}

// tokenEnd finds the end of the string or comment with which text begins; of one that does not end it is the end of
// text.
func tokenEnd(text string) int {
	if text[0] == '#' {
		if end := strings.IndexAny(text, "\r\n"); end >= 0 {
			return end
		}
		return len(text)
	}
	quotes, escaped := `"`, `\`
	if strings.HasPrefix(text, `"""`) {
		quotes, escaped = `"""`, `\"""`
	}
	for i := len(quotes); i < len(text); i++ {
		switch {
		case strings.HasPrefix(text[i:], escaped):
			i += len(quotes)
		case strings.HasPrefix(text[i:], quotes):
			return i + len(quotes)
		}
	}
	return len(text)
}

// resolveSelections resolves a selection set.
func resolveSelections(s *schema.Schema, parent *schema.Type, set ast.SelectionSet) ([]*Selection, error) {
	r := resolver{schema: s}
	out, err := r.selections(parent, set)
	if err == nil {
		err = r.impossible
	}
	return out, err
}

// resolver resolves the selections of one field set. It goes on behind a condition that cannot be true: the first of
// them is in impossible.
type resolver struct {
	schema     *schema.Schema
	impossible error
}

func (r *resolver) selections(parent *schema.Type, set ast.SelectionSet) ([]*Selection, error) {
	out := make([]*Selection, 0, len(set))
	for _, node := range set {
		switch node := node.(type) {
		case *ast.Field:
			selection, err := r.field(parent, node)
			if err != nil {
				return nil, err
			}
			out = append(out, selection)
		case *ast.InlineFragment:
			inner := parent
			if node.TypeCondition != "" {
				inner = r.schema.Type(node.TypeCondition)
				err := checkCondition(r.schema, parent, inner, node)
				var impossible conditionError
				switch {
				case errors.As(err, &impossible) && r.impossible == nil:
					r.impossible = err
				case err != nil && !errors.As(err, &impossible):
					return nil, err
				}
				if inner == nil {
					continue
				}
			}
			selections, err := r.selections(inner, node.SelectionSet)
			if err != nil {
				return nil, err
			}
			out = append(out, selections...)
		}
	}
	return out, nil
}

func fieldSetErrorf(node ast.Selection, format string, args ...any) error {
	offset := 0
	if p := node.GetPosition(); p != nil {
		offset = max(p.Start, 0)
	}
	return &federation.FieldSetError{Message: fmt.Sprintf(format, args...), Offset: offset}
}

func checkCondition(s *schema.Schema, parent, inner *schema.Type, node *ast.InlineFragment) error {
	switch {
	case inner == nil:
		return conditionError{fieldSetErrorf(node, "type %q does not exist", node.TypeCondition)}
	case !inner.IsComposite():
		return fieldSetErrorf(node, "type %q has no fields to select", node.TypeCondition)
	case inner == parent || inner.Implements(parent.Name) || parent.Implements(inner.Name):
		return nil
	}
	for _, a := range s.PossibleTypes(parent.Name) {
		for _, b := range s.PossibleTypes(inner.Name) {
			if a == b {
				return nil
			}
		}
	}
	return conditionError{fieldSetErrorf(node, "a %s can never be a %s", parent.Name, inner.Name)}
}

func (r *resolver) field(parent *schema.Type, node *ast.Field) (*Selection, error) {
	if node.Alias != "" && node.Alias != node.Name {
		return nil, fieldSetErrorf(node, "alias %q cannot be used: field sets have no aliases", node.Alias)
	}
	if node.Name == "__typename" && len(node.SelectionSet) == 0 {
		return &Selection{Parent: parent, Node: node}, nil
	}
	field := parent.Field(node.Name)
	if field == nil {
		return nil, fieldSetErrorf(node, "type %s has no field %q", parent.Name, node.Name)
	}
	selection := &Selection{Parent: parent, Field: field, Node: node}
	if err := checkArguments(r.schema, field, node); err != nil {
		return nil, err
	}
	result := r.schema.Type(field.Type.Name())
	composite := result != nil && result.IsComposite()
	switch {
	case composite && len(node.SelectionSet) == 0:
		return nil, missingSelectionError{
			fieldSetErrorf(node, "field %s has type %s, so it must say which of its fields it selects", field.Coordinate(), field.Type), selection,
		}
	case !composite && len(node.SelectionSet) > 0:
		return nil, fieldSetErrorf(
			node,
			"field %s has type %s, which has no fields to select",
			field.Coordinate(),
			field.Type,
		)
	case composite:
		selections, err := r.selections(result, node.SelectionSet)
		if err != nil {
			return nil, err
		}
		selection.Selections = selections
	}
	return selection, nil
}

func checkArguments(s *schema.Schema, field *schema.Field, node *ast.Field) error {
	for _, given := range node.Arguments {
		a := field.Argument(given.Name)
		if a == nil {
			return fieldSetErrorf(node, "field %s has no argument %q", field.Coordinate(), given.Name)
		}
		if !validation.ValidValue(s, given.Value, a.Type) {
			return fieldSetErrorf(
				node,
				"argument %q of %s must be a %s, not %s",
				given.Name,
				field.Coordinate(),
				a.Type,
				schema.PrintValue(given.Value),
			)
		}
	}
	for _, a := range field.Arguments {
		if a.Required() && node.Arguments.ForName(a.Name) == nil {
			return requiredArgumentError{
				fieldSetErrorf(node, "field %s lacks its required argument %q", field.Coordinate(), a.Name),
			}
		}
	}
	return nil
}

// hasDirectives returns the first directive application in a field set, or nil.
func hasDirectives(set ast.SelectionSet) *ast.Directive {
	for _, node := range set {
		var directives ast.DirectiveList
		var inner ast.SelectionSet
		switch node := node.(type) {
		case *ast.Field:
			directives, inner = node.Directives, node.SelectionSet
		case *ast.InlineFragment:
			directives, inner = node.Directives, node.SelectionSet
		}
		if len(directives) > 0 {
			return directives[0]
		}
		if d := hasDirectives(inner); d != nil {
			return d
		}
	}
	return nil
}

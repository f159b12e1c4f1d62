package federation

import (
	"errors"
	"strings"
	"unicode/utf8"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"github.com/weft-graphql/weft/router/syntax"
)

// maxFieldSetTokens bounds a field set; real ones have a few dozen.
const maxFieldSetTokens = 10_000

// FieldSetError says where a field set is wrong. Offset counts the runes of the field set in front of the place.
type FieldSetError struct {
	Message string
	Offset  int
}

// Error implements error.
func (e *FieldSetError) Error() string { return e.Message }

// ParseFieldSet parses the selection of a field set, written with or without braces around it. Positions in the result
// count from the beginning of the field set. It never contains fragment spreads.
// https://specs.apollo.dev/federation/v2.3#FieldSet
func ParseFieldSet(fields string) (ast.SelectionSet, error) {
	if !utf8.ValidString(fields) {
		return nil, &FieldSetError{Message: "it is not valid UTF-8", Offset: validRunes(fields)}
	}
	const prefix = "query "
	text, shift := prefix+"{"+fields+"}", len(prefix)+1
	if strings.HasPrefix(strings.TrimSpace(fields), "{") {
		text, shift = prefix+fields, len(prefix)
	}
	doc, err := syntax.ParseExecutable(&ast.Source{Input: text}, maxFieldSetTokens)
	if err != nil {
		return nil, fieldSetError(err, shift)
	}
	if len(doc.Operations) != 1 || len(doc.Fragments)+len(doc.TypeSystem) != 0 {
		return nil, &FieldSetError{Message: "it is not one selection of fields"}
	}
	selections := doc.Operations[0].SelectionSet
	if err := settle(selections, shift); err != nil {
		return nil, err
	}
	return selections, nil
}

// validRunes counts the runes in front of the first byte that is not UTF-8.
func validRunes(s string) int {
	n := 0
	for i, r := range s {
		if r == utf8.RuneError && s[i] != "\uFFFD"[0] {
			break
		}
		n++
	}
	return n
}

func fieldSetError(err error, shift int) error {
	result := &FieldSetError{Message: err.Error()}
	var located *gqlerror.Error
	if errors.As(err, &located) {
		result.Message = located.Message
		if len(located.Locations) > 0 && located.Locations[0].Line == 1 {
			result.Offset = max(located.Locations[0].Column-1-shift, 0)
		}
	}
	return result
}

// settle moves positions to count from the field set's beginning and refuses fragment spreads.
func settle(selections ast.SelectionSet, shift int) error {
	for _, s := range selections {
		position := s.GetPosition()
		if position != nil {
			position.Start -= shift
			position.End -= shift
			if position.Line == 1 {
				position.Column -= shift
			}
		}
		var children ast.SelectionSet
		switch s := s.(type) {
		case *ast.Field:
			children = s.SelectionSet
		case *ast.InlineFragment:
			children = s.SelectionSet
		case *ast.FragmentSpread:
			return &FieldSetError{Message: "fragment spreads cannot be used in a field set: write an inline fragment", Offset: max(position.Start, 0)}
		}
		if err := settle(children, shift); err != nil {
			return err
		}
	}
	return nil
}

// PrintFieldSet prints a selection in the canonical form of the join specification: one space between all parts, no
// outer braces.
func PrintFieldSet(selections ast.SelectionSet) string {
	var b strings.Builder
	printSelections(&b, selections)
	return b.String()
}

func printSelections(b *strings.Builder, selections ast.SelectionSet) {
	for i, s := range selections {
		if i > 0 {
			b.WriteByte(' ')
		}
		switch s := s.(type) {
		case *ast.Field:
			if s.Alias != "" && s.Alias != s.Name {
				b.WriteString(s.Alias + ": ")
			}
			b.WriteString(s.Name)
			printArguments(b, s.Arguments)
			printNested(b, s.SelectionSet)
		case *ast.InlineFragment:
			b.WriteString("...")
			if s.TypeCondition != "" {
				b.WriteString(" on " + s.TypeCondition)
			}
			printNested(b, s.SelectionSet)
		}
	}
}

func printNested(b *strings.Builder, selections ast.SelectionSet) {
	if len(selections) > 0 {
		b.WriteString(" { ")
		printSelections(b, selections)
		b.WriteString(" }")
	}
}

func printArguments(b *strings.Builder, arguments ast.ArgumentList) {
	for i, a := range arguments {
		if i == 0 {
			b.WriteByte('(')
		} else {
			b.WriteString(", ")
		}
		b.WriteString(a.Name + ": " + a.Value.String())
	}
	if len(arguments) > 0 {
		b.WriteByte(')')
	}
}

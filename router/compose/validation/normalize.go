package validation

import (
	"math"
	"regexp"
	"strconv"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/weft-graphql/weft/router/compose/schema"
)

// Normalize rewrites every default value and directive argument of s to the canonical notation of its type, so that
// equal values print the same: enum values without quotes, strings with them, numbers in their shortest form.
func Normalize(s *schema.Schema) {
	c := &checker{schema: s}
	c.elements(func(e element) {
		for _, d := range e.directives {
			definition := s.DirectiveDefinition(d.Name)
			if definition == nil {
				continue
			}
			for _, given := range d.Arguments {
				if a := definition.Argument(given.Name); a != nil {
					normalize(s, given.Value, a.Type)
				}
			}
		}
	})
	for _, d := range s.DirectiveDefinitions() {
		for _, a := range d.Arguments {
			normalize(s, a.Default, a.Type)
		}
	}
	for _, t := range s.Types() {
		for _, f := range t.Fields() {
			normalize(s, f.Default, f.Type)
			for _, a := range f.Arguments {
				normalize(s, a.Default, a.Type)
			}
		}
	}
}

func normalize(s *schema.Schema, v *ast.Value, t *ast.Type) {
	if v == nil || t == nil {
		return
	}
	switch v.Kind {
	case ast.ListValue:
		element := t
		if t.Elem != nil {
			element = t.Elem
		}
		for _, c := range v.Children {
			normalize(s, c.Value, element)
		}
	case ast.ObjectValue:
		definition := s.Type(t.Name())
		for _, c := range v.Children {
			if definition != nil && definition.Field(c.Name) != nil {
				normalize(s, c.Value, definition.Field(c.Name).Type)
			}
		}
	case ast.IntValue, ast.FloatValue:
		v.Raw = shortestNumber(v.Raw)
	case ast.StringValue, ast.BlockValue:
		definition := s.Type(t.Name())
		switch {
		case definition != nil && definition.Kind == ast.Enum:
			v.Kind = ast.EnumValue
		case t.Name() == "ID" && integer.MatchString(v.Raw):
			v.Kind = ast.IntValue
		}
	case ast.EnumValue:
		if t.Name() == "String" || t.Name() == "ID" {
			v.Kind = ast.StringValue
		}
	}
}

// integer matches the strings an ID written as a number stands for.
var integer = regexp.MustCompile(`^-?(0|[1-9][0-9]*)$`)

// maxExactInteger is the largest integer every float64 up to it represents exactly.
const maxExactInteger = 1 << 53

// shortestNumber prints a number as briefly as it can be without changing it.
func shortestNumber(raw string) string {
	n, err := strconv.ParseFloat(raw, 64)
	if err != nil || math.Abs(n) > maxExactInteger && !strings.ContainsAny(raw, ".eE") {
		return raw
	}
	if n == math.Trunc(n) && math.Abs(n) < 1e21 {
		return strconv.FormatFloat(n, 'f', -1, 64)
	}
	if math.Abs(n) >= 1e-6 && math.Abs(n) < 1e21 {
		return strconv.FormatFloat(n, 'f', -1, 64)
	}
	mantissa, exponent, _ := strings.Cut(strconv.FormatFloat(n, 'e', -1, 64), "e")
	return mantissa + "e" + exponent[:1] + strings.TrimLeft(exponent[1:], "0")
}

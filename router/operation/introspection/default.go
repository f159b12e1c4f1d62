package introspection

import (
	"math"
	"regexp"
	"strconv"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
)

// defaultValue prints a default value as graphql-js does: not as it is written but as it is understood, so that the
// defaults of input fields that are left out show, too.
func defaultValue(schema *ast.Schema, v *ast.Value, t *ast.Type) string {
	p := valuePrinter{schema: schema}
	p.value(v, t)
	return p.out.String()
}

type valuePrinter struct {
	schema *ast.Schema
	out    strings.Builder
}

func (p *valuePrinter) value(v *ast.Value, t *ast.Type) {
	switch {
	case v.Kind == ast.NullValue:
		p.out.WriteString("null")
		return
	case t.Elem != nil && v.Kind == ast.ListValue:
		p.list(v.Children, t.Elem)
		return
	case t.Elem != nil:
		p.list(ast.ChildValueList{{Value: v}}, t.Elem) // it stands for a list of one
		return
	}
	def := p.schema.Types[t.NamedType]
	if def != nil && def.Kind == ast.InputObject && v.Kind == ast.ObjectValue {
		p.object(v, def)
		return
	}
	p.leaf(v, t)
}

func (p *valuePrinter) list(items ast.ChildValueList, element *ast.Type) {
	p.out.WriteByte('[')
	for i, c := range items {
		if i > 0 {
			p.out.WriteString(", ")
		}
		p.value(c.Value, element)
	}
	p.out.WriteByte(']')
}

// object prints the fields that are given, and those that have defaults, in the order of the schema.
func (p *valuePrinter) object(v *ast.Value, def *ast.Definition) {
	p.out.WriteByte('{')
	first := true
	for _, f := range def.Fields {
		value := v.Children.ForName(f.Name)
		if value == nil {
			value = f.DefaultValue
		}
		if value == nil {
			continue
		}
		if !first {
			p.out.WriteString(", ")
		}
		first = false
		p.out.WriteString(f.Name + ": ")
		p.value(value, f.Type)
	}
	p.out.WriteByte('}')
}

// integer matches the strings an ID written as a number stands for, and the numbers that print as an Int.
var integer = regexp.MustCompile(`^-?(0|[1-9][0-9]*)$`)

func (p *valuePrinter) leaf(v *ast.Value, t *ast.Type) {
	switch {
	case t.NamedType == "ID" && integer.MatchString(v.Raw):
		p.out.WriteString(v.Raw)
	case t.NamedType == "ID":
		p.out.WriteString((&ast.Value{Kind: ast.StringValue, Raw: v.Raw}).String())
	case v.Kind == ast.IntValue || v.Kind == ast.FloatValue:
		p.out.WriteString(number(v.Raw))
	default:
		p.out.WriteString(v.String())
	}
}

// number prints a number as briefly as it can be, as JavaScript does. But integers keep all their digits.
func number(raw string) string {
	n, err := strconv.ParseFloat(raw, 64)
	switch {
	case err != nil || integer.MatchString(raw) && raw != "-0":
		return raw
	case n == 0:
		return "0"
	case math.Abs(n) >= 1e21 || math.Abs(n) < 1e-6:
		mantissa, exponent, _ := strings.Cut(strconv.FormatFloat(n, 'e', -1, 64), "e")
		return mantissa + "e" + exponent[:1] + strings.TrimLeft(exponent[1:], "0")
	}
	return strconv.FormatFloat(n, 'f', -1, 64)
}

package schema

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
)

// String returns a string value.
func String(s string) *ast.Value { return &ast.Value{Kind: ast.StringValue, Raw: s} }

// Enum returns an enum value.
func Enum(s string) *ast.Value { return &ast.Value{Kind: ast.EnumValue, Raw: s} }

// Bool returns a Boolean value.
func Bool(b bool) *ast.Value {
	return &ast.Value{Kind: ast.BooleanValue, Raw: strconv.FormatBool(b)}
}

// List returns a list value.
func List(items ...*ast.Value) *ast.Value {
	v := &ast.Value{Kind: ast.ListValue}
	for _, item := range items {
		v.Children = append(v.Children, &ast.ChildValue{Value: item})
	}
	return v
}

// PrintValue prints a value the way the specification's reference printers do.
func PrintValue(v *ast.Value) string {
	var b strings.Builder
	writeValue(&b, v)
	return b.String()
}

func writeValue(b *strings.Builder, v *ast.Value) {
	switch v.Kind {
	case ast.Variable:
		b.WriteByte('$')
		b.WriteString(v.Raw)
	case ast.StringValue, ast.BlockValue:
		writeString(b, v.Raw)
	case ast.ListValue:
		b.WriteByte('[')
		for i, c := range v.Children {
			if i > 0 {
				b.WriteString(", ")
			}
			writeValue(b, c.Value)
		}
		b.WriteByte(']')
	case ast.ObjectValue:
		b.WriteByte('{')
		for i, c := range v.Children {
			if i > 0 {
				b.WriteString(", ")
			}
			b.WriteString(c.Name)
			b.WriteString(": ")
			writeValue(b, c.Value)
		}
		b.WriteByte('}')
	default:
		b.WriteString(v.Raw)
	}
}

const upperHex = "0123456789ABCDEF"

// writeString writes s as a quoted GraphQL string.
func writeString(b *strings.Builder, s string) {
	b.WriteByte('"')
	for _, r := range s {
		switch {
		case r == '"':
			b.WriteString(`\"`)
		case r == '\\':
			b.WriteString(`\\`)
		case r == '\n':
			b.WriteString(`\n`)
		case r == '\r':
			b.WriteString(`\r`)
		case r == '\t':
			b.WriteString(`\t`)
		case r == '\b':
			b.WriteString(`\b`)
		case r == '\f':
			b.WriteString(`\f`)
		case r < 0x20 || r >= 0x7f && r < 0xa0:
			b.WriteString(`\u00`)
			b.WriteByte(upperHex[r>>4])
			b.WriteByte(upperHex[r&0xf])
		default:
			b.WriteRune(r)
		}
	}
	b.WriteByte('"')
}

// EqualValues reports whether two values are the same, whatever the order of object fields and the notation of
// strings; nil equals only nil.
func EqualValues(a, b *ast.Value) bool {
	if a == nil || b == nil {
		return a == b
	}
	if isString(a) && isString(b) {
		return a.Raw == b.Raw
	}
	if isNumber(a) && isNumber(b) {
		x, errX := strconv.ParseFloat(a.Raw, 64)
		y, errY := strconv.ParseFloat(b.Raw, 64)
		return errX == nil && errY == nil && x == y
	}
	if a.Kind != b.Kind || len(a.Children) != len(b.Children) {
		return false
	}
	switch a.Kind {
	case ast.ListValue:
		return slices.EqualFunc(
			a.Children,
			b.Children,
			func(x, y *ast.ChildValue) bool { return EqualValues(x.Value, y.Value) },
		)
	case ast.ObjectValue:
		others := make(map[string]*ast.Value, len(b.Children))
		for _, c := range b.Children {
			others[c.Name] = c.Value
		}
		for _, c := range a.Children {
			if other := others[c.Name]; other == nil || !EqualValues(c.Value, other) {
				return false
			}
		}
		return true
	default:
		return a.Raw == b.Raw
	}
}

func isString(v *ast.Value) bool { return v.Kind == ast.StringValue || v.Kind == ast.BlockValue }
func isNumber(v *ast.Value) bool { return v.Kind == ast.IntValue || v.Kind == ast.FloatValue }

// EqualTypes reports whether two type references are the same.
func EqualTypes(a, b *ast.Type) bool {
	for a != nil && b != nil {
		if a.NonNull != b.NonNull || a.NamedType != b.NamedType {
			return false
		}
		a, b = a.Elem, b.Elem
	}
	return a == b
}

// CloneType copies a type reference.
func CloneType(t *ast.Type) *ast.Type {
	if t == nil {
		return nil
	}
	c := *t
	c.Elem = CloneType(t.Elem)
	return &c
}

// EqualArgs reports whether two applications of one directive mean the same; definition supplies default values and
// may be nil.
func EqualArgs(a, b *Directive, definition *DirectiveDefinition) bool {
	for _, arg := range a.Arguments {
		if !EqualValues(arg.Value, argOrDefault(b, arg.Name, definition)) {
			return false
		}
	}
	for _, arg := range b.Arguments {
		if !EqualValues(argOrDefault(a, arg.Name, definition), arg.Value) {
			return false
		}
	}
	return true
}

// ArgsKey is a string that is equal for equal applications of one directive, in the sense of EqualArgs.
func ArgsKey(d *Directive, definition *DirectiveDefinition) string {
	values := map[string]*ast.Value{}
	if definition != nil {
		for _, a := range definition.Arguments {
			if a.Default != nil {
				values[a.Name] = a.Default
			}
		}
	}
	for _, a := range d.Arguments {
		values[a.Name] = a.Value
	}
	var b strings.Builder
	for _, name := range slices.Sorted(maps.Keys(values)) {
		b.WriteString(name)
		b.WriteByte(':')
		writeKey(&b, values[name])
	}
	return b.String()
}

// ValueKey is a string that is equal for equal values, in the sense of EqualValues.
func ValueKey(v *ast.Value) string {
	var b strings.Builder
	writeKey(&b, v)
	return b.String()
}

// writeKey writes a value so that equal values are written the same.
func writeKey(b *strings.Builder, v *ast.Value) {
	switch v.Kind {
	case ast.ObjectValue:
		fields := slices.Clone(v.Children)
		slices.SortStableFunc(fields, func(x, y *ast.ChildValue) int { return strings.Compare(x.Name, y.Name) })
		b.WriteByte('{')
		for _, c := range fields {
			b.WriteString(c.Name)
			b.WriteByte(':')
			writeKey(b, c.Value)
		}
		b.WriteByte('}')
	case ast.ListValue:
		b.WriteByte('[')
		for _, c := range v.Children {
			writeKey(b, c.Value)
		}
		b.WriteByte(']')
	case ast.IntValue, ast.FloatValue:
		if n, err := strconv.ParseFloat(v.Raw, 64); err == nil {
			b.WriteString(strconv.FormatFloat(n, 'g', -1, 64))
		} else {
			b.WriteString(v.Raw)
		}
		b.WriteByte(' ')
	default:
		writeValue(b, v)
		b.WriteByte(' ')
	}
}

func argOrDefault(d *Directive, name string, definition *DirectiveDefinition) *ast.Value {
	if v := d.Arg(name); v != nil {
		return v
	}
	if definition != nil {
		if a := definition.Argument(name); a != nil {
			return a.Default
		}
	}
	return nil
}

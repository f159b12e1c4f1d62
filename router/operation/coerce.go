package operation

import (
	"bytes"
	"encoding/json"
	"slices"
	"strconv"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
)

// coercer checks one variable's JSON against its type and writes it canonically. The JSON's syntax was checked before.
// GraphQL specification, section 6.1.2 and the "Input Coercion" parts of section 3.
type coercer struct {
	types    map[string]*ast.Definition
	variable *Variable
	in       scanner
	out      []byte
	// path is where the value at hand stands inside the variable: field names and list indexes.
	path []string
	errs gqlerror.List
}

// maxVariableErrors bounds how many errors one request's variables can cause.
const maxVariableErrors = 20

func (c *coercer) fail(format string, args ...any) {
	if len(c.errs) >= maxVariableErrors {
		return
	}
	err := gqlerror.Errorf(format, args...)
	err.Locations = []gqlerror.Location{c.variable.Location}
	setCode(err, "BAD_USER_INPUT")
	c.errs = append(c.errs, err)
}

// invalid reports that the raw value does not fit.
func (c *coercer) invalid(raw []byte, why string) {
	if len(c.errs) >= maxVariableErrors {
		return
	}
	shown := string(raw)
	if len(shown) > 100 {
		shown = strings.ToValidUTF8(shown[:100], "") + "…"
	}
	at := ""
	if len(c.path) > 0 {
		at = " at \"" + c.variable.Name + strings.Join(c.path, "") + "\""
	}
	c.fail("Variable \"$%s\" got invalid value %s%s; %s", c.variable.Name, shown, at, why)
}

// value reads a value of type t.
func (c *coercer) value(t *ast.Type) {
	start := c.in.skipSpace()
	if c.in.peek() == 'n' {
		c.in.skipValue(0)
		if t.NonNull {
			c.invalid([]byte("null"), "Expected non-nullable type \""+t.String()+"\" not to be null.")
		}
		c.out = append(c.out, "null"...)
		return
	}
	if t.Elem != nil {
		c.list(t)
		return
	}
	def := c.types[t.NamedType]
	switch {
	case def == nil:
		c.in.skipValue(0)
		c.invalid(c.in.data[start:c.in.pos], "Type \""+t.NamedType+"\" is not known.")
	case def.Kind == ast.InputObject:
		c.object(def)
	case def.Kind == ast.Enum:
		c.enum(def)
	default:
		c.scalar(def)
	}
}

// list reads a list; a single value stands for a list of one. GraphQL specification, section 3.11.
func (c *coercer) list(t *ast.Type) {
	c.out = append(c.out, '[')
	if !c.in.open('[') {
		c.value(t.Elem)
		c.out = append(c.out, ']')
		return
	}
	i := 0
	for more := !c.in.close(']'); more; more = c.in.comma(']') {
		if i > 0 {
			c.out = append(c.out, ',')
		}
		c.path = append(c.path, "["+strconv.Itoa(i)+"]")
		c.value(t.Elem)
		c.path = c.path[:len(c.path)-1]
		i++
	}
	c.out = append(c.out, ']')
}

// object reads an input object and writes its fields in schema order. Defaults of absent fields are left to the
// subgraph, which has them in its own schema. GraphQL specification, section 3.10.
func (c *coercer) object(def *ast.Definition) {
	start := c.in.skipSpace()
	if !c.in.open('{') {
		c.in.skipValue(0)
		c.invalid(c.in.data[start:c.in.pos], "Expected type \""+def.Name+"\" to be an object.")
		return
	}
	given := make([]span, len(def.Fields))
	count, null := 0, ""
	for more := !c.in.close('}'); more; more = c.in.comma('}') {
		name, _ := c.in.key()
		from := c.in.skipSpace()
		c.in.skipValue(0)
		text := keyText(name)
		i := slices.IndexFunc(def.Fields, func(f *ast.FieldDefinition) bool { return f.Name == string(text) })
		if i < 0 {
			c.invalid(c.in.data[from:c.in.pos], "Field "+string(name)+" is not defined by type \""+def.Name+"\".")
			continue
		}
		if given[i].end == 0 {
			count++
		}
		given[i] = span{from, c.in.pos}
		if c.in.data[from] == 'n' {
			null = def.Fields[i].Name
		}
	}
	end := c.in.pos
	c.out = append(c.out, '{')
	first := true
	for i, f := range def.Fields {
		if given[i].end == 0 {
			if f.Type.NonNull && f.DefaultValue == nil {
				c.invalid(c.in.data[start:end], "Field \""+f.Name+"\" of required type \""+f.Type.String()+"\" was not provided.")
			}
			continue
		}
		if !first {
			c.out = append(c.out, ',')
		}
		first = false
		c.out = append(append(append(c.out, '"'), f.Name...), '"', ':')
		c.path = append(c.path, "."+f.Name)
		c.in.pos = given[i].start
		c.value(f.Type)
		c.path = c.path[:len(c.path)-1]
	}
	c.out = append(c.out, '}')
	c.in.pos = end
	if def.Directives.ForName("oneOf") != nil {
		if count != 1 {
			c.invalid(c.in.data[start:end], "Exactly one key must be specified for OneOf type \""+def.Name+"\".")
		} else if null != "" {
			c.invalid(c.in.data[start:end], "Field \""+null+"\" of OneOf type \""+def.Name+"\" must be non-null.")
		}
	}
}

func (c *coercer) enum(def *ast.Definition) {
	start := c.in.skipSpace()
	c.in.skipValue(0)
	raw := c.in.data[start:c.in.pos]
	if raw[0] != '"' {
		c.invalid(raw, "Enum \""+def.Name+"\" cannot represent non-string value: "+string(raw)+".")
		return
	}
	text := keyText(raw)
	for _, v := range def.EnumValues {
		if v.Name == string(text) {
			c.out = append(append(append(c.out, '"'), v.Name...), '"')
			return
		}
	}
	c.invalid(raw, "Value "+string(raw)+" does not exist in \""+def.Name+"\" enum.")
}

// scalar reads a value of a built-in or custom scalar. GraphQL specification, section 3.5.
func (c *coercer) scalar(def *ast.Definition) {
	start := c.in.skipSpace()
	kind := c.in.data[start]
	if kind == '{' || kind == '[' {
		c.compactComposite(def, start)
		return
	}
	integer := false
	if kind == '-' || kind >= '0' && kind <= '9' {
		integer, _ = c.in.skipNumber()
	} else {
		c.in.skipValue(0)
	}
	raw := c.in.data[start:c.in.pos]
	text, number := kind == '"', kind == '-' || kind >= '0' && kind <= '9'
	switch def.Name {
	case "Int":
		if n, err := strconv.ParseFloat(string(raw), 64); !number || err != nil || n != float64(int64(n)) {
			c.invalid(raw, "Int cannot represent non-integer value: "+string(raw))
		} else if n < -1<<31 || n > 1<<31-1 {
			c.invalid(raw, "Int cannot represent non 32-bit signed integer value: "+string(raw))
		} else if !integer {
			c.out = strconv.AppendInt(c.out, int64(n), 10)
			return
		}
	case "Float":
		if _, err := strconv.ParseFloat(string(raw), 64); !number || err != nil {
			c.invalid(raw, "Float cannot represent non numeric value: "+string(raw))
		}
	case "String":
		if !text {
			c.invalid(raw, "String cannot represent a non string value: "+string(raw))
		}
	case "Boolean":
		if kind != 't' && kind != 'f' {
			c.invalid(raw, "Boolean cannot represent a non boolean value: "+string(raw))
		}
	case "ID":
		switch {
		case integer:
			c.out = append(append(append(c.out, '"'), raw...), '"')
			return
		case !text:
			c.invalid(raw, "ID cannot represent value: "+string(raw))
		}
	}
	c.out = append(c.out, raw...)
}

// compactComposite copies an object or list given for a custom scalar, without white space.
func (c *coercer) compactComposite(def *ast.Definition, start int) {
	c.in.skipValue(0)
	raw := c.in.data[start:c.in.pos]
	switch def.Name {
	case "Int", "Float", "String", "Boolean", "ID":
		c.invalid(raw, def.Name+" cannot represent value: "+string(raw[:min(len(raw), 40)]))
		return
	}
	var compact bytes.Buffer
	if err := json.Compact(&compact, raw); err != nil {
		c.invalid(raw, "The value is not valid JSON.")
		return
	}
	c.out = append(c.out, compact.Bytes()...)
}

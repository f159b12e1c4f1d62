package operation

import (
	"bytes"
	"encoding/json"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"github.com/weft-graphql/weft/router/jsontext"
)

// coercer checks one variable's JSON against its type and writes it canonically. One that tells what is wrong is for
// JSON whose syntax was checked before; one that does not stops at the first thing that is wrong, syntax included.
// GraphQL specification, section 6.1.2 and the "Input Coercion" parts of section 3.
type coercer struct {
	types    map[string]*ast.Definition
	variable *Variable
	in       jsontext.Reader
	out      []byte
	// path is where the value at hand stands inside the variable: field names and list indexes.
	path []string
	errs gqlerror.List
	// tells is for errors; without it wrong says that there would be one.
	tells, wrong bool
	// depth is how many lists and objects the value at hand stands in, members where those of the objects around it are,
	// and scratch is for putting them in order; only when nothing is told.
	depth   int
	members []span
	scratch []byte
}

// maxVariableErrors bounds how many errors one request's variables can cause.
const maxVariableErrors = 20

func (c *coercer) fail(format string, args ...any) {
	if c.wrong = true; !c.tells || len(c.errs) >= maxVariableErrors {
		return
	}
	err := gqlerror.Errorf(format, args...)
	err.Locations = []gqlerror.Location{c.variable.Location}
	setCode(err, "BAD_USER_INPUT")
	c.errs = append(c.errs, err)
}

// invalid reports that the raw value does not fit.
func (c *coercer) invalid(raw []byte, why string) {
	if c.wrong = true; !c.tells || len(c.errs) >= maxVariableErrors {
		return
	}
	at := ""
	if len(c.path) > 0 {
		at = " at \"" + c.variable.Name + strings.Join(c.path, "") + "\""
	}
	c.fail("Variable \"$%s\" got invalid value %s%s; %s", c.variable.Name, excerpt(raw), at, why)
}

// value reads a value of type t.
func (c *coercer) value(t *ast.Type) {
	if c.in.Peek() == 'n' {
		c.in.Value()
		if t.NonNull && len(c.path) == 0 {
			c.fail("Variable \"$%s\" of non-null type \"%s\" must not be null.", c.variable.Name, t)
		} else if t.NonNull {
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
		c.invalid(c.in.Value(), "Type \""+t.NamedType+"\" is not known.")
	case def.Kind == ast.InputObject && c.tells:
		c.object(def)
	case def.Kind == ast.InputObject:
		c.objectOnce(def)
	case def.Kind == ast.Enum:
		c.enum(def)
	default:
		c.scalar(def)
	}
}

// list reads a list; a single value stands for a list of one. GraphQL specification, section 3.11.
func (c *coercer) list(t *ast.Type) {
	c.out = append(c.out, '[')
	if !c.in.Accept('[') {
		c.value(t.Elem)
		c.out = append(c.out, ']')
		return
	}
	i := 0
	for more := !c.in.Accept(']'); more; more = c.in.More(']') {
		if i > 0 {
			c.out = append(c.out, ',')
		}
		if c.tells {
			c.path = append(c.path, "["+strconv.Itoa(i)+"]")
			c.value(t.Elem)
			c.path = c.path[:len(c.path)-1]
		} else if c.value(t.Elem); c.wrong {
			return
		}
		i++
	}
	c.wrong = c.wrong || c.in.Bad()
	c.out = append(c.out, ']')
}

// objectOnce is object for JSON that nobody has looked at: each member is coerced when it is read, and all are put in
// order afterwards if they are not.
func (c *coercer) objectOnce(def *ast.Definition) {
	if c.depth++; c.depth > jsontext.MaxDepth || !c.in.Accept('{') {
		c.wrong = true
		return
	}
	start, base := len(c.out), len(c.members)
	c.out = append(c.out, '{')
	c.members = slices.Grow(c.members, len(def.Fields))[:base+len(def.Fields)]
	clear(c.members[base:])
	last, ordered := -1, true
	for more := !c.in.Accept('}'); more; more = c.in.More('}') {
		name, ok := c.in.Key()
		if !ok {
			c.wrong = true
			return
		}
		text := jsontext.Text(name)
		i := slices.IndexFunc(def.Fields, func(f *ast.FieldDefinition) bool { return f.Name == string(text) })
		if i < 0 {
			c.wrong = true
			return
		}
		if last >= 0 {
			c.out = append(c.out, ',')
		}
		from := len(c.out)
		c.out = append(append(append(c.out, '"'), def.Fields[i].Name...), '"', ':')
		if c.value(def.Fields[i].Type); c.wrong {
			return
		}
		c.members[base+i] = span{from, len(c.out)}
		ordered, last = ordered && i > last, i
	}
	members := c.members[base:]
	c.wrong = c.in.Bad() || c.incomplete(def, members)
	if !ordered {
		c.scratch = append(c.scratch[:0], c.out[start:]...)
		c.out = c.out[:start+1]
		for _, m := range members {
			if m.end > 0 && len(c.out) > start+1 {
				c.out = append(c.out, ',')
			}
			if m.end > 0 {
				c.out = append(c.out, c.scratch[m.start-start:m.end-start]...)
			}
		}
	}
	c.out = append(c.out, '}')
	c.members = c.members[:base]
	c.depth--
}

// incomplete tells whether an input object lacks a field, or has not the one that it must have.
func (c *coercer) incomplete(def *ast.Definition, members []span) bool {
	count, last := 0, 0
	for i, m := range members {
		if m.end > 0 {
			count, last = count+1, i
		} else if f := def.Fields[i]; f.Type.NonNull && f.DefaultValue == nil {
			return true
		}
	}
	switch {
	case def.Directives.ForName("oneOf") == nil:
		return false
	case count != 1:
		return true
	}
	value := c.out[members[last].start+len(`"":`)+len(def.Fields[last].Name) : members[last].end]
	return string(value) == "null"
}

// object reads an input object and writes its fields in schema order. Defaults of absent fields are left to the
// subgraph, which has them in its own schema. GraphQL specification, section 3.10.
func (c *coercer) object(def *ast.Definition) {
	start := c.in.SkipSpace()
	if !c.in.Accept('{') {
		c.invalid(c.in.Value(), "Expected type \""+def.Name+"\" to be an object.")
		return
	}
	given := make([]span, len(def.Fields))
	var unknown []string
	for more := !c.in.Accept('}'); more; more = c.in.More('}') {
		name, _ := c.in.Key()
		from := c.in.SkipSpace()
		c.in.Value()
		text := jsontext.Text(name)
		i := slices.IndexFunc(def.Fields, func(f *ast.FieldDefinition) bool { return f.Name == string(text) })
		if i < 0 {
			if len(unknown) < maxVariableErrors && !slices.Contains(unknown, string(text)) {
				unknown = append(unknown, string(text))
			}
			continue
		}
		given[i] = span{from, c.in.At}
	}
	end := c.in.At
	c.out = append(c.out, '{')
	first := true
	for i, f := range def.Fields {
		if given[i].end == 0 {
			if f.Type.NonNull && f.DefaultValue == nil {
				c.invalid(c.in.Data[start:end], "Field \""+f.Name+"\" of required type \""+f.Type.String()+"\" was not provided.")
			}
			continue
		}
		if !first {
			c.out = append(c.out, ',')
		}
		first = false
		c.out = append(append(append(c.out, '"'), f.Name...), '"', ':')
		c.path = append(c.path, "."+f.Name)
		c.in.At = given[i].start
		c.value(f.Type)
		c.path = c.path[:len(c.path)-1]
	}
	c.out = append(c.out, '}')
	c.in.At = end
	for _, name := range unknown {
		c.invalid(c.in.Data[start:end], "Field \""+name+"\" is not defined by type \""+def.Name+"\".")
	}
	if def.Directives.ForName("oneOf") != nil {
		c.oneOf(def, given, c.in.Data[start:end])
	}
}

// oneOf checks that an input object has one field, which is not null. GraphQL specification, section 3.10.1.
func (c *coercer) oneOf(def *ast.Definition, given []span, raw []byte) {
	count, first := 0, 0
	for i := len(given) - 1; i >= 0; i-- {
		if given[i].end > 0 {
			count, first = count+1, i
		}
	}
	if count != 1 {
		c.invalid(raw, "Exactly one key must be specified for OneOf type \""+def.Name+"\".")
	}
	if count > 0 && c.in.Data[given[first].start] == 'n' {
		name := def.Fields[first].Name
		c.path = append(c.path, "."+name)
		c.invalid([]byte("null"), "Field \""+name+"\" must be non-null.")
		c.path = c.path[:len(c.path)-1]
	}
}

func (c *coercer) enum(def *ast.Definition) {
	raw := c.in.Value()
	if raw == nil {
		c.wrong = true
		return
	}
	if raw[0] != '"' {
		c.invalid(raw, "Enum \""+def.Name+"\" cannot represent non-string value: "+excerpt(raw)+".")
		return
	}
	text := jsontext.Text(raw)
	for _, v := range def.EnumValues {
		if v.Name == string(text) {
			c.out = append(append(append(c.out, '"'), v.Name...), '"')
			return
		}
	}
	c.invalid(raw, "Value "+excerpt(raw)+" does not exist in \""+def.Name+"\" enum.")
}

// cannotRepresent begins the errors about values that a built-in scalar does not take.
var cannotRepresent = map[string]string{
	"Int": "Int cannot represent non-integer value: ", "Float": "Float cannot represent non numeric value: ",
	"String": "String cannot represent a non string value: ", "Boolean": "Boolean cannot represent a non boolean value: ",
	"ID": "ID cannot represent value: ",
}

// excerpt is a value as errors show it.
func excerpt(raw []byte) string {
	if len(raw) > maxShown {
		return strings.ToValidUTF8(string(raw[:maxShown]), "") + "…"
	}
	return string(raw)
}

// maxShown is how much of a value, in bytes, errors show.
const maxShown = 100

// scalar reads a value of a built-in or custom scalar. GraphQL specification, section 3.5.
func (c *coercer) scalar(def *ast.Definition) {
	raw := c.in.Value()
	if raw == nil {
		c.wrong = true
		return
	}
	kind := raw[0]
	if kind == '{' || kind == '[' {
		c.compactComposite(def, raw)
		return
	}
	text, number := kind == '"', kind == '-' || kind >= '0' && kind <= '9'
	switch def.Name {
	case "Int":
		if n, err := strconv.ParseFloat(string(raw), 64); !number || err != nil || n != math.Trunc(n) {
			c.invalid(raw, cannotRepresent["Int"]+excerpt(raw))
		} else if n < math.MinInt32 || n > math.MaxInt32 {
			c.invalid(raw, "Int cannot represent non 32-bit signed integer value: "+excerpt(raw))
		} else {
			c.out = strconv.AppendInt(c.out, int64(n), 10)
			return
		}
	case "Float":
		if _, err := strconv.ParseFloat(string(raw), 64); !number || err != nil {
			c.invalid(raw, cannotRepresent["Float"]+excerpt(raw))
		}
	case "String":
		if !text {
			c.invalid(raw, cannotRepresent["String"]+excerpt(raw))
		}
	case "Boolean":
		if kind != 't' && kind != 'f' {
			c.invalid(raw, cannotRepresent["Boolean"]+excerpt(raw))
		}
	case "ID":
		if digits, ok := idDigits(raw); number && ok {
			c.out = append(append(append(c.out, '"'), digits...), '"')
			return
		} else if !text {
			c.invalid(raw, cannotRepresent["ID"]+excerpt(raw))
		}
	}
	c.out = append(c.out, raw...)
}

// idDigits returns what an integer stands for as an ID, in whatever notation it is given: its digits, all of them.
func idDigits(raw []byte) (digits []byte, ok bool) {
	if !bytes.ContainsAny(raw, ".eE") && string(raw) != "-0" {
		return raw, true
	}
	n, err := strconv.ParseFloat(string(raw), 64)
	switch {
	case err != nil || n != math.Trunc(n):
		return nil, false
	case n == 0:
		return []byte("0"), true
	case math.Abs(n) < 1e21:
		return strconv.AppendFloat(nil, n, 'f', -1, 64), true
	}
	return strconv.AppendFloat(nil, n, 'e', -1, 64), true
}

// compactComposite copies an object or list given for a custom scalar, without white space.
func (c *coercer) compactComposite(def *ast.Definition, raw []byte) {
	if why, builtIn := cannotRepresent[def.Name]; builtIn {
		c.invalid(raw, why+excerpt(raw))
		return
	}
	var compact bytes.Buffer
	if err := json.Compact(&compact, raw); err != nil {
		c.invalid(raw, "The value is not valid JSON.")
		return
	}
	c.out = append(c.out, compact.Bytes()...)
}

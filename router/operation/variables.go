package operation

import (
	"bytes"
	"slices"
	"unicode/utf8"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"github.com/weft-graphql/weft/router/jsontext"
)

// Variables are the coerced variables of a request as canonical JSON: no white space, input object fields in schema
// order, single values wrapped where a list is expected, IDs as strings.
type Variables struct {
	buf []byte
	at  []span
}

// span is where a variable's value stands in buf; end 0 means absent.
type span struct{ start, end int }

// Len is the number of declared variables.
func (v *Variables) Len() int { return len(v.at) }

// Present tells whether variable i has a value, its default included.
func (v *Variables) Present(i int) bool {
	return v != nil && i >= 0 && i < len(v.at) && v.at[i].end > 0
}

// Raw is the JSON of variable i; nil when it is absent. It must not be changed.
func (v *Variables) Raw(i int) []byte {
	if !v.Present(i) {
		return nil
	}
	return v.buf[v.at[i].start:v.at[i].end:v.at[i].end]
}

// Bool is the value of a Boolean variable; false when it is absent or null.
func (v *Variables) Bool(i int) bool { return v.boolOr(i, false) }

func (v *Variables) boolOr(i int, absent bool) bool {
	if !v.Present(i) {
		return absent
	}
	switch v.buf[v.at[i].start] {
	case 't':
		return true
	case 'f':
		return false
	}
	return absent
}

// CoerceVariables checks the variables a client sent, a JSON object or nothing, against the operation's declarations
// (GraphQL specification, section 6.1.2). Variables that are not declared are ignored. Nothing of raw is retained.
func (p *Prepared) CoerceVariables(raw []byte) (Variables, gqlerror.List) { return p.Coerce(raw, nil) }

// Coerce is CoerceVariables for a document that has the operation's form and these literals. Without any, they are
// those of the document that was prepared.
func (p *Prepared) Coerce(raw []byte, literals *Literals) (Variables, gqlerror.List) {
	var v Variables
	raw = bytes.TrimSpace(raw)
	if len(p.Variables) == 0 && (len(raw) == 0 || string(raw) == "null" || string(raw) == "{}") {
		return v, nil
	}
	if string(raw) == "null" {
		raw = nil
	}
	v.at = make([]span, len(p.Variables))
	c := coercer{types: p.Supergraph.API.Types, out: make([]byte, 0, len(raw)+64)}
	if p.coerceOnce(&c, raw, v.at) {
		v.buf = p.appendLiterals(c.out, v.at[p.clients:], literals)
		return v, nil
	}
	return p.coerceTelling(raw, v.at, literals)
}

// coerceTelling is Coerce for what coerceOnce did not take: it reads the variables again, in the order of their
// declarations, and tells everything that is wrong with them.
func (p *Prepared) coerceTelling(raw []byte, at []span, literals *Literals) (Variables, gqlerror.List) {
	clear(at)
	v := Variables{at: at}
	given := make([]span, p.clients)
	if len(raw) > 0 {
		if err := p.locate(raw, given); err != nil {
			return Variables{}, gqlerror.List{err}
		}
	}
	c := coercer{types: p.Supergraph.API.Types, out: make([]byte, 0, len(raw)+64), tells: true}
	for i, def := range p.Variables[:p.clients] {
		c.variable = def
		start := len(c.out)
		switch {
		case given[i].end > 0:
			c.in = jsontext.Reader{Data: raw[given[i].start:given[i].end]}
			c.value(def.Type)
		case def.defaultJSON != nil:
			c.out = append(c.out, def.defaultJSON...)
		case def.Type.NonNull:
			c.fail("Variable \"$%s\" of required type \"%s\" was not provided.", def.Name, def.Type)
		default:
			continue
		}
		v.at[i] = span{start, len(c.out)}
		c.path = c.path[:0]
	}
	for _, i := range p.notNull {
		if len(c.errs) == 0 && string(c.out[v.at[i].start:v.at[i].end]) == "null" {
			c.variable = p.Variables[i]
			c.fail("Variable \"$%s\" must not be null: @skip, @include or introspection depends on it.", c.variable.Name)
		}
	}
	if len(c.errs) > 0 {
		return Variables{}, c.errs
	}
	v.buf = p.appendLiterals(c.out, v.at[p.clients:], literals)
	return v, nil
}

// appendLiterals appends the values that stand in the document, and notes where.
func (p *Prepared) appendLiterals(out []byte, at []span, literals *Literals) []byte {
	for i := range at {
		start := len(out)
		if literals != nil && i < len(literals.at) {
			out = append(out, literals.buf[literals.at[i].start:literals.at[i].end]...)
		} else {
			out = append(out, p.Variables[p.clients+i].defaultJSON...)
		}
		at[i] = span{start, len(out)}
	}
	return out
}

// coerceOnce coerces variables while it reads their JSON, and notes where each stands; false when something is wrong
// with them, or one was given twice.
func (p *Prepared) coerceOnce(c *coercer, raw []byte, at []span) bool {
	if len(raw) > 0 && !p.coerceGiven(c, raw, at) {
		return false
	}
	for i, def := range p.Variables[:p.clients] {
		switch {
		case at[i].end > 0:
		case def.defaultJSON != nil:
			start := len(c.out)
			c.out = append(c.out, def.defaultJSON...)
			at[i] = span{start, len(c.out)}
		case def.Type.NonNull:
			return false
		}
	}
	return !slices.ContainsFunc(p.notNull, func(i int) bool { return string(c.out[at[i].start:at[i].end]) == "null" })
}

func (p *Prepared) coerceGiven(c *coercer, raw []byte, at []span) bool {
	if !utf8.Valid(raw) {
		return false
	}
	c.in = jsontext.Reader{Data: raw}
	if !c.in.Accept('{') {
		return false
	}
	for more := !c.in.Accept('}'); more; more = c.in.More('}') {
		name, ok := c.in.Key()
		if !ok {
			return false
		}
		i, ok := p.declared[string(jsontext.Text(name))]
		if !ok {
			c.in.Value()
			continue
		}
		if at[i].end > 0 {
			return false
		}
		start := len(c.out)
		c.variable = p.Variables[i]
		if c.value(c.variable.Type); c.wrong {
			return false
		}
		at[i] = span{start, len(c.out)}
	}
	return !c.in.Bad() && c.in.AtEnd()
}

// locate finds the values of the declared variables in a JSON object, checking its syntax on the way.
func (p *Prepared) locate(raw []byte, given []span) *gqlerror.Error {
	if !utf8.Valid(raw) {
		return gqlerror.Errorf("The variables are not valid UTF-8.")
	}
	r := jsontext.Reader{Data: raw}
	if !r.Accept('{') {
		return gqlerror.Errorf("The variables must be a JSON object with a value for each variable.")
	}
	for more := !r.Accept('}'); more; more = r.More('}') {
		name, ok := r.Key()
		if !ok {
			break
		}
		start := r.SkipSpace()
		if r.Value() == nil {
			break
		}
		if i, ok := p.declared[string(jsontext.Text(name))]; ok {
			given[i] = span{start, r.At}
		}
	}
	if r.Bad() || !r.AtEnd() {
		return gqlerror.Errorf("The variables are not valid JSON (at byte %d).", r.At)
	}
	return nil
}

// AppendJSON writes a GraphQL value as JSON. Variables in it are replaced by what variable returns for their name; with
// a nil variable function, or when it returns nil, they become null (absent in objects).
func AppendJSON(out []byte, v *ast.Value, variable func(name string) []byte) []byte {
	switch v.Kind {
	case ast.Variable:
		if variable != nil {
			if raw := variable(v.Raw); raw != nil {
				return append(out, raw...)
			}
		}
		return append(out, "null"...)
	case ast.StringValue, ast.BlockValue, ast.EnumValue:
		return jsontext.AppendQuoted(out, v.Raw)
	case ast.ListValue:
		out = append(out, '[')
		for i, c := range v.Children {
			if i > 0 {
				out = append(out, ',')
			}
			out = AppendJSON(out, c.Value, variable)
		}
		return append(out, ']')
	case ast.ObjectValue:
		out = append(out, '{')
		first := true
		for _, c := range v.Children {
			if c.Value.Kind == ast.Variable && (variable == nil || variable(c.Value.Raw) == nil) {
				continue
			}
			if !first {
				out = append(out, ',')
			}
			first = false
			out = append(jsontext.AppendQuoted(out, c.Name), ':')
			out = AppendJSON(out, c.Value, variable)
		}
		return append(out, '}')
	case ast.NullValue:
		return append(out, "null"...)
	default:
		return append(out, v.Raw...)
	}
}

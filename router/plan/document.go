package plan

import (
	"slices"
	"strconv"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/weft-graphql/weft/router/operation"
	"github.com/weft-graphql/weft/router/supergraph"
)

// document writes the text of a request and finds the variables it uses.
type document struct {
	t   *tables
	out []byte
	// front is memory for what stands before the selections.
	front []byte
	// used are the client's variables in it.
	used []string
	// literals become variables; nil when the document is not to be sent.
	literals *literals
	// directed tells that there are directives in it.
	directed bool
}

// write appends a token, with a space where it would otherwise run into the one before.
func (d *document) write(token string) {
	if n := len(d.out); n > 0 && nameByte(d.out[n-1]) && nameByte(token[0]) {
		d.out = append(d.out, ' ')
	}
	d.out = append(d.out, token...)
}

func nameByte(c byte) bool {
	return c == '_' || c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c == '-' || c == '.'
}

// selection writes a selection set: the fields that stand there directly, then those in inline fragments.
func (d *document) selection(sel *bsel) {
	d.write("{")
	plain, frags := d.split(sel)
	d.fields(plain)
	for _, frag := range frags {
		d.out = append(d.out, "...on "...)
		d.out = append(d.out, frag.typ.Name...)
		d.out = append(d.out, '{')
		d.fields(frag.fields)
		d.out = append(d.out, '}')
	}
	d.write("}")
}

// fragment is an inline fragment of a selection set.
type fragment struct {
	typ    *supergraph.Type
	fields []*bfield
}

// split sorts the fields of a selection set into those that stand there directly and those in inline fragments.
func (d *document) split(sel *bsel) (plain []*bfield, frags []fragment) {
	if !sel.entity && (sel.decl.Kind == ast.Object || sel.object) {
		return sel.fields, nil
	}
	if typ := d.onlyType(sel); typ != nil {
		return nil, []fragment{{typ, sel.fields}}
	}
	in := sel.decl.In[sel.graph]
	var possible supergraph.TypeSet
	if in != nil {
		possible = in.Possible
	}
	if sel.entity {
		possible = nil
		for _, f := range sel.fields {
			if f.def != nil && f.as == nil {
				possible = possible.Or(f.on)
			}
		}
	}
	var rest []*bfield
	for _, f := range sel.fields {
		switch {
		case f.as != nil:
			frags = appendFragment(frags, f.as, f)
		case f.def == nil:
			plain = append(plain, f)
		case !sel.entity && d.onDeclared(sel, f, possible):
			plain = append(plain, f)
		default:
			rest = append(rest, f)
		}
	}
	if len(rest) > 0 {
		for _, frag := range d.fragments(sel.graph, rest, possible) {
			for _, f := range frag.fields {
				frags = appendFragment(frags, frag.typ, f)
			}
		}
	}
	return plain, frags
}

// onlyType returns the one object type an entity's selection is about; nil when there are several.
func (d *document) onlyType(sel *bsel) *supergraph.Type {
	if !sel.entity || len(sel.fields) == 0 {
		return nil
	}
	on := sel.fields[0].on
	for _, f := range sel.fields {
		if f.def == nil || f.as != nil || !f.on.Equal(on) {
			return nil
		}
	}
	if on.Count() != 1 {
		return nil
	}
	for o := range on.All {
		return d.t.sg.Objects[o]
	}
	return nil
}

func appendFragment(frags []fragment, typ *supergraph.Type, f *bfield) []fragment {
	for i := range frags {
		if frags[i].typ == typ {
			frags[i].fields = append(frags[i].fields, f)
			return frags
		}
	}
	return append(frags, fragment{typ, []*bfield{f}})
}

// onDeclared tells whether a field can stand directly in the selection on an interface.
func (d *document) onDeclared(sel *bsel, f *bfield, possible supergraph.TypeSet) bool {
	if sel.decl.Kind != ast.Interface || !possible.SubsetOf(f.on) {
		return false
	}
	own := sel.decl.Field(f.def.Name)
	return own != nil && own.In[sel.graph] != nil && sameType(own.In[sel.graph].Type, f.typ)
}

// fragments puts fields into fragments: types with the same fields share one on an interface when the subgraph has one
// that fits exactly.
func (d *document) fragments(graph int, fields []*bfield, possible supergraph.TypeSet) []fragment {
	type group struct {
		types  supergraph.TypeSet
		fields []*bfield
	}
	var groups []*group
	for o := range possible.All {
		var has []*bfield
		for _, f := range fields {
			if f.on.Has(o) {
				has = append(has, f)
			}
		}
		if len(has) == 0 {
			continue
		}
		i := slices.IndexFunc(groups, func(g *group) bool { return slices.Equal(g.fields, has) })
		if i < 0 {
			i = len(groups)
			groups = append(groups, &group{types: supergraph.NewTypeSet(len(d.t.sg.Objects)), fields: has})
		}
		groups[i].types.Add(o)
	}
	var out []fragment
	for _, g := range groups {
		if g.types.Count() > 1 {
			if i := d.commonInterface(graph, g.types, g.fields); i != nil {
				out = append(out, fragment{i, g.fields})
				continue
			}
		}
		for o := range g.types.All {
			out = append(out, fragment{d.t.sg.Objects[o], g.fields})
		}
	}
	return out
}

// commonInterface finds an interface of a subgraph whose implementations there are exactly the types and that has the
// fields.
func (d *document) commonInterface(graph int, types supergraph.TypeSet, fields []*bfield) *supergraph.Type {
	var firstType *supergraph.Type
	for o := range types.All {
		firstType = d.t.sg.Objects[o]
		break
	}
next:
	for _, i := range firstType.Interfaces {
		in := i.In[graph]
		if in == nil || in.InterfaceObject || !in.Possible.Equal(types) {
			continue
		}
		for _, f := range fields {
			own := i.Field(f.def.Name)
			if own == nil || own.In[graph] == nil || !sameType(own.In[graph].Type, f.typ) {
				continue next
			}
		}
		return i
	}
	return nil
}

// fields writes fields that stand beside each other.
func (d *document) fields(list []*bfield) {
	enclosed := false
	for _, f := range list {
		if len(f.applied) == 0 {
			d.field(f)
			continue
		}
		enclosed = d.directedField(f) || enclosed
	}
	if enclosed {
		d.enclosedFields(list)
	}
}

func (d *document) field(f *bfield) {
	d.head(f)
	if f.child != nil {
		d.selection(f.child)
	}
}

// head writes a field up to its directives.
func (d *document) head(f *bfield) {
	if f.def == nil {
		if f.key != "__typename" {
			d.write(f.key)
			d.write(":")
		}
		d.write("__typename")
		return
	}
	if f.key != f.def.Name {
		d.write(f.key)
		d.write(":")
	}
	d.write(f.def.Name)
	d.arguments(f.args)
}

func (d *document) arguments(args []operation.Argument) {
	if len(args) == 0 {
		return
	}
	d.write("(")
	for _, a := range args {
		d.write(a.Name)
		d.write(":")
		d.value(a.Value, a.Type)
	}
	d.write(")")
}

// value writes a value of an input type and notes its variables.
func (d *document) value(v *ast.Value, typ *ast.Type) {
	if name := d.literals.variable(v, typ); name != "" {
		d.write("$")
		d.write(name)
		return
	}
	switch v.Kind {
	case ast.Variable:
		if !slices.Contains(d.used, v.Raw) {
			d.used = append(d.used, v.Raw)
		}
		d.write("$")
		d.write(v.Raw)
	case ast.ListValue:
		d.write("[")
		for _, c := range v.Children {
			d.value(c.Value, elementType(typ))
		}
		d.write("]")
	case ast.ObjectValue:
		d.write("{")
		for _, c := range v.Children {
			d.write(c.Name)
			d.write(":")
			d.value(c.Value, d.inputFieldType(typ, c.Name))
		}
		d.write("}")
	case ast.StringValue, ast.BlockValue:
		if d.out[len(d.out)-1] == '"' {
			// In a list: an empty string and the quote behind it would begin a block string.
			d.out = append(d.out, ' ')
		}
		d.out = append(d.out, v.String()...)
	default:
		d.write(v.String())
	}
}

// elementType is the type of a list's elements; nil for what is in a literal of a scalar.
func elementType(typ *ast.Type) *ast.Type {
	if typ == nil {
		return nil
	}
	return typ.Elem
}

// inputFieldType is the type of a field of an input object; nil for what is in a literal of a scalar.
func (d *document) inputFieldType(typ *ast.Type, name string) *ast.Type {
	if typ == nil || d.literals == nil {
		return nil
	}
	if def := d.t.sg.API.Types[typ.Name()]; def != nil && def.Kind == ast.InputObject {
		if f := def.Fields.ForName(name); f != nil {
			return f.Type
		}
	}
	return nil
}

// request writes the whole document of a request and returns it with the variables it uses.
func (d *document) request(
	kind ast.Operation,
	calls []*bcall,
	keys, variables []string,
	op *operation.Operation,
) (string, []*operation.Variable) {
	if calls[0].sel.entity {
		d.write("{")
	}
	for i, c := range calls {
		if c.sel.entity {
			if keys[i] != "_entities" {
				d.write(keys[i])
				d.write(":")
			}
			d.write("_entities(representations:$")
			d.write(variables[i])
			d.write(")")
		}
		d.selection(c.sel)
	}
	if calls[0].sel.entity {
		d.write("}")
	}
	body := d.out
	directives := d.operationDirectives(kind, op)
	d.out = d.front[:0]
	d.write(string(kind))
	short := kind == ast.Query && len(directives) == 0
	open := "("
	declare := func(name, typ string) {
		if open != "" {
			d.write(open)
			open = ""
		}
		short = false
		d.out = append(append(append(append(d.out, '$'), name...), ':'), typ...)
	}
	for i, c := range calls {
		if c.sel.entity {
			declare(variables[i], "[_Any!]!")
		}
	}
	for _, c := range calls {
		for _, ctx := range c.contexts {
			declare(ctx.variable, ctx.typ)
		}
	}
	if d.literals != nil {
		for _, l := range d.literals.list {
			declare(l.Name, l.Type.String())
			for _, v := range l.Variables {
				d.directives(v.Directives)
			}
		}
	}
	var used []*operation.Variable
	for _, v := range op.Variables {
		if !slices.Contains(d.used, v.Name) {
			continue
		}
		used = append(used, v)
		if v.Literal {
			continue
		}
		declare(v.Name, v.Type.String())
		if v.Default != nil {
			d.write("=")
			d.out = append(d.out, v.Default.String()...)
		}
		d.directives(v.Directives)
	}
	if open == "" {
		d.write(")")
	}
	d.out = append(d.out, directives...)
	d.front = d.out
	if short {
		d.out = body
		return string(body), used
	}
	d.out = append(d.out, body...)
	d.out, d.front = body, d.out
	return string(d.front), used
}

// callNames chooses the response keys and variables of the entity calls of a request.
func callNames(calls []*bcall, declared []*operation.Variable) (keys, variables []string) {
	taken := func(name string) bool {
		return slices.ContainsFunc(declared, func(v *operation.Variable) bool { return v.Name == name })
	}
	prefix := "r"
	for taken(prefix) || taken(prefix+"0") {
		prefix += "_"
	}
	for i := range calls {
		switch {
		case !calls[i].sel.entity:
			keys, variables = append(keys, ""), append(variables, "")
		case len(calls) == 1:
			keys, variables = append(keys, "_entities"), append(variables, prefix)
		default:
			name := prefix + strconv.Itoa(i)
			for taken(name) {
				name += "_"
			}
			keys, variables = append(keys, "e"+strconv.Itoa(i)), append(variables, name)
		}
	}
	return keys, variables
}

package plan

import (
	"slices"
	"strconv"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/weft-graphql/weft/router/operation"
	"github.com/weft-graphql/weft/router/supergraph"
)

// contextInput is an argument that is filled from an object further up (@fromContext).
// Specification: Apollo Federation, @context and @fromContext.
type contextInput struct {
	argument supergraph.ContextArgument
	// setter is the class of the nearest object above that sets the context, and set what is read there.
	setter *class
	set    supergraph.FieldSet
}

// bcontext is a context argument of a call under construction.
type bcontext struct {
	variable, typ string
	at            *bsel
	fields        []*brep
}

// contexts finds the objects above a class that a field's context arguments are filled from, and asks for what is read
// there; not ok when a context is not set above.
func (r *run) contexts(c *class, w *resolver) (inputs []contextInput, wants []*want, ok bool) {
	for _, a := range w.in.ContextArguments {
		setter := c.position.owner
		for setter != nil && !slices.Contains(setter.rep.Contexts, a.Context) {
			setter = setter.position.owner
		}
		if setter == nil {
			return nil, nil, false
		}
		text := strings.TrimSpace(a.Selection)
		if strings.HasPrefix(text, "{") {
			text = strings.TrimSuffix(strings.TrimPrefix(text, "{"), "}")
		}
		var set supergraph.FieldSet
		// Where no fragment of the selection is about the type, the argument is null.
		if text = conditioned(text, setter.rep); text != "" {
			var err error
			if set, err = r.t.sg.ParseFieldSet(setter.rep, text); err != nil {
				return nil, nil, false
			}
		}
		before := len(setter.wants)
		wants = append(wants, r.inputs(setter, set)...)
		r.findMoreJumps(setter, before)
		for _, added := range setter.wants[before:] {
			r.child(setter, added)
		}
		inputs = append(inputs, contextInput{argument: a, setter: setter, set: set})
	}
	return inputs, wants, true
}

// conditioned picks, from a selection that may consist of fragments for several types, the fragments for one type: the
// others would not be valid there.
func conditioned(text string, typ *supergraph.Type) string {
	if !strings.HasPrefix(strings.TrimSpace(text), "...") {
		return text
	}
	var out []string
	for _, part := range strings.Split(text, "...")[1:] {
		part = strings.TrimSpace(part)
		name, body, found := strings.Cut(strings.TrimSpace(strings.TrimPrefix(part, "on")), "{")
		if !found {
			continue
		}
		name = strings.TrimSpace(name)
		if name == typ.Name || slices.ContainsFunc(typ.Interfaces, func(i *supergraph.Type) bool { return i.Name == name }) {
			out = append(out, strings.TrimSuffix(strings.TrimSpace(body), "}"))
		}
	}
	return strings.Join(out, " ")
}

// contextArguments fills the context arguments of a field in a call with variables.
func (t *assigner) contextArguments(c *bcall, s *special, level int) []operation.Argument {
	var out []operation.Argument
	for _, in := range s.contexts {
		variable := t.b.contextVariable(c, in)
		if variable == "" {
			anchor := t.anchor(in.setter.position, level-1)
			t.b.contexts++
			variable = "weft_context" + strconv.Itoa(t.b.contexts)
			c.contexts = append(c.contexts, &bcontext{
				variable: variable, typ: in.argument.Type, at: anchor, fields: t.repFields(in.setter, in.set, level-1, false),
			})
			t.b.contextInputs = append(t.b.contextInputs, in)
		}
		typ := ast.NamedType(in.argument.Type, nil)
		out = append(
			out,
			operation.Argument{Name: in.argument.Name, Value: &ast.Value{Kind: ast.Variable, Raw: variable}, Type: typ},
		)
	}
	return out
}

// contextVariable finds the variable of a call that already carries a context.
func (b *builder) contextVariable(c *bcall, in contextInput) string {
	for _, have := range c.contexts {
		n, err := strconv.Atoi(strings.TrimPrefix(have.variable, "weft_context"))
		if err != nil {
			continue
		}
		o := b.contextInputs[n-1]
		if o.setter == in.setter && o.argument.Type == in.argument.Type && sameFieldSet(o.set, in.set) {
			return have.variable
		}
	}
	return ""
}

package api

import (
	"fmt"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/weft-graphql/weft/router/compose/problem"
	"github.com/weft-graphql/weft/router/compose/schema"
)

func (c *checker) fail(code problem.Code, at []problem.Position, suggestion, format string, args ...any) {
	c.errors = append(c.errors, &problem.Error{
		Code: code, Message: fmt.Sprintf(format, args...), Subgraphs: problem.SubgraphNames(at), Positions: at, Suggestion: suggestion,
	})
}

// check reports everything about @inaccessible that would break the API schema, in the order of the hidden elements.
func (c *checker) check() {
	for _, t := range c.in.Types() {
		if hidden(t.Directives) {
			c.hiddenType[t.Name] = true
		}
	}
	c.collectUses()
	for _, t := range c.in.Types() {
		switch {
		case !c.hiddenType[t.Name]:
			if !c.machinery.has(t.Name) {
				c.checkChildren(t)
				c.checkFields(t)
				c.checkValues(t)
			}
		case c.machinery.has(t.Name):
			c.fail(
				problem.DisallowedInaccessible,
				c.at.Type(t.Name),
				"",
				"Type %q belongs to a specification and cannot be @inaccessible.",
				t.Name,
			)
		case t.Name == c.in.Roots[schema.Query].Name:
			c.fail(problem.QueryRootTypeInaccessible, c.at.Type(t.Name), "Mark the fields that should be hidden instead.",
				"Type %q cannot be @inaccessible: it is the query root type.", t.Name)
		default:
			c.checkReferences(t)
		}
	}
	c.checkDirectives()
}

// use is a visible place that refers to something.
type use struct {
	coordinate string
	at         []problem.Position
}

// collectUses finds which visible fields and arguments have which type, and which default values use what.
func (c *checker) collectUses() {
	c.typeUses, c.valueUses = map[string][]use{}, map[string][]use{}
	for _, t := range c.in.Types() {
		if c.hiddenType[t.Name] || c.machinery.has(t.Name) {
			continue
		}
		for _, f := range t.Fields() {
			if !hidden(f.Directives) {
				c.collectFieldUses(t, f)
			}
		}
	}
	for _, d := range c.in.DirectiveDefinitions() {
		if c.machinery.has("@" + d.Name) {
			continue
		}
		for _, a := range d.Arguments {
			coordinate := "@" + d.Name + "(" + a.Name + ":)"
			c.addUse(a.Type, a.Default, use{coordinate, nil})
		}
	}
}

func (c *checker) collectFieldUses(t *schema.Type, f *schema.Field) {
	at := func() []problem.Position { return c.at.Field(t.Name, f.Name) }
	if c.hiddenType[f.Type.Name()] || f.Default != nil {
		c.addUse(f.Type, f.Default, use{f.Coordinate(), at()})
	}
	for _, a := range f.Arguments {
		if !hidden(a.Directives) && (c.hiddenType[a.Type.Name()] || a.Default != nil) {
			c.addUse(a.Type, a.Default, use{f.Coordinate() + "(" + a.Name + ":)", at()})
		}
	}
}

func (c *checker) addUse(t *ast.Type, value *ast.Value, u use) {
	if name := t.Name(); c.hiddenType[name] {
		c.typeUses[name] = append(c.typeUses[name], u)
	}
	c.hiddenInValue(value, t, func(used string) { c.valueUses[used] = append(c.valueUses[used], u) })
}

// checkReferences: REFERENCED_INACCESSIBLE, what is visible does not have a hidden type.
func (c *checker) checkReferences(t *schema.Type) {
	for _, u := range c.typeUses[t.Name] {
		c.fail(problem.ReferencedInaccessible, append(u.at, c.at.Type(t.Name)...), "Mark "+u.coordinate+" @inaccessible too.",
			"Type %q is @inaccessible, but visible %q refers to it.", t.Name, u.coordinate)
	}
}

// checkDefaults: DEFAULT_VALUE_USES_INACCESSIBLE, the default value of what is visible has nothing hidden in it.
func (c *checker) checkDefaults(coordinate string) {
	for _, u := range c.valueUses[coordinate] {
		c.fail(
			problem.DefaultValueUsesInaccessible,
			u.at,
			"Use another default value, or mark "+u.coordinate+" @inaccessible too.",
			"The default value of visible %q uses %q, which is @inaccessible.",
			u.coordinate,
			coordinate,
		)
	}
}

// checkDirectives: DISALLOWED_INACCESSIBLE, arguments of directives cannot be hidden.
func (c *checker) checkDirectives() {
	for _, d := range c.in.DirectiveDefinitions() {
		for _, a := range d.Arguments {
			if hidden(a.Directives) && c.machinery.has("@"+d.Name) {
				c.fail(
					problem.DisallowedInaccessible,
					nil,
					"",
					"Argument \"@%s(%s:)\" cannot be @inaccessible: it belongs to a directive of a specification.",
					d.Name,
					a.Name,
				)
			}
		}
	}
}

// checkFields checks the hidden fields and arguments of a visible type.
func (c *checker) checkFields(t *schema.Type) {
	for _, f := range t.Fields() {
		if !hidden(f.Directives) {
			for _, a := range f.Arguments {
				if hidden(a.Directives) {
					c.checkHiddenArgument(t, f, a)
				}
			}
			continue
		}
		if t.Kind == ast.InputObject {
			if f.Type.NonNull && f.Default == nil {
				c.fail(
					problem.RequiredInaccessible,
					c.at.Field(t.Name, f.Name),
					"Give the field a default value, or make it optional.",
					"Input field %q is @inaccessible, but required.",
					f.Coordinate(),
				)
			}
			c.checkDefaults(f.Coordinate())
			continue
		}
		c.checkImplementations(t, f)
	}
}

// checkValues checks the hidden values of a visible enum.
func (c *checker) checkValues(t *schema.Type) {
	for _, v := range t.Values {
		if hidden(v.Directives) {
			c.checkDefaults(t.Name + "." + v.Name)
		}
	}
}

// checkHiddenArgument: REQUIRED_INACCESSIBLE, clients can give every argument that is required.
// IMPLEMENTED_BY_INACCESSIBLE, an argument that implements a visible one of an interface is visible.
func (c *checker) checkHiddenArgument(t *schema.Type, f *schema.Field, a *schema.Argument) {
	coordinate := f.Coordinate() + "(" + a.Name + ":)"
	if a.Required() {
		c.fail(
			problem.RequiredInaccessible,
			c.at.Field(t.Name, f.Name),
			"Give the argument a default value, or make it optional.",
			"Argument %q is @inaccessible, but required.",
			coordinate,
		)
	}
	for _, expected := range c.visibleInherited(t, f.Name) {
		if inherited := expected.Argument(a.Name); inherited != nil && !hidden(inherited.Directives) {
			c.fail(
				problem.ImplementedByInaccessible,
				append(c.at.Field(t.Name, f.Name), c.at.Field(expected.Parent.Name, f.Name)...),
				"",
				"Argument %q is @inaccessible, but implements visible argument \"%s(%s:)\".",
				coordinate,
				expected.Coordinate(),
				a.Name,
			)
		}
	}
}

// checkImplementations: IMPLEMENTED_BY_INACCESSIBLE, a field that implements a visible one of an interface is visible.
func (c *checker) checkImplementations(t *schema.Type, f *schema.Field) {
	for _, expected := range c.visibleInherited(t, f.Name) {
		c.fail(
			problem.ImplementedByInaccessible,
			append(c.at.Field(t.Name, f.Name), c.at.Field(expected.Parent.Name, f.Name)...),
			"Mark "+expected.Coordinate()+" @inaccessible too.",
			"Field %q is @inaccessible, but implements visible field %q.",
			f.Coordinate(),
			expected.Coordinate(),
		)
	}
}

// visibleInherited returns the visible fields of that name of t's visible interfaces.
func (c *checker) visibleInherited(t *schema.Type, name string) []*schema.Field {
	var out []*schema.Field
	for _, ref := range t.Interfaces {
		if i := c.in.Type(ref.Name); i != nil && !c.hiddenType[i.Name] {
			if f := i.Field(name); f != nil && !hidden(f.Directives) {
				out = append(out, f)
			}
		}
	}
	return out
}

// checkChildren: ONLY_INACCESSIBLE_CHILDREN, a visible type has something visible in it.
func (c *checker) checkChildren(t *schema.Type) {
	visible, what := 0, "fields"
	total := len(t.Fields())
	for _, f := range t.Fields() {
		if !hidden(f.Directives) {
			visible++
		}
	}
	switch t.Kind {
	case ast.Enum:
		what, total = "values", len(t.Values)
		for _, v := range t.Values {
			if !hidden(v.Directives) {
				visible++
			}
		}
	case ast.Union:
		what, total = "members", len(t.Members)
		for _, member := range t.Members {
			if !c.hiddenType[member.Name] {
				visible++
			}
		}
	case ast.Scalar:
		return
	}
	if visible == 0 && total > 0 {
		c.fail(problem.OnlyInaccessibleChildren, c.at.Type(t.Name), "Mark the type @inaccessible too.",
			"Type %q is visible, but all its %s are @inaccessible.", t.Name, what)
	}
}

func (c *checker) hiddenInValue(v *ast.Value, t *ast.Type, report func(used string)) {
	if v == nil || t == nil {
		return
	}
	if v.Kind == ast.ListValue {
		inner := t
		if t.Elem != nil {
			inner = t.Elem
		}
		for _, child := range v.Children {
			c.hiddenInValue(child.Value, inner, report)
		}
		return
	}
	definition := c.in.Type(t.Name())
	if definition == nil {
		return
	}
	switch definition.Kind {
	case ast.Enum:
		if value := definition.Value(v.Raw); value != nil && hidden(value.Directives) {
			report(definition.Name + "." + v.Raw)
		}
	case ast.InputObject:
		for _, child := range v.Children {
			f := definition.Field(child.Name)
			if f == nil {
				continue
			}
			if hidden(f.Directives) {
				report(f.Coordinate())
				continue
			}
			c.hiddenInValue(child.Value, f.Type, report)
		}
	}
}

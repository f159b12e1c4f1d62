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

// check reports everything about @inaccessible that would break the API schema.
func (c *checker) check() {
	for _, t := range c.in.Types() {
		if hidden(t.Directives) {
			c.hiddenType[t.Name] = true
		}
	}
	c.checkDisallowed()
	c.checkQueryRoot()
	for _, t := range c.in.Types() {
		if c.hiddenType[t.Name] || c.isMachinery(t.Name) {
			continue
		}
		c.checkReferences(t)
		c.checkChildren(t)
		c.checkImplementations(t)
		c.checkRequired(t)
		c.checkDefaults(t)
	}
}

// checkDisallowed: DISALLOWED_INACCESSIBLE, built-in and specification elements and arguments of directives cannot be
// hidden.
func (c *checker) checkDisallowed() {
	for _, t := range c.in.Types() {
		if c.hiddenType[t.Name] && c.isMachinery(t.Name) {
			c.fail(problem.DisallowedInaccessible, c.at.Type(t.Name), "", "Type %q belongs to a specification and cannot be @inaccessible.", t.Name)
		}
	}
	for _, d := range c.in.DirectiveDefinitions() {
		for _, a := range d.Arguments {
			if hidden(a.Directives) {
				c.fail(problem.DisallowedInaccessible, nil, "", "Argument \"@%s(%s:)\" cannot be @inaccessible: it belongs to a directive.", d.Name, a.Name)
			}
		}
	}
}

// checkQueryRoot: QUERY_ROOT_TYPE_INACCESSIBLE, an API has queries.
func (c *checker) checkQueryRoot() {
	if name := c.in.Roots[schema.Query].Name; c.hiddenType[name] {
		c.fail(problem.QueryRootTypeInaccessible, c.at.Type(name), "Mark the fields that should be hidden instead.",
			"Type %q cannot be @inaccessible: it is the query root type.", name)
	}
}

// checkReferences: REFERENCED_INACCESSIBLE, what is visible does not have a hidden type.
func (c *checker) checkReferences(t *schema.Type) {
	report := func(coordinate, referenced string, at []problem.Position) {
		c.fail(problem.ReferencedInaccessible, append(at, c.at.Type(referenced)...), "Mark "+coordinate+" @inaccessible too.",
			"Type %q is @inaccessible, but visible %q refers to it.", referenced, coordinate)
	}
	for _, f := range t.Fields() {
		if hidden(f.Directives) {
			continue
		}
		if name := f.Type.Name(); c.hiddenType[name] {
			report(f.Coordinate(), name, c.at.Field(t.Name, f.Name))
		}
		for _, a := range f.Arguments {
			if name := a.Type.Name(); c.hiddenType[name] && !hidden(a.Directives) {
				report(f.Coordinate()+"("+a.Name+":)", name, c.at.Field(t.Name, f.Name))
			}
		}
	}
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

// checkImplementations: IMPLEMENTED_BY_INACCESSIBLE, a field (or argument) that implements a visible one of an interface
// is visible.
func (c *checker) checkImplementations(t *schema.Type) {
	for _, ref := range t.Interfaces {
		i := c.in.Type(ref.Name)
		if i == nil || c.hiddenType[i.Name] {
			continue
		}
		for _, expected := range i.Fields() {
			f := t.Field(expected.Name)
			if f == nil || hidden(expected.Directives) {
				continue
			}
			if hidden(f.Directives) {
				c.fail(problem.ImplementedByInaccessible, append(c.at.Field(t.Name, f.Name), c.at.Field(i.Name, f.Name)...), "Mark "+expected.Coordinate()+" @inaccessible too.",
					"Field %q is @inaccessible, but implements visible field %q.", f.Coordinate(), expected.Coordinate())
				continue
			}
			for _, a := range expected.Arguments {
				if own := f.Argument(a.Name); own != nil && hidden(own.Directives) && !hidden(a.Directives) {
					c.fail(problem.ImplementedByInaccessible, append(c.at.Field(t.Name, f.Name), c.at.Field(i.Name, f.Name)...), "",
						"Argument \"%s(%s:)\" is @inaccessible, but implements visible argument \"%s(%s:)\".", f.Coordinate(), a.Name, expected.Coordinate(), a.Name)
				}
			}
		}
	}
}

// checkRequired: REQUIRED_INACCESSIBLE, clients can give every argument and input field that is required.
func (c *checker) checkRequired(t *schema.Type) {
	for _, f := range t.Fields() {
		if t.Kind == ast.InputObject {
			if hidden(f.Directives) && f.Type.NonNull && f.Default == nil {
				c.fail(problem.RequiredInaccessible, c.at.Field(t.Name, f.Name), "Give the field a default value, or make it optional.",
					"Input field %q is @inaccessible, but required.", f.Coordinate())
			}
			continue
		}
		if hidden(f.Directives) {
			continue
		}
		for _, a := range f.Arguments {
			if hidden(a.Directives) && a.Required() {
				c.fail(problem.RequiredInaccessible, c.at.Field(t.Name, f.Name), "Give the argument a default value, or make it optional.",
					"Argument \"%s(%s:)\" is @inaccessible, but required.", f.Coordinate(), a.Name)
			}
		}
	}
}

// checkDefaults: DEFAULT_VALUE_USES_INACCESSIBLE, the default value of what is visible has nothing hidden in it.
func (c *checker) checkDefaults(t *schema.Type) {
	report := func(coordinate, used string, at []problem.Position) {
		c.fail(problem.DefaultValueUsesInaccessible, at, "", "The default value of visible %q uses %q, which is @inaccessible.", coordinate, used)
	}
	for _, f := range t.Fields() {
		if hidden(f.Directives) {
			continue
		}
		at := c.at.Field(t.Name, f.Name)
		c.hiddenInValue(f.Default, f.Type, func(used string) { report(f.Coordinate(), used, at) })
		for _, a := range f.Arguments {
			if !hidden(a.Directives) {
				c.hiddenInValue(a.Default, a.Type, func(used string) { report(f.Coordinate()+"("+a.Name+":)", used, at) })
			}
		}
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

package contract

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/weft-graphql/weft/router/compose/problem"
	"github.com/weft-graphql/weft/router/compose/schema"
	"github.com/weft-graphql/weft/router/syntax"
)

// hideUnreachable hides the types that clients could see but never meet.
func (c *contract) hideUnreachable() {
	reached := map[string]bool{}
	var queue []*schema.Type
	reach := func(name string) {
		if t := c.schema.Type(name); t != nil && !reached[name] && !c.isHidden(t.Directives) {
			reached[name] = true
			queue = append(queue, t)
		}
	}
	for _, op := range []schema.Operation{schema.Query, schema.Mutation, schema.Subscription} {
		if root := c.schema.Root(op); root != nil {
			reach(root.Name)
		}
	}
	for _, d := range c.schema.DirectiveDefinitions() {
		if !c.machinery(d.Name) && slices.ContainsFunc(d.Locations, executable) {
			for _, a := range d.Arguments {
				reach(a.Type.Name())
			}
		}
	}
	for len(queue) > 0 {
		t := queue[0]
		queue = queue[1:]
		for _, f := range t.Fields() {
			if c.isHidden(f.Directives) {
				continue
			}
			reach(f.Type.Name())
			for _, a := range f.Arguments {
				if !c.isHidden(a.Directives) {
					reach(a.Type.Name())
				}
			}
		}
		for _, i := range t.Interfaces {
			reach(i.Name)
		}
		for _, name := range c.schema.PossibleTypes(t.Name) {
			reach(name)
		}
	}
	for _, t := range c.schema.Types() {
		if !c.machinery(t.Name) && !reached[t.Name] {
			c.hide(t.Name, &t.Directives)
		}
	}
}

func executable(l ast.DirectiveLocation) bool {
	switch l {
	case ast.LocationQuery, ast.LocationMutation, ast.LocationSubscription, ast.LocationField,
		ast.LocationFragmentDefinition, ast.LocationFragmentSpread, ast.LocationInlineFragment, ast.LocationVariableDefinition:
		return true
	}
	return false
}

// explained adds to errors about the API schema that it is the contract that caused them.
func (c *contract) explained(errs []*problem.Error) []*problem.Error {
	used, unknown := c.tags()
	for _, e := range errs {
		if len(unknown) > 0 {
			e.Suggestion = fmt.Sprintf("Nothing in the graph has the tag %s; its tags are: %s.", strings.Join(unknown, " or "),
				cmp.Or(strings.Join(used, ", "), "none"))
		}
		if e.Suggestion == "" {
			e.Suggestion = "Tag the element that refers to what the contract hides as well, or tag neither."
		}
		e.Message = "The contract hides too much or too little: " + e.Message
	}
	return errs
}

// tags are the tags the graph uses, and those of the filter that it does not use.
func (c *contract) tags() (used, unknown []string) {
	c.each(func(_ string, directives *[]*schema.Directive) {
		for _, d := range *directives {
			if name, ok := d.StringArg("name"); ok && d.Name == c.tag && !slices.Contains(used, name) {
				used = append(used, name)
			}
		}
	})
	slices.Sort(used)
	for _, tag := range slices.Concat(c.filter.Include, c.filter.Exclude) {
		if !slices.Contains(used, tag) {
			unknown = append(unknown, tag)
		}
	}
	return used, unknown
}

// support is what a supergraph needs to use @inaccessible.
const support = `
schema @link(url: "https://specs.apollo.dev/inaccessible/v0.2", for: SECURITY) { query: Query }
directive @inaccessible on FIELD_DEFINITION | OBJECT | INTERFACE | UNION | ARGUMENT_DEFINITION | SCALAR | ENUM | ENUM_VALUE | INPUT_OBJECT | INPUT_FIELD_DEFINITION
`

// define makes a supergraph that did not use @inaccessible ready for it.
func (c *contract) define() {
	if len(c.hidden) == 0 || c.schema.DirectiveDefinition(c.inaccessible) != nil {
		return
	}
	doc, err := syntax.ParseTypeSystem(&ast.Source{Input: support})
	if err != nil {
		panic(err) // support is a constant of ours
	}
	s, _ := schema.Build(doc)
	c.schema.AddDirectiveDefinition(s.DirectiveDefinition("inaccessible"))
	c.schema.Directives = append(c.schema.Directives, s.Directives...)
}

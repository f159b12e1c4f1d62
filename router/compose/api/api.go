// Package api derives the schema clients see from a supergraph: without the machinery of federation, and without what
// is marked @inaccessible.
package api

import (
	"github.com/weft-graphql/weft/router/compose/problem"
	"github.com/weft-graphql/weft/router/compose/schema"
	"github.com/weft-graphql/weft/router/federation"
)

// Locator finds where elements of the supergraph come from.
type Locator interface {
	Type(name string) []problem.Position
	Field(typeName, field string) []problem.Position
}

// Derive returns the API schema of a supergraph. Elements are inaccessible when they carry a directive resolved as
// @inaccessible. It reports an error for everything that would leave the API schema invalid.
func Derive(supergraph *schema.Schema, at Locator) (*schema.Schema, []*problem.Error) {
	c := &checker{in: supergraph, at: at, hiddenType: map[string]bool{}, machinery: readMachinery(supergraph)}
	c.check()
	if len(c.errors) > 0 {
		return nil, c.errors
	}
	return c.build(), nil
}

type checker struct {
	in         *schema.Schema
	at         Locator
	hiddenType map[string]bool
	machinery  machinery
	errors     []*problem.Error
	// typeUses are the visible places that have a hidden type; valueUses the default values with something hidden in
	// them, by its coordinate.
	typeUses, valueUses map[string][]use
}

func hidden(directives []*schema.Directive) bool {
	return schema.Has(directives, federation.Inaccessible)
}

// build copies what is visible.
func (c *checker) build() *schema.Schema {
	out := schema.New()
	out.Description = c.in.Description
	for _, op := range schema.Operations {
		if name := c.in.Roots[op].Name; name != "" && !c.hiddenType[name] {
			out.Roots[op].Name = name
		}
	}
	for _, d := range c.in.DirectiveDefinitions() {
		if !c.machinery.has("@" + d.Name) {
			out.AddDirectiveDefinition(c.directiveDefinition(d))
		}
	}
	for _, t := range c.in.Types() {
		if !c.hiddenType[t.Name] && !c.machinery.has(t.Name) {
			out.AddType(c.buildType(t))
		}
	}
	return out
}

// directiveDefinition copies an executable directive. Its type system locations are not for clients.
func (c *checker) directiveDefinition(d *schema.DirectiveDefinition) *schema.DirectiveDefinition {
	copied := *d
	copied.Arguments = c.arguments(d.Arguments)
	copied.IndexArguments()
	return &copied
}

func (c *checker) buildType(t *schema.Type) *schema.Type {
	out := &schema.Type{
		Kind:          t.Kind,
		Name:          t.Name,
		Description:   t.Description,
		Directives:    t.Directives,
		HasDefinition: true,
	}
	for _, i := range t.Interfaces {
		if !c.hiddenType[i.Name] {
			out.Interfaces = append(out.Interfaces, i)
		}
	}
	for _, member := range t.Members {
		if !c.hiddenType[member.Name] {
			out.Members = append(out.Members, member)
		}
	}
	for _, v := range t.Values {
		if !hidden(v.Directives) {
			out.Values = append(out.Values, v)
		}
	}
	for _, f := range t.Fields() {
		if !c.hiddenField(f) {
			copied := *f
			copied.Arguments = c.arguments(f.Arguments)
			out.AddField(&copied)
		}
	}
	return out
}

// hiddenField reports whether a field is left out: marked itself, or of a hidden type.
func (c *checker) hiddenField(f *schema.Field) bool {
	return hidden(f.Directives) || c.hiddenType[f.Type.Name()]
}

func (c *checker) arguments(list []*schema.Argument) []*schema.Argument {
	var out []*schema.Argument
	for _, a := range list {
		if !hidden(a.Directives) && !c.hiddenType[a.Type.Name()] {
			out = append(out, a)
		}
	}
	return out
}

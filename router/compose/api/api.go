// Package api derives the schema clients see from a supergraph: without the machinery of federation, and without what
// is marked @inaccessible.
package api

import (
	"slices"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"

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
	c := &checker{in: supergraph, at: at, hiddenType: map[string]bool{}}
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
	errors     []*problem.Error
	// typeUses are the visible places that have a hidden type; valueUses the default values with something hidden in
	// them, by its coordinate.
	typeUses, valueUses map[string][]use
}

func hidden(directives []*schema.Directive) bool {
	return schema.Has(directives, federation.Inaccessible)
}

// isMachinery reports whether a type, or a directive if its name starts with @, belongs to a linked specification
// rather than to the graph.
func (c *checker) isMachinery(name string) bool {
	bare, directive := strings.CutPrefix(name, "@")
	if directive && federation.DirectiveByName(bare) != federation.NoDirective && c.linksFeatureOf(federation.DirectiveByName(bare)) {
		return true
	}
	for _, l := range c.in.Directives {
		if l.Name != "link" {
			continue
		}
		raw, _ := l.StringArg("url")
		url, err := federation.ParseFeatureURL(raw)
		if err != nil {
			continue
		}
		if directive && bare == url.Name || strings.HasPrefix(bare, url.Name+"__") || imported(l, name) {
			return true
		}
	}
	return false
}

// linksFeatureOf reports whether the supergraph links the specification a federation directive belongs to.
func (c *checker) linksFeatureOf(d federation.Directive) bool {
	for _, l := range c.in.Directives {
		raw, _ := l.StringArg("url")
		url, err := federation.ParseFeatureURL(raw)
		if l.Name == "link" && err == nil && slices.Contains(federation.FeatureDirectives(url.Identity), d) {
			return true
		}
	}
	return false
}

// imported reports whether a @link of the supergraph imports an element as name.
func imported(link *schema.Directive, name string) bool {
	v := link.Arg("import")
	if v == nil {
		return false
	}
	for _, child := range v.Children {
		as := child.Value
		if as.Kind == ast.ObjectValue {
			if as = as.Children.ForName("as"); as == nil {
				as = child.Value.Children.ForName("name")
			}
		}
		if as != nil && as.Raw == name {
			return true
		}
	}
	return false
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
		if !c.isMachinery("@" + d.Name) {
			out.AddDirectiveDefinition(c.directiveDefinition(d))
		}
	}
	for _, t := range c.in.Types() {
		if !c.hiddenType[t.Name] && !c.isMachinery(t.Name) {
			out.AddType(c.buildType(t))
		}
	}
	return out
}

// directiveDefinition copies an executable directive. Its type system locations are not for clients.
func (c *checker) directiveDefinition(d *schema.DirectiveDefinition) *schema.DirectiveDefinition {
	copied := *d
	copied.Arguments = c.arguments(d.Arguments)
	return &copied
}

func (c *checker) buildType(t *schema.Type) *schema.Type {
	out := &schema.Type{Kind: t.Kind, Name: t.Name, Description: t.Description, Directives: t.Directives, HasDefinition: true}
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

// Package contract derives variants of a supergraph for different audiences: elements are kept or hidden by their
// @tag, and what is hidden becomes @inaccessible, so that the router still uses it to answer queries.
//
// The rules are those teams know from managed contracts:
//
//   - A tag on an object or interface type counts as a tag on each of its fields.
//   - Excluded tags hide every element that carries one.
//   - If there are included tags, object and interface fields and unions that carry none of them are hidden. Other
//     elements (scalars, enums, input types, arguments) stay, as visible fields need them.
//   - Excluding wins over including.
//   - A type of which nothing visible is left is hidden.
//
// A contract whose API schema would not be valid is an error, for instance one that hides a type but not a field that
// returns it: what is missing is a tag, and adding it is a decision of the graph's owners.
package contract

import (
	"fmt"
	"slices"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/weft-graphql/weft/router/compose/api"
	"github.com/weft-graphql/weft/router/compose/problem"
	"github.com/weft-graphql/weft/router/compose/schema"
	"github.com/weft-graphql/weft/router/federation"
	"github.com/weft-graphql/weft/router/syntax"
)

// Filter says which tags a contract keeps and drops.
type Filter struct {
	Include []string
	Exclude []string
	// HideUnreachable also hides types that no visible root field leads to.
	HideUnreachable bool
}

// Result is the variant of a supergraph that a contract asks for.
type Result struct {
	// SupergraphSDL is the supergraph with more elements marked @inaccessible.
	SupergraphSDL string
	// APISDL is the schema the contract's clients see.
	APISDL string
	// Hidden are the schema coordinates the contract hides, sorted.
	Hidden []string
}

// ParseFilter reads the form `include=public,partner,exclude=internal`: a list of tags, in which a tag may be preceded
// by `include=` or `exclude=` to say what it and the following ones are for.
func ParseFilter(text string) (Filter, error) {
	var f Filter
	var into *[]string
	for _, word := range strings.Split(text, ",") {
		word = strings.TrimSpace(word)
		if mode, tag, found := strings.Cut(word, "="); found {
			switch mode {
			case "include":
				into = &f.Include
			case "exclude":
				into = &f.Exclude
			default:
				return Filter{}, fmt.Errorf("contract %q: %q is neither include nor exclude", text, mode)
			}
			word = tag
		}
		if into == nil {
			return Filter{}, fmt.Errorf("contract %q: begin with include= or exclude=", text)
		}
		if word == "" {
			return Filter{}, fmt.Errorf("contract %q: a tag is missing", text)
		}
		*into = append(*into, word)
	}
	return f, nil
}

// Apply hides what the filter asks for.
func Apply(supergraphSDL string, filter Filter) (*Result, []*problem.Error) {
	doc, err := syntax.ParseTypeSystem(&ast.Source{Name: "supergraph", Input: supergraphSDL})
	if err != nil {
		return nil, unreadable(err.Error())
	}
	s, conflicts := schema.Build(doc)
	if len(conflicts) > 0 {
		return nil, unreadable(conflicts[0].Message)
	}
	if s.Root(schema.Query) == nil {
		return nil, unreadable("it has no query type")
	}
	c := &contract{
		schema: s, filter: filter,
		tag:          directiveName(s, federation.TagIdentity, "tag"),
		inaccessible: directiveName(s, federation.InaccessibleIdentity, "inaccessible"),
	}
	c.resolve()
	c.filterByTags()
	c.hideEmpty()
	if filter.HideUnreachable {
		c.hideUnreachable()
	}
	c.define()
	visible, errs := api.Derive(s, nowhere{})
	if len(errs) > 0 {
		return nil, c.explained(errs)
	}
	slices.Sort(c.hidden)
	return &Result{
		SupergraphSDL: schema.Print(s, schema.Style{Sorted: true, Directives: true}),
		APISDL:        schema.Print(visible, schema.Style{}),
		Hidden:        c.hidden,
	}, nil
}

func unreadable(why string) []*problem.Error {
	return []*problem.Error{
		{Code: "INVALID_FEDERATION_SUPERGRAPH", Message: "The supergraph cannot be read: " + why + "."},
	}
}

// nowhere locates nothing: a contract works on a supergraph, whose sources are elsewhere.
type nowhere struct{}

func (nowhere) Type(string) []problem.Position          { return nil }
func (nowhere) Field(string, string) []problem.Position { return nil }

type contract struct {
	schema            *schema.Schema
	filter            Filter
	tag, inaccessible string // names of the directives in this supergraph
	hidden            []string
}

// directiveName returns the name a supergraph uses for the directive that a feature is called by.
func directiveName(s *schema.Schema, identity, name string) string {
	for _, l := range s.Directives {
		raw, _ := l.StringArg("url")
		if l.Name != "link" || !strings.HasPrefix(raw, identity+"/") {
			continue
		}
		if imports := l.Arg("import"); imports != nil {
			for _, child := range imports.Children {
				v := child.Value
				if v.Kind != ast.ObjectValue {
					continue
				}
				from, as := v.Children.ForName("name"), v.Children.ForName("as")
				if from != nil && as != nil && from.Raw == "@"+name {
					return strings.TrimPrefix(as.Raw, "@")
				}
			}
		}
		if as, given := l.StringArg("as"); given {
			return as
		}
	}
	return name
}

// resolve marks the applications of @inaccessible that are there already, for the derivation of the API schema.
func (c *contract) resolve() {
	c.each(func(_ string, directives *[]*schema.Directive) {
		for _, d := range *directives {
			if d.Name == c.inaccessible {
				d.Federation = federation.Inaccessible
			}
		}
	})
}

// each visits the directives of every element that can be hidden.
func (c *contract) each(visit func(coordinate string, directives *[]*schema.Directive)) {
	for _, t := range c.schema.Types() {
		if c.machinery(t.Name) {
			continue
		}
		visit(t.Name, &t.Directives)
		for _, v := range t.Values {
			visit(t.Name+"."+v.Name, &v.Directives)
		}
		for _, f := range t.Fields() {
			visit(f.Coordinate(), &f.Directives)
			for _, a := range f.Arguments {
				visit(f.Coordinate()+"("+a.Name+":)", &a.Directives)
			}
		}
	}
}

// machinery tells whether a type or directive belongs to a specification that the supergraph links.
func (c *contract) machinery(name string) bool {
	namespace, _, found := strings.Cut(name, "__")
	if !found {
		return false
	}
	for _, l := range c.schema.Directives {
		if l.Name != "link" {
			continue
		}
		if as, given := l.StringArg("as"); given && as == namespace {
			return true
		}
		raw, _ := l.StringArg("url")
		if feature, err := federation.ParseFeatureURL(raw); err == nil && feature.Name == namespace {
			return true
		}
	}
	return false
}

func (c *contract) isHidden(directives []*schema.Directive) bool {
	return schema.Has(directives, federation.Inaccessible)
}

func (c *contract) hide(coordinate string, directives *[]*schema.Directive) {
	if c.isHidden(*directives) {
		return
	}
	*directives = append(*directives, &schema.Directive{Name: c.inaccessible, Federation: federation.Inaccessible})
	c.hidden = append(c.hidden, coordinate)
}

func (c *contract) tagged(directives []*schema.Directive, tags []string) bool {
	for _, d := range directives {
		if d.Name == c.tag {
			if name, _ := d.StringArg("name"); slices.Contains(tags, name) {
				return true
			}
		}
	}
	return false
}

func (c *contract) filterByTags() {
	c.each(func(coordinate string, directives *[]*schema.Directive) {
		if c.tagged(*directives, c.filter.Exclude) && !c.isRootOrBuiltIn(coordinate) {
			c.hide(coordinate, directives)
		}
	})
	for _, t := range c.schema.Types() {
		if c.machinery(t.Name) {
			continue
		}
		dropped, kept := c.tagged(t.Directives, c.filter.Exclude), c.tagged(t.Directives, c.filter.Include)
		if t.Kind == ast.Union && len(c.filter.Include) > 0 && !kept {
			c.hide(t.Name, &t.Directives)
		}
		if t.Kind != ast.Object && t.Kind != ast.Interface {
			continue
		}
		for _, f := range t.Fields() {
			if dropped || len(c.filter.Include) > 0 && !kept && !c.tagged(f.Directives, c.filter.Include) {
				c.hide(f.Coordinate(), &f.Directives)
			}
		}
	}
}

// isRootOrBuiltIn tells whether an element must stay although it is tagged: the query type (an error arises if all its
// fields go) and the scalars of the specification.
func (c *contract) isRootOrBuiltIn(coordinate string) bool {
	switch coordinate {
	case "Int", "Float", "String", "Boolean", "ID":
		return true
	}
	return coordinate == c.schema.Root(schema.Query).Name
}

// hideEmpty hides types of which no visible child is left, until there are no more.
func (c *contract) hideEmpty() {
	for again := true; again; {
		again = false
		for _, t := range c.schema.Types() {
			if c.machinery(t.Name) || c.isHidden(t.Directives) || !c.empty(t) || t == c.schema.Root(schema.Query) {
				continue
			}
			c.hide(t.Name, &t.Directives)
			again = true
		}
	}
}

func (c *contract) empty(t *schema.Type) bool {
	switch t.Kind {
	case ast.Object, ast.Interface, ast.InputObject:
		return !slices.ContainsFunc(t.Fields(), func(f *schema.Field) bool { return !c.isHidden(f.Directives) })
	case ast.Enum:
		return !slices.ContainsFunc(t.Values, func(v *schema.EnumValue) bool { return !c.isHidden(v.Directives) })
	case ast.Union:
		return !slices.ContainsFunc(t.Members, func(m schema.Ref) bool {
			member := c.schema.Type(m.Name)
			return member != nil && !c.isHidden(member.Directives)
		})
	}
	return false
}

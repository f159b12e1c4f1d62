// Package extract takes a composed graph apart again: it writes, from the supergraph alone, the schema of one
// subgraph as composition has read it. Descriptions, and the directives for which the supergraph does not say whose
// they are (@deprecated, @tag, @inaccessible and others that are not of the join specification), are those of the
// whole graph.
package extract

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/weft-graphql/weft/router/compose/schema"
	"github.com/weft-graphql/weft/router/federation"
	"github.com/weft-graphql/weft/router/syntax"
)

// graphEnum is the enum of the supergraph whose values stand for the subgraphs.
//
// Specification: https://specs.apollo.dev/join/v0.3/
const graphEnum = "join__Graph"

// Subgraphs lists the names of the subgraphs that a supergraph was composed of, in its order.
func Subgraphs(supergraphSDL string) ([]string, error) {
	s, _, err := read(supergraphSDL)
	if err != nil {
		return nil, err
	}
	names := make([]string, len(s.Type(graphEnum).Values))
	for i, value := range s.Type(graphEnum).Values {
		names[i] = nameOf(value)
	}
	return names, nil
}

// Subgraph returns the schema of the named subgraph. The error says which subgraphs there are.
func Subgraph(supergraphSDL, name string) (string, error) {
	s, spelling, err := read(supergraphSDL)
	if err != nil {
		return "", err
	}
	var names []string
	for _, value := range s.Type(graphEnum).Values {
		if nameOf(value) == name {
			e := &extraction{
				from:     s,
				spelling: spelling,
				graph:    value.Name,
				name:     name,
				to:       schema.New(),
				used:     map[string]bool{},
				version:  oldest,
			}
			part := schema.Print(e.run(), schema.Style{Directives: true})
			return e.link() + "\n" + part, nil
		}
		names = append(names, nameOf(value))
	}
	return "", fmt.Errorf("the graph has no subgraph %s; it has %s", name, strings.Join(names, ", "))
}

// read also returns the federation directives that the supergraph has, by the names it gives them.
func read(sdl string) (*schema.Schema, map[string]federation.Directive, error) {
	doc, err := syntax.ParseTypeSystem(&ast.Source{Name: "supergraph", Input: sdl})
	if err != nil {
		return nil, nil, fmt.Errorf("the supergraph cannot be read: %w", err)
	}
	s, conflicts := schema.Build(doc)
	if len(conflicts) > 0 {
		return nil, nil, fmt.Errorf("the supergraph cannot be read: %s", conflicts[0].Message)
	}
	if s.Type(graphEnum) == nil {
		return nil, nil, fmt.Errorf("this is not a supergraph: it has no enum %s", graphEnum)
	}
	spelling := map[string]federation.Directive{}
	links, _ := federation.ParseLinks(doc) // what is wrong with a link is the loader's to say
	for _, link := range links {
		for _, d := range federation.FeatureDirectives(link.URL.Identity) {
			spelling[link.DirectiveName(d.String())] = d
		}
	}
	return s, spelling, nil
}

// nameOf is a subgraph's name as its owner wrote it.
func nameOf(value *schema.EnumValue) string {
	if graph := schema.Named(value.Directives, "join__graph"); graph != nil {
		if name, ok := graph.StringArg("name"); ok {
			return name
		}
	}
	return value.Name
}

// extraction is the writing of one subgraph.
type extraction struct {
	from, to *schema.Schema
	// spelling has the federation directives by the names they have in the supergraph.
	spelling map[string]federation.Directive
	// graph is the value of the graph enum that stands for the subgraph called name.
	graph, name string
	// used are the federation directives the subgraph turns out to need, and version the first that has them.
	used    map[string]bool
	version federation.Version
}

func (e *extraction) run() *schema.Schema {
	for _, t := range e.from.Types() {
		if joins := e.mine(t.Directives, "join__type"); len(joins) > 0 {
			e.to.AddType(e.typeOf(t, joins))
		}
	}
	for _, op := range schema.Operations {
		if root := e.from.Root(op); root != nil {
			if t := e.to.Type(root.Name); t != nil && len(t.Fields()) > 0 {
				e.to.Roots[op].Name = root.Name
			}
		}
	}
	e.to.RemoveTypes(func(t *schema.Type) bool { return e.from.IsRoot(t.Name) && len(t.Fields()) == 0 })
	for _, d := range e.from.DirectiveDefinitions() {
		if executable(d) && !strings.Contains(d.Name, "__") {
			e.to.AddDirectiveDefinition(d)
		}
	}
	return e.to
}

// executable tells whether the directive may stand in operations: only then it is a part of every subgraph.
func executable(d *schema.DirectiveDefinition) bool {
	return slices.ContainsFunc(d.Locations, func(l ast.DirectiveLocation) bool {
		switch l {
		case ast.LocationQuery, ast.LocationMutation, ast.LocationSubscription, ast.LocationField,
			ast.LocationFragmentDefinition, ast.LocationFragmentSpread, ast.LocationInlineFragment, ast.LocationVariableDefinition:
			return true
		default:
			return false
		}
	})
}

// link is the schema extension that imports what was used of the federation specification.
func (e *extraction) link() string {
	var imports []string
	for _, d := range federation.Directives(federation.LatestVersion) {
		if e.used[d.String()] {
			imports = append(imports, strconv.Quote("@"+d.String()))
			e.needs(d.Since())
		}
	}
	return fmt.Sprintf("extend schema\n  @link(url: \"%s/%s\", import: [%s])\n", federation.FederationIdentity, e.version,
		strings.Join(imports, ", "))
}

// oldest is the version that parts are written in if they need no newer one: the first whose interfaces may have keys.
// labelled is the first whose @override has labels.
var oldest, labelled = federation.Version{Major: 2, Minor: 3}, federation.Version{Major: 2, Minor: 7}

// needs notes that the part uses something there is since a version.
func (e *extraction) needs(version federation.Version) {
	if version.AtLeast(e.version) {
		e.version = version
	}
}

// mine are the applications of a join directive that are about this subgraph.
func (e *extraction) mine(directives []*schema.Directive, name string) []*schema.Directive {
	var found []*schema.Directive
	for _, d := range directives {
		if d.Name != name {
			continue
		}
		if graph := d.Arg("graph"); graph != nil && graph.Raw == e.graph {
			found = append(found, d)
		}
	}
	return found
}

// apply makes an application of a federation directive.
func (e *extraction) apply(name string, args ...schema.Arg) *schema.Directive {
	e.used[name] = true
	return &schema.Directive{Name: name, Arguments: args}
}

func arg(name, value string) schema.Arg { return schema.Arg{Name: name, Value: schema.String(value)} }

func isTrue(d *schema.Directive, name string) bool {
	v := d.Arg(name)
	return v != nil && v.Kind == ast.BooleanValue && v.Raw == "true"
}

func isFalse(d *schema.Directive, name string) bool {
	v := d.Arg(name)
	return v != nil && v.Kind == ast.BooleanValue && v.Raw == "false"
}

// common are the directives of an element that are not of the join specification, those left out that are only the
// graph's: composition gives interfaces the access requirements of what implements them.
func (e *extraction) common(kind schema.Kind, directives []*schema.Directive) []*schema.Directive {
	var kept []*schema.Directive
	for _, d := range directives {
		switch d.Name {
		case "join__directive":
			if applied := e.joined(d); applied != nil {
				kept = append(kept, applied)
			}
			continue
		case "deprecated", "specifiedBy", "oneOf":
			kept = append(kept, d)
			continue
		}
		switch of := e.spelling[d.Name]; of {
		case 0, federation.Context, federation.FromContext:
		case federation.Authenticated, federation.RequiresScopes, federation.Policy:
			if kind != ast.Interface {
				kept = append(kept, e.apply(of.String(), d.Arguments...))
			}
		default:
			kept = append(kept, e.apply(of.String(), d.Arguments...))
		}
	}
	return kept
}

// joined is the directive that a join__directive carries for its subgraphs, or nil.
func (e *extraction) joined(d *schema.Directive) *schema.Directive {
	graphs, full := d.Arg("graphs"), d.Arg("name")
	if graphs == nil || full == nil {
		return nil
	}
	name := strings.TrimPrefix(full.Raw, "federation__")
	if federation.DirectiveByName(name) == 0 ||
		!slices.ContainsFunc(graphs.Children, func(c *ast.ChildValue) bool { return c.Value.Raw == e.graph }) {
		return nil
	}
	var args []schema.Arg
	if given := d.Arg("args"); given != nil {
		for _, child := range given.Children {
			args = append(args, schema.Arg{Name: child.Name, Value: child.Value})
		}
	}
	return e.apply(name, args...)
}

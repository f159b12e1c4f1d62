package subgraph

import (
	"fmt"
	"slices"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/weft-graphql/weft/router/federation"
	"github.com/weft-graphql/weft/router/syntax"
)

// Directives of Cosmo, which its composer knows without a definition.
const (
	edfsNATS   = "edfs__natsSubscribe"
	edfsFilter = "openfed__subscriptionFilter"
)

// translateEDFS writes @edfs__natsSubscribe, and with it @openfed__subscriptionFilter, as our @events, which composes
// as any linked directive does. What it cannot translate stays, and is reported as an unknown directive.
func translateEDFS(doc *ast.SchemaDocument) error {
	name := "events"
	if doc.Directives.ForName(name) != nil {
		name = "edfsEvents"
	}
	found := false
	for _, def := range slices.Concat(doc.Definitions, doc.Extensions) {
		for _, f := range def.Fields {
			if d := f.Directives.ForName(edfsNATS); d != nil {
				found = true
				translateField(f, d, name)
			}
		}
	}
	if !found {
		return nil
	}
	// Cosmo marks the keys in messages as external. They are what messages have.
	for _, def := range slices.Concat(doc.Definitions, doc.Extensions) {
		for _, f := range def.Fields {
			f.Directives = slices.DeleteFunc(f.Directives, func(d *ast.Directive) bool { return d.Name == "external" })
		}
	}
	doc.Directives = slices.DeleteFunc(doc.Directives, func(d *ast.DirectiveDefinition) bool {
		return d.Name == edfsNATS || d.Name == edfsFilter
	})
	return linkEvents(doc, name)
}

func translateField(f *ast.FieldDefinition, subscribe *ast.Directive, name string) {
	events := &ast.Directive{Name: name, Position: subscribe.Position}
	set := func(arg string, v *ast.Value) {
		if v != nil {
			events.Arguments = append(events.Arguments, &ast.Argument{Name: arg, Value: v, Position: v.Position})
		}
	}
	value := func(arg string) *ast.Value {
		if a := subscribe.Arguments.ForName(arg); a != nil {
			return a.Value
		}
		return nil
	}
	set("subjects", value("subjects"))
	set("provider", value("providerId"))
	if stream := value("streamConfiguration"); stream != nil {
		set("stream", stream.Children.ForName("streamName"))
	}
	kept := ast.DirectiveList{}
	for _, d := range f.Directives {
		switch where, ok := filterOf(d); {
		case d == subscribe:
			kept = append(kept, events)
		case ok:
			set("where", where)
		default:
			kept = append(kept, d)
		}
	}
	f.Directives = kept
}

// filterOf translates a filter of one value, or of several that must all be there.
func filterOf(d *ast.Directive) (*ast.Value, bool) {
	if d.Name != edfsFilter || d.Arguments.ForName("condition") == nil {
		return nil, false
	}
	conditions := []*ast.Value{d.Arguments.ForName("condition").Value}
	if and := conditions[0].Children.ForName("AND"); and != nil {
		conditions = nil
		for _, c := range and.Children {
			conditions = append(conditions, c.Value)
		}
	}
	where := &ast.Value{Kind: ast.ListValue, Position: d.Position}
	for _, c := range conditions {
		in := c.Children.ForName("IN")
		if in == nil || len(c.Children) != 1 {
			return nil, false
		}
		path, values := in.Children.ForName("fieldPath"), in.Children.ForName("values")
		if path == nil || values == nil || len(values.Children) != 1 {
			return nil, false
		}
		text := path.Raw + "=" + values.Children[0].Value.Raw
		where.Children = append(where.Children, &ast.ChildValue{
			Value: &ast.Value{Kind: ast.StringValue, Raw: text, Position: d.Position}, Position: d.Position,
		})
	}
	return where, true
}

// linkEvents links our feature and lets its directive be composed. A schema that links no federation gets one: Cosmo
// knows its directives without.
func linkEvents(doc *ast.SchemaDocument, name string) error {
	text := "extend schema "
	compose := "federation__composeDirective"
	links, _ := federation.ParseLinks(doc)
	if link := links.ByIdentity(federation.FederationIdentity); link != nil {
		compose = link.Name + "__composeDirective"
		for _, i := range link.Imports {
			if i.Name == "@composeDirective" {
				compose = strings.TrimPrefix(i.As, "@")
			}
		}
	} else {
		text += `@link(url: "https://specs.apollo.dev/link/v1.0") @link(url: "https://specs.apollo.dev/federation/v2.3", import: ` +
			`["@key", "@external", "@shareable", "@provides", "@requires", "@tag", "@inaccessible", "@override", ` +
			`"@interfaceObject", "@extends"]) `
	}
	text += fmt.Sprintf("@link(url: %q, as: %q) @%s(name: %q)\n", federation.EventsURL, name, compose, "@"+name)
	if doc.Directives.ForName(name) == nil {
		text += fmt.Sprintf(federation.EventsDefinition, name)
	}
	added, err := syntax.ParseTypeSystem(&ast.Source{Name: "events", Input: text})
	if err != nil {
		return err
	}
	doc.SchemaExtension = append(doc.SchemaExtension, added.SchemaExtension...)
	doc.Directives = append(doc.Directives, added.Directives...)
	return nil
}

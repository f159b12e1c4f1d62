package eventbus

import (
	"fmt"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/weft-graphql/weft/router/federation"
	"github.com/weft-graphql/weft/router/supergraph"
)

// Declarations are the subscription fields of a subgraph that are fed by events, by name; none when it has no @events.
func Declarations(graph *supergraph.Supergraph, s *supergraph.Subgraph) (map[string]*Declaration, error) {
	name := graph.DirectiveName(federation.EventsIdentity, "events")
	if name == "" || graph.Subscription == nil {
		return nil, nil
	}
	declared := map[string]*Declaration{}
	var other string
	for _, f := range graph.Subscription.Fields {
		if f.In[s.ID] == nil {
			continue
		}
		directive := f.Definition.Directives.ForName(name)
		if directive == nil {
			other = f.Name
			continue
		}
		// The types are those of the graph, the names those of the field.
		definition := &ast.FieldDefinition{Name: f.Name, Type: f.Type}
		for _, a := range f.Args {
			definition.Arguments = append(definition.Arguments, &ast.ArgumentDefinition{Name: a.Name, Type: a.Type})
		}
		d, err := Declare(definition, directive)
		if err != nil {
			return nil, fmt.Errorf("subgraph %q: %w", s.Name, err)
		}
		declared[f.Name] = d
	}
	if len(declared) == 0 {
		return nil, nil
	}
	if other != "" {
		return nil, fmt.Errorf(
			"subgraph %q: Subscription.%s has no @%s, which other fields of the subgraph's Subscription have: "+
				"put these into a subgraph of their own, for messages answer for all of it",
			s.Name,
			other,
			name,
		)
	}
	return declared, standsAlone(graph, s, name)
}

// standsAlone refuses subgraphs from which something else than events would be fetched: there is no service behind
// them.
func standsAlone(graph *supergraph.Supergraph, s *supergraph.Subgraph, directive string) error {
	for _, root := range []*supergraph.Type{graph.Query, graph.Mutation} {
		if root == nil {
			continue
		}
		for _, f := range root.Fields {
			if f.In[s.ID] != nil {
				return fmt.Errorf("subgraph %q: %s.%s cannot be in a subgraph whose Subscription has @%s: put the Subscription "+
					"into a subgraph of its own", s.Name, root.Name, f.Name, directive)
			}
		}
	}
	for _, t := range graph.Types {
		in := t.In[s.ID]
		if in == nil {
			continue
		}
		for _, k := range in.Keys {
			if k.Resolvable {
				return fmt.Errorf(
					"subgraph %q: @key of %s must say resolvable: false, for nothing but events comes from a subgraph "+
						"whose Subscription has @%s",
					s.Name,
					t.Name,
					directive,
				)
			}
		}
	}
	return nil
}

// TypesOf are the types of a graph as answers need them.
func TypesOf(graph *supergraph.Supergraph) Types { return types{graph} }

type types struct{ graph *supergraph.Supergraph }

// IsObject implements Types.
func (t types) IsObject(name string) bool {
	typ := t.graph.Type(name)
	return typ != nil && typ.Kind == ast.Object
}

// Applies implements Types.
func (t types) Applies(condition, object string) bool {
	c, o := t.graph.Type(condition), t.graph.Type(object)
	return c != nil && o != nil && (c == o || o.ObjectIndex >= 0 && c.Possible.Has(o.ObjectIndex))
}

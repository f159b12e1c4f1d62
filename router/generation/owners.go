package generation

import (
	"encoding/json"
	"strings"

	"github.com/weft-graphql/weft/router/supergraph"
)

// ownedGraph is what the playground shows beside the schema: which subgraphs resolve each field that clients can see,
// through which keys they are asked, and which headers the router looks at.
type ownedGraph struct {
	Types   []ownedType `json:"types"`
	Headers []string    `json:"headers"`
}

type ownedType struct {
	Name string `json:"name"`
	// Keys are those by which subgraphs can be asked for an object of the type.
	Keys   []ownedKey   `json:"keys,omitempty"`
	Fields []ownedField `json:"fields"`
}

type ownedKey struct {
	Subgraph string `json:"subgraph"`
	Fields   string `json:"fields"`
}

type ownedField struct {
	Name string       `json:"name"`
	Type string       `json:"type"`
	In   []ownedPlace `json:"in"`
}

// ownedPlace is a subgraph that resolves a field.
type ownedPlace struct {
	Subgraph string `json:"subgraph"`
	// Requires are the fields of other subgraphs that it has to be told.
	Requires string `json:"requires,omitempty"`
	// Label is that of a progressive override, because of which it may be another one.
	Label string `json:"label,omitempty"`
}

// owned lists the owners of a graph as JSON.
func owned(sg *supergraph.Supergraph, headers []string) ([]byte, error) {
	graph := ownedGraph{Types: []ownedType{}, Headers: append([]string{}, headers...)}
	for _, t := range sg.Types {
		def := sg.API.Types[t.Name]
		if def == nil || def.BuiltIn || len(t.Fields) == 0 {
			continue
		}
		shown := ownedType{Name: t.Name, Fields: []ownedField{}}
		for _, in := range t.In {
			if in == nil {
				continue
			}
			for _, key := range in.Keys {
				if key.Resolvable {
					shown.Keys = append(shown.Keys, ownedKey{in.Subgraph.Name, spell(key.FieldSet)})
				}
			}
		}
		for _, f := range t.Fields {
			if visible := def.Fields.ForName(f.Name); visible != nil && !f.Inaccessible {
				shown.Fields = append(shown.Fields, ownedField{f.Name, visible.Type.String(), placesOf(f)})
			}
		}
		graph.Types = append(graph.Types, shown)
	}
	return json.Marshal(graph)
}

// placesOf are the subgraphs that resolve a field.
func placesOf(f *supergraph.Field) []ownedPlace {
	places := []ownedPlace{}
	for _, in := range f.In {
		if in == nil || in.External || in.Overridden && in.OverriddenLabel == "" {
			continue
		}
		label := in.OverrideLabel
		if label == "" {
			label = in.OverriddenLabel
		}
		places = append(places, ownedPlace{in.Subgraph.Name, spell(in.Requires), label})
	}
	return places
}

// spell writes a field set as its subgraph does.
func spell(set supergraph.FieldSet) string {
	parts := make([]string, 0, len(set))
	for _, item := range set {
		part := item.Name
		if item.On != nil {
			part = "... on " + item.On.Name
		}
		if len(item.Items) > 0 {
			part += " { " + spell(item.Items) + " }"
		}
		parts = append(parts, part)
	}
	return strings.Join(parts, " ")
}

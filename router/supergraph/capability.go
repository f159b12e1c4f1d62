package supergraph

import (
	"fmt"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/weft-graphql/weft/router/syntax"
)

// Capability is something that a service can do beside its schema, as introspection tells of it.
//
// Specification: GraphQL, service capabilities (a proposal): https://github.com/graphql/graphql-spec/pull/1208
type Capability struct {
	Identifier, Description string
	// Value is empty when there is nothing to say.
	Value string
}

// Announcing is Load for a graph whose API schema has the meta-field __service, which tells of capabilities. Without
// any it has not.
func Announcing(sdl string, capabilities []Capability) (*Supergraph, error) {
	s, err := Load(sdl)
	if err != nil || len(capabilities) == 0 {
		return s, err
	}
	s.Capabilities = capabilities
	doc, err := syntax.ParseTypeSystem(&ast.Source{BuiltIn: true, Input: `
		"A service that can be asked for what it is capable of."
		type __Service {
			"All capabilities that the service supports."
			capabilities: [__Capability!]!
		}
		"A capability of the service that its schema does not tell of."
		type __Capability {
			"Unique name of the capability."
			identifier: String!
			"What the capability is."
			description: String
			"Further details of the capability."
			value: String
		}`})
	if err != nil {
		return nil, fmt.Errorf("parsing the types of capabilities: %w", err)
	}
	for _, def := range doc.Definitions {
		def.BuiltIn = true
		s.API.Types[def.Name] = def
		s.API.AddPossibleType(def.Name, def)
	}
	s.API.Query.Fields = append(s.API.Query.Fields, &ast.FieldDefinition{
		Name: "__service", Type: ast.NonNullNamedType("__Service", nil),
	})
	return s, nil
}

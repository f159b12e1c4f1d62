package generation

import (
	"github.com/weft-graphql/weft/router/config"
	"github.com/weft-graphql/weft/router/exec"
	"github.com/weft-graphql/weft/router/supergraph"
)

// onErrors are the error behaviors by the names that the configuration has for them.
var onErrors = map[string]exec.OnError{"PROPAGATE": exec.Propagate, "NULL": exec.Null, "HALT": exec.Halt}

// capabilities are what introspection tells clients of beside the schema.
func capabilities(c *config.Config) []supergraph.Capability {
	if !c.GraphQL.OnError.Enabled {
		return nil
	}
	return []supergraph.Capability{
		{
			Identifier:  "graphql.onError",
			Description: "Requests may say what becomes of errors (onError): PROPAGATE, NULL or HALT.",
		},
		{
			Identifier:  "graphql.defaultErrorBehavior",
			Description: "What becomes of errors of requests that do not say.",
			Value:       c.GraphQL.OnError.Default,
		},
	}
}

package router

import (
	"encoding/json"

	"github.com/vektah/gqlparser/v2/gqlerror"
)

// rejection is the answer to a request that is not executed: errors and no data.
//
// Specification: GraphQL, section 7.1.2 "Request errors".
func rejection(errs gqlerror.List) []byte {
	body, err := json.Marshal(struct {
		Errors gqlerror.List `json:"errors"`
	}{errs})
	if err != nil {
		return errorAnswer("The request is not valid.", "GRAPHQL_VALIDATION_FAILED")
	}
	return body
}

// planningFailed is the answer when no plan was found, which a composed graph should not allow.
func planningFailed(cause error) []byte {
	err := gqlerror.Wrap(cause)
	err.Message = "The operation cannot be planned: " + cause.Error()
	err.Extensions = map[string]any{"code": "QUERY_PLANNING_FAILED"}
	return rejection(gqlerror.List{err})
}

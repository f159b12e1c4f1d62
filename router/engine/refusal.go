package engine

import (
	"encoding/json"
	"slices"
	"strings"

	"github.com/vektah/gqlparser/v2/gqlerror"

	"github.com/weft-graphql/weft/router/server"
)

var (
	// noDocuments is the answer to a request for a document that was not sent, when no module knows any. It is what
	// clients with automatic persisted queries take for the sign to send documents from now on.
	noDocuments = &server.Refusal{
		Outcome: server.Unknown,
		Code:    server.CodePersistedQuery,
		Message: "PersistedQueryNotSupported",
	}
	unauthorized = &server.Refusal{
		Outcome: server.Forbidden,
		Code:    "UNAUTHORIZED_FIELD_OR_TYPE",
		Message: "Unauthorized field or type",
	}
	mutationOverGet = &server.Refusal{Outcome: server.NotAQuery, Code: "METHOD_NOT_ALLOWED",
		Message: "Only queries may be sent with GET or QUERY. Send this operation with POST."}
	noSubscriptions = &server.Refusal{Outcome: server.Rejected, Code: "SUBSCRIPTION_NOT_SUPPORTED",
		Message: "This router does not serve subscriptions (subscription.enabled in its configuration)."}
	noEvents = &server.Refusal{Outcome: server.Rejected, Code: "SUBSCRIPTION_NOT_SUPPORTED",
		Message: "A subscription has more than one answer, and the request takes only one. Send it over a WebSocket, or with POST " +
			"or GET and an Accept header of text/event-stream or multipart/mixed;subscriptionSpec=1.0."}
	noSource = &server.Refusal{Outcome: server.Rejected, Code: "SUBSCRIPTION_NOT_SUPPORTED",
		Message: "The events of this subscription cannot be asked for: its subgraph has no protocol for them " +
			"(subscription.subgraphs in the router's configuration)."}
	introspectionDisabled = &server.Refusal{Outcome: server.Rejected, Code: "INTROSPECTION_DISABLED",
		Message: "Introspection is switched off: the schema cannot be asked for (graphql.introspection in the router's configuration)."}
	// tooBusy is the answer to an operation that nobody got to prepare.
	tooBusy = &server.Refusal{Outcome: server.Unavailable, Code: server.CodeOverloaded,
		Message: "The router has too many new operations to prepare. Try again in a moment."}
)

func busy(resp *server.Response) { refuse(resp, tooBusy) }

// refuse answers an operation that is not run.
func refuse(resp *server.Response, refusal *server.Refusal) {
	resp.Header = append(resp.Header, refusal.Header...)
	if refusal.Body != nil {
		reject(resp, refusal.Body, 1)
		resp.Outcome = refusal.Outcome
		return
	}
	reject(resp, rejection(gqlerror.List{{
		Message: refusal.Message, Extensions: map[string]any{"code": refusal.Code},
	}}), 1)
	resp.Outcome, resp.Operation.Code = refusal.Outcome, refusal.Code
}

// documentRejected is the answer to a document with errors. Who guesses names is not told which of them exist, if the
// configuration says so: what is wrong on this graph is one error that does not say more.
func (e *Engine) documentRejected(errs gqlerror.List) []byte {
	if !e.config.Explain && slices.ContainsFunc(errs, isInvalid) {
		errs = append(slices.DeleteFunc(slices.Clone(errs), isInvalid), notValid)
	}
	return e.rejection(errs)
}

const invalidDocument = "GRAPHQL_VALIDATION_FAILED"

func isInvalid(err *gqlerror.Error) bool { return err.Extensions["code"] == invalidDocument }

var notValid = &gqlerror.Error{
	Message:    "The document is not valid on this graph. The router does not say why (graphql.explain in its configuration).",
	Extensions: map[string]any{"code": invalidDocument},
}

// rejection is the answer to a document, or variables, with errors. Who may not ask for the schema is not told parts of
// it either, if the configuration says so.
func (e *Engine) rejection(errs gqlerror.List) []byte {
	if e.config.Suggestions {
		return rejection(errs)
	}
	plain := make(gqlerror.List, len(errs))
	for i, err := range errs {
		copied := *err
		copied.Message, _, _ = strings.Cut(err.Message, " Did you mean ")
		plain[i] = &copied
	}
	return rejection(plain)
}

// rejection is the answer to a request that is not executed: errors and no data.
//
// Specification: GraphQL, section 7.1.2 "Request errors".
func rejection(errs gqlerror.List) []byte {
	body, err := json.Marshal(struct {
		Errors gqlerror.List `json:"errors"`
	}{errs})
	if err != nil {
		return []byte(
			`{"errors":[{"message":"The request is not valid.","extensions":{"code":"GRAPHQL_VALIDATION_FAILED"}}]}`,
		)
	}
	return body
}

// codeOf is the code of the first error.
func codeOf(errs gqlerror.List) string {
	code, _ := errs[0].Extensions["code"].(string)
	return code
}

func reject(resp *server.Response, body []byte, errors int) {
	resp.Outcome = server.Rejected
	resp.Body = append(resp.Buffer(), body...)
	resp.Operation.Errors = errors
}

// planningFailed is the answer when no plan was found, which a composed graph should not allow.
func planningFailed(cause error) []byte {
	err := gqlerror.Wrap(cause)
	err.Message = "The operation cannot be planned: " + cause.Error()
	err.Extensions = map[string]any{"code": "QUERY_PLANNING_FAILED"}
	return rejection(gqlerror.List{err})
}

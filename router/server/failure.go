package server

import (
	"encoding/json"
	"net/http"
	"strconv"
)

// failure is an HTTP error of the server itself: the request never reached the engine.
type failure struct {
	status  int
	code    string
	message string
}

// Codes of the server's own errors, in errors[].extensions.code. They are stable: clients may rely on them.
const (
	CodeBadRequest       = "BAD_REQUEST"
	CodeTooLarge         = "PAYLOAD_TOO_LARGE"
	CodeTooSlow          = "REQUEST_TIMEOUT"
	CodeMediaType        = "UNSUPPORTED_MEDIA_TYPE"
	CodeNotAcceptable    = "NOT_ACCEPTABLE"
	CodeMethodNotAllowed = "METHOD_NOT_ALLOWED"
	CodeCSRF             = "CSRF_PREVENTED"
	CodeBatching         = "BATCHING_NOT_ENABLED"
	CodeBatchTooLarge    = "BATCH_TOO_LARGE"
	CodeSubscription     = "SUBSCRIPTION_NOT_SUPPORTED"
	CodePersistedQuery   = "PERSISTED_QUERY_NOT_SUPPORTED"
	CodeOverloaded       = "OVERLOADED"
	CodeMemory           = "MEMORY_LIMIT"
	CodeAdaptive         = "ADAPTIVE_LIMIT"
	CodeGreedy           = "CLIENT_CONCURRENCY_LIMIT"
	CodeNotFound         = "NOT_FOUND"
	CodeInternal         = "INTERNAL_SERVER_ERROR"
)

// WriteError answers a request with an error of the server itself.
func WriteError(w http.ResponseWriter, status int, code, message string) {
	w.Header()["Content-Type"] = contentTypes[legacyJSON]
	w.WriteHeader(status)
	_, _ = w.Write(
		appendFailure(nil, &failure{code: code, message: message}),
	) // the client has gone; there is nobody to tell
}

var (
	failMediaType = &failure{http.StatusUnsupportedMediaType, CodeMediaType,
		"The request's Content-Type must be application/json (in UTF-8)."}
	failNotAcceptable = &failure{http.StatusNotAcceptable, CodeNotAcceptable,
		"The answer can be application/graphql-response+json or application/json, or for a subscription text/event-stream or " +
			"multipart/mixed;subscriptionSpec=1.0; the Accept header allows none of them."}
	failWebSocket = &failure{http.StatusNotImplemented, CodeSubscription,
		"WebSockets are not served here (subscription.websocket.enabled in the router's configuration). Send queries and " +
			"mutations with POST, and subscriptions with an Accept header of text/event-stream."}
	failMethod = &failure{http.StatusMethodNotAllowed, CodeMethodNotAllowed,
		"GraphQL requests are sent with POST, or with GET or QUERY for queries."}
	failNoQuery = &failure{http.StatusUnprocessableEntity, CodeBadRequest,
		`The request has no "query": it must hold the text of a GraphQL document.`}
	failBatching = &failure{http.StatusBadRequest, CodeBatching,
		"The request is a batch (a JSON array), and batching is not enabled. " +
			"Send one request at a time, or set graphql.batching.enabled in the router's configuration."}
	failEmptyBatch = &failure{http.StatusUnprocessableEntity, CodeBadRequest, "The batch is empty."}
	failOverloaded = &failure{http.StatusServiceUnavailable, CodeOverloaded,
		"The router is at its limit of concurrent requests. Try again in a moment."}
	failMemory = &failure{http.StatusServiceUnavailable, CodeMemory,
		"The router uses all the memory that it may. Try again in a moment."}
	failAdaptive = &failure{http.StatusServiceUnavailable, CodeAdaptive,
		"The router has as many requests in progress as it can answer in time. Try again in a moment."}
	failGreedy = &failure{http.StatusTooManyRequests, CodeGreedy,
		"You have your share of the requests in progress. Try again when one of yours is answered."}
	failBodies = &failure{http.StatusServiceUnavailable, CodeOverloaded,
		"The router is reading too many large request bodies. Try again in a moment, or send a smaller request."}
	failSlowBody = &failure{http.StatusRequestTimeout, CodeTooSlow,
		"The request body came too slowly. Send it faster, or smaller."}
	failInternal = &failure{http.StatusInternalServerError, CodeInternal, "Something went wrong inside the router."}
)

// appendFailure appends a GraphQL answer that holds nothing but the error.
func appendFailure(dst []byte, f *failure) []byte {
	message, err := json.Marshal(f.message)
	if err != nil {
		message = []byte(`""`)
	}
	dst = append(dst, `{"errors":[{"message":`...)
	dst = append(dst, message...)
	dst = append(dst, `,"extensions":{"code":"`...)
	dst = append(dst, f.code...)
	return append(dst, `"}}]}`...)
}

// tooLarge is the failure for a body over limit bytes.
func tooLarge(limit int64) *failure {
	return &failure{http.StatusRequestEntityTooLarge, CodeTooLarge,
		"The request body is larger than the allowed " + strconv.FormatInt(limit, 10) + " bytes."}
}

// illFormed is the failure for what can be read and is no GraphQL request. In the stable form it has status 400.
func illFormed(message string) *failure {
	return &failure{http.StatusUnprocessableEntity, CodeBadRequest, message}
}

func badRequest(message string) *failure {
	return &failure{http.StatusBadRequest, CodeBadRequest, message}
}

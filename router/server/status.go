package server

import "net/http"

// statusPartial is the status of an answer with data and errors in the newest draft.
const statusPartial = 294

// statusOf is the HTTP status of an answer.
//
// In the stable form, application/json has 200 for whatever the engine said, because clients of this type may take
// another status for the word of something between them and the router, and application/graphql-response+json has 400
// for all requests that were not executed. In the draft's, both tell what was wrong with a request; that some of the
// data is missing (294) stands beside the type that gives this status a meaning.
//
// Specification: GraphQL over HTTP, "Status Codes"; of the stable form, sections 6.4.1 and 6.4.2 of the draft of 2023.
func (x *exchange) statusOf(resp *Response) int {
	draft := x.handler.opts.Draft
	switch resp.Outcome {
	case Executed:
		if draft && resp.Operation.Errors > 0 && x.accepted == responseJSON {
			return statusPartial
		}
		return http.StatusOK
	case Unparsed:
		if draft || x.accepted == responseJSON {
			return http.StatusBadRequest
		}
		return http.StatusOK
	case Rejected:
		if draft {
			return http.StatusUnprocessableEntity
		}
		if x.accepted == responseJSON {
			return http.StatusBadRequest
		}
		return http.StatusOK
	case Unknown:
		if draft && x.accepted == responseJSON {
			return http.StatusNotFound
		}
		// Clients of all ages expect it.
		return http.StatusOK
	case NotAQuery:
		return http.StatusMethodNotAllowed
	case Unavailable:
		return http.StatusServiceUnavailable
	case Unauthenticated:
		return http.StatusUnauthorized
	case Forbidden:
		return http.StatusForbidden
	case TooMany:
		return http.StatusTooManyRequests
	default:
		return http.StatusOK
	}
}

// mediaType is the type of the exchange's answer: in the draft's form a client that takes application/json only gets
// what failed as the type that says it comes from the router.
func (x *exchange) mediaType() mediaType {
	if x.handler.opts.Draft && x.status >= http.StatusBadRequest {
		return responseJSON
	}
	return x.accepted
}

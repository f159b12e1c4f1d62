// Package server is the router's HTTP face: GraphQL over HTTP, the playground, health and administration. It knows
// nothing of planning or subgraphs; an Engine answers the requests it reads.
//
// Specification: GraphQL over HTTP, https://graphql.github.io/graphql-over-http/draft/
package server

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"slices"

	"github.com/weft-graphql/weft/router/memory"
)

// Engine answers GraphQL requests. It must be safe for concurrent use.
type Engine interface {
	// Execute answers req: the first part of the answer, as a rule all of it, is in resp, or has been streamed. What
	// follows comes out of resp.Sequel. The bytes of req are only valid until Execute returns, or, with a Sequel, until
	// that is closed.
	Execute(ctx context.Context, req *Request, resp *Response)
}

// Request is a GraphQL request as it came over HTTP, syntactically checked.
type Request struct {
	// Query is the document's text, and OperationName the operation to run in it; empty when not given.
	Query, OperationName []byte
	// DocumentID names a document that the router is to know (documentId); empty when not given.
	DocumentID []byte
	// Variables and Extensions are JSON objects as they were sent; nil when not given or null.
	Variables, Extensions []byte
	// OnError is what the client wants to become of errors (onError), as it was sent; empty when not given.
	OnError []byte
	// Header are the HTTP request's headers. They must not be changed.
	Header http.Header
	// Init is the payload of connection_init, when the request came over a WebSocket. It must not be changed.
	Init map[string]any
	// RemoteAddr is the address of who is connected, as net/http has it: a client, or a proxy.
	RemoteAddr string
	// QueryOnly tells that the request came by a method that changes nothing (GET, QUERY), and so may run no mutation.
	QueryOnly bool
	// ShowPlan tells that the client asked for the query plan; the engine decides whether it is allowed to see it.
	ShowPlan bool
	// Stream takes a large answer instead of Response.Body; nil when that is not possible.
	Stream Stream
	// Incremental is the form in which the client takes deferred parts of the answer (@defer); otherwise it gets all of it
	// as one.
	Incremental Incremental
	// Events tells that the client takes the events of a subscription; otherwise subscriptions are refused.
	Events bool
	// LastEventID is the id of the last event that a client has, which comes back to a subscription; empty when it is a
	// new one.
	LastEventID string
	// Running tells that it is a subscription which was admitted before and is planned again, on another graph or with
	// other settings: it counts in no rate.
	Running bool
}

// Stream sends an answer while it is being printed, so that it never exists as a whole.
type Stream interface {
	// Begin sends the status and the headers. resp must have everything but the body, whose length is size; nothing can
	// be changed any more. The body must be written to the returned writer, and no more of it once that has returned an
	// error; nil means that only the headers are wanted.
	Begin(resp *Response, size int64) io.Writer
}

// Incremental is a form of deferred parts.
type Incremental uint8

const (
	// NotIncremental means that the client takes the answer as a whole.
	NotIncremental Incremental = iota
	// IncrementalDraft has `pending`, `incremental` and `completed`, as the specification's draft says.
	IncrementalDraft
	// Incremental2022 names parts by path and label, as the draft of August 2022 said.
	Incremental2022
)

// Response is an answer under construction, or one part of it when it is a sequence. Whoever takes it, calls Release
// when it was sent: that gives its buffers back and ends the sequence.
type Response struct {
	// Body is the answer. Appending to Buffer makes it without allocating.
	Body []byte
	// Shared is the answer when several requests get the same; Body is empty then.
	Shared  *Shared
	Outcome Outcome
	// CacheControl is the answer's Cache-Control header, and Age its Age header; none when empty.
	CacheControl, Age string
	// Vary names the client's headers that the answer depends on, beside those that the server reads itself.
	Vary []string
	// Header are further lines of the answer's header.
	Header []HeaderLine
	// OwnHeader are lines about this request alone: they are not shared with the answer.
	OwnHeader []HeaderLine
	// Operation describes what ran, for the access log and the metrics.
	Operation OperationInfo
	// Sequel has the parts of the answer that follow this one; nil when there are none. When there is no answer beside it
	// (Bytes is empty), the first part is still to come.
	Sequel Sequel
	// Ended tells that this part is the last one, because the answer broke off.
	Ended End
	// EventID names the event that the part is about, for a client that comes back; empty when it has no name.
	EventID string
	// buffer is what Body was made in; nil when Buffer was not called. paid is what it takes of the budget, if there is
	// one.
	buffer *buffer
	budget *memory.Budget
	paid   int64
}

// HeaderLine is a line of an HTTP header.
type HeaderLine struct{ Name, Value string }

// Refusal is why an operation is not run.
type Refusal struct {
	// Outcome decides the HTTP status.
	Outcome Outcome
	// Message says what was wrong and how to mend it, Code is for programs (extensions.code).
	Message, Code string
	// Header are further lines of the answer's header.
	Header []HeaderLine
	// Body is the whole answer, instead of Message and Code; nil when it is made of these.
	Body []byte
}

// OperationInfo is what the access log tells of an executed operation.
type OperationInfo struct {
	// Name is the operation's name, and Kind "query", "mutation" or "subscription"; empty when it was rejected.
	Name, Kind string
	// Code is the code of the first error of an answer without data, and Exceeded those of limits that only warn.
	Code     string
	Exceeded []string
	// Refused are the codes of a batch's operations that were not executed.
	Refused []string
	// Errors counts the answer's errors, Fetches the subgraph requests made.
	Errors, Fetches int
	// TraceID names the trace that tells of the operation, in hexadecimal; empty when there is none.
	TraceID string
	// Noted is what modules noted for the access log.
	Noted []slog.Attr
}

// Exceed notes that the operation is beyond a limit that only warns, once. The codes from before may be those of all
// operations with the same document, and are not changed.
func (o *OperationInfo) Exceed(code string) {
	if !slices.Contains(o.Exceeded, code) {
		o.Exceeded = append(slices.Clone(o.Exceeded), code)
	}
}

// Outcome is how far a request came; it decides the HTTP status.
type Outcome uint8

const (
	// Executed means that the answer has a data entry, complete, partial or null.
	Executed Outcome = iota
	// Rejected means a request error: the document does not validate, or exceeds a limit, or its variables do not fit.
	Rejected
	// Unparsed means that the document does not parse.
	Unparsed
	// Unknown means that the request names a document which the router does not know. Clients send it then.
	Unknown
	// NotAQuery means that a request asked for a mutation by a method that changes nothing.
	NotAQuery
	// Unavailable means that the router cannot answer now.
	Unavailable
	// Unauthenticated means that the request claims to come from somebody and does not prove it.
	Unauthenticated
	// Forbidden means that the caller may not do this.
	Forbidden
	// TooMany means that the caller has sent too much lately.
	TooMany
)

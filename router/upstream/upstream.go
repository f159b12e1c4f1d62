// Package upstream sends GraphQL requests to subgraphs: over HTTP/1.1, HTTP/2, unix sockets, or to a handler in the
// same process (transport.go). What is not configured (retries, circuit breaker, hedging, dedupe) is not in the
// chain.
package upstream

import (
	"context"
	"errors"
	"sync"
)

// Subgraph sends requests to one subgraph. It must be safe for concurrent use.
type Subgraph interface {
	// Do sends the request and fills in the response, which the caller must Release if there is no error. It returns
	// when the answer is complete or the time is over: the subgraph's timeout or the deadline of ctx, whichever is
	// first. When ctx is cancelled a query is given up, within a quarter of a second; a mutation that was sent is waited
	// for, because its answer says what has changed.
	//
	// An HTTP status that is not 2xx is no error.
	Do(ctx context.Context, req *Request, resp *Response) error
}

// Request is a GraphQL request over HTTP POST.
type Request struct {
	// Body is the JSON of the request. It must not be changed until Do returns.
	Body []byte
	// Header are headers to send in addition to those of the configuration.
	Header []Header
	// VariesBy are the values of everything that Header, or who answers, was computed from, as exact bytes. Requests
	// that differ in it are never answered together; equal ones may be, even if Header is not (a signature differs with
	// the time it was made at).
	VariesBy []byte
	// Content is sent instead of Body when it is not nil. Such a request must not be a Query: it is sent once, and alone.
	Content *Content
	// Query tells that the request changes nothing, so that it may be repeated or shared.
	Query bool
	// Epoch is that of when the call begins.
	Epoch Epoch
}

// Epoch tells what was known to have changed when a call began. Equal requests share an answer only if they began in
// the same epoch: what began before data changed must not answer what began after.
type Epoch struct {
	// Mutations counts the mutations of this process that have ended.
	Mutations uint64
	// Clock is the reading of the entity cache's clock. What is stored of the answer carries one that is not later.
	Clock uint64
	// Told counts how often the entity cache was told of invalidations that its clock does not know of yet.
	Told uint64
}

// Header is an HTTP header.
type Header struct{ Name, Value string }

// Response is a subgraph's answer.
type Response struct {
	// Status is the HTTP status.
	Status int
	// Body is valid until Release.
	Body []byte
	// Attempts counts how often the request was sent; 0 when the answer was shared with another request.
	Attempts int
	// Source is where header and body come from; nil when there is nothing to give back and no header.
	Source Source
	// Shared is what all requests that got the same answer have in common; nil when there is one only.
	Shared *Shared
}

// Shared lets requests that share an answer share what one of them makes of it, too.
type Shared struct {
	once sync.Once
	made any
}

// Once returns what the first call's make returned.
func (s *Shared) Once(make func() any) any {
	s.once.Do(func() { s.made = make() })
	return s.made
}

// Source is what an answer's bytes belong to.
type Source interface {
	// Header returns the values of a header, those of several lines joined by commas (RFC 9110, section 5.3); nil when
	// there is none. They are valid until Release.
	Header(name string) []byte
	// Release gives the bytes back.
	Release()
}

// Header returns the values of a header, those of several lines joined by commas; nil when there is none. They are
// valid until Release.
func (r *Response) Header(name string) []byte {
	if r.Source == nil {
		return nil
	}
	return r.Source.Header(name)
}

// Lines returns the lines of a header, each a copy; nil when there is none.
func (r *Response) Lines(name string) []string {
	if by, ok := r.Source.(interface{ Lines(name string) []string }); ok {
		return by.Lines(name)
	}
	if joined := r.Header(name); joined != nil {
		return []string{string(joined)}
	}
	return nil
}

// Release gives the answer's bytes back. It may be called more than once.
func (r *Response) Release() {
	source := r.Source
	*r = Response{}
	if source != nil {
		source.Release()
	}
}

// private is an error whose cause is not for everybody: it tells addresses, which clients must not learn.
type private struct{ reason, cause error }

func (p *private) Error() string { return p.reason.Error() }

func (p *private) Unwrap() error { return p.reason }

// Explain returns what an error of Do says with all that operators may know about it.
func Explain(err error) string {
	var p *private
	if errors.As(err, &p) {
		return err.Error() + " (" + p.cause.Error() + ")"
	}
	return err.Error()
}

// Reasons why there is no answer; errors of Do wrap them. What they say of themselves has no address in it.
var (
	// ErrTimeout means that the subgraph's time was over.
	ErrTimeout = errors.New("no answer in time")
	// ErrUnreachable means that there was no connection, or that it broke before there was an answer.
	ErrUnreachable = errors.New("no connection")
	// ErrRejected means that the request was not sent.
	ErrRejected = errors.New("not sent")
	// ErrTooLarge means that the answer exceeds the configured size.
	ErrTooLarge = errors.New("the answer is larger than allowed")
	// ErrNoRoom means that the answers of subgraphs in progress take as much memory as they may together.
	ErrNoRoom = errors.New("there is no room for the answer among all those in progress")
	// ErrBroken means that the answer is not HTTP, or broken off.
	ErrBroken = errors.New("the answer is broken")
)

// Package upstream sends GraphQL requests to subgraphs: over pooled HTTP/1.1 connections, HTTP/2, unix sockets, or to a
// handler in the same process. What is not configured (retries, circuit breaker, hedging, dedupe) is not in the chain.
package upstream

import (
	"context"
	"errors"
	"time"
)

// Subgraph sends requests to one subgraph. It must be safe for concurrent use.
type Subgraph interface {
	// Do sends the request and fills in the response, which the caller must Release in any case. It returns when the
	// answer is complete, the subgraph's timeout has passed or ctx is done, whichever is first.
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
	// Query tells that the request changes nothing, so that it may be repeated or shared.
	Query bool
	// Epoch separates requests that may not share an answer although they are equal: those before and after data
	// changed.
	Epoch uint64
}

// Header is an HTTP header.
type Header struct{ Name, Value string }

// Response is a subgraph's answer.
type Response struct {
	// Status is the HTTP status.
	Status int
	// Body is valid until Release.
	Body []byte
	// Header gives the first value of a header, nil when there is none; valid until Release. It may be nil.
	Header func(name string) []byte
	// Attempts counts how often the request was sent; 0 when the answer was shared with another request.
	Attempts int

	release func()
}

// OnRelease sets what is to happen when the response is not needed any more.
func (r *Response) OnRelease(f func()) { r.release = f }

// Release gives the body back. It may be called more than once.
func (r *Response) Release() {
	release := r.release
	*r = Response{}
	if release != nil {
		release()
	}
}

// Defaults of Config.
const (
	DefaultTimeout         = 30 * time.Second
	DefaultMaxConnections  = 512
	DefaultIdleConnTimeout = 60 * time.Second
	DefaultMaxResponse     = 64 << 20
)

// Reasons why there is no answer; errors of Do wrap them.
var (
	// ErrTimeout means that the subgraph's time was over.
	ErrTimeout = errors.New("no answer in time")
	// ErrRejected means that the request was not sent.
	ErrRejected = errors.New("not sent")
	// ErrTooLarge means that the answer exceeds the configured size.
	ErrTooLarge = errors.New("the answer is larger than allowed")
	// ErrBadResponse means that the answer is not HTTP, or broken off.
	ErrBadResponse = errors.New("the answer is broken")
)
